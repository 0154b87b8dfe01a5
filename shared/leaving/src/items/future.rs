//! `async_std::future`, and `FutureExt` of its prelude.

use super::{TICK, table, work};

table! {
    "async_std::future", in here;
    async_std { pub(super) use async_std::{future, prelude::*}; }
    smol { pub(super) use smol::{Timer, future, io, prelude::*}; }
    tokio { pub(super) use tokio::time; pub(super) use std::future; }

    "future::timeout", "smol has no function for it: `or` polls the work first, then the timer":
    async_std [ let slow = future::pending::<u32>(); ]
    { future::timeout(TICK, slow).await.ok() }
    smol [ let slow = future::pending::<u32>(); ]
    { async { Some(slow.await) }.or(async { Timer::after(TICK).await; None }).await }
    tokio [ let slow = future::pending::<u32>(); ]
    { time::timeout(TICK, slow).await.ok() }

    "future::timeout, with ?", "what `or` gives is an `Option`, which has to become an error; `io::timeout` does, too":
    async_std { future::timeout(TICK, work()).await? }
    smol { async { Some(work().await) }.or(async { Timer::after(TICK).await; None }).await.ok_or_else(|| io::Error::from(io::ErrorKind::TimedOut))? }
    tokio { time::timeout(TICK, work()).await? }

    "FutureExt::timeout", "as above":
    async_std { work().timeout(TICK).await.ok() }
    smol { async { Some(work().await) }.or(async { Timer::after(TICK).await; None }).await }
    tokio { time::timeout(TICK, work()).await.ok() }

    "FutureExt::delay", "in a race or a `join`, put an `async` block around the two":
    async_std { work().delay(TICK).await }
    smol { Timer::after(TICK).await; work().await }
    tokio { time::sleep(TICK).await; work().await }

    "FutureExt::join", "":
    async_std { work().join(work()).await }
    smol { future::zip(work(), work()).await }
    tokio { tokio::join!(work(), work()) }

    "FutureExt::try_join", "":
    async_std [ let one = async { std::io::Result::Ok(7) }; let two = async { Ok(8) }; ]
    { one.try_join(two).await? }
    smol [ let one = async { std::io::Result::Ok(7) }; let two = async { Ok(8) }; ]
    { future::try_zip(one, two).await? }
    tokio [ let one = async { std::io::Result::Ok(7) }; let two = async { std::io::Result::Ok(8) }; ]
    { tokio::try_join!(one, two)? }

    "FutureExt::race", "async-std polls in order; smol's `race` and a plain `select!` at random":
    async_std [ let one = async { 7 }; let two = async { 8 }; ]
    { one.race(two).await }
    smol [ let one = async { 7 }; let two = async { 8 }; ]
    { one.or(two).await }
    tokio [ let one = async { 7 }; let two = async { 8 }; ]
    { tokio::select! { biased; first = one => first, second = two => second } }

    "FutureExt::try_race", "smol and tokio: `select_ok` of futures-util":
    async_std [ let one = async { Err(()) }; let two = async { Ok(8) }; ]
    { one.try_race(two).await.ok() }
    smol [ use futures_util::future::select_ok;
        let one = async { Err(()) }; let two = async { Ok(8) }; ]
    { select_ok([one.boxed(), two.boxed()]).await.ok().map(|(first, _)| first) }
    tokio [ use futures_util::future::{FutureExt, select_ok};
        let one = async { Err(()) }; let two = async { Ok(8) }; ]
    { select_ok([one.boxed(), two.boxed()]).await.ok().map(|(first, _)| first) }

    "future::ready", "the standard library has it":
    async_std { future::ready(7).await }
    smol { std::future::ready(7).await }
    tokio { std::future::ready(7).await }

    "future::pending", "the standard library has it":
    async_std { let never = future::pending::<u32>(); } [ drop(never); ]
    smol { let never = std::future::pending::<u32>(); } [ drop(never); ]
    tokio { let never = std::future::pending::<u32>(); } [ drop(never); ]

    "future::poll_fn", "the standard library has it":
    async_std { future::poll_fn(|_| std::task::Poll::Ready(7)).await }
    smol { std::future::poll_fn(|_| std::task::Poll::Ready(7)).await }
    tokio { std::future::poll_fn(|_| std::task::Poll::Ready(7)).await }
}
