//! Every hazard in figures: what the failing piece did, and what the cure cost.

use test_fixtures::Surveyed;

use super::judge;
use crate::{Ended, Finding, Hazard, Job, Output, Watched, hazards::CLIENTS};

/// A line for each hazard of the job.
pub(super) fn survey(job: &Job, output: &Output) -> Vec<Surveyed> {
    let findings = output.findings.iter();
    findings.map(|finding| of(job, finding)).collect()
}

fn of(job: &Job, finding: &Finding) -> Surveyed {
    let hazard = finding.hazard;
    let (harm, cost) = match hazard {
        Hazard::LostUpdate
        | Hazard::CancelledRead
        | Hazard::CancelledSend
        | Hazard::StarvedConnection
        | Hazard::LaggingBroadcast => ("% lost", "ms"),
        Hazard::BlockedExecutor | Hazard::SharedBudget => ("ms late", "ms late"),
        Hazard::StarvedDeadline | Hazard::BiasedSelect => ("ms late", "ms"),
        Hazard::Oversubscribed => ("ms", "ms"),
        Hazard::UnseenPanic => ("is silent", "ms"),
        Hazard::Grandchildren => ("run on", "ms"),
        Hazard::RetryStorm => ("% at once", "% at once"),
        _ => ("hangs", "ms"),
    };
    let bites = finding
        .failing
        .as_ref()
        .is_some_and(|watched| matches!(judge::bite(hazard, job, watched), Ok(Some(_))));
    Surveyed {
        item: hazard.to_string(),
        harm: harm.to_owned(),
        spared: finding.spared.clone(),
        bites,
        attempts: finding.failing.as_ref().map(|watched| watched.attempts),
        why: None,
        failing: finding
            .failing
            .as_ref()
            .map(|watched| failing(hazard, job, watched, bites)),
        cost: cost.to_owned(),
        cure: finding
            .cure
            .as_ref()
            .map(|watched| cure(hazard, job, watched)),
    }
}

fn failing(hazard: Hazard, job: &Job, watched: &Watched, bites: bool) -> String {
    match (hazard, &watched.ended) {
        _ if !bites => "no".to_owned(),
        (Hazard::LostUpdate, Ended::Done(value)) => {
            percent(job.increments_in_all(), *value)
        }
        (
            Hazard::CancelledRead
            | Hazard::CancelledSend
            | Hazard::StarvedConnection
            | Hazard::LaggingBroadcast,
            Ended::Done(value),
        ) => percent(judge::whole(hazard, job).unwrap_or_default(), *value),
        (Hazard::BlockedExecutor, _) => late(watched),
        (Hazard::SharedBudget, _) => answer(watched),
        (Hazard::RetryStorm, _) => at_once(job, watched),
        (Hazard::StarvedDeadline | Hazard::BiasedSelect, _) => {
            milliseconds(watched.nanos.saturating_sub(job.limit().as_nanos() as u64))
        }
        (Hazard::Oversubscribed, _) => milliseconds(watched.nanos),
        _ => "yes".to_owned(),
    }
}

fn cure(hazard: Hazard, job: &Job, watched: &Watched) -> String {
    match hazard {
        Hazard::BlockedExecutor => late(watched),
        Hazard::SharedBudget => answer(watched),
        Hazard::RetryStorm => at_once(job, watched),
        _ => milliseconds(watched.nanos),
    }
}

fn late(watched: &Watched) -> String {
    judge::lateness(watched).map_or_else(|_| "?".to_owned(), milliseconds)
}

fn answer(watched: &Watched) -> String {
    judge::answer_after(&watched.record).map_or_else(|_| "?".to_owned(), milliseconds)
}

/// What part of the clients came again in one moment.
fn at_once(job: &Job, watched: &Watched) -> String {
    let share = |count: usize| 100.0 * count as f64 / CLIENTS as f64;
    judge::at_once(job, &watched.record)
        .map_or_else(|_| "?".to_owned(), |count| format!("{:.0}", share(count)))
}

/// How much of the whole is missing.
fn percent(whole: u64, value: u64) -> String {
    let lost = whole.saturating_sub(value) as f64;
    format!("{:.0}", 100.0 * lost / whole.max(1) as f64)
}

fn milliseconds(nanos: u64) -> String {
    let milliseconds = nanos as f64 / 1e6;
    let digits = match milliseconds {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{milliseconds:.digits$}")
}
