//! Channels that belong to no runtime.

use smol::block_on;

use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost},
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`Receiver::recv_async`",
        package: "flume",
        verdict: Kept,
        documented: Nothing,
        place: ("src/async.rs", "pub fn recv_async(&self)"),
        note: "the message stays in the channel",
        trial: flume_recv,
    },
    Method {
        name: "`Sender::send_async`",
        package: "flume",
        verdict: Lost,
        documented: Nothing,
        place: ("src/async.rs", "pub fn send_async(&self"),
        note: "the message is dropped with the future, or sent after all: nobody can say",
        trial: flume_send,
    },
    Method {
        name: "`AsyncRx::recv`",
        package: "crossfire",
        verdict: Kept,
        documented: As(Kept, "This function is cancellation-safe"),
        place: ("src/async_rx.rs", "pub fn recv<'a>(&'a self)"),
        note: "the message stays in the channel",
        trial: crossfire_recv,
    },
    Method {
        name: "`AsyncTx::send`",
        package: "crossfire",
        verdict: Lost,
        documented: As(Lost, "the original message cannot be returned"),
        place: ("src/async_tx.rs", "pub fn send<'a>(&'a self"),
        note: "the message is dropped with the future, which its page calls cancellation-safe",
        trial: crossfire_send,
    },
    Method {
        name: "`AsyncReceiver::recv`",
        package: "kanal",
        verdict: Lost,
        documented: As(Lost, "it may result in the loss of the received value"),
        place: ("src/lib.rs", "pub fn recv(&'_ self) -> ReceiveFuture"),
        note: "a message that has been written into the future is dropped with it; spawn it",
        trial: kanal_recv,
    },
    Method {
        name: "`AsyncSender::send`",
        package: "kanal",
        verdict: Lost,
        documented: Nothing,
        place: ("src/lib.rs", "pub fn send(&'_ self"),
        note: "the message is dropped with the future, or sent after all: nobody can say",
        trial: kanal_send,
    },
];

fn flume_recv(trial: &Trial) {
    let (sender, receiver) = flume::bounded(2);
    let first = block_on(trial.call(
        async || receiver.recv_async().await.ok(),
        async || sender.try_send(b'1').expect("it has room"),
    ));
    sender.try_send(b'2').expect("it has room");
    trial.log().push(first.as_slice());
    trial.log().push(receiver.try_recv().ok().as_slice());
}

fn flume_send(trial: &Trial) {
    let (sender, receiver) = flume::bounded(1);
    sender.try_send(b'1').expect("it has room");
    let mut message = Some(b'2');
    block_on(trial.call(
        async || {
            if let Some(message) = message.take() {
                sender.send_async(message).await.expect("it is open");
            }
        },
        async || trial.log().push(receiver.try_recv().ok().as_slice()),
    ));
    trial.log().push(receiver.try_recv().ok().as_slice());
}

fn crossfire_recv(trial: &Trial) {
    let (sender, receiver) = crossfire::mpmc::bounded_async(2);
    let first = block_on(trial.call(
        async || receiver.recv().await.ok(),
        async || sender.try_send(b'1').expect("it has room"),
    ));
    sender.try_send(b'2').expect("it has room");
    trial.log().push(first.as_slice());
    trial.log().push(receiver.try_recv().ok().as_slice());
}

fn crossfire_send(trial: &Trial) {
    let (sender, receiver) = crossfire::mpmc::bounded_async(1);
    sender.try_send(b'1').expect("it has room");
    let mut message = Some(b'2');
    block_on(trial.call(
        async || {
            if let Some(message) = message.take() {
                sender.send(message).await.expect("it is open");
            }
        },
        async || trial.log().push(receiver.try_recv().ok().as_slice()),
    ));
    trial.log().push(receiver.try_recv().ok().as_slice());
}

fn kanal_recv(trial: &Trial) {
    let (sender, receiver) = kanal::bounded_async(2);
    let received = block_on(trial.call(
        async || receiver.recv().await.ok(),
        async || {
            // The second is for a call that has lost the first.
            sender.try_send(b'1').expect("it has room");
            sender.try_send(b'2').expect("it has room");
        },
    ));
    trial.log().push(received.as_slice());
    trial
        .log()
        .push(receiver.try_recv().ok().flatten().as_slice());
}

fn kanal_send(trial: &Trial) {
    let (sender, receiver) = kanal::bounded_async(1);
    sender.try_send(b'1').expect("it has room");
    let mut message = Some(b'2');
    block_on(trial.call(
        async || {
            if let Some(message) = message.take() {
                sender.send(message).await.expect("it is open");
            }
        },
        async || {
            trial
                .log()
                .push(receiver.try_recv().ok().flatten().as_slice())
        },
    ));
    trial
        .log()
        .push(receiver.try_recv().ok().flatten().as_slice());
}
