//! The command line's view of the job.

use std::{net::SocketAddr, num::NonZeroUsize, time::Duration};

use anyhow::Result;
use test_fixtures::{Misuse, cores, deadline, duration, whole};

use super::{descriptors, guests::Guest};
use crate::{Job, Load};

/// The handler, the limits, and the load.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// How many requests are sent before the server is stopped
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    #[arg(value_parser = whole::<u64>(1..=10_000_000))]
    requests: u64,
    /// Keep-alive connections, each with one request at a time
    #[arg(long, value_name = "N", default_value_t = 32)]
    #[arg(value_parser = whole::<usize>(1..=10_000))]
    clients: usize,
    /// Let so many requests become due each second, whatever became of those before
    /// [default: each client asks again as soon as it has its answer]
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=1_000_000))]
    rate: Option<u32>,
    /// How long the handler waits before each answer
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    wait: Duration,
    /// How long it then computes, on one core
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    compute: Duration,
    /// The most connections that are served at once; others wait
    #[arg(long, value_name = "N", default_value = "1000")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=100_000))]
    connections: NonZeroUsize,
    /// Threads of the runtimes that have a choice [default: all cores but one, which the
    /// load takes]
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroUsize>(1..=1_000))]
    workers: Option<NonZeroUsize>,
    /// How long connections may take to end once the server is stopped
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = deadline)]
    grace: Duration,
    /// Other clients beside the load
    #[arg(long, value_name = "KIND", value_enum)]
    pub(crate) beside: Option<Guest>,
    /// How many of them
    #[arg(long, value_name = "N", default_value_t = 5, requires = "beside")]
    #[arg(value_parser = whole::<usize>(1..=10_000))]
    pub(crate) guests: usize,
    /// Serve here, without a load, until Ctrl-C or SIGTERM: for curl, wrk and others
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["beside", "rate", "twice"])]
    pub(crate) listen: Option<SocketAddr>,
    /// Send SIGTERM 100 ms after the last request, and again 100 ms later
    #[arg(long)]
    pub(crate) twice: bool,
}

impl Args {
    pub(crate) fn job(&self) -> Result<Job> {
        if self.listen.is_some() {
            return Err(Misuse::new(
                "--listen serves once, and trials have sockets of their own; leave it out",
            )
            .into());
        }
        descriptors::check(self.most_open())?;
        self.any_job()
    }

    /// The most connections that are open at once.
    pub(crate) fn most_open(&self) -> usize {
        self.clients + self.beside.map_or(0, |_| self.guests)
    }

    /// The same, where the server has an address of its own.
    pub(crate) fn any_job(&self) -> Result<Job> {
        let guests = match self.beside {
            Some(guest) if guest.stays() => self.guests,
            _ => 0,
        };
        // One more asks who serves, and sees it end.
        let (all, most) = (self.clients + guests + 1, self.connections.get());
        if all > most {
            return Err(Misuse(format!(
                "--connections {most}, and {all} are kept open: those above the limit would \
                 wait until others end, and none does; raise --connections"
            ))
            .into());
        }
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        Ok(Job {
            wait_ms: ms(self.wait),
            compute_ms: ms(self.compute),
            connections: self.connections,
            workers: self.workers.unwrap_or_else(all_but_one),
            grace_ms: self.grace.as_millis() as u64,
            load: Load {
                requests: self.requests,
                clients: self.clients,
                rate: self.rate,
            },
        })
    }
}

fn all_but_one() -> NonZeroUsize {
    NonZeroUsize::new(cores().get() - 1).unwrap_or(NonZeroUsize::MIN)
}
