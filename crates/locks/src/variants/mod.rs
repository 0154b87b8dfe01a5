//! The variants, in reading order.

test_fixtures::variants! { crate::Locks:
    std_mutex = "std::sync::Mutex, one thread per worker";
    std_rwlock = "std::sync::RwLock, one thread per worker";
    std_atomic = "AtomicU64::fetch_add, one thread per worker";
    parking_lot = "parking_lot::Mutex, one thread per worker" on "std",
        except {
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: parking_lot::Mutex's page, under Differences from the standard \
                library: no poisoning (parking_lot 0.13, src/mutex.rs)",
        };
    parking_lot_fair = "parking_lot::Mutex handed over by unlock_fair, one thread per worker" on "std",
        except {
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: parking_lot::Mutex's page, under Differences from the standard \
                library: no poisoning (parking_lot 0.13, src/mutex.rs)",
        };
    parking_lot_rwlock = "parking_lot::RwLock, one thread per worker" on "std",
        except {
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: parking_lot::RwLock's page, under Differences from the standard \
                library RwLock: no poisoning (parking_lot 0.13, src/rwlock.rs)",
        };
    arc_swap = "arc_swap::ArcSwap, a value that is replaced whole, one thread per worker" on "std";
    sharded = "one counter per worker, on cache lines of its own, added up at the end" on "std"
        another_job "no shared counter";
    crossbeam = "one thread owns the counter, a bounded channel carries the increments";
    rayon = "map each worker to a counter of its own, then add up"
        another_job "no shared counter";
    tokio = "tokio::sync::Mutex, one task per worker",
        except {
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: tokio::sync::Mutex's page says that it does not poison, and \
                that the data may be left inconsistent (tokio 1.54, \
                src/sync/mutex.rs, poison)",
        };
    tokio_rwlock = "tokio::sync::RwLock, one task per worker",
        except {
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: the drop of a write guard only gives its permits back (tokio \
                1.54, src/sync/rwlock/write_guard.rs, Drop)",
        };
    std_in_tasks = "std::sync::Mutex in tokio's tasks, one per worker" on "tokio";
    smol = "smol::lock::Mutex, one task per worker",
        except {
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: async_lock::MutexGuard's drop only unlocks; its pages have no \
                word on panics (async-lock 3.5, src/mutex.rs, MutexGuard)",
        };
    smol_rwlock = "smol::lock::RwLock, one task per worker",
        except {
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: async_lock::RwLockWriteGuard's drop only unlocks; its pages have \
                no word on panics (async-lock 3.5, src/rwlock.rs, RwLockWriteGuard)",
        };
    async_std = "async_std::sync::Mutex, one task per worker", legacy,
        except {
            "leaves_nothing": "its executor and reactor belong to the process: their \
                threads and descriptors have no way to end before it (async-std 1.13, \
                src/rt/mod.rs)",
            "panic_while_holding": "the guard unlocks when a panic drops it, and nothing \
                is marked: its Mutex is async_lock's, whose pages have no word on panics \
                (async-lock 3.5, src/mutex.rs, MutexGuard)",
        };
}
