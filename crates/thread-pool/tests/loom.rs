//! The hand-built queue in the interleavings that loom explores, beside a twin with a bug
//! that loom must catch.

// The queue's file asks for `std::sync`: here that is loom's.
extern crate self as std;
extern crate std as core_std;

/// What the queue is made of here.
pub mod sync {
    pub use core_std::sync::PoisonError;
    pub use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
}

pub use core_std::{collections, mem};

use collections::VecDeque;
use core_std::{iter, panic};

use loom::thread;
use sync::{Arc, Condvar, Mutex};

#[path = "../src/variants/std_only/queue.rs"]
#[allow(
    unreachable_pub,
    reason = "the file is the library's, where it is reachable"
)]
mod queue;

use queue::Queue;

/// Two items go through a queue of one to two threads: each comes out once, and both
/// threads end when the feed is dropped. A wake-up that is lost would be a deadlock, which
/// loom reports. Without the bound, three threads that wait are too much for it.
#[test]
fn each_item_comes_out_once() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let queue = Arc::new(Queue::bounded(1));
        let threads = [(); 2].map(|()| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || iter::from_fn(|| queue.recv()).collect::<Vec<_>>())
        });
        let feed = queue.feed();
        (0..2).for_each(|item| feed.send(item));
        drop(feed);
        let taken = threads.map(|thread| thread.join().expect("it does not panic"));
        let mut taken = taken.concat();
        taken.sort_unstable();
        assert_eq!(taken, [0, 1]);
    });
}

#[test]
#[should_panic(expected = "a queue is fed once")]
fn a_queue_is_fed_once() {
    loom::model(|| {
        let queue: Queue<()> = Queue::bounded(1);
        drop(queue.feed());
        drop(queue.feed());
    });
}

/// The oldest goes first, and a queue that is closed still gives what is in it.
#[test]
fn items_come_out_in_order() {
    loom::model(|| {
        let queue = Arc::new(Queue::bounded(2));
        let other = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || iter::from_fn(|| queue.recv()).collect::<Vec<_>>())
        };
        let feed = queue.feed();
        (0..3).for_each(|item| feed.send(item));
        drop(feed);
        assert_eq!(other.join().expect("it does not panic"), [0, 1, 2]);
    });
}

/// The twin: it looks once, not in a loop, so a thread that was overtaken between the
/// wake-up and the lock finds nothing.
struct Hasty {
    items: Mutex<VecDeque<usize>>,
    sent: Condvar,
}

impl Hasty {
    fn send(&self, item: usize) {
        let mut items = self.items.lock().expect("nobody panics with the lock");
        items.push_back(item);
        drop(items);
        self.sent.notify_one();
    }

    fn recv(&self) -> usize {
        let mut items = self.items.lock().expect("nobody panics with the lock");
        if items.is_empty() {
            let waited = self.sent.wait(items);
            items = waited.expect("nobody panics with the lock");
        }
        let item = items.pop_front();
        drop(items);
        item.expect("an item was sent")
    }
}

#[test]
#[should_panic(expected = "an item was sent")]
fn the_twin_that_looks_once_is_caught() {
    loom::model(|| {
        let queue = Arc::new(Hasty {
            items: Mutex::new(VecDeque::new()),
            sent: Condvar::new(),
        });
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let queue = Arc::clone(&queue);
                thread::spawn(move || queue.recv())
            })
            .collect();
        (0..2).for_each(|item| queue.send(item));
        for thread in threads {
            if let Err(panic) = thread.join() {
                panic::resume_unwind(panic);
            }
        }
    });
}
