//! The stage, and the check that decides.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use fetching::files::File;
use http_origin::Record;
use test_fixtures::{Facts, Outcome, temporary::TemporaryDir};

use super::in_input_order;
use crate::{Job, Output};

mod late;
mod width;

/// By how much one answer must have ended before another, as the origin saw it, that their
/// files land in the same order.
const APART: Duration = Duration::from_millis(50);
/// By how much, that nothing but the variant can be the reason if they don't.
const FAR_APART: Duration = Duration::from_millis(500);

/// What stands around the job: an origin, and a directory of the trial's own.
#[derive(Debug)]
pub struct Stage {
    fetching: fetching::Stage,
    scratch: TemporaryDir,
}

impl Stage {
    pub(crate) fn new(fetching: fetching::Stage, scratch: TemporaryDir) -> Self {
        Self { fetching, scratch }
    }

    pub(crate) fn check(&self, job: &Job, output: &Output) -> Result<Facts> {
        let outcomes = each_once(job, output)?;
        let seen = self.fetching.origin().map(|origin| origin.record());
        let late = seen
            .as_ref()
            .and_then(|seen| late::Late::new(job, self.fetching.paths(), seen));
        let excused = |place: usize, outcome: &Outcome<File>| {
            let is_reason = |late: &late::Late<'_>| late.is_reason(place, outcome);
            late.as_ref().is_some_and(is_reason)
        };
        let (facts, record) = self.fetching.check_saved(
            self.scratch.path(),
            &job.names,
            &outcomes,
            excused,
        )?;
        let Some(record) = record else {
            return Ok(facts);
        };
        let facts = width::check(facts, job, self.fetching.paths(), &record)?;
        Ok(self.check_order(facts, output, &record))
    }

    /// Files are reported in the order in which the origin saw their answers end, where
    /// these were far enough apart.
    fn check_order(&self, facts: Facts, output: &Output, record: &Record) -> Facts {
        let ended = |place: usize| -> Option<Duration> {
            let path = self.fetching.paths().get(place)?;
            let mut all = record.exchanges.iter().filter(|one| *one.path == **path);
            let (one, more) = (all.next()?, all.next());
            let ended = one.ended_ns.filter(|_| more.is_none())?;
            Some(Duration::from_nanos(ended))
        };
        let mut latest = (Duration::ZERO, 0);
        let mut worst = (Duration::ZERO, 0, 0);
        for report in output
            .reports
            .iter()
            .filter(|report| report.outcome.ok().is_some())
        {
            let Some(ended) = ended(report.place) else {
                continue;
            };
            let behind = latest.0.saturating_sub(ended);
            if behind > worst.0 {
                worst = (behind, latest.1, report.place);
            }
            latest = latest.max((ended, report.place));
        }
        let (behind, first, second) = worst;
        if behind <= APART {
            return facts;
        }
        let why = format!(
            "file {} was reported before file {}, whose answer had ended {behind:.1?} earlier",
            first + 1,
            second + 1
        );
        facts.breach_if("as_completed", why, behind >= FAR_APART)
    }
}

/// What became of each file, in input order, where each was reported once.
fn each_once(job: &Job, output: &Output) -> Result<Vec<Outcome<File>>> {
    let (files, reports) = (job.urls.len(), output.reports.len());
    ensure!(reports == files, "{reports} reports of {files} files");
    let each = in_input_order(output, files).into_iter();
    let outcomes: Vec<_> = each.flatten().cloned().collect();
    if outcomes.len() < files {
        bail!("a file was reported twice, and another not at all");
    }
    Ok(outcomes)
}
