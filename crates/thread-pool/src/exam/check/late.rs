//! Which outcomes the job's deadline is the reason of, by what the origin saw.

use std::time::Duration;

use fetching::files::File;
use http_origin::{End, Exchange, Record};
use test_fixtures::Outcome;

use crate::Job;

/// By how much the job may begin before the origin has read its first request: the deadline
/// runs from its beginning, of which the origin sees nothing.
const START: Duration = Duration::from_millis(500);

/// What the origin saw of a job with a deadline.
pub(super) struct Late<'a> {
    job: &'a Job,
    paths: &'a [String],
    record: &'a Record,
    /// The earliest that the deadline can have passed, in the record's nanoseconds.
    deadline_ns: u64,
}

impl<'a> Late<'a> {
    /// `None` if the job has no deadline.
    pub(super) fn new(
        job: &'a Job,
        paths: &'a [String],
        record: &'a Record,
    ) -> Option<Self> {
        let deadline = job.deadline()?.saturating_sub(START).as_nanos() as u64;
        let first = record.exchanges.iter().map(|one| one.started_ns).min();
        Some(Self {
            job,
            paths,
            record,
            // Where nothing was requested, no thread can have been at work until then.
            deadline_ns: first.map_or(u64::MAX, |first| first + deadline),
        })
    }

    /// Whether the deadline is the reason of an outcome: of one that was under way when it
    /// passed, or that had not begun, since every thread was at work.
    pub(super) fn is_reason(&self, place: usize, outcome: &Outcome<File>) -> bool {
        // Within so little, a thread need not have come to its first request.
        let is_short = self
            .job
            .deadline()
            .is_some_and(|deadline| deadline <= START);
        match outcome {
            Outcome::TimedOut => {
                let Some(path) = self.paths.get(place) else {
                    return false;
                };
                let mut own = self.exchanges().filter(|one| *one.path == **path);
                is_short
                    || own.any(|one| self.was_open(one))
                    || (self.hits(path) == 0 && self.has_just_begun())
            }
            Outcome::Cancelled => {
                let was_busy = || self.exchanges().any(|one| self.was_open(one));
                is_short || (place >= self.job.threads() && was_busy())
            }
            _ => false,
        }
    }

    fn exchanges(&self) -> impl Iterator<Item = &'a Exchange> {
        self.record.exchanges.iter()
    }

    fn hits(&self, path: &str) -> u64 {
        self.record.hits(path)
    }

    fn was_open(&self, one: &Exchange) -> bool {
        one.ended_ns.is_none_or(|ended| ended >= self.deadline_ns)
    }

    /// Whether a thread was done with another shortly before, so that the origin need not
    /// have read the next request.
    fn has_just_begun(&self) -> bool {
        self.exchanges()
            .any(|one| one.end == End::Answered && self.was_open(one))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use fetching::files::{Saving, names};

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn exchange(path: &str, ended_ns: Option<u64>, end: End) -> Exchange {
        Exchange {
            path: path.into(),
            connection: 1,
            started_ns: SECOND,
            ended_ns,
            status: None,
            body_bytes: 0,
            end,
        }
    }

    /// Whether a deadline of two seconds is the reason of two time-outs and of a file that
    /// was never begun, where the origin saw this.
    fn reasons(exchanges: Vec<Exchange>) -> [bool; 3] {
        let paths = ["/a", "/b", "/c"].map(String::from);
        let urls: Vec<_> = paths.iter().map(|path| format!("http://h{path}")).collect();
        let job = Job {
            names: names(&urls),
            urls,
            saving: Saving {
                dir: "/".into(),
                force: false,
                sync: true,
            },
            cacert: None,
            workers: NonZeroUsize::new(2).expect("two is not zero"),
            timeout_ms: 10_000,
            deadline_ms: Some(2_000),
            waits_ms: (0.0, 0.0),
        };
        let record = Record {
            hits: exchanges.iter().map(|one| (one.path.clone(), 1)).collect(),
            exchanges,
            ..Record::default()
        };
        let late = Late::new(&job, &paths, &record).expect("there is a deadline");
        [
            late.is_reason(0, &Outcome::TimedOut),
            late.is_reason(1, &Outcome::TimedOut),
            late.is_reason(2, &Outcome::Cancelled),
        ]
    }

    #[test]
    fn a_deadline_excuses_only_what_was_under_way() {
        let hung_up = End::HungUp(http_origin::Phase::SendingBody);
        let (early, late) = (Some(SECOND + 100), Some(3 * SECOND));
        // Nothing was asked for at all; or given up as soon as it was.
        assert_eq!(reasons(Vec::new()), [false; 3]);
        assert_eq!(reasons(vec![exchange("/a", early, hung_up)]), [false; 3]);
        // One was under way, the other not.
        let one = vec![exchange("/a", late, hung_up)];
        assert_eq!(reasons(one), [true, false, true]);
        let both = vec![
            exchange("/a", None, End::Unfinished),
            exchange("/b", late, End::Answered),
        ];
        assert_eq!(reasons(both), [true; 3]);
    }
}
