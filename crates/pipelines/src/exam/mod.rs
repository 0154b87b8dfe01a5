//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod check;
mod occupancy;

use std::{num::NonZeroUsize, ops::RangeInclusive, time::Duration};

use anyhow::Result;
use fetching::direct;
use test_fixtures::{
    Case, Checked, Direct, Facts, Floor, ItemTimes, Model, Outcome, Peer, Span, Variant,
    ensure_environment, lacks_io_uring, peer, python_peer,
};

use crate::{Job, Output, Saved, Shape, Step, variants};

pub use args::{Args, Stage};

/// The model.
#[derive(Debug)]
pub struct Pipelines;

impl Model for Pipelines {
    const NAME: &'static str = "pipelines";
    const ABOUT: &'static str = "Fetch, process, save: a chain per item, or stages with bounded queues between them";
    const COMPARISON: &'static [&'static str] = &[
        "--items",
        "42",
        "--workers",
        "6",
        "--latency",
        "10ms",
        "--process",
        "5ms",
        "--save",
        "5ms",
    ];
    const COUNTED: &'static [&'static str] = &[
        "--items",
        "20",
        "--workers",
        "3",
        "--latency",
        "2ms",
        "--process",
        "1ms",
        "--save",
        "1ms",
    ];
    const EACH: &'static str = "item";
    const EXAMPLES: &'static [&'static str] = &[
        "--shape chained --items 30",
        "--items 30 --workers 1 --save 300ms",
        "--items 30 --fault process:4:panic",
    ];
    const LONG: &'static [&'static str] = &["--items", "150"];
    const WIDE: &'static [&'static str] = &["--workers", "4", "--threads", "4"];
    const ITEM: Result<&'static str, &'static str> =
        Ok("an item, from its first step to its last");
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
                        "asyncio.Queue, coroutines and asyncio.to_thread, aiohttp",
                        needs ["aiohttp", "yarl"],
                        since (3, 11),
                        except {
                            "reset_unframed_body": "aiohttp takes any end of a connection for the end \
                                of a body without a length (aiohttp 3.14, client_proto.py, \
                                connection_lost)",
                            "https_truncated_unframed_body": "aiohttp takes any end of a connection \
                                for the end of a body without a length (aiohttp 3.14, \
                                client_proto.py, connection_lost)",
                        }
            ),
            peer!(
                go.go: "goroutines between bounded channels, net/http",
                since (1, 22),
                except {
                    "https_truncated_unframed_body": "crypto/tls takes the end of a \
                        connection between two records for the end of TLS (Go 1.27, \
                        crypto/tls/conn.go, readRecordOrCCS)",
                }
            ),
            peer!(
                node.mjs: "promises, bounded queues and worker threads, node:http",
                since (18, 17),
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
                    "endless_heads": "a worker thread is a V8 with a heap of its own (Node \
                        20.20, src/node_worker.cc, WorkerThreadData)",
                    "endless_bodies": "each chunk of one byte is a buffer of its own, and \
                        a hundred thousand come before the body is too long (Node 20.20, \
                        src/node_http_parser.cc, on_body)",
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
        let threads = job.threads.get() + blocking(job.workers);
        match variant {
            "tokio" | "stream" => threads,
            "compio" => blocking(job.workers),
            // And the reactor's.
            "smol" | "async_std" | "surf" => threads + 1,
            _ => 0,
        }
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        environment(job.workers, job.threads)
    }

    fn lacks(_: &Args, variant: &str) -> Option<String> {
        (variant == "compio").then(lacks_io_uring)?
    }

    fn describe(job: &Job) -> String {
        let (items, s) = (job.urls.len(), plural(job.urls.len()));
        let workers = job.workers;
        match job.shape {
            Shape::Chained => format!("{items} item{s}, {workers} chains at once"),
            Shape::Staged => format!(
                "{items} item{s}, {workers} worker{} per stage, queues of {}",
                plural(workers.get()),
                job.queue
            ),
        }
    }

    fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
        check::check(stage, job, output)
    }

    fn impossible(output: &Output, was_there: &RangeInclusive<u64>) -> Option<String> {
        occupancy::impossible(&output.passages, was_there)
    }

    fn timeline(_: &Stage, _: &Job, trial: &Checked<Output>) -> Vec<Span> {
        occupancy::timeline(&trial.output.passages)
    }

    fn items(_: &Stage, _: &Job, trial: &Checked<Output>) -> Vec<ItemTimes> {
        let start = trial.started.unwrap_or(0);
        occupancy::items(&trial.output.passages, start)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        let times = Step::ALL.map(|step| job.least_ms(step));
        let [fetch, process, save] = times;
        let (items, workers) = (job.urls.len(), job.workers.get());
        let turns = items.div_ceil(workers);
        let pass: f64 = times.iter().sum();
        if pass == 0.0 || turns == 0 || job.take.is_some() {
            return Ok(None);
        }
        let s = plural(turns);
        let (time, reason) = match job.shape {
            Shape::Chained => (
                pass * turns as f64,
                format!("{fetch} + {process} + {save} ms, {turns} turn{s} of {workers}"),
            ),
            Shape::Staged => {
                let slowest = times.into_iter().fold(0.0, f64::max);
                (
                    pass + slowest * (turns - 1) as f64,
                    format!(
                        "{turns} turn{s} of {workers} in the slowest stage, {slowest} ms \
                         each, and one pass through the others"
                    ),
                )
            }
        };
        Ok(Some(Floor::new(
            Duration::from_secs_f64(time / 1e3),
            reason,
        )))
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        let line = |(url, outcome): (&String, &Outcome<Saved>)| match outcome {
            Outcome::Ok(saved) => saved.to_string(),
            Outcome::Failed(failure) => {
                format!("failed, {}: {}  {url}", failure.class, failure.why)
            }
            other => format!("{}  {url}", other.word()),
        };
        job.urls.iter().zip(&output.outcomes).map(line).collect()
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn direct(args: &Args) -> Option<Direct<Self>> {
        args.keeps_files().then_some(save_and_keep)
    }
}

/// Does the job of the URLs that the user named, whose files stay.
fn save_and_keep(args: &Args, variant: &'static Variant<Pipelines>) -> Result<bool> {
    ensure_environment(&environment(args.workers(), args.threads()))?;
    let job = args.job_that_keeps_files()?;
    direct::run(job.urls.len(), move || (variant.run)(&job).map(drop))
}

/// How many threads there are for what blocks: two steps do, and the first may have names
/// to look up.
fn blocking(workers: NonZeroUsize) -> usize {
    3 * workers.get()
}

fn environment(
    workers: NonZeroUsize,
    threads: NonZeroUsize,
) -> Vec<(&'static str, String)> {
    vec![
        ("BLOCKING_MAX_THREADS", blocking(workers).to_string()),
        ("ASYNC_STD_THREAD_COUNT", threads.to_string()),
    ]
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
