//! tokio's channels.

use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::in_tokio;
use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost, QueuedAnew},
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`mpsc::Receiver::recv`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/mpsc/bounded.rs", "pub async fn recv(&mut self)"),
        note: "the message stays in the channel",
        trial: mpsc_recv,
    },
    Method {
        name: "`mpsc::Receiver::recv_many`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/mpsc/bounded.rs", "pub async fn recv_many("),
        note: "the messages stay in the channel",
        trial: mpsc_recv_many,
    },
    Method {
        name: "`mpsc::UnboundedReceiver::recv`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/mpsc/unbounded.rs", "pub async fn recv(&mut self)"),
        note: "the message stays in the channel",
        trial: mpsc_unbounded_recv,
    },
    Method {
        name: "`mpsc::Sender::send`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "the message is dropped and will be lost"),
        place: ("src/sync/mpsc/bounded.rs", "pub async fn send(&self"),
        note: "the message is dropped with the future; `reserve`, then send",
        trial: mpsc_send,
    },
    Method {
        name: "`mpsc::Sender::reserve`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: ("src/sync/mpsc/bounded.rs", "pub async fn reserve(&self)"),
        note: "the message was never in the future; the turn is another sender's",
        trial: mpsc_reserve,
    },
    Method {
        name: "`mpsc::Sender::reserve_owned`",
        package: "tokio",
        verdict: Lost,
        documented: As(QueuedAnew, "makes you lose your place in the queue"),
        place: (
            "src/sync/mpsc/bounded.rs",
            "pub async fn reserve_owned(self)",
        ),
        note: "the sender itself is dropped, and the channel may close; call it on a clone",
        trial: mpsc_reserve_owned,
    },
    Method {
        name: "`mpsc::Sender::closed`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/mpsc/bounded.rs", "pub async fn closed(&self)"),
        note: "a closed channel stays closed",
        trial: mpsc_closed,
    },
    Method {
        name: "`&mut oneshot::Receiver`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "Awaiting a `&mut Receiver<T>` is cancel safe"),
        place: ("src/sync/oneshot.rs", "pub struct Receiver<T>"),
        note: "the value stays in the channel",
        trial: oneshot_by_reference,
    },
    Method {
        name: "`oneshot::Receiver` by value",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: ("src/sync/oneshot.rs", "//!"),
        note: "the receiver is the future: the value is dropped; await `&mut receiver`",
        trial: oneshot_by_value,
    },
    Method {
        name: "`broadcast::Receiver::recv`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/broadcast.rs", "pub async fn recv(&mut self)"),
        note: "the receiver's place in the channel is not moved",
        trial: broadcast_recv,
    },
    Method {
        name: "`watch::Receiver::changed`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/watch.rs", "pub async fn changed(&mut self)"),
        note: "the value is not marked as seen",
        trial: watch_changed,
    },
    Method {
        name: "`watch::Receiver::wait_for`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/watch.rs", "pub async fn wait_for("),
        note: "the value is looked at again",
        trial: watch_wait_for,
    },
];

fn mpsc_recv(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = mpsc::channel(2);
        let first = trial
            .call(
                async || receiver.recv().await,
                async || {
                    sender.send(b'1').await.expect("it is open");
                },
            )
            .await;
        sender.send(b'2').await.expect("it is open");
        trial.log().push(first.as_slice());
        trial.log().push(receiver.recv().await.as_slice());
    });
}

fn mpsc_recv_many(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = mpsc::channel(2);
        let mut messages = Vec::new();
        trial
            .call(
                async || receiver.recv_many(&mut messages, 2).await,
                async || {
                    sender.send(b'1').await.expect("it is open");
                    sender.send(b'2').await.expect("it is open");
                },
            )
            .await;
        trial.log().push(messages);
    });
}

fn mpsc_unbounded_recv(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let first = trial
            .call(
                async || receiver.recv().await,
                async || {
                    sender.send(b'1').expect("it is open");
                },
            )
            .await;
        sender.send(b'2').expect("it is open");
        trial.log().push(first.as_slice());
        trial.log().push(receiver.recv().await.as_slice());
    });
}

fn mpsc_send(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = mpsc::channel(1);
        sender.send(b'1').await.expect("it is open");
        let mut message = Some(b'2');
        trial
            .call(
                async || {
                    if let Some(message) = message.take() {
                        sender.send(message).await.expect("it is open");
                    }
                },
                async || trial.log().push(receiver.recv().await.as_slice()),
            )
            .await;
        trial.log().push(receiver.try_recv().ok().as_slice());
    });
}

fn mpsc_reserve(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = mpsc::channel(1);
        sender.send(b'1').await.expect("it is open");
        let sender = &sender;
        trial
            .in_a_queue(
                async || sender.reserve().await.expect("it is open"),
                async || sender.reserve().await.expect("it is open"),
                async || {
                    receiver.recv().await;
                },
            )
            .await;
    });
}

fn mpsc_reserve_owned(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = mpsc::channel(1);
        sender.send(b'1').await.expect("it is open");
        let mut sender = Some(sender);
        let permit = trial
            .call(
                async || match sender.take() {
                    Some(sender) => sender.reserve_owned().await.ok(),
                    None => None,
                },
                async || trial.log().push(receiver.recv().await.as_slice()),
            )
            .await;
        if let Some(permit) = permit {
            permit.send(b'2');
        }
        trial.log().push(receiver.recv().await.as_slice());
    });
}

fn mpsc_closed(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = mpsc::channel::<u8>(1);
        trial
            .call(async || sender.closed().await, async || receiver.close())
            .await;
        trial.log().push(b"C");
    });
}

fn oneshot_by_reference(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = oneshot::channel();
        let value = trial
            .call(
                async || (&mut receiver).await.ok(),
                async || {
                    sender.send(b'1').expect("it is open");
                },
            )
            .await;
        trial.log().push(value.as_slice());
    });
}

fn oneshot_by_value(trial: &Trial) {
    in_tokio(async {
        let (sender, receiver) = oneshot::channel();
        let mut receiver = Some(receiver);
        let value = trial
            .call(
                async || match receiver.take() {
                    Some(receiver) => receiver.await.ok(),
                    None => None,
                },
                // It fails where the receiver is gone.
                async || _ = sender.send(b'1'),
            )
            .await;
        trial.log().push(value.as_slice());
    });
}

fn broadcast_recv(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = broadcast::channel(2);
        let first = trial
            .call(
                async || receiver.recv().await.ok(),
                async || {
                    sender.send(b'1').expect("it is open");
                },
            )
            .await;
        sender.send(b'2').expect("it is open");
        trial.log().push(first.as_slice());
        trial.log().push(receiver.recv().await.ok().as_slice());
    });
}

fn watch_changed(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = watch::channel(b'0');
        trial
            .call(
                async || receiver.changed().await.expect("it is open"),
                async || sender.send(b'1').expect("it is open"),
            )
            .await;
        trial.log().push([*receiver.borrow()]);
    });
}

fn watch_wait_for(trial: &Trial) {
    in_tokio(async {
        let (sender, mut receiver) = watch::channel(b'0');
        let value = trial
            .call(
                async || {
                    let seen = receiver.wait_for(|&value| value == b'1').await;
                    *seen.expect("it is open")
                },
                async || sender.send(b'1').expect("it is open"),
            )
            .await;
        trial.log().push([value]);
    });
}
