//! `async_std::channel`.

use super::table;

table! {
    "async_std::channel", in here;
    async_std { pub(super) use async_std::{channel, prelude::*}; pub(super) use std::{pin::pin, thread}; }
    smol { pub(super) use smol::{channel, prelude::*}; pub(super) use std::{pin::pin, thread}; }
    tokio { pub(super) use tokio::sync::{Mutex, mpsc}; pub(super) use std::{sync::Arc, thread}; }

    "channel::bounded", "smol's is a later version of the same package":
    async_std { let (sender, receiver) = channel::bounded(1); }
    [ sender.send(7).await?; receiver.recv().await.ok() ]
    smol { let (sender, receiver) = channel::bounded(1); }
    [ sender.send(7).await?; receiver.recv().await.ok() ]
    tokio { let (sender, mut receiver) = mpsc::channel(1); }
    [ sender.send(7).await?; receiver.recv().await ]

    "channel::unbounded", "tokio's `send` does not wait, and is no future":
    async_std { let (sender, receiver) = channel::unbounded(); sender.send(7).await?; }
    [ receiver.recv().await.ok() ]
    smol { let (sender, receiver) = channel::unbounded(); sender.send(7).await?; }
    [ receiver.recv().await.ok() ]
    tokio { let (sender, mut receiver) = mpsc::unbounded_channel(); sender.send(7)?; }
    [ receiver.recv().await ]

    "channel::Receiver::recv", "the end is an `Err`, on tokio it is `None`":
    async_std [ let (sender, receiver) = channel::bounded::<u32>(1); drop(sender); ]
    { receiver.recv().await.ok() }
    smol [ let (sender, receiver) = channel::bounded::<u32>(1); drop(sender); ]
    { receiver.recv().await.ok() }
    tokio [ let (sender, mut receiver) = mpsc::channel::<u32>(1); drop(sender); ]
    { receiver.recv().await }

    "channel::Sender::try_send", "":
    async_std [ let (sender, _receiver) = channel::bounded(1); ] { sender.try_send(7).is_ok() }
    smol [ let (sender, _receiver) = channel::bounded(1); ] { sender.try_send(7).is_ok() }
    tokio [ let (sender, _receiver) = mpsc::channel(1); ] { sender.try_send(7).is_ok() }

    "channel::Receiver::try_recv", "":
    async_std [ let (_sender, receiver) = channel::bounded::<u32>(1); ] { receiver.try_recv().ok() }
    smol [ let (_sender, receiver) = channel::bounded::<u32>(1); ] { receiver.try_recv().ok() }
    tokio [ let (_sender, mut receiver) = mpsc::channel::<u32>(1); ] { receiver.try_recv().ok() }

    "channel::Receiver::clone", "tokio's has one consumer: `while let` would hold the lock during its body, so receive in a `let`; async-channel, which async-std's is, works on tokio":
    async_std [ let (sender, receiver) = channel::bounded(1); sender.send(7).await?; ]
    { let second = receiver.clone(); } [ second.recv().await.ok() ]
    smol [ let (sender, receiver) = channel::bounded(1); sender.send(7).await?; ]
    { let second = receiver.clone(); } [ second.recv().await.ok() ]
    tokio [ let (sender, receiver) = mpsc::channel(1); sender.send(7).await?; ]
    { let receiver = Arc::new(Mutex::new(receiver)); let second = Arc::clone(&receiver); }
    [ second.lock().await.recv().await ]

    "channel::Receiver as a Stream", "smol's has to be pinned":
    async_std [ let (sender, mut receiver) = channel::bounded(1); sender.send(7).await?; ]
    { let item = receiver.next().await; } [ item ]
    smol [ let (sender, receiver) = channel::bounded(1); sender.send(7).await?; ]
    { let mut receiver = pin!(receiver); let item = receiver.next().await; } [ item ]
    tokio [ let (sender, mut receiver) = mpsc::channel(1); sender.send(7).await?; ]
    { let item = receiver.recv().await; } [ item ]

    "channel::Sender::close", "on tokio the receiver closes; async-channel's sender can, on tokio as well":
    async_std [ let (sender, _receiver) = channel::bounded::<u32>(1); ]
    { sender.close(); } [ sender.is_closed() ]
    smol [ let (sender, _receiver) = channel::bounded::<u32>(1); ]
    { sender.close(); } [ sender.is_closed() ]
    tokio [ let (sender, mut receiver) = mpsc::channel::<u32>(1); ]
    { receiver.close(); } [ sender.is_closed() ]

    "channel::Sender::len", "":
    async_std [ let (sender, _receiver) = channel::bounded(2); sender.send(7).await?; ]
    { sender.len() }
    smol [ let (sender, _receiver) = channel::bounded(2); sender.send(7).await?; ]
    { sender.len() }
    tokio [ let (sender, _receiver) = mpsc::channel(2); sender.send(7).await?; ]
    { sender.max_capacity() - sender.capacity() }

    "channel::Sender::send_blocking", "tokio's panics where it is called in a task":
    async_std [ let (sender, receiver) = channel::bounded(1); ]
    { let thread = thread::spawn(move || sender.send_blocking(7)); }
    [ _ = thread.join(); receiver.recv().await.ok() ]
    smol [ let (sender, receiver) = channel::bounded(1); ]
    { let thread = thread::spawn(move || sender.send_blocking(7)); }
    [ _ = thread.join(); receiver.recv().await.ok() ]
    tokio [ let (sender, mut receiver) = mpsc::channel(1); ]
    { let thread = thread::spawn(move || sender.blocking_send(7)); }
    [ _ = thread.join(); receiver.recv().await ]
}
