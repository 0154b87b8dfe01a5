//! What the handling of errors costs where there are none: each variant in turn with a
//! plain join of the same tasks on the same runtime.
//!
//! `cargo run --release -p error-handling --example overhead -- ROUNDS VARIANTS [JOB]`, where
//! VARIANTS are names with commas between them, or `all`, and JOB are flags of
//! `error-handling`: `--wait 100ms --blocking 2`.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use error_handling::{ErrorHandling, Job};
use test_fixtures::{Model, job_args};

mod async_std;
mod crossbeam;
mod futures_concurrency;
mod rayon;
mod smol;
mod std_only;
mod tokio;
mod try_join;

type Plain = fn(&Job) -> Result<Vec<u64>>;

const PLAIN: [(&str, Plain); 8] = [
    ("std_only", std_only::run),
    ("crossbeam", crossbeam::run),
    ("rayon", rayon::run),
    ("tokio", tokio::run),
    ("try_join", try_join::run),
    ("futures_concurrency", futures_concurrency::run),
    ("smol", smol::run),
    ("async_std", async_std::run),
];

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let rounds = words.next().context("how many rounds?")?;
    let rounds = rounds.parse().context("rounds are a number")?;
    let names = words.next().context("which variants, or all?")?;
    let is_named = |name: &str| names == "all" || names.split(',').any(|n| n == name);
    let plain = PLAIN.iter().filter(|(name, _)| is_named(name));
    let plain: Vec<_> = plain.copied().collect();
    let job = [
        "--tasks",
        "100000",
        "--wait",
        "0",
        "--fail",
        "0",
        "--timeout",
        "1m",
    ];
    let args: Vec<_> = job.map(str::to_owned).into_iter().chain(words).collect();
    let job = ErrorHandling::job(&job_args::<ErrorHandling>(&args)?)?;

    println!("{job}; {rounds} rounds, medians");
    let mut all: Vec<_> = plain.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for ((name, plain), pairs) in plain.iter().zip(&mut all) {
            let pair = pair(&job, name, *plain, round % 2 == 0)?;
            // The first round starts executors and fills caches.
            if round > 0 {
                pairs.push(pair);
            }
        }
    }
    for ((name, _), pairs) in plain.iter().zip(&all) {
        let of = |part: fn(&(f64, f64)) -> f64| median(pairs.iter().map(part));
        let (plain, handled) = (of(|pair| pair.0), of(|pair| pair.1));
        let ratio = of(|pair| pair.1 / pair.0);
        println!(
            "{name:10} plain {:8.1} ms, with outcomes {:8.1} ms, {ratio:.2} times",
            plain * 1e3,
            handled * 1e3
        );
    }
    Ok(())
}

/// The plain join's seconds and the variant's, one after the other.
fn pair(job: &Job, name: &str, plain: Plain, plain_first: bool) -> Result<(f64, f64)> {
    let variant = ErrorHandling::variants()
        .iter()
        .find(|variant| variant.name == name)
        .context("no such variant")?;
    let plain = || {
        let (took, values) = timed(|| plain(job))?;
        ensure!(values.len() == job.tasks, "{name} lost values");
        anyhow::Ok(took)
    };
    let handled = || {
        let (took, output) = timed(|| (variant.run)(job))?;
        ErrorHandling::check(&(), job, &output)?;
        anyhow::Ok(took)
    };
    Ok(match plain_first {
        true => {
            let plain = plain()?;
            (plain.as_secs_f64(), handled()?.as_secs_f64())
        }
        false => {
            let handled = handled()?;
            (plain()?.as_secs_f64(), handled.as_secs_f64())
        }
    })
}

fn timed<T>(run: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let clock = Instant::now();
    let output = run()?;
    Ok((clock.elapsed(), output))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
