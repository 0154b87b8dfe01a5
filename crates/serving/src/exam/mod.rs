//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod descriptors;
mod guests;
mod half_heads;
mod idle;
mod stage;

use std::{io::Read, net::TcpListener, os::fd::BorrowedFd, thread, time::Duration};

use anyhow::{Context, Result, ensure};
use load::Fault;
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::{consts::SIGINT, iterator::Signals};
use test_fixtures::{
    Case, Checked, Direct, Facts, Floor, ItemTimes, Model, Peer, Span, Variant,
    lacks_io_uring, peer, python_peer, tell,
};

use crate::{Job, Output, variants, work::listen_on};

pub use args::Args;
use stage::Stage;

/// The part of the time in which the load may be busy: above that, it is what is measured.
const BUSY: f64 = 0.9;
/// How late a server may end after the grace time.
const LATE: Duration = Duration::from_millis(500);

/// The model.
#[derive(Debug)]
pub struct Serving;

impl Model for Serving {
    const NAME: &'static str = "serving";
    const ABOUT: &'static str = "A server that is stopped under load: accept connections, answer requests, and drain, on every runtime";
    const COMPARISON: &'static [&'static str] =
        &["--requests", "2000", "--clients", "32"];
    const COUNTED: &'static [&'static str] = &["--requests", "300", "--clients", "8"];
    const EACH: &'static str = "request";
    const EXAMPLES: &'static [&'static str] = &[
        "--rate 2000 --requests 4000",
        "--wait 5ms --beside idle --guests 500",
    ];
    const DIRECT_EXAMPLES: &'static [&'static str] =
        &["--variants tokio --listen 127.0.0.1:8080"];
    const LONG: &'static [&'static str] = &["--rate", "50", "--requests", "1000"];
    const WIDE: &'static [&'static str] = &["--requests", "200", "--clients", "24"];
    const PAIR: [&'static str; 2] = ["tokio", "smol"];
    const ITEM: Result<&'static str, &'static str> = Ok("a request");
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
            python_peer!("asyncio's streams, a task for each connection"),
            python_peer!(
                python_aiohttp: "aiohttp's application server and its graceful shutdown",
                needs ["aiohttp"],
                since (3, 11),
                except {
                    "more_connections_than_places": "aiohttp accepts all that come \
                        (aiohttp 3.14, web_runner.py, SockSite)",
                }
            ),
            peer!(
                node.mjs: "node:http, connections handed to it one by one",
                since (18, 0),
                except {
                    "out_of_descriptors": "where no descriptor is left, libuv accepts and \
                        closes all that wait (libuv 1.46, src/unix/stream.c, uv__emfile_trick)",
                }
            ),
            peer!(go.go: "net/http, a goroutine for each connection", since (1, 21)),
        ];
        &PEERS
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
    }

    fn size(job: &Job) -> u64 {
        job.load.requests
    }

    fn stage(args: &Args, job: &mut Job) -> Result<Stage> {
        Stage::start(args, job)
    }

    fn hands_down(stage: &Stage) -> Option<BorrowedFd<'_>> {
        Some(stage.socket())
    }

    fn threads(job: &Job, variant: &str) -> usize {
        let workers = job.workers.get();
        match variant {
            "tokio" | "axum" => workers,
            "smol" | "async_std" => workers + 2,
            _ => 0,
        }
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![("ASYNC_STD_THREAD_COUNT", job.workers.to_string())]
    }

    fn lacks(_: &Args, variant: &str) -> Option<String> {
        variant.starts_with("compio").then(lacks_io_uring)?
    }

    fn describe(job: &Job) -> String {
        let load = &job.load;
        let pace = match load.rate {
            Some(rate) => format!("{rate} due each second"),
            None => "each client one after another".to_owned(),
        };
        let mut described = format!(
            "{} requests of {} clients, {pace}, then SIGTERM",
            load.requests, load.clients
        );
        if job.wait_ms > 0.0 {
            described += &format!("; the handler waits {} ms", job.wait_ms);
        }
        if job.compute_ms > 0.0 {
            described += &format!("; it computes {} ms", job.compute_ms);
        }
        described
    }

    fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
        let session = stage.session()?;
        let report = &session.report;
        let (answered, of) = (report.answered, job.load.requests);
        let mut facts = Facts::new().count_of("answered", answered, of);
        if answered != of || !report.is_whole() {
            let failed = report.errors.iter();
            let mut why: Vec<_> = failed
                .map(|(fault, count)| format!("{} {count}", fault.words()))
                .collect();
            if report.unanswered > 0 {
                why.push(format!("no answer {}", report.unanswered));
            }
            let why = why.join(", ");
            let why = format!("{answered} of {of} requests were answered: {why}");
            let was_ended = |fault: &Fault| matches!(fault, Fault::Closed | Fault::Reset);
            let is_lost = report.unanswered == 0 && report.errors.keys().all(was_ended);
            // Each client has one request at a time that a stop can meet.
            let can_be_all = of <= job.load.clients as u64;
            ensure!(is_lost && (answered > 0 || can_be_all), why);
            facts = facts.breach("loses_nothing", why);
        }
        if let Some(late) = &session.late {
            late.set_nonblocking(true)?;
            let (mut late, mut buffer) = (late, [0; 64]);
            let read = late.read(&mut buffer);
            ensure!(
                matches!(&read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock),
                "a connection that was opened after the stop was accepted: {read:?}"
            );
        }
        let ms = |ns: Option<u64>| ns.unwrap_or(0) as f64 / 1e6;
        let times = match job.load.rate {
            Some(_) => &report.response,
            None => &report.service,
        };
        // Each was sent; what the stop has cost is a breach, and stands beside the time.
        facts = facts
            .done(of as usize, of as usize)
            .number("p50 ms", ms(times.at(0.5)));
        // Of fewer, either would be the most under another name.
        if of >= 100 {
            facts = facts.number("p99 ms", ms(times.at(0.99)));
        }
        if of >= 1000 {
            facts = facts.number("p99.9 ms", ms(times.at(0.999)));
        }
        facts = facts.number("drained in ms", session.drained.as_secs_f64() * 1e3);
        let grace = Duration::from_millis(job.grace_ms);
        if let Some(halves) = &session.half_heads {
            facts = halves.facts(facts, output.cut, grace)?;
        } else if let Some(ended) = session.ended {
            ensure!(
                output.cut > 0 || session.may_leave > 0,
                "none was cut, though some stayed"
            );
            ensure!(
                ended >= grace || output.cut == 0,
                "it ended {ended:?} after the stop, before {grace:?}"
            );
            facts = facts.number("ended in ms", ended.as_secs_f64() * 1e3);
            if ended > grace + LATE {
                let why = format!(
                    "it ended {ended:?} after the stop, where {grace:?} are given"
                );
                facts = facts.breach_if("grace_is_kept", why, ended > grace + 2 * LATE);
            }
        } else {
            ensure!(
                output.cut == 0,
                "{} connections were cut, and none stayed",
                output.cut
            );
        }
        if output.cut > 0 {
            facts = facts.count("cut", output.cut as u64);
        }
        if let Some(idle) = &session.idle {
            facts = idle.facts(facts);
        }
        // Then the figures are the load's own, and not the server's.
        if !report.schedule_kept {
            facts = facts.number("sent late by ms", ms(report.lateness.at(0.99)));
        }
        if report.busy > BUSY {
            facts = facts.number("load busy %", report.busy * 100.0);
        }
        // Late by less than the load's own bound, it may still be most of a short p99.
        let (late, took) = (report.lateness.at(0.99), report.response.at(0.99));
        let is_most = late.zip(took).is_some_and(|(late, took)| late > took / 2);
        if !report.schedule_kept || report.busy > BUSY || is_most {
            facts = facts.of_load();
        }
        Ok(facts)
    }

    fn timeline(stage: &Stage, _job: &Job, _trial: &Checked<Output>) -> Vec<Span> {
        let (requests, stopped) = stage.requests();
        let span = |request: load::Span| Span {
            task: request.number.to_string(),
            lane: format!("connection {}", request.connection),
            start: request.start,
            end: request.end,
            note: (request.end > stopped).then(|| "drained".to_owned()),
        };
        requests.into_iter().map(span).collect()
    }

    fn items(stage: &Stage, _job: &Job, _trial: &Checked<Output>) -> Vec<ItemTimes> {
        let (requests, _) = stage.requests();
        let times = |request: load::Span| ItemTimes {
            due: request.due,
            begin: request.start,
            end: request.end,
        };
        requests.into_iter().map(times).collect()
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        let load = &job.load;
        let each = job.wait_ms + job.compute_ms;
        if let Some(rate) = load.rate {
            let time =
                (load.requests.saturating_sub(1)) as f64 / f64::from(rate) + each / 1e3;
            let reason = format!("{} requests, {rate} due each second", load.requests);
            return Ok(Some(Floor::new(Duration::from_secs_f64(time), reason)));
        }
        if each == 0.0 {
            return Ok(None);
        }
        let turns = load.requests.div_ceil(load.clients as u64) as f64;
        let cores = job.workers.get() as f64;
        let computed = load.requests as f64 * job.compute_ms / cores;
        let time = (turns * each).max(computed);
        let reason = format!(
            "{} requests of {each} ms, {} at once",
            load.requests, load.clients
        );
        Ok(Some(Floor::new(
            Duration::from_secs_f64(time / 1e3),
            reason,
        )))
    }

    fn results(_job: &Job, output: &Output) -> Vec<String> {
        match output.cut {
            0 => vec!["every connection ended by itself".to_owned()],
            cut => vec![format!("{cut} connections were cut after the grace time")],
        }
    }

    fn direct(args: &Args) -> Option<Direct<Self>> {
        args.listen.is_some().then_some(serve_here)
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }
}

/// Serves at the address that the user named, until Ctrl-C or SIGTERM.
fn serve_here(args: &Args, variant: &'static Variant<Serving>) -> Result<bool> {
    let address = args.listen.context("--listen is not given")?;
    let listener = TcpListener::bind(address)
        .with_context(|| format!("can't listen on {address}"))?;
    let job = args.any_job()?;
    let at = listen_on(listener).local_addr()?;
    let mut interrupts = Signals::new([SIGINT])?;
    thread::Builder::new().spawn(move || {
        for _ in interrupts.forever() {
            // It can be sent to this process at any time.
            _ = kill_process(getpid(), Signal::TERM);
        }
    })?;
    tell(format_args!(
        "{} serves http://{at}/ until Ctrl-C",
        variant.name
    ));
    let output = (variant.run)(&job)?;
    Serving::results(&job, &output).into_iter().for_each(tell);
    Ok(true)
}
