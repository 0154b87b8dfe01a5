//! `Rc` counts its owners without a lock, so even a lock within it doesn't let it cross
//! to another thread; `Arc` does.

use std::{rc::Rc, sync::Mutex, thread};

fn main() {
    let count = Rc::new(Mutex::new(0_u64));
    let other = Rc::clone(&count);
    let thread = thread::spawn(move || *other.lock().unwrap() += 1);
    *count.lock().unwrap() += 1;
    thread.join().unwrap();
}
