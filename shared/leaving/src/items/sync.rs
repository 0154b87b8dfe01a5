//! `async_std::sync`.

use super::table;

table! {
    "async_std::sync", in here;
    async_std { pub(super) use async_std::{sync::*, task}; }
    smol { pub(super) use smol::lock::*; pub(super) use std::sync::{Arc, Weak};
        pub(super) use event_listener::Event; }
    tokio { pub(super) use tokio::sync::*; pub(super) use std::sync::{Arc, Weak}; }

    "sync::Mutex", "smol's is the same type; tokio's waiters take turns":
    async_std { let mutex = Mutex::new(7); } [ mutex.into_inner() ]
    smol { let mutex = Mutex::new(7); } [ mutex.into_inner() ]
    tokio { let mutex = Mutex::new(7); } [ mutex.into_inner() ]

    "sync::Mutex::lock", "":
    async_std [ let mutex = Mutex::new(7); ] { *mutex.lock().await += 1; } [ mutex.into_inner() ]
    smol [ let mutex = Mutex::new(7); ] { *mutex.lock().await += 1; } [ mutex.into_inner() ]
    tokio [ let mutex = Mutex::new(7); ] { *mutex.lock().await += 1; } [ mutex.into_inner() ]

    "sync::Mutex::try_lock", "tokio returns a `Result`":
    async_std [ let mutex = Mutex::new(7); ] { mutex.try_lock().is_some() }
    smol [ let mutex = Mutex::new(7); ] { mutex.try_lock().is_some() }
    tokio [ let mutex = Mutex::new(7); ] { mutex.try_lock().is_ok() }

    "sync::Mutex::lock_arc", "":
    async_std [ let mutex = Arc::new(Mutex::new(7)); ]
    { let guard = mutex.lock_arc().await; } [ *guard ]
    smol [ let mutex = Arc::new(Mutex::new(7)); ]
    { let guard = mutex.lock_arc().await; } [ *guard ]
    tokio [ let mutex = Arc::new(Mutex::new(7)); ]
    { let guard = Arc::clone(&mutex).lock_owned().await; } [ *guard ]

    "sync::RwLock", "smol's is the same type":
    async_std [ let lock = RwLock::new(7); ]
    { *lock.write().await += 1; let value = *lock.read().await; } [ value ]
    smol [ let lock = RwLock::new(7); ]
    { *lock.write().await += 1; let value = *lock.read().await; } [ value ]
    tokio [ let lock = RwLock::new(7); ]
    { *lock.write().await += 1; let value = *lock.read().await; } [ value ]

    "sync::RwLock::upgradable_read", "tokio can't upgrade: write from the start":
    async_std [ let lock = RwLock::new(7); ]
    { let guard = RwLockUpgradableReadGuard::upgrade(lock.upgradable_read().await).await; }
    [ *guard ]
    smol [ let lock = RwLock::new(7); ]
    { let guard = RwLockUpgradableReadGuard::upgrade(lock.upgradable_read().await).await; }
    [ *guard ]
    tokio [ let lock = RwLock::new(7); ]
    { let guard = lock.write().await; } [ *guard ]

    "sync::Barrier", "smol's is the same type":
    async_std { Barrier::new(1).wait().await.is_leader() }
    smol { Barrier::new(1).wait().await.is_leader() }
    tokio { Barrier::new(1).wait().await.is_leader() }

    "sync::Condvar::wait", "listen before you look, or the notice is lost":
    async_std [
        let both = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&both);
        task::spawn(async move { *other.0.lock().await = true; other.1.notify_all(); });
        let (ready, changed) = &*both;
    ]
    { let mut seen = ready.lock().await; while !*seen { seen = changed.wait(seen).await; } }
    [ *seen ]
    smol [
        let both = Arc::new((Mutex::new(false), Event::new()));
        let other = Arc::clone(&both);
        let _task = smol::spawn(async move {
            *other.0.lock().await = true;
            other.1.notify(usize::MAX);
        });
        let (ready, changed) = &*both;
    ]
    { let seen = loop { let notice = changed.listen(); let seen = ready.lock().await; if *seen { break seen; } drop(seen); notice.await; }; }
    [ *seen ]
    tokio [
        let both = Arc::new((Mutex::new(false), Notify::new()));
        let other = Arc::clone(&both);
        tokio::spawn(async move { *other.0.lock().await = true; other.1.notify_waiters(); });
        let (ready, changed) = &*both;
    ]
    { let seen = loop { let notice = changed.notified(); let seen = ready.lock().await; if *seen { break seen; } drop(seen); notice.await; }; }
    [ *seen ]

    "sync::Condvar::notify_one, notify_all", "if nobody waits, a notice is lost; only tokio's `notify_one` keeps it, for the next `notified`":
    async_std [ let changed = Condvar::new(); ] { changed.notify_one(); changed.notify_all(); }
    smol [ let changed = Event::new(); ] { changed.notify_additional(1); changed.notify(usize::MAX); }
    tokio [ let changed = Notify::new(); ] { changed.notify_one(); changed.notify_waiters(); }

    "sync::{Arc, Weak}", "the standard library has them":
    async_std { let weak: Weak<u32> = Arc::downgrade(&Arc::new(7)); } [ weak.upgrade() ]
    smol { let weak: Weak<u32> = Arc::downgrade(&Arc::new(7)); } [ weak.upgrade() ]
    tokio { let weak: Weak<u32> = Arc::downgrade(&Arc::new(7)); } [ weak.upgrade() ]
}
