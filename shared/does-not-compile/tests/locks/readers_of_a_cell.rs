//! Readers of an `RwLock` are in together, so what it protects must be `Sync`. A `Mutex`
//! may protect a `Cell`.

use std::{cell::Cell, sync::RwLock, thread};

fn main() {
    let count = RwLock::new(Cell::new(0_u64));
    thread::scope(|scope| {
        let add = || {
            let count = count.read().expect("nobody panics");
            count.set(count.get() + 1);
        };
        scope.spawn(add);
        scope.spawn(add);
    });
    println!("{}", count.into_inner().expect("nobody panics").get());
}
