//! A worker process: it does what its order says, and reports.

use std::{
    panic::{self, catch_unwind},
    process::exit,
};

use anyhow::{Result, bail};
use test_fixtures::{
    Class, Failure, Outcome, end_with_pool, monotonic_nanos, print_json,
};

use crate::{
    variants::{mmap, pipe, ring},
    work::{Order, Report},
};

/// Does what the order in the environment says, and reports on standard output.
pub(crate) fn serve() -> Result<()> {
    end_with_pool()?;
    // What a panic has to say goes into the report.
    panic::set_hook(Box::new(|_| {}));
    let order = Order::read()?;
    let work = match &*order.variant {
        #[cfg(feature = "iceoryx2")]
        "iceoryx2" => crate::variants::iceoryx2::work,
        "mmap" => mmap::work,
        "pipe" => pipe::work,
        "ring" => ring::work,
        other => bail!("{other} has no workers"),
    };
    let start = monotonic_nanos();
    let outcome = match catch_unwind(|| work(&order)) {
        Ok(Ok(sum)) => Outcome::Ok(sum),
        Ok(Err(error)) => Outcome::Failed(Failure {
            class: Class::Other,
            why: format!("{error:#}"),
        }),
        Err(panic) => Outcome::from(panic),
    };
    let is_whole = outcome.ok().is_some();
    let report = Report {
        outcome,
        start,
        end: monotonic_nanos(),
    };
    print_json(&serde_json::to_string(&report)?)?;
    if !is_whole {
        // The report has the reason; the exit code is for those who don't know it.
        exit(1);
    }
    Ok(())
}
