//! `async_std::task`, and the attributes' place in it.

use super::{TICK, compute, shared, table, work};

table! {
    "async_std::task", in here;
    async_std { pub(super) use async_std::task; }
    smol { pub(super) use smol::{LocalExecutor, Timer}; }
    tokio { pub(super) use tokio::{runtime::Runtime, task::{self, LocalSet}, time}; }

    "task::spawn", "tokio's handle returns a `Result`: a panic or an abort is an `Err`":
    async_std { task::spawn(work()).await }
    smol { smol::spawn(work()).await }
    tokio { tokio::spawn(work()).await? }

    "task::spawn, and the handle is dropped", "smol's task is cancelled by the drop, so detach it":
    async_std { task::spawn(work()); }
    smol { smol::spawn(work()).detach(); }
    tokio { tokio::spawn(work()); }

    "task::JoinHandle", "smol's `Task` can be kept in a struct: its drop cancels":
    async_std { let handle: task::JoinHandle<u32> = task::spawn(work()); } [ handle.await ]
    smol { let task: smol::Task<u32> = smol::spawn(work()); } [ task.await ]
    tokio { let handle: task::JoinHandle<u32> = task::spawn(work()); } [ handle.await? ]

    "task::JoinHandle::cancel", "tokio's `abort` asks, and the `await` waits for it":
    async_std [ let handle = task::spawn(std::future::pending::<u32>()); ]
    { handle.cancel().await }
    smol [ let task = smol::spawn(std::future::pending::<u32>()); ]
    { task.cancel().await }
    tokio [ let handle = task::spawn(std::future::pending::<u32>()); ]
    { handle.abort(); handle.await.ok() }

    "task::Builder::name", "neither has names without another package":
    async_std { task::Builder::new().name("sum".into()).spawn(work())?.await }
    smol { smol::spawn(work()).await }
    tokio { task::spawn(work()).await? }

    "task::current", "smol has no handle to the task that runs":
    async_std { let id = task::current().id(); } [ _ = id; ]
    smol { }
    tokio { let id = task::try_id(); } [ _ = id; ]

    "task::block_on", "a runtime is a value on tokio, and what it runs ends with it":
    async_std { fn main() { task::block_on(work()); } } [ std::thread::spawn(main).join().is_ok() ]
    smol { fn main() { smol::block_on(work()); } } [ std::thread::spawn(main).join().is_ok() ]
    tokio { fn main() { Runtime::new().expect("a runtime").block_on(work()); } }
    [ std::thread::spawn(main).join().is_ok() ]

    "task::sleep", "tokio's timer has a resolution of one millisecond":
    async_std { task::sleep(TICK).await }
    smol { Timer::after(TICK).await; }
    tokio { time::sleep(TICK).await }

    "task::yield_now", "":
    async_std { task::yield_now().await }
    smol { smol::future::yield_now().await }
    tokio { task::yield_now().await }

    "task::spawn_blocking", "smol's `Task` has to be awaited or detached here, too":
    async_std { task::spawn_blocking(compute).await }
    smol { smol::unblock(compute).await }
    tokio { task::spawn_blocking(compute).await? }

    "task::spawn_local", "the executor for one thread is a value in both":
    async_std [ let shared = shared(); ]
    { task::spawn_local(async move { *shared }).await }
    smol [ let shared = shared(); ]
    { let local = LocalExecutor::new(); local.run(local.spawn(async move { *shared })).await }
    tokio [ let shared = shared(); ]
    { LocalSet::new().run_until(async { task::spawn_local(async move { *shared }).await }).await? }

    "task_local!", "smol has none: pass the value":
    async_std { async_std::task_local! { static LIMIT: u32 = 7; } LIMIT.with(|limit| *limit) }
    smol { let limit = 7; async move { limit }.await }
    tokio { tokio::task_local! { static LIMIT: u32; } LIMIT.scope(7, async { LIMIT.get() }).await }

    "task::{Context, Poll, Waker}", "the standard library has them":
    async_std { let poll: task::Poll<u32> = task::Poll::Ready(7); } [ poll ]
    smol { let poll: std::task::Poll<u32> = std::task::Poll::Ready(7); } [ poll ]
    tokio { let poll: std::task::Poll<u32> = std::task::Poll::Ready(7); } [ poll ]
}
