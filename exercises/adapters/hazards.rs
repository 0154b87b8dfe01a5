//! The cure of a hazard, whose value the check judges. What hangs is ended by the trial's own
//! time limit.
//!
//! What goes wrong now and then is tried some times, and reported as it went the first time
//! that it did.

macro_rules! cure {
    ($name:expr, $words:expr, $hazard:ident, $value:expr, $due:expr) => {{
        fn run(job: &::hazards::Job) -> anyhow::Result<::hazards::Output> {
            let value: fn(&::hazards::Job) -> std::io::Result<u64> = $value;
            let due: fn(&::hazards::Job) -> u64 = $due;
            let clock = std::time::Instant::now();
            let mut done = value(job)?;
            for _ in 1..crate::adapters::hazards::TIMES {
                if done != due(job) {
                    break;
                }
                done = value(job)?;
            }
            let ended = ::hazards::Ended::Done(done);
            let cure = ::hazards::Watched {
                ended,
                attempts: 1,
                nanos: clock.elapsed().as_nanos() as u64,
                usage: Default::default(),
                record: Default::default(),
            };
            Ok(::hazards::Output {
                findings: vec![::hazards::Finding {
                    hazard: ::hazards::Hazard::$hazard,
                    spared: None,
                    failing: None,
                    cure: Some(cure),
                }],
            })
        }
        test_fixtures::speak::<::hazards::Hazards>(&["of", $name], $words, run)
    }};
}

macro_rules! cure_leaked_sender_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {
        cure!(
            $name,
            $words,
            LeakedSender,
            |job| $($answer)+::receive(job.workers.get(), job.messages),
            |job| job.workers.get() as u64 * job.messages
        )
    };
}

macro_rules! cure_two_locks_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {
        cure!($name, $words, TwoLocks, |_| $($answer)+::deposit(), |_| 4)
    };
}

macro_rules! cure_guard_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {
        cure!($name, $words, GuardAcrossAwait, |_| $($answer)+::count(), |_| 2)
    };
}

macro_rules! cure_futurelock_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {
        cure!($name, $words, Futurelock, |_| $($answer)+::count(), |_| 3)
    };
}

/// How often a cure is tried.
pub(crate) const TIMES: usize = 20;
