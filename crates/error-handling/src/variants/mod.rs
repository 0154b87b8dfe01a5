//! The variants, in reading order.

pub use crate::parts::stop;

test_fixtures::variants! { crate::ErrorHandling:
    std_only = "threads that take items from behind a lock, and a flag that wakes those who wait"
        + "../parts/stop.rs";
    crossbeam = "a channel of items, one of outcomes, and one that closes to stop";
    rayon = "a parallel iterator with try_for_each, and a flag for those that wait"
        + "../parts/stop.rs";
    tokio = "JoinQueue and JoinMap, with a panic in the JoinError",
        except {
            "ten_times_the_items": "every task is spawned at once, and each takes memory \
                until it is joined: here tasks are the cost",
        };
    try_join = "join_all and try_join_all: futures in one task, dropped at the first error" on "tokio",
        except {
            "siblings_stopped_among_many": "of more than 30 futures, try_join_all takes \
                the results in input order, so it sees an error when all in front of it \
                are done (futures-util 0.3.34, src/future/try_join_all.rs, FuturesOrdered)",
            "ten_times_the_items": "all futures wait at once, and each takes memory until \
                all are joined: here futures are the cost",
        };
    futures_concurrency = "Vec::join and Vec::try_join: the same, by futures-concurrency" on "tokio",
        except {
            "ten_times_the_items": "all futures wait at once, and each takes memory until \
                all are joined: here futures are the cost",
        };
    smol = "tasks on an executor of the caller's, which send what they come to",
        except {
            "leaves_nothing": "timers start the reactor's thread, which stays with its \
                descriptors until the process ends (async-io 2.6, src/driver.rs)",
            "ten_times_the_items": "every task is spawned at once, and each takes memory \
                until it is awaited: here tasks are the cost",
        };
    async_std = "tasks and JoinHandle::cancel", legacy,
        except {
            "leaves_nothing": "its executor and reactor belong to the process: their \
                threads and descriptors have no way to end before it (async-std 1.13, \
                src/rt/mod.rs)",
            "ten_times_the_items": "every task is spawned at once, and each takes memory \
                until it is awaited: here tasks are the cost",
        };
}
