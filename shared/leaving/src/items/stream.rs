//! `async_std::stream`, and `StreamExt` of its prelude.

use super::{TICK, table};

table! {
    "async_std::stream", in here;
    async_std { pub(super) use async_std::{prelude::*, stream}; }
    smol {
        pub(super) use futures_util::stream::select;
        pub(super) use smol::{Timer, prelude::*, stream};
        pub(super) use std::{pin::pin, time::Instant};
    }
    tokio {
        pub(super) use futures_util::stream::{self, StreamExt, TryStreamExt};
        pub(super) use std::pin::pin;
        pub(super) use tokio::time::{self, Instant, MissedTickBehavior};
    }

    "stream::from_iter", "tokio has no streams of its own: futures-util or tokio-stream":
    async_std { stream::from_iter([7, 8]).count().await }
    smol { stream::iter([7, 8]).count().await }
    tokio { stream::iter([7, 8]).count().await }

    "stream::once", "":
    async_std { stream::once(7).next().await }
    smol { stream::once(7).next().await }
    tokio { stream::iter([7]).next().await }

    "stream::repeat", "":
    async_std { stream::repeat(7).take(2).count().await }
    smol { stream::repeat(7).take(2).count().await }
    tokio { stream::repeat(7).take(2).count().await }

    "stream::empty", "":
    async_std { stream::empty::<u32>().next().await }
    smol { stream::empty::<u32>().next().await }
    tokio { stream::empty::<u32>().next().await }

    "stream::from_fn", "":
    async_std [ let next = || Some(7); ] { stream::from_fn(next).take(2).count().await }
    smol [ let next = || Some(7); ] { stream::iter(std::iter::from_fn(next)).take(2).count().await }
    tokio [ let next = || Some(7); ] { stream::iter(std::iter::from_fn(next)).take(2).count().await }

    "stream::successors", "":
    async_std { stream::successors(Some(1), |n| Some(n * 2)).take(3).last().await }
    smol { stream::iter(std::iter::successors(Some(1), |n| Some(n * 2))).take(3).last().await }
    tokio { stream::iter(std::iter::successors(Some(1), |n| Some(n * 2))).take(3)
        .fold(None, async |_, n| Some(n)).await }

    "stream::interval", "`Timer::interval` and `time::interval` are shorter, and make up for ticks that were missed; tokio's first is at once":
    async_std { let mut ticks = stream::interval(TICK); ticks.next().await; }
    smol { let mut ticks = pin!(stream::unfold(Timer::after(TICK), async |mut timer| {
        (&mut timer).await; timer.set_after(TICK); Some(((), timer)) })); ticks.next().await; }
    tokio { let mut ticks = time::interval_at(Instant::now() + TICK, TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay); ticks.tick().await; }

    "StreamExt::next", "":
    async_std [ let mut numbers = stream::from_iter(0..3); ] { while let Some(_item) = numbers.next().await {} }
    smol [ let mut numbers = stream::iter(0..3); ] { while let Some(_item) = numbers.next().await {} }
    tokio [ let mut numbers = stream::iter(0..3); ] { while let Some(_item) = numbers.next().await {} }

    "StreamExt::map, filter, take", "futures-util's `filter` takes a closure that returns a future":
    async_std { stream::from_iter(1..9).map(|n| n * 3).filter(|n| n % 2 == 0).take(2).count().await }
    smol { stream::iter(1..9).map(|n| n * 3).filter(|n| n % 2 == 0).take(2).count().await }
    tokio { stream::iter(1..9).map(|n| n * 3).filter(|n| std::future::ready(n % 2 == 0)).take(2).count().await }

    "StreamExt::enumerate", "":
    async_std { stream::from_iter([7, 8]).enumerate().map(|(at, n)| at * n).collect::<Vec<usize>>().await }
    smol { stream::iter([7, 8]).enumerate().map(|(at, n)| at * n).collect::<Vec<usize>>().await }
    tokio { stream::iter([7, 8]).enumerate().map(|(at, n)| at * n).collect::<Vec<usize>>().await }

    "StreamExt::fuse", "a fused `Receiver` of smol has to be pinned, too":
    async_std [ let numbers = stream::from_iter([7]); ]
    { let mut numbers = numbers.fuse(); } [ (numbers.next().await, numbers.next().await, numbers.next().await) ]
    smol [ let numbers = stream::iter([7]); ]
    { let mut numbers = numbers.fuse(); } [ (numbers.next().await, numbers.next().await, numbers.next().await) ]
    tokio [ let numbers = stream::iter([7]); ]
    { let mut numbers = numbers.fuse(); } [ (numbers.next().await, numbers.next().await, numbers.next().await) ]

    "StreamExt::fold", "futures-util's closures return futures":
    async_std { stream::from_iter(1..4).fold(0, |sum, n| sum + n).await }
    smol { stream::iter(1..4).fold(0, |sum, n| sum + n).await }
    tokio { stream::iter(1..4).fold(0, async |sum, n| sum + n).await }

    "StreamExt::sum, product, min, max, cmp", "smol and tokio have none of these, nor `eq` and `lt`: fold":
    async_std { stream::from_iter(1..4).sum::<i32>().await }
    smol { stream::iter(1..4).fold(0, |sum, n| sum + n).await }
    tokio { stream::iter(1..4).fold(0, async |sum, n| sum + n).await }

    "StreamExt::find", "futures-util has neither `find` nor `position`":
    async_std { stream::from_iter(1..4).find(|n| n % 2 == 0).await }
    smol { stream::iter(1..4).find(|n| n % 2 == 0).await }
    tokio { stream::iter(1..4).filter(|n| std::future::ready(n % 2 == 0)).next().await }

    "StreamExt::nth, last", "futures-util has neither, nor `step_by`":
    async_std { stream::from_iter(1..4).nth(1).await }
    smol { stream::iter(1..4).nth(1).await }
    tokio { stream::iter(1..4).skip(1).next().await }

    "StreamExt::by_ref", "":
    async_std [ let mut numbers = stream::from_iter(1..4); ]
    { numbers.by_ref().take(2).count().await; } [ numbers.next().await ]
    smol [ let mut numbers = stream::iter(1..4); ]
    { (&mut numbers).take(2).count().await; } [ numbers.next().await ]
    tokio [ let mut numbers = stream::iter(1..4); ]
    { numbers.by_ref().take(2).count().await; } [ numbers.next().await ]

    "StreamExt::delay", "":
    async_std [ let numbers = stream::from_iter(1..4); ]
    { numbers.delay(TICK).count().await }
    smol [ let numbers = stream::iter(1..4); ]
    { Timer::after(TICK).await; numbers.count().await }
    tokio [ let numbers = stream::iter(1..4); ]
    { time::sleep(TICK).await; numbers.count().await }

    "StreamExt::for_each", "":
    async_std { stream::from_iter(1..4).for_each(|n| assert!(n > 0)).await }
    smol { stream::iter(1..4).for_each(|n| assert!(n > 0)).await }
    tokio { stream::iter(1..4).for_each(async |n| assert!(n > 0)).await }

    "StreamExt::collect", "":
    async_std { let all: Vec<u32> = stream::from_iter(1..4).collect().await; } [ all ]
    smol { let all: Vec<u32> = stream::iter(1..4).collect().await; } [ all ]
    tokio { let all: Vec<u32> = stream::iter(1..4).collect().await; } [ all ]

    "StreamExt::collect of results", "`try_collect` stops at the first error, as `collect` did":
    async_std [ let results: [Result<u32, ()>; 2] = [Ok(7), Err(())]; ]
    { let all: Result<Vec<u32>, ()> = stream::from_iter(results).collect().await; } [ all ]
    smol [ let results: [Result<u32, ()>; 2] = [Ok(7), Err(())]; ]
    { let all: Result<Vec<u32>, ()> = stream::iter(results).try_collect().await; } [ all ]
    tokio [ let results: [Result<u32, ()>; 2] = [Ok(7), Err(())]; ]
    { let all: Result<Vec<u32>, ()> = stream::iter(results).try_collect().await; } [ all ]

    "StreamExt::merge", "not smol's `stream::race`, which never ends: `select` of futures-util does":
    async_std { stream::from_iter(0..2).merge(stream::from_iter(5..7)).count().await }
    smol { select(stream::iter(0..2), stream::iter(5..7)).count().await }
    tokio { stream::select(stream::iter(0..2), stream::iter(5..7)).count().await }

    "StreamExt::timeout", "it is each item's, so put it around `next`":
    async_std [ let slow = stream::pending::<u32>(); ]
    { slow.timeout(TICK).next().await.and_then(Result::ok) }
    smol [ let mut slow = stream::pending::<u32>(); ]
    { slow.next().or(async { Timer::after(TICK).await; None }).await }
    tokio [ let mut slow = stream::pending::<u32>(); ]
    { time::timeout(TICK, slow.next()).await.ok().flatten() }

    "StreamExt::throttle", "`zip` with an interval looks alike, but keeps back the first item, and none after a pause":
    async_std [ let numbers = stream::from_iter(0..3); ]
    { numbers.throttle(TICK).count().await }
    smol [ let numbers = stream::iter(0..3); ]
    { stream::unfold((numbers, Instant::now()), async |(mut numbers, at)| {
        Timer::at(at).await; let number = numbers.next().await?;
        Some((number, (numbers, Instant::now() + TICK))) }).count().await }
    tokio [ let numbers = stream::iter(0..3); ]
    { stream::unfold((numbers, Instant::now()), async |(mut numbers, at)| {
        time::sleep_until(at).await; let number = numbers.next().await?;
        Some((number, (numbers, Instant::now() + TICK))) }).count().await }
}
