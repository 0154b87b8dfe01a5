//! A waiter that is cancelled does not take the wake-up with it: the next one gets the
//! lock. Every future is polled by hand, so there is only one order of events.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Wake, Waker},
};

/// How often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Both wait, the first is woken by the unlock, and dropped before it looks.
fn cancelled_when_woken<G>(
    guard: G,
    first: impl Future<Output = G>,
    second: impl Future<Output = G>,
) {
    let (first_woken, second_woken) = (Arc::<Woken>::default(), Arc::<Woken>::default());
    let mut second = pin!(second);
    {
        let mut first = pin!(first);
        assert!(poll(first.as_mut(), &first_woken).is_pending());
        assert!(poll(second.as_mut(), &second_woken).is_pending());
        drop(guard);
        assert_eq!(first_woken.0.load(Relaxed), 1, "the unlock wakes the first");
        assert_eq!(second_woken.0.load(Relaxed), 0, "and nobody else");
    }
    assert_eq!(
        second_woken.0.load(Relaxed),
        1,
        "the drop passes the wake-up on"
    );
    assert!(poll(second.as_mut(), &second_woken).is_ready());
}

/// Both wait, and the first is dropped before the unlock.
fn cancelled_while_queued<G>(
    guard: G,
    first: impl Future<Output = G>,
    second: impl Future<Output = G>,
) {
    let woken = Arc::<Woken>::default();
    let mut second = pin!(second);
    {
        let mut first = pin!(first);
        assert!(poll(first.as_mut(), &Arc::default()).is_pending());
        assert!(poll(second.as_mut(), &woken).is_pending());
    }
    assert_eq!(woken.0.load(Relaxed), 0, "the lock is still held");
    drop(guard);
    assert_eq!(woken.0.load(Relaxed), 1, "the unlock wakes who is left");
    assert!(poll(second.as_mut(), &woken).is_ready());
}

fn poll<F: Future>(future: Pin<&mut F>, woken: &Arc<Woken>) -> Poll<F::Output> {
    let waker = Waker::from(Arc::clone(woken));
    future.poll(&mut Context::from_waker(&waker))
}

#[test]
fn tokio_passes_the_wake_up_on() {
    let lock = tokio::sync::Mutex::new(());
    let guard = lock.try_lock().expect("nobody holds it");
    cancelled_when_woken(guard, lock.lock(), lock.lock());
    let guard = lock.try_lock().expect("nobody holds it");
    cancelled_while_queued(guard, lock.lock(), lock.lock());
    assert!(lock.try_lock().is_ok());
}

#[test]
fn smol_passes_the_wake_up_on() {
    let lock = smol::lock::Mutex::new(());
    let guard = lock.try_lock().expect("nobody holds it");
    cancelled_when_woken(guard, lock.lock(), lock.lock());
    let guard = lock.try_lock().expect("nobody holds it");
    cancelled_while_queued(guard, lock.lock(), lock.lock());
    assert!(lock.try_lock().is_some());
}

#[test]
fn async_std_passes_the_wake_up_on() {
    let lock = async_std::sync::Mutex::new(());
    let guard = lock.try_lock().expect("nobody holds it");
    cancelled_when_woken(guard, lock.lock(), lock.lock());
    let guard = lock.try_lock().expect("nobody holds it");
    cancelled_while_queued(guard, lock.lock(), lock.lock());
    assert!(lock.try_lock().is_some());
}

/// A writer that waits for a reader to leave holds up the next reader; dropped, it does so
/// no longer.
fn cancelled_writer<G>(write: impl Future, read: impl Future<Output = G>) {
    let woken = Arc::<Woken>::default();
    let mut read = pin!(read);
    {
        let mut write = pin!(write);
        assert!(poll(write.as_mut(), &Arc::default()).is_pending());
        assert!(poll(read.as_mut(), &woken).is_pending());
    }
    assert!(woken.0.load(Relaxed) > 0, "the drop wakes the reader");
    assert!(poll(read.as_mut(), &woken).is_ready());
}

#[test]
fn a_cancelled_writer_of_tokio_holds_up_no_reader() {
    let lock = tokio::sync::RwLock::new(());
    let _guard = lock.try_read().expect("nobody holds it");
    cancelled_writer(lock.write(), lock.read());
    assert!(lock.try_read().is_ok());
}

#[test]
fn a_cancelled_writer_of_smol_holds_up_no_reader() {
    let lock = smol::lock::RwLock::new(());
    let _guard = lock.try_read().expect("nobody holds it");
    cancelled_writer(lock.write(), lock.read());
    assert!(lock.try_read().is_some());
}
