//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;

use std::time::Duration;

use anyhow::{Result, ensure};
use fetching::{Sha256, Stage};
use test_fixtures::{
    Case, Checked, Facts, Floor, Model, Outcome, Peer, Span, Variant, due_after,
    lacks_io_uring, peer, python_peer,
};

use crate::{Job, Output, variants, work::rehash};

pub use args::Args;

/// The model.
#[derive(Debug)]
pub struct Semaphores;

impl Model for Semaphores {
    const NAME: &'static str = "semaphores";
    const ABOUT: &'static str = "Many requests, few permits: fetch every URL with at most --limit in flight, on every runtime";
    const COMPARISON: &'static [&'static str] = &["--tasks", "300", "--limit", "100"];
    const COUNTED: &'static [&'static str] =
        &["--tasks", "50", "--limit", "10", "--latency", "1ms"];
    const EACH: &'static str = "request";
    const EXAMPLES: &'static [&'static str] =
        &["--tasks 1000 --limit 100", "--limit 2 --urls-from urls.txt"];
    const LONG: &'static [&'static str] = &["--tasks", "1000", "--latency", "100ms"];
    const WIDE: &'static [&'static str] = &["--tasks", "30", "--limit", "12"];
    const ITEM: Result<&'static str, &'static str> = Ok("a request");
    const PAIR: [&'static str; 2] = ["tokio", "smol"];
    const README: &'static str = include_str!("../../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = Stage;

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        static PEERS: [Peer; 3] = [
            python_peer!(
                "asyncio.Semaphore, one task a request, aiohttp",
                needs ["aiohttp", "yarl"],
                since (3, 11),
                except {
                    "reset_unframed_body": "aiohttp takes any end of a connection for the \
                        end of a body without a length (aiohttp 3.14, client_proto.py, \
                        connection_lost)",
                    "https_truncated_unframed_body": "aiohttp takes any end of a connection \
                        for the end of a body without a length (aiohttp 3.14, \
                        client_proto.py, connection_lost)",
                }
            ),
            peer!(
                go.go: "a channel as a semaphore, a goroutine a request",
                since (1, 22),
                except {
                    "https_truncated_unframed_body": "crypto/tls takes the end of a \
                        connection between two records for the end of TLS (Go 1.27, \
                        crypto/tls/conn.go, readRecordOrCCS)",
                }
            ),
            peer!(
                node.mjs: "promises, as many loops as permits over one iterator, node:http",
                since (18, 13),
                except {
                    "https_truncated_unframed_body": "Node takes any end of a connection \
                        for the end of TLS (Node 20.20, src/crypto/crypto_tls.cc, \
                        OnStreamRead)",
                },
                sometimes {
                    "odd_end": "a byte behind an answer begins the next one in \
                        llhttp, whose parser goes with the request, so the next one on \
                        the connection fails (Node 20.20, lib/_http_client.js, \
                        responseOnEnd)",
                    "mixed": "a byte behind an answer begins the next one in \
                        llhttp, whose parser goes with the request, so the next one on \
                        the connection fails (Node 20.20, lib/_http_client.js, \
                        responseOnEnd)",
                    "mixed_at_once": "a byte behind an answer begins the next one in \
                        llhttp, whose parser goes with the request, so the next one on \
                        the connection fails (Node 20.20, lib/_http_client.js, \
                        responseOnEnd)",
                    "https_mixed": "a byte behind an answer begins the next one in \
                        llhttp, whose parser goes with the request, so the next one on \
                        the connection fails (Node 20.20, lib/_http_client.js, \
                        responseOnEnd)",
                    "reset_body": "where data and a reset come at once, libuv reports the \
                        end (libuv 1.46, src/unix/stream.c, uv__stream_io)",
                    "reset_unframed_body": "where data and a reset come at once, libuv \
                        reports the end (libuv 1.46, src/unix/stream.c, uv__stream_io)",
                    "odd_head": "Node takes no tab behind a length before Node 22 (llhttp \
                        9.3, src/llhttp/http.ts, header_value_content_length_ws)",
                    "endless_bodies": "each part has a buffer of its own, and V8 collects \
                        them once they are 32 MiB (V8 11.3, src/heap/heap.cc, \
                        AllocateExternalBackingStore)",
                }
            ),
        ];
        &PEERS
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
    }

    fn size(job: &Job) -> u64 {
        job.urls.len() as u64
    }

    fn stage(args: &Args, job: &mut Job) -> Result<Stage> {
        args.stage(job)
    }

    fn threads(job: &Job, variant: &str) -> usize {
        let workers = job.workers.get();
        match variant {
            // And one that looks up names.
            "tokio"
            | "tokio_block_on"
            | "buffer_unordered"
            | "buffer_unordered_block_on" => workers + 1,
            // And one for each that looks up names.
            "tokio_per_core" => 2 * workers,
            "tokio_current_thread" | "compio" => 1,
            // And the reactor's.
            "smol_one_thread" => 2,
            "smol" | "async_std" | "surf" => workers + 2,
            _ => 0,
        }
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        let workers = job.workers.to_string();
        vec![("ASYNC_STD_THREAD_COUNT", workers)]
    }

    fn lacks(_: &Args, variant: &str) -> Option<String> {
        (variant == "compio").then(lacks_io_uring)?
    }

    fn describe(job: &Job) -> String {
        let (urls, s) = (job.urls.len(), plural(job.urls.len()));
        let mut job_is = format!("{urls} URL{s}, at most {} in flight", job.limit);
        if let Some(rate) = job.rate {
            job_is += &format!(", {rate} due a second");
        }
        if job.rehash > 0 {
            job_is += &format!(", each digested {} times more", job.rehash);
        }
        job_is
    }

    fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
        let (facts, record) = stage.check(&output.outcomes)?;
        check_digests(job, output)?;
        let Some(record) = record else {
            return Ok(facts);
        };
        // A request that the client gave up may be seen to go after its successor has
        // come, so only those that the origin saw to their end are counted.
        let peak = args::peak_in_flight(&record, |one| !one.was_left());
        let limit = job.limit.get() as u64;
        ensure!(
            peak <= limit,
            "{peak} requests in flight, where {limit} are allowed"
        );
        let facts = facts.count_of("peak in flight", peak, limit);
        if let Some(rate) = job.rate {
            stage.check_rate(&record, rate)?;
            // How many are in flight is then the rate's affair.
            return Ok(facts);
        }
        let (due, peak) = match args::last_batch(job) {
            // The rest of a mixed job fails at random, so its last part is the measure.
            Some(due) => (due, args::late_peak(&record)),
            None => (limit.min(job.urls.len() as u64), peak),
        };
        if peak < due && job.latency_ms > 0.0 {
            let why = format!("peak in flight {peak}, where {due} were possible");
            let latency = Duration::from_secs_f64(job.latency_ms / 1e3);
            let was_time = latency >= stage.begins_within(due);
            return Ok(facts.breach_if("peak_reaches_limit", why, was_time));
        }
        Ok(facts)
    }

    fn timeline(stage: &Stage, _job: &Job, _trial: &Checked<Output>) -> Vec<Span> {
        stage.timeline()
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        let (tasks, limit) = (job.urls.len(), job.limit.get());
        let turns = tasks.div_ceil(limit);
        let latency = job.latency_ms;
        let time = Duration::from_secs_f64(latency / 1e3 * turns as f64);
        if let (Some(rate), Some(last)) = (job.rate, (tasks as u64).checked_sub(1)) {
            let due = Duration::from_nanos(due_after(last, rate));
            let last = due + Duration::from_secs_f64(latency / 1e3);
            if last > time {
                let reason =
                    format!("the last is due after {due:?} and takes {latency} ms");
                return Ok(Some(Floor::new(last, reason)));
            }
        }
        if time.is_zero() {
            return Ok(None);
        }
        Ok(Some(Floor::new(
            time,
            format!(
                "{tasks} request{} of {latency} ms, {limit} at once: {turns} turn{}",
                plural(tasks),
                plural(turns)
            ),
        )))
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        fetching::results(&job.urls, &output.outcomes)
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Digests each page's digest again, and compares the result with the reported digest.
fn check_digests(job: &Job, output: &Output) -> Result<()> {
    let pages = output.outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Ok(page) if job.rehash > 0 => Some(page.sha256),
        _ => None,
    });
    let mut reported = output.digests.iter();
    for page in pages {
        let due = rehash(page, job.rehash);
        let one = reported.next();
        ensure!(
            one == Some(&due),
            "{page} digested {} times more is {due}, and not {}",
            job.rehash,
            one.map_or("left out".to_owned(), Sha256::to_string)
        );
    }
    ensure!(
        reported.next().is_none(),
        "there are more digests than pages"
    );
    Ok(())
}
