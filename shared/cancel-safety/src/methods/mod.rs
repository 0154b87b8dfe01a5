//! The table, in the order of the page.

mod async_std;
mod channels;
mod futures;
mod smol_bytes;
mod smol_sync;
mod smol_system;
mod tokio_bytes;
mod tokio_channels;
mod tokio_locks;
mod tokio_system;
mod tokio_tasks;

use std::{future::poll_fn, task::Poll, time::Duration};

use smol::future::or;

use crate::Method;

/// Methods that the page shows in one table.
#[derive(Debug)]
pub struct Group {
    /// The table's heading.
    pub title: &'static str,
    /// Its rows.
    pub methods: &'static [Method],
}

impl Group {
    pub(crate) fn has(&self, method: &Method) -> bool {
        let mut methods = self.methods.iter();
        methods.any(|it| (it.package, it.name) == (method.package, method.name))
    }
}

/// The page's tables, in order.
pub const GROUPS: &[Group] = &[
    Group {
        title: "tokio: channels",
        methods: tokio_channels::METHODS,
    },
    Group {
        title: "tokio: locks, permits and notifications",
        methods: tokio_locks::METHODS,
    },
    Group {
        title: "tokio: bytes",
        methods: tokio_bytes::METHODS,
    },
    Group {
        title: "tokio: time and tasks",
        methods: tokio_tasks::METHODS,
    },
    Group {
        title: "tokio: sockets, files, processes and signals",
        methods: tokio_system::METHODS,
    },
    Group {
        title: "smol: channels, locks and events",
        methods: smol_sync::METHODS,
    },
    Group {
        title: "smol: bytes",
        methods: smol_bytes::METHODS,
    },
    Group {
        title: "smol: time, tasks, sockets, processes and signals",
        methods: smol_system::METHODS,
    },
    Group {
        title: "futures",
        methods: futures::METHODS,
    },
    Group {
        title: "Other channels",
        methods: channels::METHODS,
    },
    Group {
        title: "async-std (legacy)",
        methods: async_std::METHODS,
    },
];

/// All methods.
pub fn methods() -> impl Iterator<Item = &'static Method> {
    GROUPS.iter().flat_map(|group| group.methods)
}

/// Two that wait for the clock, and what passes of it meanwhile. A call that begins its
/// wait anew ends behind the second if the part has passed, and else before it, unless the
/// thread is held up for as long as the second is longer.
const FIRST: Duration = Duration::from_millis(10);
const SECOND: Duration = Duration::from_millis(30);
const PART: Duration = Duration::from_millis(25);

/// A runtime of one thread, with one thread for what blocks.
fn in_tokio(future: impl Future<Output = ()>) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().max_blocking_threads(1).build();
    runtime.expect("a runtime can be made").block_on(future);
}

/// What the future gives, or nothing where it is still waiting after some polls.
async fn unless_it_waits<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut polls = 0;
    let patience = poll_fn(|context| {
        polls += 1;
        if polls > 10 {
            return Poll::Ready(None);
        }
        context.waker().wake_by_ref();
        Poll::Pending
    });
    or(async { Some(future.await) }, patience).await
}

/// Calls a function when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
