//! The check: every failing piece was bitten, no cure was, and both by what was seen of
//! them.

use anyhow::{Context, Result, bail, ensure};
use test_fixtures::Facts;

use super::judge;
use crate::{Finding, Hazard, Job, Kind, Output, Watched, work::switches::switches};

pub(crate) fn check(job: &Job, output: &Output) -> Result<Facts> {
    let found = output.findings.iter().map(|finding| finding.hazard);
    ensure!(
        found.eq(job.hazards.iter().copied()),
        "other findings than were asked for"
    );
    let mut facts = Facts::new();
    let (mut bitten, mut cured, mut spared) = (0, 0, 0);
    let mut breaches = Vec::new();
    for finding in &output.findings {
        if let Some(why) = &finding.spared {
            ensure!(
                !why.is_empty(),
                "spared {} without a reason",
                finding.hazard
            );
            spared += 1;
            continue;
        }
        for &kind in &job.pieces {
            let watched = piece(finding, kind)?;
            let bite = judge::bite(finding.hazard, job, watched)
                .with_context(|| format!("{kind}"))?;
            match (kind, bite) {
                (Kind::Failing, Some(_)) => bitten += 1,
                (Kind::Failing, None) => breaches.push(finding),
                (Kind::Cure, None) => cured += 1,
                (Kind::Cure, Some(bite)) => {
                    bail!("{}: the cure does not hold: {bite}", finding.hazard)
                }
            }
        }
    }
    let concerned = (output.findings.len() - spared) as u64;
    for kind in &job.pieces {
        facts = match kind {
            Kind::Failing => facts.count_of("bitten", bitten, concerned),
            Kind::Cure => facts.count_of("cured", cured, concerned),
        };
    }
    if spared > 0 {
        facts = facts.count("spared", spared as u64);
    }
    for finding in breaches {
        let attempts = finding
            .failing
            .as_ref()
            .map_or(0, |failing| failing.attempts);
        let why = format!("not bitten in {attempts} attempts");
        // Among others its line says so; alone it must bite.
        let is_certain = job.hazards.len() == 1;
        facts = facts.breach_if(&finding.hazard.case(), why, is_certain);
    }
    Ok(facts)
}

/// The piece of that kind, which must be there.
fn piece(finding: &Finding, kind: Kind) -> Result<&Watched> {
    let piece = match kind {
        Kind::Failing => &finding.failing,
        Kind::Cure => &finding.cure,
    };
    piece
        .as_ref()
        .with_context(|| format!("{}: no {kind} piece", finding.hazard))
}

/// One line per hazard: whether it bites, what that cost, and what the cure costs.
pub(crate) fn lines(job: &Job, output: &Output) -> Vec<String> {
    output
        .findings
        .iter()
        .map(|finding| line(job, finding))
        .collect()
}

fn line(job: &Job, finding: &Finding) -> String {
    let hazard = finding.hazard;
    if let Some(why) = &finding.spared {
        return format!("{hazard:18} spared: {why}");
    }
    // The watchdog decides how long something hung, and the job how long it blocked.
    let is_timed = !hazard.hangs() && !hazard.is_late();
    let failing =
        finding
            .failing
            .as_ref()
            .map(|watched| match judge::bite(hazard, job, watched) {
                Ok(Some(bite)) if is_timed => {
                    format!("bites: {bite}, {}", milliseconds(watched.nanos))
                }
                Ok(Some(bite)) => format!("bites: {bite}"),
                Ok(None) => format!("does not bite, in {} attempts", watched.attempts),
                Err(error) => error.to_string(),
            });
    let cure = finding.cure.as_ref().map(|watched| {
        let time = milliseconds(watched.nanos);
        let late = match hazard {
            Hazard::BlockedExecutor => judge::lateness(watched).ok(),
            Hazard::SharedBudget => judge::answer_after(&watched.record).ok(),
            _ => None,
        };
        match (hazard, late) {
            (_, Some(late)) => format!("cure: {} late", milliseconds(late)),
            (Hazard::Oversubscribed, _) => {
                format!("cure: {}, {time}", switches(watched.usage))
            }
            _ => format!("cure: {time}"),
        }
    });
    let parts: Vec<_> = [failing, cure].into_iter().flatten().collect();
    format!("{hazard:18} {}", parts.join("; "))
}

fn milliseconds(nanos: u64) -> String {
    let milliseconds = nanos as f64 / 1e6;
    let digits = if milliseconds < 10.0 { 2 } else { 0 };
    format!("{milliseconds:.digits$} ms")
}

#[cfg(test)]
mod tests;
