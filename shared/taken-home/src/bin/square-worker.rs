//! A worker process of the pools in `tests/process_pool.rs`.

use std::{
    io,
    process::{self, Command},
};

use taken_home::process_pool::worker::serve;

fn main() -> io::Result<()> {
    serve(|number: u32| {
        assert_ne!(number, 3, "three is not liked");
        if number == 5 {
            process::abort();
        }
        if number == 7 {
            println!("no part of an answer");
            assert!(
                has_streams_of_its_own(),
                "its programs hold the pool's pipe"
            );
        }
        (number, number * number)
    })
}

/// Whether a program that is started here has nothing of the pool's.
fn has_streams_of_its_own() -> bool {
    let test = "[ /dev/stdin -ef /dev/null ] && [ /dev/stdout -ef /dev/stderr ]";
    let status = Command::new("sh").args(["-c", test]).status();
    status.expect("sh starts").success()
}
