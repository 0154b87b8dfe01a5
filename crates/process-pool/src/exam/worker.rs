//! The exam's worker: the generic one, but that its frames can be spoiled; and the same for
//! a NATS server.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    fs::File,
    io::{self, Write},
    num::NonZeroUsize,
    os::fd::AsFd,
    panic::{self, AssertUnwindSafe, catch_unwind},
    process,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use async_nats::jetstream::{self, Context, context::AccountErrorKind};
use clap::Parser;
use futures_util::StreamExt;
use procspawn::ProcConfig;
use test_fixtures::{cores, duration, end_with_pool, interrupt, tell, whole};
use tokio::{
    runtime::Builder,
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{
    Line,
    args::{nats, run, window},
};
use crate::{
    FaultKind, RUNS, Report, Task, connect, epoch_of_clock,
    parts::{
        session::WINDOW,
        worker::{answer, serve_frames},
    },
    this_host,
    variants::nats::{
        join,
        run::{ANSWERS_WITHIN, NO_JETSTREAM},
    },
    worker_with_host,
};

/// How often a machine looks for further runs.
const LOOKS: Duration = Duration::from_millis(100);
/// How long it leaves a run alone that it can't do.
const AGAIN: Duration = Duration::from_secs(30);

/// Does tasks: those of its pool, on standard input and output, or those of a NATS server.
#[derive(Debug, Parser)]
#[command(name = "process-pool worker", bin_name = "process-pool worker")]
struct WorkerArgs {
    /// Take tasks from this server, until interrupted: nats://HOST or tls://HOST, as the
    /// user NATS_USER with NATS_PASSWORD, if they are set
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Just those of runs of this name
    #[arg(long, value_name = "NAME", requires = "nats", value_parser = run)]
    run: Option<String>,
    /// Name this machine in every report
    #[arg(long, hide = true)]
    host: bool,
    /// With this many worker processes for each run; by default one per core
    #[arg(long, value_name = "N", requires = "nats")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=256))]
    workers: Option<NonZeroUsize>,
    /// With this many tasks in hand for each worker process, at most
    #[arg(long, value_name = "N", requires = "nats", value_parser = window)]
    #[arg(default_value_t = NonZeroUsize::new(WINDOW).expect("it is not zero"))]
    window: NonZeroUsize,
    /// A round trip to the server takes so much longer
    #[arg(long, value_name = "TIME", requires = "nats")]
    #[arg(default_value = "0", value_parser = duration)]
    delay: Duration,
}

/// Is a worker of procspawn's if this process was started as one, and then does not return.
pub(super) fn begin() {
    let mut worker = ProcConfig::new();
    worker.config_callback(|| {
        // A pool that is gone already has closed the worker's channel, too.
        drop(end_with_pool());
        // What a task's panic has to say goes into the reply. A worker that a pool leaves as
        // it starts panics, too (procspawn 1.0.2, src/core.rs, `bootstrap_ipc`).
        panic::set_hook(Box::new(|_| {}));
    });
    worker.init();
}

/// Is a worker, or has workers, as these words say.
pub(super) fn run_worker(words: &[OsString]) -> Result<()> {
    let name = OsString::from("process-pool worker");
    let args = WorkerArgs::try_parse_from([name].iter().chain(words));
    let args = match args {
        Err(error) if !error.use_stderr() => {
            return test_fixtures::print(&error.to_string());
        }
        args => args?,
    };
    match &args.nats {
        None => serve(args.host.then(this_host)),
        Some(url) => {
            nats(url)?;
            let runtime = Builder::new_current_thread().enable_all().build()?;
            match args.delay {
                Duration::ZERO => runtime.block_on(serve_runs(url, &args)),
                delay => {
                    let (_line, url) = Line::to_url(url, delay)?;
                    runtime.block_on(serve_runs(&url, &args))
                }
            }
        }
    }
}

/// Reads tasks from standard input and answers them in order, until the input ends.
fn serve(host: Option<String>) -> Result<()> {
    end_with_pool()?;
    let epoch = host.is_some().then(epoch_of_clock);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    serve_frames(move |given, bytes| {
        let task: Task = postcard::from_bytes(given.payload).map_err(io::Error::other)?;
        let fault = task.fault(given.attempt);
        let count = || Report {
            host: host.clone(),
            epoch,
            ..task.count(given.attempt)
        };
        answer(given, catch_unwind(AssertUnwindSafe(count)), bytes);
        match fault {
            Some(FaultKind::CorruptMagic) => bytes[..4].copy_from_slice(b"HTTP"),
            Some(FaultKind::HugeLength) => bytes[16..20].fill(0xFF),
            Some(FaultKind::ShortFrame) => {
                output.write_all(&bytes[..bytes.len() / 2])?;
                process::exit(0);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(())
}

/// Does the tasks of all runs that there are, and of those that come, until interrupted.
async fn serve_runs(url: &str, args: &WorkerArgs) -> Result<()> {
    let mut jetstream = jetstream::new(connect(url).await?);
    jetstream.set_timeout(ANSWERS_WITHIN);
    if let Err(error) = jetstream.query_account().await {
        ensure!(
            error.kind() != AccountErrorKind::JetStreamUnavailable,
            NO_JETSTREAM
        );
    }
    let (workers, window) = (args.workers.unwrap_or(cores()).get(), args.window.get());
    let mut found = runs(&jetstream, args.run.as_deref()).await?;
    let (leave, left) = watch::channel(false);
    interrupt::listen()?;
    let s = if workers == 1 { "" } else { "s" };
    tell(format_args!("waits for runs, with {workers} worker{s}"));
    let (mut joined, mut machine) = (HashSet::new(), JoinSet::new());
    let mut failed = HashMap::new();
    loop {
        failed.retain(|_, at: &mut Instant| at.elapsed() < AGAIN);
        for run in found {
            if !failed.contains_key(&run) && joined.insert(run.clone()) {
                tell(format_args!("takes tasks of {run}"));
                let (jetstream, mut left) = (jetstream.clone(), left.clone());
                machine.spawn(async move {
                    let leave = async move { drop(left.wait_for(|left| *left).await) };
                    let (worker, here) = (worker_with_host, &jetstream);
                    let over = join(here, &run, workers, window, worker, leave).await;
                    (run, over)
                });
            }
        }
        sleep(LOOKS).await;
        if interrupt::received().is_some() {
            break;
        }
        while let Some(over) = machine.try_join_next() {
            let (run, over) = over?;
            joined.remove(&run);
            // The others go on.
            if let Err(error) = over {
                let again = AGAIN.as_secs();
                tell(format_args!("leaves {run} for {again} seconds: {error}"));
                failed.insert(run, Instant::now());
            }
        }
        // A server that is away comes back.
        let now = runs(&jetstream, args.run.as_deref()).await;
        found = now.unwrap_or_default();
    }
    tell("interrupted: what was in hand is given back");
    leave.send_replace(true);
    while machine.join_next().await.is_some() {}
    // What was sent is on its way, unless the server is away.
    let sent = timeout(ANSWERS_WITHIN, jetstream.client().flush()).await;
    Ok(sent.unwrap_or(Ok(()))?)
}

/// The runs on a server, of this name or of any.
async fn runs(jetstream: &Context, name: Option<&str>) -> Result<Vec<String>> {
    // Behind the name is what tells its job.
    let is_wanted = |run: &&str| match (name, run.strip_prefix(RUNS)) {
        (Some(name), Some(run)) => {
            run.rsplit_once('-').is_some_and(|(named, _)| named == name)
        }
        (None, Some(_)) => true,
        (_, None) => false,
    };
    let mut names = jetstream.stream_names();
    let mut runs = Vec::new();
    while let Some(name) = names.next().await {
        let name = name.context("the server's streams")?;
        let run = name.strip_suffix("-tasks");
        runs.extend(run.filter(is_wanted).map(str::to_owned));
    }
    Ok(runs)
}
