//! A trial, as the child that runs it sees it.

use std::{
    env, fs,
    io::{self, Read, Write},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{
    Memory, Misuse, Model, Range, Reply, Variant,
    allocations::Counted,
    items::take_items,
    protocol::{FloorReply, SETTLE, WARM},
    scarcity::ensure_threads,
    spans::{monotonic_nanos, take_spans},
    without_mark,
};

/// How long descriptors and threads may take to be closed and to end after the job.
const SETTLE_LIMIT: Duration = Duration::from_millis(500);

/// Reads a job, has `variant` do it, and answers.
pub(crate) fn trial<M: Model>(variant: &Variant<M>) -> Result<()> {
    trial_of::<M>(variant.name, variant.run)
}

/// The same of a function that is in no list of variants.
pub(crate) fn trial_of<M: Model>(
    name: &str,
    run: fn(&M::Job) -> Result<M::Output>,
) -> Result<()> {
    let job = read_job::<M>()?;
    ensure_threads(M::threads(&job, name))?;
    if env::var_os(WARM).is_some() {
        run(&job)?;
        wait_for_stillness();
        take_spans();
        take_items();
    }
    let before = Held::now()?;
    // The peak from here on; without it, what reading the job took would count.
    let reset = fs::write("/proc/self/clear_refs", "5");
    let memory_before = status("VmRSS:")?;

    let counted = Counted::wanted().context("the file of the allocations")?;
    counted.as_ref().map_or(Ok(()), Counted::start)?;
    let mut clocked = None;
    clocked_run(&mut || {
        let started = monotonic_nanos();
        let clock = Instant::now();
        let result = run(&job);
        clocked = Some((started, clock.elapsed().as_nanos() as u64, result));
    });
    counted.as_ref().map_or(Ok(()), Counted::stop)?;
    let (started, nanos, result) = clocked.expect("it has run");

    let memory = match reset {
        Ok(()) => Some(Memory {
            before: memory_before,
            peak: status("VmHWM:")?,
        }),
        Err(_) => None,
    };
    let mut output = result?;
    M::reduce(&job, &mut output);
    let after = match env::var_os(SETTLE) {
        Some(_) => settle(before)?,
        None => Held::now()?,
    };
    answer(&Reply {
        nanos,
        started: Some(started),
        output,
        memory,
        descriptors: Some(Range {
            before: before.descriptors,
            after: after.descriptors,
        }),
        threads: Some(Range {
            before: before.threads,
            after: after.threads,
        }),
        spans: take_spans(),
        items: take_items(),
    })
}

/// The function that callgrind is to count, as its options match names.
pub const CLOCKED: &str = "*clocked_run";

/// Runs what the clock sees. It has a name of its own, by which tools that count find it:
/// so it is neither inlined nor generic.
#[inline(never)]
fn clocked_run(run: &mut dyn FnMut()) {
    run();
}

/// Reads a job and answers with its floor.
pub(crate) fn floor<M: Model>() -> Result<()> {
    let job = read_job::<M>()?;
    let floor = M::floor(&job)?;
    answer(&FloorReply { floor })
}

fn read_job<M: Model>() -> Result<M::Job> {
    let mut text = Vec::new();
    io::stdin()
        .read_to_end(&mut text)
        .context("can't read the job")?;
    serde_json::from_slice(without_mark(&text)).map_err(|error| {
        let name = M::NAME;
        Misuse::new(format!(
            "the job on standard input is not one of {name}: {error}; see docs/src/protocol.md"
        ))
        .into()
    })
}

fn answer(reply: &impl Serialize) -> Result<()> {
    let mut json = serde_json::to_vec(reply)?;
    json.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(&json)
        .and_then(|()| stdout.flush())
        .context("can't answer")
}

/// What a process holds that it should give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Open file descriptors.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

impl Held {
    /// What this process holds.
    ///
    /// # Errors
    /// `/proc` can't be read.
    pub fn now() -> Result<Self> {
        // The listing holds a descriptor of its own while it lasts.
        let descriptors = fs::read_dir("/proc/self/fd")?.count() as u64 - 1;
        Ok(Self {
            descriptors,
            threads: fs::read_dir("/proc/self/task")?.count() as u64,
        })
    }
}

/// What this process holds once that is no more than `before`, or after 500 ms.
///
/// # Errors
/// `/proc` can't be read.
pub fn settle(before: Held) -> Result<Held> {
    let clock = Instant::now();
    loop {
        let now = Held::now()?;
        let back = now.descriptors <= before.descriptors && now.threads <= before.threads;
        if back || clock.elapsed() > SETTLE_LIMIT {
            return Ok(now);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until descriptors and threads have been the same for a while, or the limit.
pub fn wait_for_stillness() {
    let clock = Instant::now();
    let mut last = Held::now().ok();
    let mut since = Instant::now();
    while clock.elapsed() < SETTLE_LIMIT && since.elapsed() < SETTLE_LIMIT / 5 {
        std::thread::sleep(Duration::from_millis(5));
        let now = Held::now().ok();
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}

/// A line of `/proc/self/status` in kilobytes, returned in bytes.
fn status(field: &str) -> Result<u64> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u64 = number
        .context("no such line in /proc/self/status")?
        .parse()?;
    Ok(kilobytes * 1024)
}
