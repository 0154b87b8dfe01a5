//! Two threads, one plain number. In C this compiles, and loses increments.

use std::thread;

fn main() {
    let mut count = 0_u64;
    thread::scope(|scope| {
        scope.spawn(|| count += 1);
        scope.spawn(|| count += 1);
    });
    println!("{count}");
}
