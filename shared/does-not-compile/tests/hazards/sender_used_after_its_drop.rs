//! A Sender that was given away can't send. One that was cloned can, and keeps the channel
//! open.

use std::{sync::mpsc, thread};

fn main() {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || sender.send(1));
    sender.send(2).unwrap();
    println!("{}", receiver.iter().count());
    thread.join().unwrap().unwrap();
}
