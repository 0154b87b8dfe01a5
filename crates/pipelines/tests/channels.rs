//! What the book says of the channels on tokio's tasks.

use std::{
    panic::catch_unwind,
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Waker},
};

use crossfire::{
    MAsyncRx, MAsyncTx,
    mpmc::{self, Array},
};
use tokio::sync::mpsc;

/// Waits for an item, and is no longer there when that item is taken.
macro_rules! drop_recv {
    ($recv:expr, $send:expr) => {{
        let mut recv = pin!($recv);
        let mut context = Context::from_waker(Waker::noop());
        assert!(recv.as_mut().poll(&mut context).is_pending());
        $send
    }};
}

#[test]
fn a_dropped_recv_loses_an_item_in_kanal_alone() {
    let (give, mut take) = mpsc::channel(1);
    drop_recv!(take.recv(), give.try_send(7).expect("room"));
    assert_eq!(take.try_recv(), Ok(7));

    let (give, take) = flume::bounded(1);
    drop_recv!(take.recv_async(), give.try_send(7).expect("room"));
    assert_eq!(take.try_recv(), Ok(7));

    let (give, take) = mpmc::bounded_async(1);
    drop_recv!(take.recv(), give.try_send(7).expect("room"));
    assert_eq!(take.try_recv(), Ok(7));

    let (give, take) = kanal::bounded_async(1);
    drop_recv!(take.recv(), assert_eq!(give.try_send(7), Ok(true)));
    assert_eq!(take.try_recv(), Ok(None));
}

/// Who has an item that is left in the queue: the test itself and the queue, or the test.
macro_rules! assert_left {
    ($channel:expr, $send:ident, $owners:expr) => {{
        let item = Arc::new(());
        let (give, take) = $channel;
        let sent = give.$send(Arc::clone(&item));
        assert!(sent.is_ok());
        drop(take);
        assert_eq!(Arc::strong_count(&item), $owners);
        drop(give);
        assert_eq!(Arc::strong_count(&item), 1);
    }};
}

#[test]
fn what_is_left_is_dropped_with_tokios_receiver_or_with_the_last_sender() {
    assert_left!(mpsc::channel(1), try_send, 1);
    assert_left!(flume::bounded(1), try_send, 2);
    assert_left!(mpmc::bounded_async(1), try_send, 2);
    assert_left!(kanal::bounded_async(1), try_send, 2);
}

#[test]
fn no_room_is_four_things() {
    assert!(catch_unwind(|| mpsc::channel::<u8>(0)).is_err());

    let (give, take) = flume::bounded(0);
    assert!(give.try_send(7).is_err());
    drop_recv!(take.recv_async(), assert_eq!(give.try_send(7), Ok(())));

    let (give, _take) = mpmc::bounded_async(0);
    assert!(give.try_send(7).is_ok());
    assert!(give.try_send(7).is_err());

    let (give, _take) = kanal::bounded_async(0);
    assert_eq!(give.try_send(7), Ok(false));
}

/// Should crossfire ask for it, this no longer compiles: then the book's page and the
/// variant's file may say so.
#[test]
fn crossfire_takes_across_threads_what_is_not_send() {
    fn is_send<T: Send>() {}
    is_send::<MAsyncTx<Array<Rc<()>>>>();
    is_send::<MAsyncRx<Array<Rc<()>>>>();
}
