//! tokio's locks, permits and notifications.

use std::pin::pin;

use tokio::sync::{Barrier, Mutex, Notify, RwLock, Semaphore};

use super::{OnDrop, in_tokio, unless_it_waits};
use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost, QueuedAnew},
    trial::now,
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`Mutex::lock`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/mutex.rs", "pub async fn lock(&self)"),
        note: "the one behind gets the lock first",
        trial: mutex_lock,
    },
    Method {
        name: "`RwLock::read`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/rwlock.rs", "pub async fn read(&self)"),
        note: "a writer behind gets the lock first",
        trial: rwlock_read,
    },
    Method {
        name: "`RwLock::write`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/rwlock.rs", "pub async fn write(&self)"),
        note: "a reader behind gets the lock first",
        trial: rwlock_write,
    },
    Method {
        name: "`Semaphore::acquire`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/semaphore.rs", "pub async fn acquire(&self)"),
        note: "the one behind gets the permit first",
        trial: semaphore_acquire,
    },
    Method {
        name: "`Semaphore::acquire_many`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/semaphore.rs", "pub async fn acquire_many(&self"),
        note: "the permits that it had collected are passed on",
        trial: semaphore_acquire_many,
    },
    Method {
        name: "`Notify::notified`, of `notify_one`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/notify.rs", "pub fn notified(&self)"),
        note: "a notification that it had is passed on to the one behind",
        trial: notified_one,
    },
    Method {
        name: "`Notify::notified`, of `notify_waiters`",
        package: "tokio",
        verdict: Lost,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/notify.rs", "pub fn notified(&self)"),
        note: "code that holds no future at that moment misses the notification; keep one, pinned",
        trial: notified_all,
    },
    Method {
        name: "`Notified`, pinned, by reference, of `notify_waiters`",
        package: "tokio",
        verdict: Kept,
        documented: Nothing,
        place: ("src/sync/notify.rs", "pub struct Notified<"),
        note: "it is notified from when it was made, polled or not",
        trial: notified_by_reference,
    },
    Method {
        name: "`Barrier::wait`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "This method is not cancel safe"),
        place: ("src/sync/barrier.rs", "pub async fn wait(&self)"),
        note: "it has arrived, and arrives again: the barrier opens one short",
        trial: barrier_wait,
    },
];

fn mutex_lock(trial: &Trial) {
    in_tokio(async {
        let mutex = &Mutex::new(());
        let held = mutex.lock().await;
        trial
            .in_a_queue(
                async || mutex.lock().await,
                async || mutex.lock().await,
                async || drop(held),
            )
            .await;
    });
}

fn rwlock_read(trial: &Trial) {
    in_tokio(async {
        let lock = &RwLock::new(());
        let held = lock.write().await;
        trial
            .in_a_queue(
                async || lock.read().await,
                async || lock.write().await,
                async || drop(held),
            )
            .await;
    });
}

fn rwlock_write(trial: &Trial) {
    in_tokio(async {
        let lock = &RwLock::new(());
        let held = lock.write().await;
        trial
            .in_a_queue(
                async || lock.write().await,
                async || lock.read().await,
                async || drop(held),
            )
            .await;
    });
}

fn semaphore_acquire(trial: &Trial) {
    in_tokio(async {
        let semaphore = &Semaphore::new(1);
        let held = semaphore.acquire().await.expect("it is open");
        trial
            .in_a_queue(
                async || semaphore.acquire().await.expect("it is open"),
                async || semaphore.acquire().await.expect("it is open"),
                async || drop(held),
            )
            .await;
    });
}

fn semaphore_acquire_many(trial: &Trial) {
    in_tokio(async {
        // One of its two permits is free: the first to wait has it.
        let semaphore = &Semaphore::new(2);
        let held = semaphore.acquire().await.expect("it is open");
        trial
            .in_a_queue(
                async || semaphore.acquire_many(2).await.expect("it is open"),
                async || semaphore.acquire_many(2).await.expect("it is open"),
                async || drop(held),
            )
            .await;
    });
}

fn notified_one(trial: &Trial) {
    in_tokio(async {
        let notify = &Notify::new();
        let wait = async || {
            notify.notified().await;
            OnDrop(|| notify.notify_one())
        };
        trial
            .in_a_queue(wait, wait, async || notify.notify_one())
            .await;
    });
}

fn notified_all(trial: &Trial) {
    in_tokio(async {
        let notify = Notify::new();
        let notified = trial
            .call(
                async || unless_it_waits(notify.notified()).await,
                async || notify.notify_waiters(),
            )
            .await;
        trial.log().push(notified.map_or("", |()| "N"));
    });
}

fn notified_by_reference(trial: &Trial) {
    in_tokio(async {
        let notify = Notify::new();
        let mut waiting = pin!(notify.notified());
        let notified = trial
            .call(
                async || unless_it_waits(waiting.as_mut()).await,
                async || notify.notify_waiters(),
            )
            .await;
        trial.log().push(notified.map_or("", |()| "N"));
    });
}

fn barrier_wait(trial: &Trial) {
    in_tokio(async {
        let barrier = Barrier::new(2);
        let passed = trial
            .call(
                async || unless_it_waits(barrier.wait()).await,
                async || trial.log().push(now(barrier.wait()).map_or("", |_| "B")),
            )
            .await;
        trial.log().push(passed.map_or("", |_| "A"));
    });
}
