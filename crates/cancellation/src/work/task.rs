//! Tasks, and the ledger in which each writes what became of it.
//!
//! A [`Task`] goes with the code that does it: into its future, its closure, its thread.
//! Whatever ends that code drops the task, and a task that is dropped before it was done
//! notes that it was stopped, when, and in which phase. So variants note nothing, and one
//! that is let go of is found out.

use std::{
    collections::BTreeMap,
    fs, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use fetching::Target;
use test_fixtures::{Memory, Outcome, Span, monotonic_nanos, record_span, spans_wanted};

use super::{
    Journal, Outcomes, Phase,
    outcomes::{Detail, Kind, Slot},
};
use crate::{Job, Output, Work};

/// What the code of a task returns: the task's number, or none if it was stopped.
pub type Done = Option<usize>;

/// All tasks of a job.
#[derive(Debug)]
pub struct Tasks(Arc<Ledger>);

/// One task. It has been stopped if it is dropped before it is done.
#[derive(Debug)]
pub struct Task {
    ledger: Arc<Ledger>,
    pub(super) index: usize,
}

#[derive(Debug)]
struct Ledger {
    job: Job,
    /// The start of the job, on two clocks that are one.
    started: Instant,
    started_ns: u64,
    /// How many tasks have been made.
    made: AtomicUsize,
    /// When the last task was made, in nanoseconds from the start.
    spawned: AtomicU64,
    /// Each is written by its task alone. While the task is under way it says since when it
    /// has been in its phase.
    slots: Box<[AtomicU64]>,
    details: Mutex<BTreeMap<usize, Detail>>,
    /// Why the job is in vain, and of which task that is.
    ended: Mutex<Option<(usize, io::Error)>>,
    journal: Journal,
    /// Bytes that were resident before the first task was made.
    idle_memory: u64,
}

impl Tasks {
    /// The tasks of `job`, and the start of its clock.
    ///
    /// # Errors
    /// The journal can't be written, or a URL is none.
    pub fn new(job: &Job) -> Result<Self> {
        for url in &job.urls {
            Target::of(url)?;
        }
        let journal = Journal::open(&job.journal)
            .with_context(|| format!("can't write to the journal {:?}", job.journal))?;
        let slots = (0..job.tasks).map(|_| AtomicU64::new(0)).collect();
        // What notes the tasks is no part of what they cost.
        let idle_memory = resident("VmRSS:")?;
        Ok(Self(Arc::new(Ledger {
            job: job.clone(),
            // In this order, so that no time since lies after the end.
            started_ns: monotonic_nanos(),
            started: Instant::now(),
            made: AtomicUsize::new(0),
            spawned: AtomicU64::new(0),
            slots,
            details: Mutex::default(),
            ended: Mutex::default(),
            journal,
            idle_memory,
        })))
    }

    /// The job that they are of.
    pub fn job(&self) -> &Job {
        &self.0.job
    }

    /// When all tasks are to be stopped.
    pub fn deadline(&self) -> Instant {
        self.0.started + self.0.job.until_deadline()
    }

    /// Each task, to be started.
    pub fn iter(&self) -> impl Iterator<Item = Task> + Send + use<> {
        let ledger = Arc::clone(&self.0);
        (0..ledger.slots.len()).map(move |index| {
            ledger.made.store(index + 1, Relaxed);
            if index + 1 == ledger.slots.len() {
                ledger.spawned.store(ledger.now(), Relaxed);
            }
            let ledger = Arc::clone(&ledger);
            Task { ledger, index }
        })
    }

    /// The same where each takes a thread of its own.
    ///
    /// # Errors
    /// More threads are needed than may be started: how many may be, and why.
    pub fn each_on_a_thread(&self) -> Result<impl Iterator<Item = Task> + Send + use<>> {
        let (tasks, most) = (self.0.slots.len(), self.0.job.most_threads);
        let can = |count| format!("{count} of {tasks} tasks can have a thread");
        let allowed = || anyhow!("--most-threads {most} allows no more");
        ensure!(tasks <= most, allowed().context(can(most)));
        // Before the system refuses a thread, std would abort the process for want of one.
        let mappings = most_mappings().unwrap_or(usize::MAX);
        let mapped =
            || anyhow!("vm.max_map_count {mappings} allows no more; ask for fewer tasks");
        ensure!(tasks <= mappings / 5, mapped().context(can(mappings / 5)));
        Ok(self.iter())
    }

    /// What to say where the system refused a thread to a task.
    pub fn refused(&self, error: io::Error) -> Error {
        let (made, tasks) = (self.0.made.load(Relaxed), self.0.slots.len());
        let had = made.saturating_sub(1);
        Error::new(error).context(format!("{had} of {tasks} tasks have a thread"))
    }

    /// What became of each task, once all have ended. `ended` is what the variant says.
    ///
    /// # Errors
    /// One has not: it was neither awaited nor stopped. Or what the variant says of one is
    /// not what the task itself has noted. Or a process could not be started.
    pub fn output(
        &self,
        ended: impl IntoIterator<Item = thread::Result<Done>>,
    ) -> Result<Output> {
        let ended_ns = self.0.now();
        let peak = resident("VmHWM:")?;
        let load = |slot: &AtomicU64| Slot(slot.load(Acquire));
        let slots: Vec<_> = self.0.slots.iter().map(load).collect();
        let pending = slots.iter().position(|slot| slot.kind() == Kind::Pending);
        if let Some(index) = pending {
            bail!("task {index} was let go of: neither done nor stopped");
        }
        if let Some((index, error)) = lock(&self.0.ended).take() {
            let what =
                format!("the process of task {index} can't be started or waited for");
            return Err(Error::new(error).context(what));
        }
        let mut details = lock(&self.0.details).clone();
        let mut said = ended.into_iter();
        let deadline = self.0.job.deadline_us.saturating_mul(1000);
        for (index, slot) in slots.iter().enumerate() {
            let said = said
                .next()
                .with_context(|| format!("no word of task {index}"))?;
            let agrees = match &said {
                Ok(Some(done)) => {
                    *done == index && matches!(slot.kind(), Kind::Ok | Kind::Failed)
                }
                // One that is done just as it is stopped may be either, but none that was
                // done long before.
                Ok(None) => {
                    slot.kind() == Kind::Cancelled || slot.nanos() >= deadline / 2
                }
                Err(_) => slot.kind() == Kind::Panicked,
            };
            let noted = slot.kind();
            ensure!(
                agrees,
                "task {index} has noted {noted:?}, and is said to be {said:?}"
            );
            if let Err(panic) = said
                && let Outcome::<()>::Panicked(why) = panic.into()
            {
                details.insert(index, Detail::Panic(why));
            }
        }
        ensure!(said.next().is_none(), "more is said than there are tasks");
        Ok(Output {
            started_ns: self.0.started_ns,
            spawned_us: self.0.spawned.load(Relaxed) / 1000,
            ended_us: ended_ns / 1000,
            memory: Some(Memory {
                before: self.0.idle_memory,
                peak,
            }),
            tasks: Outcomes { slots, details },
        })
    }
}

impl Task {
    /// The job that it is a part of.
    pub fn job(&self) -> &Job {
        &self.ledger.job
    }

    /// How long it takes if it is not stopped.
    pub fn length(&self) -> Duration {
        self.ledger.job.length()
    }

    /// It begins its work.
    ///
    /// # Panics
    /// If it is the task that is asked to panic: this stands for a bug in one task's code.
    pub fn begin(&self) {
        self.enter(Phase::Working);
        if self.ledger.job.panic && self.index == 0 {
            panic!("task {} was asked to panic", self.index);
        }
    }

    /// It is done.
    pub fn finish(self) -> Done {
        self.end(Kind::Ok, None);
        if self.job().work == Work::Sleep {
            self.note();
        }
        Some(self.index)
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.ledger.enter(self.index, phase);
    }

    /// The same for others to call, as long as the task is under way.
    pub(super) fn entering(&self, phase: Phase) -> impl Fn() + Send + Sync + use<> {
        let (ledger, index) = (Arc::clone(&self.ledger), self.index);
        move || ledger.enter(index, phase)
    }

    /// It has come to an end, with what belongs to that.
    pub(super) fn end(&self, kind: Kind, detail: Option<Detail>) {
        if let Some(detail) = detail {
            lock(&self.ledger.details).insert(self.index, detail);
        }
        let before = Slot(self.slot().load(Relaxed));
        let slot = Slot::new(before.phase(), kind, self.ledger.now());
        // A thread that reads it has seen the end of this task's code.
        self.slot().store(slot.0, Release);
        if spans_wanted() && before.phase() != Phase::Queued {
            self.ledger.span(self.index, before, slot);
        }
    }

    /// Ends the whole job in vain, once all its tasks have ended.
    pub(super) fn end_job(&self, why: io::Error) {
        lock(&self.ledger.ended).get_or_insert((self.index, why));
    }

    /// Notes a piece of its work in the journal.
    pub(super) fn note(&self) {
        self.ledger.journal.note(self.index, std::process::id());
    }

    fn slot(&self) -> &AtomicU64 {
        &self.ledger.slots[self.index]
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if Slot(self.slot().load(Relaxed)).kind() != Kind::Pending {
            return;
        }
        match thread::panicking() {
            true => {
                let why = format!("the code of task {} panicked", self.index);
                self.end(Kind::Panicked, Some(Detail::Panic(why)));
            }
            false => self.end(Kind::Cancelled, None),
        }
    }
}

impl Ledger {
    fn enter(&self, index: usize, phase: Phase) {
        let slot = Slot::new(phase, Kind::Pending, self.now());
        self.slots[index].store(slot.0, Relaxed);
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_nanos() as u64
    }

    #[cold]
    fn span(&self, index: usize, before: Slot, after: Slot) {
        record_span(|| Span {
            task: index.to_string(),
            lane: format!("task {index}"),
            start: self.started_ns + before.nanos(),
            end: self.started_ns + after.nanos(),
            note: match after.kind() {
                Kind::Panicked => Some("panicked".to_owned()),
                Kind::Failed => Some("failed".to_owned()),
                Kind::Cancelled => Some("stopped".to_owned()),
                Kind::Ok | Kind::Pending => None,
            },
        });
    }
}

/// Locks what a panic elsewhere can't leave half-changed: finished values are put into it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many mappings the system allows a process, if it says so. A thread takes four, its
/// stack and the one for its signals, each with a guard; std aborts where it gets three.
fn most_mappings() -> Option<usize> {
    let most = fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    most.trim().parse().ok()
}

/// A line of `/proc/self/status` that gives kilobytes, in bytes.
fn resident(field: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u64 = number
        .context("no such line in /proc/self/status")?
        .parse()?;
    Ok(kilobytes * 1024)
}
