//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod check;

use std::{
    hint::black_box,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use anyhow::Result;
use test_fixtures::{Case, Facts, Floor, Model, Peer, Variant, peer, python_peer};

use crate::{Counter, Job, Output, Witness, variants};

pub use args::Args;

/// The model.
#[derive(Debug)]
pub struct Locks;

impl Model for Locks {
    const NAME: &'static str = "locks";
    const ABOUT: &'static str =
        "One counter, many incrementers: what each kind of lock costs";
    const COMPARISON: &'static [&'static str] =
        &["--workers", "4", "--increments", "80000"];
    const TRIALS: usize = 5;
    const COUNTED: &'static [&'static str] = &["--increments", "5000", "--workers", "4"];
    const EACH: &'static str = "increment";
    const EXAMPLES: &'static [&'static str] = &[
        "--workers 2 --increments 1000000",
        "--increments 2000 --hold 500",
        "--increments 2000 --reads 99 --hold 500",
        "--panic",
    ];
    const LONG: &'static [&'static str] = &["--increments", "20000000000"];
    const WIDE: &'static [&'static str] =
        &["--workers", "8", "--threads", "8", "--increments", "200"];
    const ITEM: Result<&'static str, &'static str> =
        Err("an increment takes less time than to read the clock");
    const PAIR: [&'static str; 2] = ["std_mutex", "tokio"];
    const README: &'static str = include_str!("../../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = ();

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        &[
            python_peer! {
                "threading.Lock, one thread per worker",
                except {
                    "panic_while_holding": "leaving a `with` block by an exception releases \
                        the lock and marks nothing: Python's reference, Using locks in the \
                        with statement"
                }
            },
            peer! {
                go.go: "sync.Mutex, one goroutine per worker",
                since (1, 22),
                except {
                    "panic_while_holding": "a panic runs the deferred Unlock, which marks \
                        nothing (Go 1.27, sync/mutex.go, Unlock)"
                }
            },
            peer!(
                node.mjs: "a mutex of Atomics.wait, a pool of worker threads",
                since (18, 0)
            ),
        ]
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
    }

    fn size(job: &Job) -> u64 {
        job.total()
    }

    fn stage(_args: &Args, _job: &mut Job) -> Result<()> {
        Ok(())
    }

    fn describe(job: &Job) -> String {
        let Job {
            workers,
            increments,
            reads,
            threads,
            panic,
            hold,
            ..
        } = job;
        let reads = match reads {
            0 => String::new(),
            reads => format!(" with {reads} reads before each ({})", share_of(*reads)),
        };
        let hold = match hold {
            0 => String::new(),
            hold => format!(", {hold} rounds of computing in each"),
        };
        let panic = match panic {
            true => "; worker 0 panics half-way",
            false => "",
        };
        format!(
            "{workers} workers × {increments} increments{reads}{hold}, {threads} \
             threads{panic}"
        )
    }

    fn check((): &(), job: &Job, output: &Output) -> Result<Facts> {
        check::check(job, output)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        let side_by_side = job.workers.min(test_fixtures::cores()).get();
        if job.increments == 0 {
            return Ok(None);
        }
        let one_core = nanos_alone(job) * job.total() as f64;
        let reads = match job.reads {
            0 => String::new(),
            _ => format!(" and {} reads", job.total_reads()),
        };
        let reason = format!(
            "{} increments{reads} without a lock and without sharing ÷ {side_by_side} cores",
            job.total()
        );
        let shared = Duration::from_nanos((one_core / side_by_side as f64) as u64);
        let one_core = Duration::from_nanos(one_core as u64);
        Ok(Some(Floor::new(shared, reason).one_core(one_core)))
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        let Counter { entered, left } = output.counter;
        let mut lines = vec![format!("count {left} of {}", job.total())];
        if job.reads > 0 {
            let done: u64 = output.reads.iter().map(|reads| reads.done).sum();
            lines.push(format!("reads {done} of {}", job.total_reads()));
        }
        if !output.counter.is_whole() {
            let half_done = entered.abs_diff(left);
            let who = match output.poisoned {
                true => "the lock says so",
                false => "nothing says so",
            };
            lines.push(format!("{half_done} increment half-done, and {who}"));
        }
        lines
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn threads(job: &Job, variant: &str) -> usize {
        let threads = job.threads.get();
        match variant {
            "tokio" | "tokio_rwlock" | "std_in_tasks" => threads,
            // And the reactor's.
            "async_std" => threads + 1,
            _ => 0,
        }
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![("ASYNC_STD_THREAD_COUNT", job.threads.to_string())]
    }
}

/// How many of a worker's turns read: "90 % of turns".
fn share_of(reads: u64) -> String {
    // To the digit that differs from all.
    let writes = 100.0 / (reads + 1) as f64;
    let digits = (-writes.log10()).ceil().max(0.0) as usize;
    format!("{:.digits$} % of turns", 100.0 - writes)
}

/// Nanoseconds of one increment that has the counter to itself, and of the reads before it:
/// the best of many batches, since whatever else the machine does only adds.
fn nanos_alone(job: &Job) -> f64 {
    const BATCHES: usize = 50;
    const INCREMENTS: u64 = 20_000;
    // Batches of about the same length, however long the work in each increment is.
    let turns = (1 + job.hold).saturating_mul(1 + job.reads);
    let increments = (INCREMENTS / turns).max(1);
    // One worker, and it doesn't panic.
    let job = Job {
        workers: NonZeroUsize::MIN,
        panic: false,
        ..*job
    };
    let batch = |_| {
        let mut counter = Counter::default();
        let witness = Witness::of(&job);
        let (read, increment) = (witness.read(), witness.increment());
        let clock = Instant::now();
        for nth in 0..increments {
            for _ in 0..job.reads {
                read(&counter, 0, nth);
            }
            increment(&mut counter, 0, nth);
        }
        let elapsed = clock.elapsed();
        black_box(counter);
        elapsed
    };
    let best = (0..BATCHES).map(batch).min().unwrap_or_default();
    best.as_nanos() as f64 / increments as f64
}
