//! A worker process of the pools in `tests/process_pool.rs`.

use std::{io, process};

use taken_home::process_pool::worker::serve;

fn main() -> io::Result<()> {
    serve(|number: u32| {
        assert_ne!(number, 3, "three is not liked");
        if number == 5 {
            process::abort();
        }
        (number, number * number)
    })
}
