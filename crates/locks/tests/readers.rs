//! Readers and writers: who is in together, and who waits for whom. What is decided by the
//! lock alone is polled by hand; what needs threads waits for a condition, and fails where
//! it does not come within ten seconds.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Condvar, Mutex, RwLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use locks::variants;

const WITHIN: Duration = Duration::from_secs(10);

/// Whether as many as that were in at once.
struct Meeting {
    inside: Mutex<usize>,
    came: Condvar,
    of: usize,
}

impl Meeting {
    fn of(of: usize) -> Arc<Self> {
        Arc::new(Self {
            inside: Mutex::new(0),
            came: Condvar::new(),
            of,
        })
    }

    /// Waits until all are here: not one by one.
    fn attend(&self) {
        let mut inside = self.inside.lock().expect("nobody panics in it");
        *inside += 1;
        self.came.notify_all();
        let missing = |inside: &mut usize| *inside < self.of;
        let waited = self.came.wait_timeout_while(inside, WITHIN, missing);
        let is_late = waited.expect("nobody panics in it").1.timed_out();
        assert!(!is_late, "a reader waits for another to leave");
    }
}

/// What readers do who are to meet, and what is done behind it.
macro_rules! meeting {
    () => {{
        let meeting = Meeting::of(2);
        let read = move |_: &u64, _, _| meeting.attend();
        let work = |value: &mut u64, _, _| *value += 1;
        (read, work)
    }};
}

#[test]
fn readers_of_std_rwlock_are_in_together() {
    let (read, work) = meeting!();
    let (value, ended) =
        variants::std_rwlock::count(2, 1, 1, 0, read, work).expect("threads start");
    assert_eq!(value.expect("nobody panics"), 2);
    assert!(ended.iter().all(Result::is_ok));
}

#[test]
fn readers_of_parking_lot_rwlock_are_in_together() {
    let (read, work) = meeting!();
    let (value, ended) = variants::parking_lot_rwlock::count(2, 1, 1, 0, read, work)
        .expect("threads start");
    assert_eq!(value, 2);
    assert!(ended.iter().all(Result::is_ok));
}

#[test]
fn readers_of_arc_swap_are_in_together() {
    let (read, work) = meeting!();
    let (value, ended) =
        variants::arc_swap::count(2, 1, 1, 0, read, work).expect("threads start");
    assert_eq!(value, 2);
    assert!(ended.iter().all(Result::is_ok));
}

#[test]
fn readers_of_tokio_rwlock_are_in_together() {
    let (read, work) = meeting!();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("threads start");
    let counted = variants::tokio_rwlock::count(2, 1, 1, 0, read, work);
    let (value, ended) = runtime.block_on(counted);
    assert_eq!(value, 2);
    assert!(ended.iter().all(Result::is_ok));
}

#[test]
fn readers_of_smol_rwlock_are_in_together() {
    let (read, work) = meeting!();
    let executor = smol::Executor::new();
    let (signal, shutdown) = smol::channel::bounded::<()>(1);
    let (value, ended) = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| smol::block_on(executor.run(shutdown.recv())));
        }
        let counted = variants::smol_rwlock::count(&executor, 2, 1, 1, 0, read, work);
        let counted = smol::block_on(counted);
        drop(signal);
        counted
    });
    assert_eq!(value, 2);
    assert!(ended.iter().all(Result::is_ok));
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_writer_of_tokio_waits_for_no_reader_that_came_later() {
    let lock = tokio::sync::RwLock::new(0);
    let first = lock.try_read().expect("nobody holds it");
    let mut write = pin!(lock.write());
    assert!(poll(write.as_mut()).is_pending());
    let mut second = pin!(lock.read());
    assert!(poll(second.as_mut()).is_pending(), "a reader passed it");
    drop(first);
    let Poll::Ready(guard) = poll(write.as_mut()) else {
        panic!("the last reader has left, and the writer still waits");
    };
    assert!(poll(second.as_mut()).is_pending());
    drop(guard);
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn a_writer_of_smol_waits_for_no_reader_that_came_later() {
    let lock = smol::lock::RwLock::new(0);
    let first = lock.try_read().expect("nobody holds it");
    let mut write = pin!(lock.write());
    assert!(poll(write.as_mut()).is_pending());
    let mut second = pin!(lock.read());
    assert!(poll(second.as_mut()).is_pending(), "a reader passed it");
    drop(first);
    let Poll::Ready(guard) = poll(write.as_mut()) else {
        panic!("the last reader has left, and the writer still waits");
    };
    assert!(poll(second.as_mut()).is_pending());
    drop(guard);
    assert!(poll(second.as_mut()).is_ready());
}

/// Waits until it is so.
fn until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + WITHIN;
    while !is_so() {
        assert!(Instant::now() < end, "it does not come to that");
        thread::yield_now();
    }
}

#[test]
fn a_writer_of_std_that_waits_holds_up_new_readers() {
    let lock = RwLock::new(0);
    thread::scope(|scope| {
        let first = lock.read().expect("nobody panics");
        scope.spawn(|| *lock.write().expect("nobody panics") += 1);
        until(|| lock.try_read().is_err());
        assert_eq!(*first, 0);
    });
    assert_eq!(*lock.read().expect("nobody panics"), 1);
}

#[test]
fn a_writer_of_parking_lot_that_waits_holds_up_new_readers() {
    let lock = parking_lot::RwLock::new(0);
    thread::scope(|scope| {
        let first = lock.read();
        scope.spawn(|| *lock.write() += 1);
        until(|| lock.try_read().is_none());
        assert_eq!(*first, 0);
    });
    assert_eq!(*lock.read(), 1);
}

/// The twin that a test for starvation must tell from the others.
#[test]
fn a_writer_of_a_lock_that_prefers_readers_holds_up_none() {
    let lock = parking_lot::RecursiveRwLock::new(0);
    let given_up = AtomicBool::new(false);
    thread::scope(|scope| {
        let first = lock.read();
        scope.spawn(|| {
            let guard = lock.try_write_for(Duration::from_millis(200));
            assert!(guard.is_none(), "a writer beside a reader");
            given_up.store(true, SeqCst);
        });
        until(|| {
            assert!(lock.try_read().is_some(), "a reader waits for a writer");
            given_up.load(SeqCst)
        });
        assert_eq!(*first, 0);
    });
}

#[test]
fn only_a_writer_poisons_std() {
    let lock = RwLock::new(0);
    let reader = AssertUnwindSafe(|| {
        let _guard = lock.read();
        panic!("while it reads");
    });
    assert!(catch_unwind(reader).is_err());
    assert!(!lock.is_poisoned());
    let writer = AssertUnwindSafe(|| {
        let _guard = lock.write();
        panic!("while it writes");
    });
    assert!(catch_unwind(writer).is_err());
    assert!(lock.is_poisoned());
}

#[test]
fn a_writer_of_arc_swap_does_its_work_again_where_another_was_faster() {
    let meeting = Meeting::of(2);
    let calls = Mutex::new(0);
    let work = |value: &mut u64, _, _| {
        let is_first_of_each = {
            let mut calls = calls.lock().expect("nobody panics in it");
            *calls += 1;
            *calls <= 2
        };
        // Both have copied nought, so only one of them can swap.
        if is_first_of_each {
            meeting.attend();
        }
        *value += 1;
    };
    let (value, _) =
        variants::arc_swap::count(2, 1, 0, 0, |_, _, _| (), work).expect("threads start");
    assert_eq!(value, 2);
    assert_eq!(*calls.lock().expect("nobody panics in it"), 3);
}

#[test]
fn a_reader_of_arc_swap_keeps_what_it_has() {
    let value = arc_swap::ArcSwap::from_pointee(1);
    let before = value.load();
    value.store(Arc::new(2));
    assert_eq!((**before, **value.load()), (1, 2));
}
