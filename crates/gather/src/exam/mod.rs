//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;

use std::time::Duration;

use anyhow::Result;
use fetching::Stage;
use test_fixtures::{
    Case, Checked, Facts, Floor, Model, Peer, Span, Variant, due_after, lacks_io_uring,
    peer, python_peer,
};

use crate::{Job, Output, variants};

pub use args::Args;

/// The model.
#[derive(Debug)]
pub struct Gather;

impl Model for Gather {
    const NAME: &'static str = "gather";
    const ABOUT: &'static str =
        "Gather: fetch every URL at once and report what came of each, on every runtime";
    const COMPARISON: &'static [&'static str] = &["--tasks", "100", "--latency", "60ms"];
    const COUNTED: &'static [&'static str] = &["--tasks", "25", "--latency", "20ms"];
    const EACH: &'static str = "request";
    const EXAMPLES: &'static [&'static str] = &[
        "http://127.0.0.1:8080/ http://127.0.0.1:8080/bytes/10",
        "--path /bytes/10 --path /hang --timeout 500ms",
    ];
    const LONG: &'static [&'static str] = &["--latency", "8s"];
    const WIDE: &'static [&'static str] = &["--tasks", "20"];
    const ITEM: Result<&'static str, &'static str> = Ok("a request");
    const PAIR: [&'static str; 2] = ["tokio_hyper", "smol"];
    const README: &'static str = include_str!("../../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = Stage;

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        static PEERS: [Peer; 4] = [
            python_peer!(
                "asyncio.gather over aiohttp",
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
            python_peer!(
                python_uvloop: "asyncio.gather over aiohttp, on uvloop",
                needs ["aiohttp", "uvloop", "yarl"],
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
                go.go: "a goroutine a request, net/http",
                since (1, 22),
                except {
                    "https_truncated_unframed_body": "crypto/tls takes the end of a \
                        connection between two records for the end of TLS (Go 1.27, \
                        crypto/tls/conn.go, readRecordOrCCS)",
                }
            ),
            peer!(
                node.mjs: "Promise.allSettled over node:http",
                since (18, 13),
                except {
                    "https_truncated_unframed_body": "Node takes any end of a connection \
                        for the end of TLS (Node 20.20, src/crypto/crypto_tls.cc, \
                        OnStreamRead)",
                },
                sometimes {
                    "reset_body": "where data and a reset come at once, libuv reports the \
                        end (libuv 1.46, src/unix/stream.c, uv__stream_io)",
                    "reset_chunked_body": "where data and a reset come at once, libuv \
                        reports the end (libuv 1.46, src/unix/stream.c, uv__stream_io)",
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
            | "tokio_hyper"
            | "tokio_hyper_block_on"
            | "join_all"
            | "futures_concurrency" => workers + 1,
            "tokio_current_thread" | "tokio_hyper_current_thread" | "compio" => 1,
            // And one for each that looks up names.
            "tokio_hyper_per_core" => 2 * workers,
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
        let urls = job.urls.len();
        let s = if urls == 1 { "" } else { "s" };
        match job.rate {
            Some(rate) => format!("{urls} URL{s}, {rate} due a second"),
            None if urls == 1 => "1 URL".to_owned(),
            None => format!("{urls} URLs, all at once"),
        }
    }

    fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
        let (facts, record) = stage.check(&output.outcomes)?;
        let Some(record) = record else {
            return Ok(facts);
        };
        let (peak, requests) = (record.requests_most_in_flight, record.requests);
        let facts = facts.count_of("peak in flight", peak, requests);
        if let Some(rate) = job.rate {
            stage.check_rate(&record, rate)?;
            // How many are in flight is then the rate's affair.
            return Ok(facts);
        }
        if peak < args::peak_due(stage, &record) {
            let why = format!("peak in flight {peak}, where {requests} were possible");
            return Ok(facts.breach("all_at_once", why));
        }
        Ok(facts)
    }

    fn timeline(stage: &Stage, _job: &Job, _trial: &Checked<Output>) -> Vec<Span> {
        stage.timeline()
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        if job.slowest_ms == 0.0 {
            return Ok(None);
        }
        let time = Duration::from_secs_f64(job.slowest_ms / 1e3);
        if let Some(rate) = job.rate {
            let due = Duration::from_nanos(due_after(job.urls.len() as u64 - 1, rate));
            if due > time {
                let reason = format!("the last is due after {due:?}");
                return Ok(Some(Floor::new(due, reason)));
            }
        }
        let reason = format!("all at once, and the slowest takes {} ms", job.slowest_ms);
        Ok(Some(Floor::new(time, reason)))
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        fetching::whole_results(&job.urls, &output.outcomes)
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }
}
