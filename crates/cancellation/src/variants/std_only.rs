//! A thread for each task, a token that all of them look at, and deadlines on sockets.
//!
//! Nothing stops a thread from outside, so each has to stop itself: those who sleep do it on
//! the [`Token`], those who compute look at it between two pieces, and those who wait for a
//! socket or a process have the deadline as its time-out.
//!
//! # What to notice
//! - Each thread keeps a sender and sends nothing: when the last has gone the channel is
//!   closed, which is how the loop's end is waited for with a time-out.
//! - A read that has begun knows no token. Its time-out has to be set beforehand, so what is
//!   cancelled sooner than at the deadline must be woken by `shutdown` on the socket.
//! - The scope joins whatever happens: a call that never looks is waited for to its end.
//!
//! # When not to use this
//! For many tasks: threads end where the system, or `--most-threads`, says.

use std::{sync::mpsc, thread, time::Instant};

use anyhow::Result;

use crate::{Job, Output, Task, Tasks, Work, token::Token};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = Tasks::new(job)?;
    let deadline = tasks.deadline();
    let token = Token::new();
    let (running, all_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let started = tasks.each_on_a_thread(|task| {
            let (token, running) = (&token, running.clone());
            let thread = thread::Builder::new().name("task".into());
            threads.push(thread.spawn_scoped(scope, move || {
                let _running = running;
                perform(task, token, deadline);
            })?);
            Ok(())
        });
        drop(running);
        if started.is_ok() {
            // Ends when all senders have gone, or at the deadline.
            let _ = all_done.recv_timeout(tasks.time_left());
        }
        token.cancel();
        for thread in threads {
            // A panic is the outcome of its task, which has noted it.
            let _ = thread.join();
        }
        started
    })?;
    tasks.output()
}

fn perform(task: Task, token: &Token, deadline: Instant) {
    match task.job().work {
        Work::Sleep => {
            task.begin();
            if token.sleep(task.length()) {
                task.finish();
            }
        }
        Work::Fetch => task.fetch_until(deadline),
        Work::Cpu | Work::Blocking => task.in_pieces(|| token.is_cancelled()),
        Work::Process => task.process_until(deadline),
    }
}
