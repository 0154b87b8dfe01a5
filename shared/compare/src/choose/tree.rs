//! The questions. A file for each answer to the first one.

mod blocking;
mod computing;
mod requests;
mod serving;
mod sharing;
mod steps;
mod trouble;

use super::{Answer, Found, Question};

macro_rules! pages {
    ($($name:ident $path:literal),* $(,)?) => {
        $(pub(super) const fn $name(words: &'static str) -> Found {
            Found { page: $path, section: None, words }
        })*
    };
}

/// Pages that answers rest on: of a model, its README.
mod pages {
    use super::Found;

    pages! {
        bias "docs/src/bias.md",
        cancellation "crates/cancellation/README.md",
        error_handling "crates/error-handling/README.md",
        gather "crates/gather/README.md",
        hazards "crates/hazards/README.md",
        locks "crates/locks/README.md",
        pipelines "crates/pipelines/README.md",
        process_pool "crates/process-pool/README.md",
        semaphores "crates/semaphores/README.md",
        serving "crates/serving/README.md",
        shared_memory "crates/shared-memory/README.md",
        thread_pool "crates/thread-pool/README.md",
    }
}

/// The pages of what else was measured.
mod measured {
    use super::Found;

    pages! {
        cancellation "docs/src/measured/cancellation.md",
        gather "docs/src/measured/gather.md",
        locks "docs/src/measured/locks.md",
        pipelines "docs/src/measured/pipelines.md",
        process_pool "docs/src/measured/process-pool.md",
        serving "docs/src/measured/serving.md",
        shared_memory "docs/src/measured/shared-memory.md",
        thread_pool "docs/src/measured/thread-pool.md",
    }
}

/// A section of the page that has the questions themselves.
const fn below(section: &'static str, words: &'static str) -> Found {
    Found {
        page: "docs/src/choosing.md",
        section: Some(section),
        words,
    }
}

/// When procspawn's pool is the one to take.
const AS_PYTHON: &str = "you want a package like Python's `ProcessPoolExecutor`";

/// The pages on the ways out of what is discontinued.
const LEAVING_ASYNC_STD: &str = "docs/src/leaving-async-std.md";
const LEAVING_SURF: &str = "docs/src/leaving-surf.md";

/// The first question.
pub(crate) static WAITS: Question = Question {
    name: "waits",
    title: "What waits",
    ask: "What does the program wait for most?",
    assumed: "network",
    answers: &[
        Answer::ask(
            ("network", "servers: it sends requests"),
            "A task that waits is cheaper than a thread that waits. The same tasks took \
             {error-handling/tokio,try_join,smol,async_std cpu} of CPU time in futures, \
             and {error-handling/std_only,crossbeam cpu} on threads.",
            pages::error_handling(
                "A waiting task costs less CPU time than a waiting thread.",
            ),
            &requests::STOP,
        ),
        Answer::ask(
            ("blocking", "calls that block: files, a driver, a C library"),
            "Only a thread can wait in such a call. On a thread of an async runtime it \
             holds up every task: here tokio's heartbeat was \
             {hazards/tokio blocked-executor} ms late.",
            pages::hazards("A blocked executor is late by about the whole block."),
            &blocking::STOP,
        ),
        Answer::ask(
            ("clients", "those who connect: it is a server"),
            "Servers differ in how they stop. Some lose a request that has arrived.",
            pages::serving("axum's graceful shutdown loses requests"),
            &serving::TREE,
        ),
        Answer::ask(
            ("steps", "its own steps: each item goes through several"),
            "The slowest step sets the time, and not the runtime: all variants took \
             {pipelines/* floor} times the floor.",
            pages::pipelines("The runtimes tie: the slowest stage sets the time."),
            &steps::STEPS,
        ),
        Answer::ask(
            ("value", "each other: threads or tasks share a value"),
            "The less they share, the less they wait. Without a shared counter, \
             `sharded` took {locks/sharded ratio} times as long as a mutex.",
            pages::locks("Sharing less beats locking better."),
            &sharing::VALUE,
        ),
        Answer::ask(
            ("nothing", "it only computes"),
            "An async runtime makes no core faster. On a long job the variants on one machine took \
             {process-pool-primes/std_only,crossbeam,tokio,smol,async_std,procspawn,rayon floor} \
             times the floor, with and without one.",
            pages::process_pool("On a long job, the runtimes tie."),
            &computing::STOP,
        ),
        Answer::ask(
            ("trouble", "nothing in particular: it has a bug"),
            "It hangs, is late, or loses something. Each bug here stands beside the lines \
             that cure it, and you can watch it happen.",
            pages::hazards("Each runs in a process of its own, under a watchdog."),
            &trouble::SYMPTOM,
        ),
    ],
};
