//! iceoryx2's publish-subscribe: each worker process publishes its squares in loaned
//! samples, and a thread here copies them into the array.
//!
//! Both sides open two services by one name: one of samples, and one of events, since a
//! subscriber can't wait for a sample.
//!
//! # What to notice
//! - A sample is written in place, in shared memory, and only its place is sent. The copy
//!   into the array is the only one; a program that reads samples where they lie has none.
//! - By default a full queue drops its oldest sample. To keep all takes a setting, and a
//!   reader that is connected before the first is sent.
//! - Processes find each other by names, in `/dev/shm` and in a directory. They stay where a
//!   process is killed, until a node of the same directory is made or dropped.
//!
//! # When not to use this
//! Where one process starts the other, as here: `mmap` and `ring` hand descriptors down, and
//! need no names. This is for processes that come and go, and for many readers.

use anyhow::{Context, Error, Result};

use crate::{
    Job, Output,
    work::{Order, ensure_shared_room, zeroed},
};

/// What a sample takes beside its values, in bytes: a header, and places in queues.
const HEADER: usize = 72;
/// What a worker's services take beside samples: a dozen pages, and some more.
const MANAGEMENT: usize = 1 << 16;

/// What the package's errors don't say.
const WHERE: &str = "iceoryx2, which has its memory in /dev/shm";

/// Has squares made by worker processes, and copies them from where they lie.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let (node, workers, batch) = (node(job)?, job.workers.get(), job.batch.get());
    // As many as `fill` has queued, one that is written and one that is read.
    let samples = (CAPACITY / batch).max(1) + 2;
    let size = batch.min(job.share()) * size_of::<f64>() + HEADER;
    ensure_shared_room(job.parts().len() * (samples * size + MANAGEMENT))?;
    let worker =
        |service: &ServiceName, part| job.worker_of("iceoryx2", part, service.as_str());
    let workers = fill(&node, &mut array, workers, batch, worker);
    let workers = workers.map_err(Error::from_boxed).context(WHERE)?;
    Ok(Output::new(job.sum(workers)?, array))
}

/// In a worker: makes the squares of its part, and returns their sum.
pub(crate) fn work(order: &Order) -> Result<f64> {
    let (part, batch) = (order.part.clone(), order.job.batch.get());
    let (node, service) = (node(&order.job)?, ServiceName::new(&order.service)?);
    let mut sum = 0.0;
    let values = |first, squares: &mut [f64]| {
        sum += order.job.fill_unrecorded(first, squares);
    };
    let filled = fill_part(&node, &service, part, batch, values);
    filled.map_err(Error::from_boxed).context(WHERE)?;
    Ok(sum)
}

/// A node of the domain that the stage clears.
fn node(job: &Job) -> Result<Node<Service>> {
    let domain = job.domain.as_ref().context("the stage makes a domain")?;
    let mut config = Config::default();
    config.global.set_root_path(&Path::try_from(&*domain.root)?);
    config.global.prefix = FileName::try_from(&*domain.prefix)?;
    NodeBuilder::new().config(&config).create().context(WHERE)
}

// The lesson: everything below can be taken home.
// It needs iceoryx2.
// It comes with worker.rs.

use std::{
    error,
    fmt::Debug,
    io,
    ops::Range,
    process::{self, Command, Stdio},
    thread,
};

use iceoryx2::{
    port::{
        listener::{Listener, ListenerWaitError},
        notifier::Notifier,
        subscriber::Subscriber,
        update_connections::UpdateConnections,
    },
    prelude::*,
};

use super::worker::Worker;

/// Its ports can be handed to another thread.
pub type Service = ipc_threadsafe::Service;

/// Each call of the package has errors of its own.
pub type Failure = Box<dyn error::Error + Send + Sync>;

/// How many values may be on their way from a worker, where one sample has fewer: as many
/// as a pipe holds by default, 64 KiB of doubles.
pub const CAPACITY: usize = 8192;

/// The events: a worker has its port, its reader is connected to that, a sample was sent,
/// and the worker has ended.
const PUBLISHER: EventId = EventId::new(0);
const CONNECTED: EventId = EventId::new(1);
const SAMPLE: EventId = EventId::new(2);
const ENDED: EventId = EventId::new(3);

/// Has the array filled, one part per worker process: `worker` makes the command that
/// calls [`fill_part`] on a part, with the name of its service. Returns how each of them
/// ended, in order, with what it wrote to standard output: where one failed, its part is
/// not whole.
///
/// # Errors
/// The system starts no more threads or processes, or a service can't be had; all of them
/// have ended.
///
/// # Panics
/// There is no worker, or no value in a sample.
pub fn fill<T: Copy + Debug + Send + ZeroCopySend + 'static>(
    node: &Node<Service>,
    array: &mut [T],
    workers: usize,
    batch: usize,
    worker: impl Fn(&ServiceName, Range<usize>) -> io::Result<Command>,
) -> Result<Vec<process::Output>, Failure> {
    assert!(workers > 0, "there is no worker");
    let share = array.len().div_ceil(workers).max(1);
    let parts = (0..).step_by(share).zip(array.chunks_mut(share));
    thread::scope(|scope| {
        let readers = parts.enumerate().map(|(number, (first, part))| {
            let name = format!("fill/{}/{number}", node.id());
            let name = ServiceName::new(&name)?;
            // The memory for all samples is set aside at once.
            let samples = node
                .service_builder(&name)
                .publish_subscribe::<[T]>()
                .enable_safe_overflow(false)
                .subscriber_max_buffer_size((CAPACITY / batch).max(1))
                .subscriber_max_borrowed_samples(1)
                .max_subscribers(1)
                .max_publishers(1)
                .max_nodes(2)
                .create()?;
            let events = node.service_builder(&name).event();
            let events = events.max_nodes(2).create()?;
            let subscriber = samples.subscriber_builder().create()?;
            let listener = events.listener_builder().create()?;
            let connected = events.notifier_builder().default_event_id(CONNECTED);
            let ended = events.notifier_builder().default_event_id(ENDED);
            let connected = Closing(connected.create()?);
            let closing = Closing(ended.create()?);
            let worker = worker(&name, first..first + part.len())?;
            let worker = Worker::start(worker, Stdio::null())?;
            let thread = thread::Builder::new().name(format!("reader {number}"));
            let thread = thread.spawn_scoped(scope, move || {
                receive(&subscriber, &listener, &connected, part)
            })?;
            Ok((thread, worker, closing))
        });
        // Where one can't be started, all workers are killed, and their readers end.
        let readers = readers.collect::<Result<Vec<_>, Failure>>()?;
        let ends = readers.into_iter().map(|(reader, worker, closing)| {
            let end = worker.finish()?;
            drop(closing);
            let read = reader.join().expect("reading does not panic");
            // How a worker failed says more than that its samples did not come.
            if end.status.success() {
                read?;
            }
            Ok(end)
        });
        ends.collect()
    })
}

/// Notifies when it is dropped: a reader, that its worker has ended; or a worker that waits
/// for its reader, even where that has failed.
struct Closing(Notifier<Service>);

impl Drop for Closing {
    fn drop(&mut self) {
        // It can fail of an event that a service lacks, and of a deadline, which this has
        // none of.
        let _ = self.0.notify();
    }
}

/// Copies one worker's samples into its part of the array, until the worker has ended.
fn receive<T: Copy + Debug + ZeroCopySend + 'static>(
    subscriber: &Subscriber<Service, [T], ()>,
    listener: &Listener<Service>,
    connected: &Closing,
    part: &mut [T],
) -> Result<(), Failure> {
    let (mut filled, mut has_port, mut has_ended) = (0, false, false);
    loop {
        if has_port {
            subscriber.update_connections()?;
            connected.0.notify()?;
            has_port = false;
        }
        while let Some(sample) = subscriber.receive()? {
            // Further samples are dropped, so that no worker waits to send them.
            let rest = part.get_mut(filled..).unwrap_or_default();
            let count = rest.len().min(sample.len());
            rest[..count].copy_from_slice(&sample[..count]);
            filled += count;
        }
        if has_ended {
            break;
        }
        let waited = listener.blocking_wait(|event| match event.id {
            PUBLISHER => has_port = true,
            ENDED => has_ended = true,
            _ => {}
        });
        ignore_signals(waited)?;
    }
    if filled < part.len() {
        let why = format!("{filled} values of {}", part.len());
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why).into());
    }
    Ok(())
}

/// A signal ends the waiting, such as the one that continues a process.
fn ignore_signals(waited: Result<u64, ListenerWaitError>) -> Result<(), Failure> {
    match waited {
        Ok(_) | Err(ListenerWaitError::InterruptSignal) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// In a worker: makes its part of the array, in samples of the service. `values` is handed
/// room for a batch at a time, with the place of its first element.
///
/// # Errors
/// There is no such service, or nobody receives any more.
pub fn fill_part<T: Default + Debug + ZeroCopySend + 'static>(
    node: &Node<Service>,
    name: &ServiceName,
    part: Range<usize>,
    batch: usize,
    mut values: impl FnMut(usize, &mut [T]),
) -> Result<(), Failure> {
    let samples = node.service_builder(name).publish_subscribe::<[T]>();
    let samples = samples.open()?;
    let events = node.service_builder(name).event().open()?;
    let publisher = samples
        .publisher_builder()
        .initial_max_slice_len(batch.min(part.len()))
        .max_loaned_samples(1)
        .backpressure_strategy(BackpressureStrategy::RetryUntilDelivered)
        .create()?;
    let listener = events.listener_builder().create()?;
    let notifier = events.notifier_builder().default_event_id(SAMPLE);
    let notifier = notifier.create()?;
    // Before its reader is connected, a full queue would drop samples, and the end of the
    // publisher the others.
    notifier.notify_with_custom_event_id(PUBLISHER)?;
    let mut is_connected = false;
    while !is_connected {
        let waited =
            listener.blocking_wait(|event| is_connected |= event.id == CONNECTED);
        ignore_signals(waited)?;
    }
    drop(listener);
    for first in part.clone().step_by(batch) {
        let mut sample = publisher.loan_slice(batch.min(part.end - first))?;
        values(first, sample.payload_mut());
        if sample.send()? == 0 {
            return Err("nobody receives any more".into());
        }
        notifier.notify()?;
    }
    Ok(())
}
