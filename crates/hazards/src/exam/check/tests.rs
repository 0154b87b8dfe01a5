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
    let job = job(&[
        "--hazard",
        &hazard.name(),
        "--workers",
        "2",
        "--block",
        "200ms",
    ]);
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
            ..Record::default()
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
            blocks: vec![(0, milliseconds * 1_000_000)],
            ..Record::default()
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
fn a_stop_is_judged_as_a_deadline_is() {
    let hazard = Hazard::BiasedSelect;
    let (starved, kept) = (handling(10_000, 200), handling(2_500, 51));
    let facts = line(hazard, starved.clone(), kept.clone());
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let cure = line(hazard, starved.clone(), handling(8_000, 160));
    assert!(cure.contains("hold: stop 110 ms late"), "{cure}");
}

/// The same with a recorded answer.
fn answering(milliseconds: &[u64]) -> Watched {
    let mut watched = handling(10_000, 200);
    watched.record.beats = milliseconds.iter().map(|at| at * 1_000_000).collect();
    watched
}

#[test]
fn an_answer_is_judged_by_how_late_it_is() {
    let hazard = Hazard::SharedBudget;
    let (late, soon) = (answering(&[170]), answering(&[3]));
    let facts = line(hazard, late.clone(), soon.clone());
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let cure = line(hazard, late.clone(), late.clone());
    assert!(cure.contains("hold: answer 170 ms late"), "{cure}");
    let spared = line(hazard, soon.clone(), soon.clone());
    assert!(spared.ends_with("; shared_budget"), "{spared}");
    let silent = line(hazard, late.clone(), answering(&[]));
    assert!(silent.contains("0 answers, not one"), "{silent}");
    let less = Watched {
        ended: Ended::Done(9_999),
        ..soon.clone()
    };
    let less = line(hazard, late.clone(), less);
    assert!(less.contains("resulted in 9999, not 10000"), "{less}");
    let mut fast = soon;
    fast.record.blocks = vec![(0, 100_000_000)];
    let fast = line(hazard, late, fast);
    assert!(fast.contains("10000 frames in 100ms"), "{fast}");
}

fn recording(value: u64, record: Record) -> Watched {
    Watched {
        record,
        ..done(value)
    }
}

#[test]
fn a_connection_is_lost_where_a_peer_hung_up() {
    let hazard = Hazard::StarvedConnection;
    let read = |value, hang_ups| {
        let hang_ups = vec![0; hang_ups];
        let record = Record {
            hang_ups,
            ..Record::default()
        };
        recording(value, record)
    };
    let facts = line(hazard, read(1, 1), read(2, 0));
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let unseen = line(hazard, read(1, 0), read(2, 0));
    assert!(
        unseen.contains("1 of 2 were read, and 0 hung up"),
        "{unseen}"
    );
    let cure = line(hazard, read(1, 1), read(2, 1));
    assert!(cure.contains("2 of 2 were read, and 1 hung up"), "{cure}");
    let more = line(hazard, read(1, 1), read(3, 0));
    assert!(more.contains("3 of 2"), "{more}");
}

#[test]
fn a_panic_is_seen_by_who_knows_each_outcome() {
    let hazard = Hazard::UnseenPanic;
    let known = |value, panics| {
        let panics = vec![0; panics];
        let record = Record {
            panics,
            ..Record::default()
        };
        recording(value, record)
    };
    let facts = line(hazard, known(1, 1), known(2, 1));
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let cure = line(hazard, known(1, 1), known(1, 1));
    assert!(cure.contains("hold: nobody saw a panic"), "{cure}");
    let none = line(hazard, known(1, 1), known(2, 0));
    assert!(none.contains("0 tasks panicked, not one"), "{none}");
    let all = line(hazard, known(0, 1), known(2, 1));
    assert!(all.contains("resulted in 0, not 2"), "{all}");
}

#[test]
fn a_child_is_judged_by_whether_it_runs_on() {
    let hazard = Hazard::Grandchildren;
    let child = |value, survivors: &[u64]| {
        let survivors = survivors.to_vec();
        let record = Record {
            survivors,
            ..Record::default()
        };
        recording(value, record)
    };
    let facts = line(hazard, child(77, &[77]), child(78, &[]));
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let cure = line(hazard, child(77, &[77]), child(78, &[78]));
    assert!(cure.contains("hold: the child's child runs on"), "{cure}");
    let other = line(hazard, child(77, &[78]), child(78, &[]));
    assert!(other.contains("[78] run on, and not 77 alone"), "{other}");
    let none = line(hazard, child(77, &[77]), child(0, &[]));
    assert!(none.contains("no child's number"), "{none}");
}

#[test]
fn retries_are_judged_by_the_busiest_moment() {
    let hazard = Hazard::RetryStorm;
    // A moment is a fourth of the pause of 100 ms.
    let retrying = |milliseconds: &[u64]| {
        let retries = milliseconds.iter().map(|at| at * 1_000_000).collect();
        let record = Record {
            retries,
            ..Record::default()
        };
        recording(16, record)
    };
    let spread: Vec<u64> = (0..16).map(|nth| nth * 6).collect();
    let facts = line(hazard, retrying(&[100; 16]), retrying(&spread));
    assert_eq!(facts, "bitten 1 of 1, cured 1 of 1; ");
    let most = [&[100; 12][..], &[126; 4]].concat();
    let cure = line(hazard, retrying(&[100; 16]), retrying(&most));
    assert!(cure.contains("hold: 12 of 16 came at once"), "{cure}");
    let fewer = [&[100; 11][..], &[126; 5]].concat();
    let spared = line(hazard, retrying(&fewer), retrying(&fewer));
    assert!(spared.ends_with("; retry_storm"), "{spared}");
    let missing = line(hazard, retrying(&[100; 16]), retrying(&spread[1..]));
    assert!(missing.contains("15 of 16 came again"), "{missing}");
    let back = [&[100; 15][..], &[99]].concat();
    let back = line(hazard, retrying(&[100; 16]), retrying(&back));
    assert!(back.contains("back in time"), "{back}");
}

#[test]
fn what_was_sent_and_not_received_is_lost() {
    let facts = "bitten 1 of 1, cured 1 of 1; ";
    assert_eq!(line(Hazard::CancelledSend, done(12), done(22)), facts);
    assert_eq!(line(Hazard::LaggingBroadcast, done(0), done(24)), facts);
    assert_eq!(line(Hazard::PoolOfOne, hung(), done(20)), facts);
    let cure = line(Hazard::CancelledSend, done(12), done(21));
    assert!(cure.contains("hold: lost 1 of 22"), "{cure}");
    let more = line(Hazard::LaggingBroadcast, done(0), done(25));
    assert!(more.contains("resulted in 25, not 24"), "{more}");
    let fewer = line(Hazard::PoolOfOne, hung(), done(19));
    assert!(fewer.contains("resulted in 19, not 20"), "{fewer}");
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
    let mut retry = good.clone();
    retry.record.retries = vec![300_000_001];
    assert_eq!(found(retry), "300000001 ns in blocked-executor");
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
