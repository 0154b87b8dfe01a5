//! Gather: fetch every URL at once, and report what came of each.

mod args;
mod cases;
pub mod http1;
pub mod timed;
pub mod variants;

use std::{num::NonZeroUsize, time::Duration};

use anyhow::Result;
use fetching::{Page, Stage, Trust};
use rustls::ClientConfig;
use serde::{Deserialize, Serialize};
use test_fixtures::{
    Case, Checked, Facts, Floor, Model, Outcome, Peer, Span, Variant, python_peer,
};
use ureq::tls::TlsConfig;

pub use args::Args;

/// The model.
#[derive(Debug)]
pub struct Gather;

/// What every variant is handed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What to fetch, all at once.
    pub urls: Vec<String>,
    /// The threads of runtimes that have a choice.
    pub workers: NonZeroUsize,
    /// What https is to trust beside the system's roots, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cacert: Option<String>,
    /// Milliseconds after which a request is given up, from before it connects to the
    /// body's last byte.
    pub timeout_ms: u64,
    /// Milliseconds that the slowest answer is known to take; for the floor.
    pub slowest_ms: f64,
}

impl Job {
    /// After how long a request is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How https is verified by rustls.
    pub fn tls(&self) -> ClientConfig {
        Trust::new(&self.urls, self.cacert.as_deref()).rustls()
    }

    /// The same for ureq.
    pub fn ureq_tls(&self) -> TlsConfig {
        Trust::new(&self.urls, self.cacert.as_deref()).ureq()
    }
}

/// What every variant hands back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// What became of each URL, in input order.
    pub outcomes: Vec<Outcome<Page>>,
}

impl Model for Gather {
    const NAME: &'static str = "gather";
    const ABOUT: &'static str =
        "Gather: fetch every URL at once and report what came of each, on every runtime";
    const COMPARISON: &'static [&'static str] = &["--tasks", "100", "--latency", "100ms"];
    const EXAMPLES: &'static [&'static str] = &[
        "http://127.0.0.1:8080/ http://127.0.0.1:8080/bytes/10",
        "--path /bytes/10 --path /hang --timeout 500ms",
    ];
    const LONG: &'static [&'static str] = &["--latency", "8s"];
    const PAIR: [&'static str; 2] = ["tokio_hyper", "smol"];
    const README: &'static str = include_str!("../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = Stage;

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        static PEERS: [Peer; 1] = [python_peer!(
            "asyncio.gather over aiohttp",
            except {
                "reset_unframed_body": "aiohttp takes any end of a connection for the end \
                    of a body without a length (aiohttp 3.14, client_proto.py, \
                    connection_lost)",
                "https_truncated_unframed_body": "aiohttp takes any end of a connection \
                    for the end of a body without a length (aiohttp 3.14, \
                    client_proto.py, connection_lost)",
            }
        )];
        &PEERS
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
    }

    fn stage(args: &Args, job: &mut Job) -> Result<Stage> {
        args.stage(job)
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        let workers = job.workers.to_string();
        vec![
            ("SMOL_THREADS", workers.clone()),
            ("ASYNC_STD_THREAD_COUNT", workers),
        ]
    }

    fn describe(job: &Job) -> String {
        match job.urls.len() {
            1 => "1 URL".to_owned(),
            urls => format!("{urls} URLs, all at once"),
        }
    }

    fn check(stage: &Stage, _job: &Job, output: &Output) -> Result<Facts> {
        let (facts, record) = stage.check(&output.outcomes)?;
        let Some(record) = record else {
            return Ok(facts);
        };
        let (peak, requests) = (record.requests_most_in_flight, record.requests);
        let facts = facts.count_of("peak in flight", peak, requests);
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
