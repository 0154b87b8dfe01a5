//! What a lock protects is out of reach once the guard is gone.

use std::sync::Mutex;

fn main() {
    let counter = Mutex::new(0_u64);
    let count = {
        let mut guard = counter.lock().unwrap();
        &mut *guard
    };
    *count += 1;
}
