//! What it takes to start a runtime, to have it do nothing, and to end it where that can be
//! done: `cargo run --release -p error-handling --example starts`.
//!
//! Each is measured in a process of its own, since some are started once in a process; what
//! is named `again` is the second time in one.

use std::{
    env, io,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rayon::ThreadPoolBuilder;
use smol::{Executor, Timer, channel, unblock};
use tokio::runtime::Builder;

const RUNS: usize = 20;
const THREADS: usize = 2;

type Start = fn() -> Result<()>;

const STARTS: [(&str, Start); 7] = [
    ("tokio, two threads", tokio_threads),
    ("tokio, the current thread", tokio_current_thread),
    ("rayon, two threads", rayon_threads),
    ("smol, two threads", smol_threads),
    ("async-io's reactor", reactor),
    ("blocking's pool", blocking_pool),
    ("async-std", async_std_runtime),
];

fn main() -> Result<()> {
    match env::args().nth(1) {
        Some(name) => {
            let (_, start) = *STARTS
                .iter()
                .find(|one| one.0 == name)
                .context("no such start")?;
            println!("{} {}", nanos(start)?, nanos(start)?);
            Ok(())
        }
        None => STARTS.iter().try_for_each(|(name, _)| measure(name)),
    }
}

fn nanos(start: Start) -> Result<u128> {
    let clock = Instant::now();
    start()?;
    Ok(clock.elapsed().as_nanos())
}

fn measure(name: &str) -> Result<()> {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        let output = Command::new(env::current_exe()?).arg(name).output()?;
        let text = String::from_utf8(output.stdout)?;
        for (times, word) in times.iter_mut().zip(text.split_whitespace()) {
            times.push(word.parse::<f64>()? / 1e3);
        }
    }
    let [first, again] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    println!("{name:26} {first:7.0} us, again {again:7.0} us");
    Ok(())
}

fn tokio_threads() -> Result<()> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_time()
        .build()?;
    runtime.block_on(runtime.spawn(async {}))?;
    Ok(())
}

fn tokio_current_thread() -> Result<()> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {});
    Ok(())
}

fn rayon_threads() -> Result<()> {
    let pool = ThreadPoolBuilder::new().num_threads(THREADS);
    pool.build_scoped(|thread| thread.run(), |pool| pool.install(|| ()))?;
    Ok(())
}

fn smol_threads() -> Result<()> {
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            thread::Builder::new()
                .spawn_scoped(scope, || smol::block_on(executor.run(shutdown.recv())))?;
        }
        smol::block_on(executor.spawn(async {}));
        drop(signal);
        io::Result::Ok(())
    })?;
    Ok(())
}

/// Never ended.
fn reactor() -> Result<()> {
    smol::block_on(async { Timer::after(Duration::ZERO).await });
    Ok(())
}

/// Never ended.
fn blocking_pool() -> Result<()> {
    smol::future::block_on(unblock(|| ()));
    Ok(())
}

/// Never ended.
fn async_std_runtime() -> Result<()> {
    async_std::task::block_on(async_std::task::spawn(async {}));
    Ok(())
}
