//! The channels, locks and events of smol's packages.

use std::pin::pin;

use async_lock::{Barrier, Mutex, RwLock, Semaphore};
use event_listener::Event;
use smol::{block_on, channel};

use super::{OnDrop, unless_it_waits};
use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost, QueuedAnew},
    trial::now,
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`Receiver::recv`",
        package: "async-channel",
        verdict: Kept,
        documented: Nothing,
        place: ("src/lib.rs", "pub fn recv(&self)"),
        note: "the message stays in the channel",
        trial: recv,
    },
    Method {
        name: "`Sender::send`",
        package: "async-channel",
        verdict: Lost,
        documented: Nothing,
        place: ("src/lib.rs", "pub fn send(&self"),
        note: "the message is dropped with the future; pin it",
        trial: send,
    },
    Method {
        name: "`Sender::send`, pinned, by reference",
        package: "async-channel",
        verdict: Kept,
        documented: Nothing,
        place: ("src/lib.rs", "pub fn send(&self"),
        note: "the message is in the future, which is not dropped",
        trial: send_by_reference,
    },
    Method {
        name: "`Mutex::lock`",
        package: "async-lock",
        verdict: QueuedAnew,
        documented: Nothing,
        place: ("src/mutex.rs", "pub fn lock(&self)"),
        note: "the one behind is woken first",
        trial: mutex_lock,
    },
    Method {
        name: "`RwLock::read`",
        package: "async-lock",
        verdict: Kept,
        documented: Nothing,
        place: ("src/rwlock.rs", "pub fn read(&self)"),
        note: "readers don't stand in the writers' queue",
        trial: rwlock_read,
    },
    Method {
        name: "`RwLock::write`",
        package: "async-lock",
        verdict: QueuedAnew,
        documented: Nothing,
        place: ("src/rwlock.rs", "pub fn write(&self)"),
        note: "a writer behind gets the lock first",
        trial: rwlock_write,
    },
    Method {
        name: "`Semaphore::acquire`",
        package: "async-lock",
        verdict: QueuedAnew,
        documented: Nothing,
        place: ("src/semaphore.rs", "pub fn acquire(&self)"),
        note: "the one behind is woken first",
        trial: semaphore_acquire,
    },
    Method {
        name: "`Barrier::wait`",
        package: "async-lock",
        verdict: Lost,
        documented: Nothing,
        place: ("src/barrier.rs", "pub fn wait(&self)"),
        note: "it has arrived, and arrives again: the barrier opens one short",
        trial: barrier_wait,
    },
    Method {
        name: "`Event::listen`, of `notify(1)`",
        package: "event-listener",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "dropping will notify another active listener"),
        place: ("src/lib.rs", "pub struct Event<T = ()>"),
        note: "a notification that it had is passed on to the one behind",
        trial: notified_one,
    },
    Method {
        name: "`Event::listen`, of `notify(usize::MAX)`",
        package: "event-listener",
        verdict: Lost,
        documented: As(Lost, "it simply gets lost"),
        place: ("src/lib.rs", "pub struct Event<T = ()>"),
        note: "who does not listen at that moment is not notified; keep one, pinned",
        trial: notified_all,
    },
    Method {
        name: "`&mut EventListener`, of `notify(usize::MAX)`",
        package: "event-listener",
        verdict: Kept,
        documented: Nothing,
        place: ("src/lib.rs", "pub struct EventListener<T = ()>"),
        note: "it listens from when it was made, polled or not",
        trial: notified_by_reference,
    },
];

fn recv(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = channel::bounded(2);
        let first = trial
            .call(
                async || receiver.recv().await.ok(),
                async || {
                    sender.send(b'1').await.expect("it is open");
                },
            )
            .await;
        sender.send(b'2').await.expect("it is open");
        trial.log().push(first.as_slice());
        trial.log().push(receiver.recv().await.ok().as_slice());
    });
}

fn send(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = channel::bounded(1);
        sender.send(b'1').await.expect("it is open");
        let mut message = Some(b'2');
        trial
            .call(
                async || {
                    if let Some(message) = message.take() {
                        sender.send(message).await.expect("it is open");
                    }
                },
                async || trial.log().push(receiver.recv().await.ok().as_slice()),
            )
            .await;
        trial.log().push(receiver.try_recv().ok().as_slice());
    });
}

fn send_by_reference(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = channel::bounded(1);
        sender.send(b'1').await.expect("it is open");
        let mut sending = pin!(sender.send(b'2'));
        trial
            .call(
                async || sending.as_mut().await.expect("it is open"),
                async || trial.log().push(receiver.recv().await.ok().as_slice()),
            )
            .await;
        trial.log().push(receiver.try_recv().ok().as_slice());
    });
}

fn mutex_lock(trial: &Trial) {
    block_on(async {
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
    block_on(async {
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
    block_on(async {
        let lock = &RwLock::new(());
        let held = lock.write().await;
        trial
            .in_a_queue(
                async || lock.write().await,
                async || lock.write().await,
                async || drop(held),
            )
            .await;
    });
}

fn semaphore_acquire(trial: &Trial) {
    block_on(async {
        let semaphore = &Semaphore::new(1);
        let held = semaphore.acquire().await;
        trial
            .in_a_queue(
                async || semaphore.acquire().await,
                async || semaphore.acquire().await,
                async || drop(held),
            )
            .await;
    });
}

fn barrier_wait(trial: &Trial) {
    block_on(async {
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

fn notified_one(trial: &Trial) {
    block_on(async {
        let event = &Event::new();
        let wait = async || {
            event.listen().await;
            OnDrop(|| _ = event.notify(1))
        };
        trial
            .in_a_queue(wait, wait, async || _ = event.notify(1))
            .await;
    });
}

fn notified_all(trial: &Trial) {
    block_on(async {
        let event = Event::new();
        let notified = trial
            .call(
                async || unless_it_waits(event.listen()).await,
                async || _ = event.notify(usize::MAX),
            )
            .await;
        trial.log().push(notified.map_or("", |()| "N"));
    });
}

fn notified_by_reference(trial: &Trial) {
    block_on(async {
        let event = Event::new();
        let mut listener = event.listen();
        let notified = trial
            .call(
                async || unless_it_waits(&mut listener).await,
                async || _ = event.notify(usize::MAX),
            )
            .await;
        trial.log().push(notified.map_or("", |()| "N"));
    });
}
