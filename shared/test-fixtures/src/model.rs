//! A model, its variants and its peers.

use std::{ffi::OsString, fmt, ops::RangeInclusive, os::fd::BorrowedFd};

use anyhow::{Result, bail};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Case, Checked, Facts, Floor, ItemTimes, Runner, Span, Surveyed, runtime_of};

/// One concurrency model: a job, the variants that do it, and the check that decides.
pub trait Model: Sized + 'static {
    /// The model's name, which is also its package's: `semaphores`.
    const NAME: &'static str;
    /// The job in one sentence, for a person who sees it for the first time.
    const ABOUT: &'static str;
    /// Flags and their values with which `compare` sizes the job, so that a trial takes
    /// about 0.1 s: `--tasks`, `500`. They are the defaults of a comparison.
    const COMPARISON: &'static [&'static str];
    /// How many trials of each variant a round of a comparison has, an odd number: the one
    /// in the middle is the round's. More than one where a trial is short, or contended, so
    /// that single ones differ by more than the variants do. The floor is the least of as
    /// many. A peer has one trial, as it takes as long as many of them together.
    const TRIALS: usize = 1;
    /// Arguments of a job that every row does once beside the rounds of a comparison, so
    /// that [`survey`](Self::survey) has it show what goes wrong and what the cure costs.
    const SURVEY: Option<&'static [&'static str]> = None;
    /// What an item of the job is whose latency can be shown ("a request"), or why none can
    /// be, as the end of a sentence: "an increment takes less time than to read the clock".
    const ITEM: Result<&'static str, &'static str> = Err("it has no items");
    /// Arguments of a job whose costs an item are counted by tools that slow it up to a
    /// hundred times, and of one with twice as many items: the first flag is the number of
    /// items, or is in proportion to it, so that the difference is without the start.
    /// Empty where a job has no items.
    const COUNTED: &'static [&'static str] = &[];
    /// What an item is there: "request".
    const EACH: &'static str = "item";
    /// Arguments worth trying, for the end of the help.
    const EXAMPLES: &'static [&'static str] = &[];
    /// The same for jobs with lasting results (`direct`), which a comparison refuses.
    const DIRECT_EXAMPLES: &'static [&'static str] = &[];
    /// Arguments of a job that takes at least five seconds in every variant: what
    /// interrupts are tried on.
    const LONG: &'static [&'static str];
    /// Arguments of a small job that takes many threads at once: what scarcity is tried on.
    const WIDE: &'static [&'static str] = &[];
    /// Whether its own job and the wide one mostly wait, and with them the cases of every
    /// model that run these; see [`Case::waits`].
    const WAITS: bool = false;
    /// The two variants that differ most instructively: what the report opens on.
    const PAIR: [&'static str; 2];
    /// How many lines of results the demo shows without `--all`.
    const RESULTS: usize = 5;
    /// The README, whose table of variants is held against the list.
    const README: &'static str;

    /// The command line's view of the job.
    type Args: clap::Args + Clone + fmt::Debug + Send + Sync;
    /// The job that every variant gets. It refuses unknown fields.
    type Job: Serialize + DeserializeOwned + fmt::Debug + Send + Sync;
    /// The output that every variant returns.
    type Output: Serialize + DeserializeOwned + fmt::Debug + Send;
    /// What must stand around the job while it runs; dropped when the trial is over.
    type Stage;

    /// Every variant, in reading order. The first is the reference of comparisons.
    fn variants() -> &'static [Variant<Self>];

    /// The same job outside Rust.
    fn peers() -> &'static [Peer];

    /// The job that these arguments ask for. Nothing is started for it: what only a stage
    /// knows, a port or a directory, it lacks until then. Misuse is reported as
    /// [`crate::Misuse`].
    fn job(args: &Self::Args) -> Result<Self::Job>;

    /// How many items a job has, by which its costs are divided.
    fn size(_job: &Self::Job) -> u64 {
        0
    }

    /// Sets the stage for a job, and puts into the job what it lacked.
    fn stage(args: &Self::Args, job: &mut Self::Job) -> Result<Self::Stage>;

    /// What a trial inherits of the stage as its descriptor 3, such as a socket that
    /// listens. `LISTEN_FDS=1` is in its environment then.
    fn hands_down(_stage: &Self::Stage) -> Option<BorrowedFd<'_>> {
        None
    }

    /// A job with the stage that stands around it.
    fn staged(args: &Self::Args) -> Result<(Self::Stage, Self::Job)> {
        let mut job = Self::job(args)?;
        let stage = Self::stage(args, &mut job)?;
        Ok((stage, job))
    }

    /// Sets the stage for this variant, where one needs more around it than the others: a
    /// server that it talks to. That is before the clock starts, as for every stage.
    fn stage_of(
        args: &Self::Args,
        job: &mut Self::Job,
        _variant: &str,
    ) -> Result<Self::Stage> {
        Self::stage(args, job)
    }

    /// A job with the stage that stands around it while this runner does it.
    fn staged_for(
        args: &Self::Args,
        runner: &Runner,
    ) -> Result<(Self::Stage, Self::Job)> {
        let Runner::Variant(name) = runner else {
            return Self::staged(args);
        };
        let mut job = Self::job(args)?;
        let stage = Self::stage_of(args, &mut job, name)?;
        Ok((stage, job))
    }

    /// What this machine lacks for a variant to do the job of these arguments, and how to
    /// get it: "needs nats-server: `compare peers` installs it". A variant that lacks
    /// something is not run, as a peer isn't, and that is no failure.
    fn lacks(_args: &Self::Args, _variant: &str) -> Option<String> {
        None
    }

    /// The job in one line with its parameters: "100 URLs, at most 10 at once".
    fn describe(job: &Self::Job) -> String;

    /// Brings an output that is too large to send down to what the check needs: digests,
    /// sums, samples. It runs in the child, after the clock has stopped and the memory has
    /// been read.
    fn reduce(_job: &Self::Job, _output: &mut Self::Output) {}

    /// Holds the output against the stage and a sequential oracle; never trusts the
    /// variant's own word.
    fn check(
        stage: &Self::Stage,
        job: &Self::Job,
        output: &Self::Output,
    ) -> Result<Facts>;

    /// The times in an output that can't be: those outside of `was_there`, in nanoseconds of
    /// the system's monotonic clock, and lengths of more than all of it. By default an
    /// output has none.
    fn impossible(
        _output: &Self::Output,
        _was_there: &RangeInclusive<u64>,
    ) -> Option<String> {
        None
    }

    /// The least time the job could take on this machine. It runs in a process of its own,
    /// once a round, so it may measure. `None` where nothing bounds the job from below.
    fn floor(job: &Self::Job) -> Result<Option<Floor>>;

    /// What a person wants to see of an output, one line per item.
    fn results(job: &Self::Job, output: &Self::Output) -> Vec<String>;

    /// The pieces of work of a checked trial that was asked for spans. By default they
    /// are those that the trial reported; a stage that has seen them from outside knows
    /// them better.
    fn timeline(
        _stage: &Self::Stage,
        _job: &Self::Job,
        trial: &Checked<Self::Output>,
    ) -> Vec<Span> {
        trial.spans.clone()
    }

    /// When each item of a checked trial that was asked for spans was due, began and ended.
    /// By default that is what the trial reported: as items, or else as spans of tasks.
    fn items(
        _stage: &Self::Stage,
        _job: &Self::Job,
        trial: &Checked<Self::Output>,
    ) -> Vec<ItemTimes> {
        match (&trial.items[..], trial.started) {
            ([], Some(start)) => ItemTimes::of_spans(&trial.spans, start),
            (items, _) => items.to_vec(),
        }
    }

    /// The result of each part of the survey's job, in an order that all variants share.
    fn survey(_job: &Self::Job, _output: &Self::Output) -> Vec<Surveyed> {
        Vec::new()
    }

    /// Named jobs with what must come of them, faults among them.
    fn cases() -> Vec<Case<Self>>;

    /// The function that does the job once, here and with lasting results, where the
    /// arguments ask for that instead of trials. `job` refuses these arguments.
    fn direct(_args: &Self::Args) -> Option<Direct<Self>> {
        None
    }

    /// Whether the job is one for this variant or peer: if it has nothing to do in it, a
    /// comparison leaves it out.
    fn concerns(_job: &Self::Job, _name: &str) -> bool {
        true
    }

    /// Environment variables that every trial of the job gets, in every variant and peer.
    /// They set how many threads the runtimes start that take the number from nowhere
    /// else (`SMOL_THREADS`, `ASYNC_STD_THREAD_COUNT`).
    fn environment(_job: &Self::Job) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The most threads that the runtime of a variant starts on its own and has at once:
    /// its workers, its threads for blocking calls, its reactor's. Where threads are
    /// limited, a trial asks for this number before its clock starts. A thread that the
    /// variant starts does not count: the variant reports one that is refused.
    fn threads(_job: &Self::Job, _variant: &str) -> usize {
        0
    }

    /// What comes before the arguments of this program are read. A worker that a package
    /// starts with the arguments of its trial does its work here, and ends.
    fn begin() {}

    /// What a pool's worker process does, by default with its standard input and output.
    /// `words` are those behind `worker` on its command line.
    fn worker(_words: &[OsString]) -> Result<()> {
        bail!("{} has no worker processes", Self::NAME)
    }
}

/// Has a variant do the job of these arguments in this process, and shows the user the
/// result of each item. Returns false if one failed.
pub type Direct<M> =
    fn(args: &<M as Model>::Args, variant: &'static Variant<M>) -> Result<bool>;

/// One way to do a model's job on one runtime or package.
pub struct Variant<M: Model> {
    /// The file's name without its ending: `tokio`.
    pub name: &'static str,
    /// The mechanism in a phrase: "tokio::sync::Semaphore, one task a request".
    pub about: &'static str,
    /// Whether new code should start from it.
    pub status: Status,
    /// The runtime that it is on, where its name doesn't begin with that.
    pub on: Option<&'static str>,
    /// What it leaves out or does instead, where its job isn't quite that of the others:
    /// "no shared counter". Such a row is compared, and never called the fastest.
    pub another_job: Option<&'static str>,
    /// The text of its file.
    pub text: &'static str,
    /// The same with its parts, each below its path.
    pub source: &'static str,
    /// Further files of the crate that its lesson comes with.
    pub parts: &'static [Part],
    /// Its lessons, where they stand in files of their own, two and two.
    pub pairs: &'static [Pair],
    /// Cases that it is known to fail.
    pub deviations: &'static [Deviation],
    /// The feature that it needs, if this program was built without it.
    pub unbuilt: Option<&'static str>,
    /// Does the job.
    pub run: fn(&M::Job) -> Result<M::Output>,
}

impl<M: Model> Variant<M> {
    /// What does the job of these arguments, or what to do so that it can.
    ///
    /// # Errors
    /// The machine lacks something, in a line that says how to get it.
    pub fn runner(&self, args: &M::Args) -> Result<Runner, String> {
        if let Some(feature) = self.unbuilt {
            return Err(not_built(feature));
        }
        match M::lacks(args, self.name) {
            None => Ok(Runner::Variant(self.name.to_owned())),
            Some(why) => Err(why),
        }
    }

    /// The runtime that it is on: one of [`RUNTIMES`](crate::RUNTIMES).
    pub fn runtime(&self) -> &'static str {
        let named = || runtime_of(self.name).unwrap_or(self.name);
        self.on.unwrap_or_else(named)
    }
}

/// What to do about a variant that this program was built without.
fn not_built(feature: &str) -> String {
    format!("not built: add `--features {feature}` to `cargo run`")
}

/// Stands in for a variant that this program was built without.
///
/// # Errors
/// Always: it is not here.
pub fn run_unbuilt<T>(feature: &str) -> Result<T> {
    bail!(not_built(feature))
}

/// A file that a lesson comes with.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Where it is, from `src/variants`: `condvar/semaphore.rs`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl Part {
    /// The file's name: `semaphore.rs`.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// A function that goes wrong, and the same without what goes wrong: two files, each of them
/// a lesson, whose difference is the hazard and its cure.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// What goes wrong: `futurelock`.
    pub name: &'static str,
    /// Where it does: `../hazards/futurelock/tokio/failing.rs`.
    pub failing: Part,
    /// Where it doesn't: `../hazards/futurelock/tokio/cure.rs`.
    pub cure: Part,
}

impl<M: Model> fmt::Debug for Variant<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", M::NAME, self.name)
    }
}

/// Whether new code should start from a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its packages are maintained.
    Current,
    /// Its packages are discontinued; people meet it in existing code.
    Legacy,
}

/// A case that a variant is known to fail. It is shown, and it fails the tests if it
/// stops happening, unless it may hold.
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// The case's name.
    pub case: &'static str,
    /// Why, and where that is documented.
    pub reason: &'static str,
    /// Whether it holds on some machines, or now and then.
    pub may_hold: bool,
}

/// The same job outside Rust: a program that speaks the trial protocol.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// `python`
    pub name: &'static str,
    /// The mechanism in a phrase.
    pub about: &'static str,
    /// The script's path; its ending says what runs it.
    pub script: &'static str,
    /// The script's text.
    pub source: &'static str,
    /// The modules that it takes from packages of requirements.txt: `aiohttp`. Without any,
    /// it runs on the machine's own `python3`.
    pub needs: &'static [&'static str],
    /// The oldest version of what runs it that has what it uses, major and minor.
    pub since: (u32, u32),
    /// Cases that it is known to fail.
    pub deviations: &'static [Deviation],
}

/// Lists a model's variants in reading order, a line each; each line names the file
/// beside it that holds the variant.
///
/// ```ignore
/// test_fixtures::variants! { crate::Locks:
///     std_mutex = "std::sync::Mutex";
///     surf = "surf's pooled client", legacy, except { "truncated_body": "why" };
///     smol = "tasks" + "smol/queue.rs";
/// }
/// ```
///
/// A name that begins with none of [`RUNTIMES`](crate::RUNTIMES) names its runtime:
/// `try_join = "…" on "tokio";`. A variant whose job isn't quite that of the others says
/// how: `rayon = "…" another_job "threads instead of processes";`. One that is built where
/// its crate has a feature names that: `iceoryx2 = "…" with_feature "iceoryx2";`. Files
/// behind a `+` come with the variant's lesson. Where
/// a variant's lessons are pairs, it has `with table`: `table!(text smol)` is their
/// texts, a literal, and `table!(pairs smol)` is a `&'static [Pair]`.
#[macro_export]
macro_rules! variants {
    ($model:ty: $(
        $name:ident = $about:literal $(on $on:literal)? $(another_job $another:literal)?
        $(with_feature $feature:literal)? $(+ $part:literal)* $(with $table:ident)?
        $(, $word:ident $({ $($case:literal: $reason:literal),+ $(,)? })?)*
    ;)+) => {
        $($(#[cfg(feature = $feature)])? pub mod $name;)+

        /// Every variant, in reading order.
        pub static VARIANTS: &[$crate::Variant<$model>] = &[$(
            $crate::Variant {
                name: stringify!($name),
                about: $about,
                status: $crate::variants!(@status $($word)*),
                on: $crate::variants!(@option $($on)?),
                another_job: $crate::variants!(@option $($another)?),
                text: include_str!(concat!(stringify!($name), ".rs")),
                source: concat!(
                    include_str!(concat!(stringify!($name), ".rs")),
                    $("\n// ", $part, "\n", include_str!($part),)*
                    $($table!(text $name))?
                ),
                parts: &[
                    $($crate::Part { path: $part, text: include_str!($part) },)*
                ],
                pairs: $crate::variants!(@pairs $($table $name)?),
                deviations: &[
                    $($($($crate::Deviation {
                        case: $case,
                        reason: $reason,
                        may_hold: false,
                    },)+)?)*
                ],
                unbuilt: $crate::variants!(@unbuilt $($feature)?),
                run: $crate::variants!(@run $name $($feature)?),
            },
        )+];
    };
    (@option) => { None };
    (@option $value:literal) => { Some($value) };
    (@pairs) => { &[] };
    (@pairs $table:ident $name:ident) => { $table!(pairs $name) };
    (@unbuilt) => { None };
    (@unbuilt $feature:literal) => {
        if cfg!(feature = $feature) { None } else { Some($feature) }
    };
    (@run $name:ident) => { $name::run };
    (@run $name:ident $feature:literal) => {{
        #[cfg(feature = $feature)]
        let run = $name::run;
        #[cfg(not(feature = $feature))]
        let run = |_: &_| $crate::run_unbuilt($feature);
        run
    }};
    (@status $(except)?) => { $crate::Status::Current };
    (@status legacy $(except)?) => { $crate::Status::Legacy };
}

/// The peer in `peers/python.py` of the crate that calls it, or in the file of another name
/// beside it: `python_peer!(python_numpy: "NumPy over SharedMemory")`.
///
/// What it lacks on a machine that has just `python3` follows in this order.
/// `needs ["numpy"]` names modules of packages. `since (3, 11)` is the oldest Python,
/// where that is not 3.9. `except { "case": "reason" }` declares deviations.
#[macro_export]
macro_rules! python_peer {
    ($about:literal $($rest:tt)*) => {
        $crate::python_peer!(python: $about $($rest)*)
    };
    ($name:ident: $about:literal
        $(, needs [$($module:literal),+])?
        , since ($major:literal, $minor:literal)
        $(, except $except:tt)?
    ) => {
        $crate::peer!($name.py: $about
            $(, needs [$($module),+])?, since ($major, $minor) $(, except $except)?)
    };
    ($name:ident: $about:literal
        $(, needs [$($module:literal),+])?
        $(, except $except:tt)?
    ) => {
        $crate::peer!($name.py: $about
            $(, needs [$($module),+])?, since (3, 9) $(, except $except)?)
    };
}

/// The peer in a file of any language in `peers` of the crate that calls it, with the oldest
/// version of what runs it: `peer!(node.mjs: "node:http", since (18, 0))`.
///
/// `needs` and `except` are those of [`python_peer!`](crate::python_peer). `sometimes`
/// declares deviations as `except` does, where the case holds on some machines, or now and
/// then: with another version of what runs it, or where memory happens to be collected.
#[macro_export]
macro_rules! peer {
    ($name:ident.$ending:ident: $about:literal
        $(, needs [$($module:literal),+])?
        , since ($major:literal, $minor:literal)
        $(, except { $($case:literal: $reason:literal),+ $(,)? })?
        $(, sometimes { $($now_and_then:literal: $why:literal),+ $(,)? })?
    ) => {
        $crate::Peer {
            name: stringify!($name),
            about: $about,
            script: concat!(
                env!("CARGO_MANIFEST_DIR"), "/peers/",
                stringify!($name), ".", stringify!($ending)
            ),
            source: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/peers/",
                stringify!($name), ".", stringify!($ending)
            )),
            needs: &[$($($module),+)?],
            since: ($major, $minor),
            deviations: &[
                $($($crate::Deviation {
                    case: $case,
                    reason: $reason,
                    may_hold: false,
                },)+)?
                $($($crate::Deviation {
                    case: $now_and_then,
                    reason: $why,
                    may_hold: true,
                },)+)?
            ],
        }
    };
}
