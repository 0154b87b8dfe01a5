//! What a deadline is worth beside work that is always ready, under each combinator that
//! people put around it: as long as the work gives way to nobody, nothing.

use std::{
    pin::pin,
    thread,
    time::{Duration, Instant},
};

use async_std::prelude::FutureExt as _;
use futures_util::{
    FutureExt, future::select, stream::FuturesUnordered, stream::StreamExt,
};
use smol::{Timer, future};

/// How long the work takes if nothing stops it, and how long it is given.
const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(10);
const LIMIT: Duration = Duration::from_millis(20);

/// Work whose steps are all ready, as those of a busy peer's reader are.
async fn work(gives_way: bool) {
    let clock = Instant::now();
    let time = if gives_way { LONG } else { SHORT };
    while clock.elapsed() < time {
        future::ready(()).await;
        thread::sleep(Duration::from_millis(1));
        if gives_way {
            future::yield_now().await;
        }
    }
}

async fn deadline() {
    Timer::after(LIMIT).await;
}

/// The work under a combinator.
type Race = fn(gives_way: bool);

const RACES: [(&str, Race); 7] = [
    ("smol's or", |gives_way| {
        smol::block_on(future::or(work(gives_way), deadline()));
    }),
    ("smol's race", |gives_way| {
        smol::block_on(future::race(work(gives_way), deadline()));
    }),
    ("async-std's timeout", |gives_way| {
        let timed = async_std::future::timeout(LIMIT, work(gives_way));
        assert_eq!(async_std::task::block_on(timed).is_err(), gives_way);
    }),
    ("async-std's race", |gives_way| {
        async_std::task::block_on(work(gives_way).race(deadline()));
    }),
    ("futures' select", |gives_way| {
        smol::block_on(async {
            select(pin!(work(gives_way)), pin!(deadline())).await;
        });
    }),
    ("futures' select, the deadline first", |gives_way| {
        smol::block_on(async {
            select(pin!(deadline()), pin!(work(gives_way))).await;
        });
    }),
    ("FuturesUnordered", |gives_way| {
        smol::block_on(async {
            let both = [work(gives_way).boxed(), deadline().boxed()];
            both.into_iter()
                .collect::<FuturesUnordered<_>>()
                .next()
                .await;
        });
    }),
];

#[test]
fn no_combinator_stops_what_does_not_yield() {
    for (name, race) in RACES {
        let clock = Instant::now();
        race(false);
        let took = clock.elapsed();
        assert!(took >= SHORT, "{name} ended it after {took:?}");
    }
}

#[test]
fn each_stops_what_gives_way() {
    for (name, race) in RACES {
        let clock = Instant::now();
        race(true);
        let took = clock.elapsed();
        assert!(
            (LIMIT..LONG).contains(&took),
            "{name} ended it after {took:?}"
        );
    }
}
