//! The streams, sinks, channels and combinators of futures.

use std::future::poll_fn;

use futures_channel::{mpsc, oneshot};
use futures_util::{
    FutureExt, SinkExt, StreamExt,
    future::{join, join_all},
    lock::Mutex,
    stream::{self, FuturesUnordered},
};
use smol::block_on;

use crate::{
    Documented::Nothing,
    Method, Trial,
    Verdict::{Kept, Lost},
};

const STREAM: &str = "src/stream/stream/mod.rs";

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`StreamExt::next`",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: (STREAM, "fn next(&mut self) -> Next"),
        note: "the item stays in the stream",
        trial: next,
    },
    Method {
        name: "`StreamExt::select_next_some`",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: (STREAM, "fn select_next_some(&mut self)"),
        note: "the item stays in the stream",
        trial: select_next_some,
    },
    Method {
        name: "`next` of `buffer_unordered`",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: (STREAM, "fn buffer_unordered(self"),
        note: "the futures stay in the stream, and none is polled until the next call",
        trial: buffer_unordered,
    },
    Method {
        name: "`next` of `FuturesUnordered`",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: (
            "src/stream/futures_unordered/mod.rs",
            "pub struct FuturesUnordered<Fut>",
        ),
        note: "the futures stay in the set, and none is polled until the next call",
        trial: futures_unordered,
    },
    Method {
        name: "`next` of `chunks`",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: (STREAM, "fn chunks(self"),
        note: "half a chunk is in the stream",
        trial: chunks,
    },
    Method {
        name: "`StreamExt::collect`",
        package: "futures-util",
        verdict: Lost,
        documented: Nothing,
        place: (STREAM, "fn collect<"),
        note: "what it has collected is in the future; loop over `next`",
        trial: collect,
    },
    Method {
        name: "`StreamExt::for_each_concurrent`",
        package: "futures-util",
        verdict: Lost,
        documented: Nothing,
        place: (STREAM, "fn for_each_concurrent<"),
        note: "the items that it has taken are dropped with their futures; pin it",
        trial: for_each_concurrent,
    },
    Method {
        name: "`join_all`",
        package: "futures-util",
        verdict: Lost,
        documented: Nothing,
        place: ("src/future/join_all.rs", "pub fn join_all<"),
        note: "the futures and the outputs are in it; pin it",
        trial: joined,
    },
    Method {
        name: "a clone of `FutureExt::shared`",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: ("src/future/future/mod.rs", "fn shared(self)"),
        note: "the future is in the other clones, and goes on where one is polled",
        trial: shared,
    },
    Method {
        name: "`Mutex::lock`",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: ("src/lock/mutex.rs", "pub fn lock(&self)"),
        note: "the next call takes the place that has become free: the list is no queue",
        trial: mutex_lock,
    },
    Method {
        name: "`SinkExt::send` into `mpsc::Sender`, full",
        package: "futures-util",
        verdict: Lost,
        documented: Nothing,
        place: ("src/sink/mod.rs", "fn send(&mut self"),
        note: "the message is dropped with the future; `poll_ready` first, then `start_send`",
        trial: send_when_full,
    },
    Method {
        name: "`SinkExt::send` into `mpsc::Sender`, with room",
        package: "futures-util",
        verdict: Kept,
        documented: Nothing,
        place: ("src/sink/mod.rs", "fn send(&mut self"),
        note: "the message is in the channel, and the future waits until it is taken",
        trial: send_with_room,
    },
    Method {
        name: "`poll_ready`, then `start_send`",
        package: "futures-channel",
        verdict: Kept,
        documented: Nothing,
        place: ("src/mpsc/mod.rs", "pub fn poll_ready("),
        note: "the message is with the caller until there is room",
        trial: ready_then_sent,
    },
    Method {
        name: "`next` of `mpsc::Receiver`",
        package: "futures-channel",
        verdict: Kept,
        documented: Nothing,
        place: ("src/mpsc/mod.rs", "pub struct Receiver<T>"),
        note: "the message stays in the channel",
        trial: recv,
    },
    Method {
        name: "`&mut oneshot::Receiver`",
        package: "futures-channel",
        verdict: Kept,
        documented: Nothing,
        place: ("src/oneshot.rs", "pub struct Receiver<T>"),
        note: "the value stays in the channel",
        trial: oneshot_by_reference,
    },
    Method {
        name: "`oneshot::Receiver` by value",
        package: "futures-channel",
        verdict: Lost,
        documented: Nothing,
        place: ("src/oneshot.rs", "pub struct Receiver<T>"),
        note: "the receiver is the future: the value is dropped; await `&mut receiver`",
        trial: oneshot_by_value,
    },
];

/// A stream that has two items, and what brings two more and its end.
fn half() -> (mpsc::UnboundedReceiver<u8>, impl AsyncFnOnce()) {
    let (sender, receiver) = mpsc::unbounded();
    let send = move |item: u8| sender.unbounded_send(item).expect("it is open");
    send(b'1');
    send(b'2');
    let go_on = async move || {
        send(b'3');
        send(b'4');
        drop(send);
    };
    (receiver, go_on)
}

fn next(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = mpsc::unbounded();
        let mut items = receiver.map(|item: u8| item + 1);
        let first = trial
            .call(
                async || items.next().await,
                async || {
                    sender.unbounded_send(b'0').expect("it is open");
                    sender.unbounded_send(b'1').expect("it is open");
                },
            )
            .await;
        trial.log().push(first.as_slice());
        trial.log().push(items.next().await.as_slice());
    });
}

fn select_next_some(trial: &Trial) {
    block_on(async {
        let (sender, mut receiver) = mpsc::unbounded();
        let first = trial
            .call(
                async || receiver.select_next_some().await,
                async || {
                    sender.unbounded_send(b'1').expect("it is open");
                    sender.unbounded_send(b'2').expect("it is open");
                },
            )
            .await;
        trial.log().push([first, receiver.select_next_some().await]);
    });
}

fn buffer_unordered(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = oneshot::channel::<u8>();
        let work = async {
            let item = receiver.await.expect("it is sent");
            trial.log().push([item]);
            b'2'
        };
        let work = stream::iter([work]).buffer_unordered(2);
        let mut work = std::pin::pin!(work);
        let done = trial
            .call(
                async || work.next().await,
                async || {
                    sender.send(b'1').expect("it is waited for");
                },
            )
            .await;
        trial.log().push(done.as_slice());
    });
}

fn futures_unordered(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = oneshot::channel::<u8>();
        let mut work = FuturesUnordered::new();
        work.push(async {
            let item = receiver.await.expect("it is sent");
            trial.log().push([item]);
            b'2'
        });
        let done = trial
            .call(
                async || work.next().await,
                async || {
                    sender.send(b'1').expect("it is waited for");
                },
            )
            .await;
        trial.log().push(done.as_slice());
    });
}

fn chunks(trial: &Trial) {
    block_on(async {
        let (receiver, go_on) = half();
        let mut chunks = receiver.chunks(3);
        let first = trial.call(async || chunks.next().await, go_on).await;
        trial.log().push(first.unwrap_or_default());
        trial.log().push(chunks.next().await.unwrap_or_default());
    });
}

fn collect(trial: &Trial) {
    block_on(async {
        let (mut receiver, go_on) = half();
        let collects = async || receiver.by_ref().collect::<Vec<_>>().await;
        trial.log().push(trial.call(collects, go_on).await);
    });
}

fn for_each_concurrent(trial: &Trial) {
    block_on(async {
        let (mut receiver, go_on) = half();
        let (sender, ready) = oneshot::channel::<()>();
        let ready = &ready.shared();
        let each = async || {
            let work = async |item| {
                _ = ready.clone().await;
                trial.log().push([item]);
            };
            receiver.by_ref().for_each_concurrent(None, work).await;
        };
        let event = async || {
            go_on().await;
            sender.send(()).expect("it is waited for");
        };
        trial.call(each, event).await;
    });
}

fn joined(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = oneshot::channel();
        let (done, outcome) = oneshot::channel();
        done.send(b'1').expect("it is open");
        let mut work = Some([outcome, receiver]);
        let outputs = trial
            .call(
                async || match work.take() {
                    Some(work) => join_all(work).await,
                    None => Vec::new(),
                },
                // It fails where the receiver is gone.
                async || _ = sender.send(b'2'),
            )
            .await;
        let outputs = outputs.into_iter().filter_map(Result::ok);
        trial.log().push(outputs.collect::<Vec<_>>());
    });
}

fn shared(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = oneshot::channel::<u8>();
        let work = async {
            let item = receiver.await.expect("it is sent");
            trial.log().push([item]);
            b'2'
        };
        let work = work.boxed_local().shared();
        let done = trial
            .call(
                async || work.clone().await,
                async || {
                    sender.send(b'1').expect("it is waited for");
                },
            )
            .await;
        trial.log().push([done]);
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

/// A channel with room for none, and one a sender; what comes out of it is logged.
async fn into_channel(trial: &Trial, send: impl AsyncFnOnce(mpsc::Sender<u8>)) {
    let (sender, mut receiver) = mpsc::channel(0);
    let receive = async {
        while let Some(message) = receiver.next().await {
            trial.log().push([message]);
        }
    };
    join(send(sender), receive).await;
}

fn send_when_full(trial: &Trial) {
    block_on(into_channel(trial, async |mut sender| {
        sender.try_send(b'1').expect("it has room");
        let mut message = Some(b'2');
        let sends = async || {
            if let Some(message) = message.take() {
                sender.send(message).await.expect("it is open");
            }
        };
        trial.call(sends, async || {}).await;
    }));
}

fn send_with_room(trial: &Trial) {
    block_on(into_channel(trial, async |mut sender| {
        let mut message = Some(b'1');
        let sends = async || {
            if let Some(message) = message.take() {
                sender.send(message).await.expect("it is open");
            }
        };
        trial.call(sends, async || {}).await;
    }));
}

fn ready_then_sent(trial: &Trial) {
    block_on(into_channel(trial, async |mut sender| {
        sender.try_send(b'1').expect("it has room");
        let is_ready = async || poll_fn(|context| sender.poll_ready(context)).await;
        trial.call(is_ready, async || {}).await.expect("it is open");
        sender.start_send(b'2').expect("it has room");
    }));
}

fn recv(trial: &Trial) {
    block_on(async {
        let (mut sender, mut receiver) = mpsc::channel(1);
        let first = trial
            .call(
                async || receiver.next().await,
                async || {
                    sender.try_send(b'1').expect("it has room");
                    sender.try_send(b'2').expect("it has room");
                },
            )
            .await;
        trial.log().push(first.as_slice());
        trial.log().push(receiver.next().await.as_slice());
    });
}

fn oneshot_by_reference(trial: &Trial) {
    block_on(async {
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
    block_on(async {
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
