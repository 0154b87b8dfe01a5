//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod check;
mod domain;
mod floor;
#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod ring_tests;
mod serve;

use std::ffi::OsString;

use anyhow::Result;
use test_fixtures::{
    Case, Facts, Floor, Model, Peer, Variant, peer, python_peer, temporary::TemporaryDir,
};

use crate::{Job, Output, variants};

pub use args::JobArgs;

/// The model.
#[derive(Debug)]
pub struct SharedMemory;

impl Model for SharedMemory {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const ABOUT: &'static str = "Fills one array with squares from several workers, threads \
        and processes, and sums it";
    const COMPARISON: &'static [&'static str] = &["--n", "400000", "--workers", "2"];
    const TRIALS: usize = 5;
    const COUNTED: &'static [&'static str] = &["--n", "50000", "--workers", "2"];
    const EACH: &'static str = "square";
    const EXAMPLES: &'static [&'static str] =
        &["--n 1000000 --batch 1", "--fault 1:kill"];
    const LONG: &'static [&'static str] = &["--n", "100000", "--pause", "10s"];
    const WIDE: &'static [&'static str] = &["--n", "100000", "--workers", "6"];
    const ITEM: Result<&'static str, &'static str> =
        Err("each worker has one part, and no items");
    const PAIR: [&'static str; 2] = ["std_only", "mmap"];
    const README: &'static str = include_str!("../../README.md");

    type Args = JobArgs;
    type Job = Job;
    type Output = Output;
    /// The directory of the variant that has one.
    type Stage = Option<TemporaryDir>;

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        static PEERS: [Peer; 5] = [
            python_peer!("multiprocessing.Array, element by element"),
            python_peer!(
                python_numpy: "NumPy arrays over one SharedMemory",
                needs ["numpy"],
                since (3, 11)
            ),
            python_peer!(python_queue: "multiprocessing.Queue of lists of squares"),
            peer!(go.go: "goroutines, each with a slice of one array", since (1, 22)),
            peer!(
                node.mjs: "one SharedArrayBuffer, a worker thread for each part",
                since (18, 0),
                sometimes {
                    "not_enough_memory": "from Node 20 on it does not start where so few \
                        addresses are left, as V8 has a range of them for code (V8 11.3, \
                        src/heap/code-range.cc, InitReservation)",
                }
            ),
        ];
        &PEERS
    }

    fn job(args: &JobArgs) -> Result<Job> {
        args.job()
    }

    fn size(job: &Job) -> u64 {
        job.n as u64
    }

    fn stage(_args: &JobArgs, _job: &mut Job) -> Result<Self::Stage> {
        Ok(None)
    }

    fn stage_of(_args: &JobArgs, job: &mut Job, variant: &str) -> Result<Self::Stage> {
        if variant != "iceoryx2" {
            return Ok(None);
        }
        let (domain, directory) = domain::make()?;
        job.domain = Some(domain);
        Ok(Some(directory))
    }

    fn describe(job: &Job) -> String {
        job.to_string()
    }

    fn reduce(job: &Job, output: &mut Output) {
        output.reduce(job);
    }

    fn check(_: &Self::Stage, job: &Job, output: &Output) -> Result<Facts> {
        check::check(job, output)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        floor::floor(job)
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        // The last place is the same in every trial; the others were chosen for this one.
        let last = job.samples.iter().zip(&output.samples).nth(1);
        let line = |(place, element)| format!("element {place}: {element}");
        last.map(line).into_iter().collect()
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn worker(_words: &[OsString]) -> Result<()> {
        serve::serve()
    }
}
