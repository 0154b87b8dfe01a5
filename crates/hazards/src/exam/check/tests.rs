//! What the check refuses, in whatever output it stands.

use test_fixtures::{Usage, job_args};

use super::check;
use crate::{Ended, Finding, Hazard, Hazards, Job, Output, Record, Watched};

fn job(args: &[&str]) -> Job {
    let args = job_args::<Hazards>(args).expect("the arguments are right");
    args.job().expect("the job can be sized")
}

fn watched(ended: Ended) -> Watched {
    Watched {
        ended,
        attempts: 1,
        nanos: 600_000_000,
        usage: Usage::default(),
        record: Record::default(),
    }
}

/// A job of one hazard, and what came of its two pieces.
fn verdict(hazard: Hazard, failing: Watched, cure: Watched) -> anyhow::Result<String> {
    let job = job(&["--hazard", &hazard.name(), "--workers", "2"]);
    let output = Output {
        findings: vec![Finding {
            hazard,
            spared: None,
            failing: Some(failing),
            cure: Some(cure),
        }],
    };
    let facts = check(&job, &output)?;
    let breaches = facts.breaches.iter().map(|breach| &*breach.case);
    let breaches = breaches.collect::<Vec<_>>().join(", ");
    Ok(format!("{facts}; {breaches}"))
}

fn line(hazard: Hazard, failing: Watched, cure: Watched) -> String {
    match verdict(hazard, failing, cure) {
        Ok(facts) => facts,
        Err(error) => format!("{error:#}"),
    }
}

fn done(value: u64) -> Watched {
    watched(Ended::Done(value))
}

fn hung() -> Watched {
    watched(Ended::Hung(3))
}

#[test]
fn a_bite_and_its_cure_are_accepted() {
    let facts = "bitten 1 of 1, cured 1 of 1; ";
    assert_eq!(line(Hazard::TwoLocks, hung(), done(4)), facts);
    assert_eq!(
        line(Hazard::LostUpdate, done(199_999), done(200_000)),
        facts
    );
    assert_eq!(line(Hazard::CancelledRead, done(0), done(20)), facts);
}

#[test]
fn a_failing_piece_that_is_not_bitten_is_a_breach() {
    let facts = "bitten 0 of 1, cured 1 of 1; ";
    let lost = line(Hazard::LostUpdate, done(200_000), done(200_000));
    assert_eq!(lost, format!("{facts}lost_update"));
    let locks = line(Hazard::TwoLocks, done(4), done(4));
    assert_eq!(locks, format!("{facts}two_locks"));
}

#[test]
fn a_cure_that_does_not_hold_is_a_failure() {
    let lost = line(Hazard::LostUpdate, done(1), done(199_999));
    assert!(lost.contains("cure does not hold: lost 1 of"), "{lost}");
    let locks = line(Hazard::TwoLocks, hung(), hung());
    assert!(locks.contains("cure does not hold: hung"), "{locks}");
}

#[test]
fn what_a_hazard_does_not_do_is_no_bite() {
    let hung = line(Hazard::LostUpdate, hung(), done(200_000));
    assert!(hung.contains("not what it does"), "{hung}");
    let more = line(Hazard::LostUpdate, done(200_001), done(200_000));
    assert!(more.contains("resulted in 200001"), "{more}");
    let less = line(Hazard::TwoLocks, done(3), done(4));
    assert!(less.contains("resulted in 3, not 4"), "{less}");
    let failed = watched(Ended::Failed("no such file".to_owned()));
    let failed = line(Hazard::CancelledRead, failed, done(20));
    assert!(failed.contains("no such file"), "{failed}");
}

#[test]
fn what_is_over_too_soon_was_not_done() {
    let soon = |watched| Watched {
        nanos: 9_999,
        ..watched
    };
    let cure = line(Hazard::LostUpdate, done(1), soon(done(200_000)));
    assert!(cure.contains("took 9999 ns"), "{cure}");
    let hung = line(Hazard::TwoLocks, soon(hung()), done(4));
    assert!(hung.contains("ended after 0 ms, before"), "{hung}");
}

/// Heartbeats at these milliseconds, while two threads are blocked.
fn beating(milliseconds: &[u64]) -> Watched {
    Watched {
        record: Record {
            beats: milliseconds.iter().map(|at| at * 1_000_000).collect(),
            blocks: vec![(10_000_000, 210_000_000), (11_000_000, 211_000_000)],
        },
        nanos: 200_000_000,
        ..done(2)
    }
}

#[test]
fn a_heartbeat_is_judged_by_its_longest_gap() {
    let (late, on_time) = (beating(&[0, 5, 170, 210]), beating(&[0, 5, 60, 211]));
    let hazard = Hazard::BlockedExecutor;
    let facts = line(hazard, late.clone(), on_time.clone());
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let cure = line(hazard, late.clone(), beating(&[0, 165, 210]));
    assert!(cure.contains("heart 160 ms late"), "{cure}");
    let silent = line(hazard, beating(&[0]), on_time.clone());
    assert!(silent.contains("no heartbeat"), "{silent}");
    let back = line(hazard, beating(&[5, 0, 300]), on_time.clone());
    assert!(back.contains("back in time"), "{back}");
    let idle = Watched {
        nanos: 199_000_000,
        ..on_time
    };
    let idle = line(hazard, late.clone(), idle);
    assert!(idle.contains("did not block"), "{idle}");
    for beats in [[0, 5], [211, 216]] {
        let cure = line(hazard, late.clone(), beating(&beats));
        assert!(cure.contains("cure does not hold"), "{beats:?}: {cure}");
    }
}

#[test]
fn a_heart_is_on_time_only_beside_what_blocks() {
    let with = |blocks| {
        let mut watched = beating(&[0, 5, 100, 211]);
        watched.record.blocks = blocks;
        line(Hazard::BlockedExecutor, beating(&[0, 5, 210]), watched)
    };
    let none = with(vec![]);
    assert!(none.contains("blocked 0 times, not 2"), "{none}");
    let short = with(vec![(0, 5_000_000), (0, 6_000_000)]);
    assert!(short.contains("blocked for 6ms, not 200ms"), "{short}");
    let in_turn = with(vec![(5_000_000, 105_000_000), (105_000_000, 205_000_000)]);
    assert_eq!(in_turn, "bitten 1 of 1, cured 1 of 1; ");
}

#[test]
fn switches_are_judged_by_the_turns() {
    let whole = 17_103_119_185_140_818_174;
    let switching = |voluntary_switches| Watched {
        usage: Usage {
            voluntary_switches,
            ..Usage::default()
        },
        ..done(whole)
    };
    let args = [
        "--hazard",
        "oversubscribed",
        "--tasks",
        "64",
        "--turns",
        "100",
    ];
    let job = job(&[&args[..], &["--workers", "2"]].concat());
    let bites = |watched| super::judge::bite(Hazard::Oversubscribed, &job, &watched);
    assert!(matches!(bites(switching(3_199)), Ok(None)));
    assert!(matches!(bites(switching(3_200)), Ok(Some(_))));
    assert!(bites(done(whole + 1)).is_err());
}

#[test]
fn findings_that_were_not_asked_for_or_are_missing_are_refused() {
    let job = job(&["--hazard", "two-locks,futurelock"]);
    let spared = |hazard, why: &str| Finding {
        hazard,
        spared: Some(why.to_owned()),
        failing: None,
        cure: None,
    };
    let refused = |findings| check(&job, &Output { findings }).is_err();
    assert!(refused(vec![]));
    assert!(refused(vec![
        spared(Hazard::Futurelock, "why"),
        spared(Hazard::TwoLocks, "why"),
    ]));
    assert!(refused(vec![
        spared(Hazard::TwoLocks, "why"),
        spared(Hazard::Futurelock, ""),
    ]));
    let mut without_pieces = spared(Hazard::TwoLocks, "why");
    without_pieces.spared = None;
    assert!(refused(vec![
        without_pieces,
        spared(Hazard::Futurelock, "why"),
    ]));
}

/// Frames that were handled from the start until `milliseconds` had passed.
fn handling(frames: u64, milliseconds: u64) -> Watched {
    Watched {
        record: Record {
            beats: Vec::new(),
            blocks: vec![(0, milliseconds * 1_000_000)],
        },
        nanos: milliseconds * 1_000_000,
        ..done(frames)
    }
}

#[test]
fn a_deadline_is_judged_by_how_long_frames_were_handled() {
    let hazard = Hazard::StarvedDeadline;
    let (starved, kept) = (handling(10_000, 200), handling(2_500, 51));
    let facts = line(hazard, starved.clone(), kept.clone());
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let spared = line(hazard, kept.clone(), kept.clone());
    assert_eq!(spared, "bitten 0 of 1, cured 1 of 1; starved_deadline");
    let cure = line(hazard, starved.clone(), handling(8_000, 160));
    assert!(cure.contains("hold: deadline 110 ms late"), "{cure}");
    let early = line(hazard, starved.clone(), handling(2_000, 49));
    assert!(early.contains("less than 50ms"), "{early}");
    let fast = line(hazard, starved.clone(), handling(2_600, 51));
    assert!(fast.contains("2600 frames in 51ms"), "{fast}");
    let more = line(hazard, handling(10_001, 210), kept);
    assert!(more.contains("more than 10000"), "{more}");
}

#[test]
fn what_a_piece_cannot_have_recorded_is_impossible() {
    let found = |watched| {
        let cure = Finding {
            hazard: Hazard::BlockedExecutor,
            spared: None,
            failing: None,
            cure: Some(watched),
        };
        let output = Output {
            findings: vec![cure],
        };
        super::judge::impossible(&output, &(0..=300_000_000)).unwrap_or_default()
    };
    let good = beating(&[0, 5, 60, 211]);
    assert_eq!(found(good.clone()), "");
    let late = beating(&[0, 5, 60, 301]);
    assert_eq!(found(late), "301000000 ns in blocked-executor");
    let mut block = good.clone();
    block.record.blocks[0].1 = u64::MAX;
    assert!(found(block).contains("18446744073709551615 ns in"));
    let long = Watched {
        nanos: 300_000_001,
        ..good.clone()
    };
    assert!(found(long).contains("300000001 ns for"));
    let switching = Usage {
        voluntary_switches: u64::MAX,
        involuntary_switches: 1,
        ..Usage::default()
    };
    let switching = Watched {
        usage: switching,
        ..good
    };
    assert!(found(switching).contains("switches in"));
}
