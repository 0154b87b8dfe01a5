//! The exercises: functions with a hole, each in a file of its own.
//!
//! `cargo run --release -- exercise at_most_tokio` builds the hole of that name alone, and judges
//! what stands in it. The page is docs/src/exercises.md.
#![allow(
    clippy::needless_pass_by_value,
    clippy::never_loop,
    clippy::ptr_arg,
    clippy::todo,
    dead_code,
    unreachable_code,
    unreachable_pub,
    unused_imports,
    unused_mut,
    unused_variables,
    reason = "a hole is a `todo!()` until somebody fills it, and what an answer needs is there"
)]

#[macro_use]
#[allow(
    dead_code,
    unused_macros,
    reason = "a hole that is compiled alone has a use for one of them"
)]
#[path = "../adapters/mod.rs"]
mod adapters;

use std::{env, ffi::OsString, process::ExitCode};

use test_fixtures::{exit_code, print};

/// The modules of the holes, and which adapter calls each.
macro_rules! holes {
    ($($model:ident { $($name:ident),+ $(,)? })+) => {
        $(mod $model {
            $(#[cfg(any(not(alone), $name))]
            pub(crate) mod $name;)+
        })+

        /// The holes that were compiled, each with its model's module.
        const HOLES: &[(&str, &str)] = &[$(
            $(#[cfg(any(not(alone), $name))]
            (stringify!($name), stringify!($model)),)+
        )+];

        /// Does what these words ask for, of the exercise that is the first of them.
        fn answer(name: &str, words: &[OsString]) -> Option<anyhow::Result<()>> {
            match name {
                $($(#[cfg(any(not(alone), $name))]
                stringify!($name) => Some($name!(name, words, crate::$model::$name)),)+)+
                _ => None,
            }
        }
    };
}

holes! {
    gather { gather_tokio, gather_smol, gather_std }
    semaphores { at_most_tokio, at_most_smol, at_most_std }
    thread_pool { as_completed_std, as_completed_tokio, as_completed_smol }
    error_handling {
        settle_tokio, settle_smol, settle_std,
        first_error_tokio, first_error_smol, first_error_std,
    }
    cancellation { until_tokio, until_smol, until_std, until_told_tokio }
    locks { count_atomic_std, count_mutex_std, count_tokio, count_smol }
    shared_memory { fill_std, fill_rayon, fill_crossbeam }
    pipelines { staged_std, staged_tokio, staged_smol }
    process_pool { map_std, map_tokio, map_smol }
    serving { serve_std, serve_tokio, serve_smol }
    hazards {
        cure_leaked_sender_std, cure_two_locks_std, cure_guard_tokio, cure_futurelock_tokio,
    }
}

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|word| word == "list") {
        let lines = HOLES
            .iter()
            .map(|(name, model)| format!("{name} {model}\n"));
        return exit_code(
            "exercises",
            print(&lines.collect::<String>()).map(|()| true),
        );
    }
    exit_code(
        "exercises",
        adapters::main(env::args_os().skip(1), answer).map(|()| true),
    )
}
