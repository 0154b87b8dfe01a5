//! As many receivers as tasks on one channel, or as many as cores.
//!
//! # What to notice
//! - Each message wakes a thread that sleeps, as long as there is one: the more receivers,
//!   the less each of them finds before it sleeps again.
//! - The work is the same messages in the same order; nothing but the number of threads
//!   differs.

use std::thread;

use anyhow::Result;
use crossbeam_channel as channel;

use crate::{Job, work};

/// A thread a task.
pub fn failing(job: &Job) -> Result<u64> {
    let tasks = job.tasks;
    let threads = tasks;
    let (turns, taken) = channel::unbounded();
    let (results, done) = channel::unbounded();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (taken, results) = (taken.clone(), results.clone());
            scope.spawn(move || {
                for (task, nth) in taken {
                    let result = work::turn(task, nth);
                    results
                        .send(result)
                        .expect("whoever adds up is in this scope");
                }
            });
        }
        drop((taken, results));
        let mut sum = 0_u64;
        for nth in 0..job.turns {
            for task in 0..tasks {
                turns.send((task, nth))?;
            }
            sum = done.iter().take(tasks).fold(sum, u64::wrapping_add);
        }
        drop(turns);
        Ok(sum)
    })
}

/// A thread a worker.
pub fn cure(job: &Job) -> Result<u64> {
    let tasks = job.tasks;
    let threads = job.workers.get();
    let (turns, taken) = channel::unbounded();
    let (results, done) = channel::unbounded();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (taken, results) = (taken.clone(), results.clone());
            scope.spawn(move || {
                for (task, nth) in taken {
                    let result = work::turn(task, nth);
                    results
                        .send(result)
                        .expect("whoever adds up is in this scope");
                }
            });
        }
        drop((taken, results));
        let mut sum = 0_u64;
        for nth in 0..job.turns {
            for task in 0..tasks {
                turns.send((task, nth))?;
            }
            sum = done.iter().take(tasks).fold(sum, u64::wrapping_add);
        }
        drop(turns);
        Ok(sum)
    })
}
