//! What the check refuses, in whatever output it stands.

use test_fixtures::{Outcome, job_args};

use super::check;
use crate::{Counter, Job, Locks, Output, Reads, Witness};

/// Two workers, each of which reads twice before each of ten increments.
fn job() -> Job {
    let args = ["--workers", "2", "--increments", "10", "--reads", "2"];
    let args = job_args::<Locks>(&args).expect("the arguments are right");
    args.job().expect("the job is one")
}

/// What a run of that job returns: one worker after the other.
fn output() -> Output {
    let reads = |last| Reads {
        done: 20,
        last,
        ..Reads::default()
    };
    Output {
        counter: Counter::from(20),
        poisoned: false,
        outcomes: vec![Outcome::Ok(Some(10)), Outcome::Ok(Some(20))],
        reads: vec![reads(9), reads(19)],
    }
}

/// What is said of that output with one thing changed.
fn refusal(change: impl FnOnce(&mut Output)) -> String {
    let mut output = output();
    change(&mut output);
    match check(&job(), &output) {
        Ok(facts) => panic!("accepted: {facts}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn reads_of_all_that_was_counted_are_accepted() {
    let facts = check(&job(), &output()).expect("all is right");
    assert!(facts.to_string().contains("reads 40 of 40"), "{facts}");
}

#[test]
fn reads_that_can_not_be_are_refused() {
    let why = refusal(|output| output.reads.clear());
    assert_eq!(why, "0 workers read, of 2");
    let why = refusal(|output| output.reads[1].done = 19);
    assert_eq!(why, "worker 1 ok and read 19 times of 20");
    let why = refusal(|output| output.reads[0].done = 21);
    assert_eq!(why, "worker 0 ok and read 21 times of 20");
    let why = refusal(|output| output.reads[0].back = 1);
    assert_eq!(why, "worker 0 saw the count go back 1 times");
    let why = refusal(|output| output.reads[0].half_done = 3);
    assert_eq!(why, "worker 0 saw a half-done increment 3 times");
    let why = refusal(|output| output.reads[0].last = 21);
    assert_eq!(why, "worker 0 read 21 of 20");
    // Nine increments of its own came before, and the tenth after it.
    let why = refusal(|output| output.reads[0].last = 8);
    assert_eq!(why, "worker 0 read 8 before its last increment, the 10th");
    let why = refusal(|output| output.reads[0].last = 10);
    assert_eq!(why, "worker 0 read 10 before its last increment, the 10th");
}

#[test]
fn reads_that_nobody_asked_for_are_refused() {
    let job = Job { reads: 0, ..job() };
    let error = check(&job, &output()).expect_err("it has reads");
    assert_eq!(error.to_string(), "reads, where none was asked for");
}

/// What the workers of a `count` that takes turns saw, if readers see `seen` of the counter.
fn witnessed(seen: impl Fn(&Counter, u64) -> Counter) -> Vec<Reads> {
    let job = job();
    let witness = Witness::of(&job);
    let (read, increment) = (witness.read(), witness.increment());
    let mut counter = Counter::default();
    for nth in 0..job.increments {
        for worker in 0..job.workers.get() {
            for _ in 0..job.reads {
                read(&seen(&counter, nth), worker, nth);
            }
            increment(&mut counter, worker, nth);
        }
    }
    witness.reads()
}

#[test]
fn a_witness_sees_what_a_reader_should_not() {
    let fine = witnessed(|counter, _| *counter);
    assert_eq!(fine.len(), 2);
    for reads in fine {
        assert_eq!((reads.done, reads.back, reads.half_done), (20, 0, 0));
    }
    // A copy from before the last increment: its own is not in it.
    let stale = witnessed(|counter, _| Counter::from(counter.left.saturating_sub(2)));
    assert!(stale.iter().all(|reads| reads.back > 0), "{stale:?}");
    // One that was never read again.
    let first = witnessed(|_, _| Counter::default());
    assert!(first.iter().all(|reads| reads.back == 18), "{first:?}");
    // One that has what nobody has counted yet: the increment behind it makes no more.
    let early = witnessed(|counter, _| Counter::from(counter.left + 1));
    assert!(early.iter().all(|reads| reads.back > 0), "{early:?}");
    // A look amid an increment.
    let torn = witnessed(|counter, nth| Counter {
        entered: counter.entered + u64::from(nth == 5),
        left: counter.left,
    });
    assert!(torn.iter().all(|reads| reads.half_done == 2), "{torn:?}");
}
