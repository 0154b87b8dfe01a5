//! A `Cell` may be changed through a shared reference, so it must stay on one thread.

use std::{cell::Cell, thread};

fn main() {
    let count = Cell::new(0_u64);
    thread::scope(|scope| {
        scope.spawn(|| count.set(count.get() + 1));
        scope.spawn(|| count.set(count.get() + 1));
    });
    println!("{}", count.get());
}
