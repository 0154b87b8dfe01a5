//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod check;

use std::time::Duration;

use anyhow::Result;
use fetching::{common_host, direct, files::File};
use test_fixtures::{
    Case, Direct, Facts, Floor, Model, Outcome, Peer, Variant, peer, python_peer,
};

use crate::{Job, Output, Report, variants};

pub use args::Args;
pub use check::Stage;

/// The model.
#[derive(Debug)]
pub struct ThreadPool;

impl Model for ThreadPool {
    const NAME: &'static str = "thread-pool";
    const ABOUT: &'static str = "As completed: download files on --workers blocking threads and report each as it lands, on every runtime";
    const COMPARISON: &'static [&'static str] = &["--tasks", "30", "--latency", "12ms"];
    const COUNTED: &'static [&'static str] = &["--tasks", "30", "--latency", "2ms"];
    const EACH: &'static str = "download";
    const EXAMPLES: &'static [&'static str] = &["--tasks 100 --workers 8 --latency 20ms"];
    const DIRECT_EXAMPLES: &'static [&'static str] = &[
        "--dir downloads http://localhost:8080/bytes/1000000/note/a.bin",
        "--dir downloads --urls-from urls.txt --variants tokio",
    ];
    const LONG: &'static [&'static str] = &["--tasks", "60", "--latency", "500ms"];
    const WIDE: &'static [&'static str] = &["--tasks", "16", "--workers", "8"];
    const ITEM: Result<&'static str, &'static str> = Ok("a download");
    const PAIR: [&'static str; 2] = ["std_only", "tokio"];
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
                        "ThreadPoolExecutor and as_completed, requests",
                        needs ["requests", "urllib3"],
                        since (3, 11),
                        except {
                            "https_truncated_unframed_body": "Python's TLS sockets take the end of a \
                                connection without close_notify for the end of the stream \
                                (CPython 3.11, ssl.py, suppress_ragged_eofs)",
                            "redirected_as_browsers_are": "requests reads a Location by RFC 3986, to \
                                which a backslash is a letter (requests 2.34, sessions.py, \
                                resolve_redirects)",
                            "odd_location": "requests reads a Location by RFC 3986, to which a \
                                backslash is a letter (requests 2.34, sessions.py, \
                                resolve_redirects)",
                        }
            ),
            peer!(
                go.go: "as many goroutines as threads on one channel, net/http",
                since (1, 22),
                except {
                    "https_truncated_unframed_body": "crypto/tls takes the end of a \
                        connection between two records for the end of TLS (Go 1.27, \
                        crypto/tls/conn.go, readRecordOrCCS)",
                    "names_in_utf_8": "mime.ParseMediaType takes no letter outside ASCII \
                        without quotes around it (Go 1.27, mime/grammar.go, isTokenChar)",
                    "redirected_as_browsers_are": "net/http reads a Location by RFC 3986, \
                        to which a backslash is a letter and a tab an error (Go 1.27, \
                        net/url/url.go, parse)",
                    "odd_location": "net/http reads a Location by RFC 3986, to which a \
                        backslash is a letter and a tab an error (Go 1.27, \
                        net/url/url.go, parse)",
                }
            ),
            peer!(
                node.mjs: "a pool of worker threads, node:http in each",
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
                    "endless_heads": "a worker thread is a V8 with a heap of its own (Node \
                        20.20, src/node_worker.cc, WorkerThreadData)",
                    "endless_frames": "a worker thread is a V8 with a heap of its own (Node \
                        20.20, src/node_worker.cc, WorkerThreadData)",
                    "endless_bodies": "a worker thread is a V8 with a heap of its own (Node \
                        20.20, src/node_worker.cc, WorkerThreadData)",
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
        let threads = job.threads();
        match variant {
            "tokio" => threads,
            // And the reactor's.
            "smol" => threads + 1,
            // And the executor's.
            "async_std" => threads + 2,
            _ => 0,
        }
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![
            // The executor only waits; the threads that work are those of the pool.
            ("ASYNC_STD_THREAD_COUNT", "1".to_owned()),
            // That of smol and async-std starts more than are needed at once.
            ("BLOCKING_MAX_THREADS", job.threads().to_string()),
        ]
    }

    fn describe(job: &Job) -> String {
        let (files, workers) = (job.urls.len(), job.workers.get());
        let (s, t) = (plural(files), plural(workers));
        let stopped = job.deadline_ms.map(|ms| format!(", stopped after {ms} ms"));
        let stopped = stopped.unwrap_or_default();
        format!("{files} file{s} on {workers} thread{t}{stopped}")
    }

    fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
        stage.check(job, output)
    }

    /// The origin's pauses, shared out among the threads.
    fn floor(job: &Job) -> Result<Option<Floor>> {
        let (all, longest) = job.waits_ms;
        let threads = job.threads();
        let shared = all / threads as f64;
        let (files, s) = (job.urls.len(), plural(job.urls.len()));
        let reason = match shared > longest {
            true => format!("{files} file{s}: {all:.0} ms of pauses ÷ {threads} threads"),
            false => format!("the longest of {files} pause{s}"),
        };
        let floor = shared.max(longest);
        let time = Duration::from_secs_f64(floor / 1e3);
        Ok((floor > 0.0).then(|| Floor::new(time, reason)))
    }

    /// One line per file, in the order in which they were finished.
    fn results(job: &Job, output: &Output) -> Vec<String> {
        let host = common_host(&job.urls);
        let line = |Report { place, outcome }: &Report| {
            let url = job.urls.get(*place).map_or("", |url| &url[host..]);
            let number = place + 1;
            match outcome {
                Outcome::Ok(file) => format!("{number:>4}: {file}"),
                Outcome::Failed(failure) => {
                    format!(
                        "{number:>4}: failed, {}: {}  {url}",
                        failure.class, failure.why
                    )
                }
                Outcome::Panicked(message) => {
                    format!("{number:>4}: panicked: {message}  {url}")
                }
                other => format!("{number:>4}: {}  {url}", other.word()),
            }
        };
        output.reports.iter().map(line).collect()
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn direct(args: &Args) -> Option<Direct<Self>> {
        args.keeps_files().then_some(download)
    }
}

/// Downloads what the user named, and keeps it.
fn download(args: &Args, variant: &'static Variant<ThreadPool>) -> Result<bool> {
    let job = args.job_that_keeps_files()?;
    direct::run(job.urls.len(), move || (variant.run)(&job).map(drop))
}

/// What became of each file, in input order; `None` of one that was not reported.
fn in_input_order(output: &Output, files: usize) -> Vec<Option<&Outcome<File>>> {
    let mut outcomes = vec![None; files];
    for Report { place, outcome } in &output.reports {
        if let Some(slot) = outcomes.get_mut(*place) {
            *slot = Some(outcome);
        }
    }
    outcomes
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
