//! Named jobs with what must come of them.

use test_fixtures::{Case, stopped_and_continued};

use crate::ErrorHandling;

mod seen;

use seen::{
    backs_off, blocks_no_more, deadline_covers_attempts, deadline_is_true, done_is_kept,
    only_what_is_safe, second_batch, source_chain, stops_at_once, stops_in_a_pause,
    ten_times_the_items, waits_for_a_thread,
};

/// One task that fails after the others have begun, and others that would take far longer.
const STOPPED: &str =
    "--policy fail-fast --fail at:7 --fault-after 50ms --wait 8s --timeout 20s";

pub(crate) fn cases() -> Vec<Case<ErrorHandling>> {
    let mut cases = shapes();
    cases.extend(faults());
    cases.extend(stops());
    cases.extend(retries());
    cases
}

/// One trial of the job of these words.
fn holds(name: &'static str, about: &'static str, job: &str) -> Case<ErrorHandling> {
    let args: Vec<_> = job.split_whitespace().collect();
    Case::holds(name, about, &args)
}

fn shapes() -> Vec<Case<ErrorHandling>> {
    vec![
        holds("no_items", "no tasks, no outcomes", "--tasks 0"),
        holds(
            "no_items_fail_fast",
            "nothing can stop what has no tasks",
            "--tasks 0 --policy fail-fast",
        ),
        holds("one_item", "one task fails alone", "--tasks 1"),
        holds(
            "none_fails",
            "if nothing goes wrong, all is done",
            "--fail 0 --policy fail-fast",
        ),
        holds(
            "one_worker",
            "one thread is enough, and a fault does not take it away",
            "--workers 1 --blocking 1 --wait 10ms --panic at:1",
        ),
        holds(
            "fewer_items_than_workers",
            "threads without a task do no harm",
            "--tasks 3 --workers 8 --blocking 8",
        ),
        Case::custom(
            "blocks_no_more",
            "as many tasks wait at once as threads may block, or all where they block none",
            blocks_no_more,
        ),
        Case::custom(
            "ten_times_the_items",
            "ten times the tasks take at most 1.3 times the memory",
            ten_times_the_items,
        ),
    ]
}

fn faults() -> Vec<Case<ErrorHandling>> {
    vec![
        holds(
            "some_fail",
            "37 of 100 tasks fail: both lists are whole, in input order",
            "--tasks 100 --fail 37 --wait 5ms",
        ),
        holds("all_fail", "all may fail", "--fail all"),
        holds(
            "panics",
            "a panic is its task's outcome, with its message or without one",
            "--panic at:1,4 --panic-any at:3,8",
        ),
        holds(
            "all_panic",
            "all may panic",
            "--tasks 40 --panic all --blocking 4",
        ),
        holds(
            "every_fault",
            "each fault is one outcome, and the others arrive",
            "--tasks 60 --fail 10 --flaky 10 --panic 5 --panic-any 5 --hang 5 --timeout 1500ms --retry 2 --wait 5ms",
        )
        .waits(),
        Case::custom(
            "source_chain",
            "an error keeps its causes, down to the innermost one",
            source_chain,
        ),
        Case::custom(
            "second_batch",
            "after a job in which half panicked, the next one runs at full width",
            second_batch,
        )
        .waits(),
        holds(
            "deadline_before_end",
            "a task that would end after its deadline is given up",
            "--fail at:3 --wait 5s --timeout 100ms",
        ),
        holds(
            "deadline_of_zero",
            "what has to wait is given up at once, and what needs no time may be done",
            "--fail at:3 --fault-after 0 --timeout 0",
        ),
        holds(
            "deadline_that_never_comes",
            "a deadline a day away stops no task",
            "--timeout 24h",
        ),
        holds(
            "deadline_with_the_end",
            "a deadline that falls together with the end is one outcome a task",
            "--tasks 200 --fail 50 --wait 100ms --fault-after 100ms --timeout 100ms",
        ),
        Case::custom(
            "deadline_is_true",
            "a deadline is never early, and late by at most 20 %",
            deadline_is_true,
        ),
    ]
}

fn stops() -> Vec<Case<ErrorHandling>> {
    let among_many = format!("{STOPPED} --tasks 100");
    let first_in_time = format!("{STOPPED} --hang at:1");
    vec![
        holds(
            "siblings_stopped",
            "the first fault stops the others, and they are recorded as cancelled",
            STOPPED,
        ),
        holds(
            "siblings_stopped_among_many",
            "so it does if there are many",
            &among_many,
        ),
        holds(
            "first_in_time",
            "the first fault is the first that happens, not the first in input order",
            &first_in_time,
        ),
        holds(
            "panic_stops",
            "a panic stops the others, too",
            "--policy fail-fast --fail 0 --panic-any at:7 --wait 8s --timeout 20s",
        ),
        holds(
            "timeout_stops",
            "so does a deadline that passes",
            "--policy fail-fast --fail 0 --hang at:7 --timeout 100ms --tasks 8 --wait 0",
        ),
        Case::custom(
            "stops_at_once",
            "siblings are cut where they wait, and the job ends with them",
            stops_at_once,
        ),
        Case::custom(
            "done_is_kept",
            "what was done before the first fault is not lost with it",
            done_is_kept,
        )
        .waits(),
        Case::custom(
            "stops_in_a_pause",
            "a task that pauses before a retry is stopped, too",
            stops_in_a_pause,
        ),
        Case::custom(
            "waits_for_a_thread",
            "when the first fault comes, no more begin than each thread has just taken",
            waits_for_a_thread,
        ),
    ]
}

fn retries() -> Vec<Case<ErrorHandling>> {
    vec![
        holds(
            "retry_helps",
            "a transient error is tried again, and the third attempt succeeds",
            "--fail 0 --flaky all --retry 2 --wait 5ms",
        ),
        holds(
            "retries_run_out",
            "with one retry too few, the last error is the outcome",
            "--fail 0 --flaky 3 --retry 1 --wait 5ms",
        ),
        Case::custom(
            "stopped_and_continued",
            "a process that is stopped and continued, again and again, has every outcome",
            |bench| stopped_and_continued(bench, &["--wait", "300ms", "--flaky", "1"]),
        )
        .waits(),
        Case::custom(
            "only_what_is_safe",
            "only a transient error is tried again: not a broken record, not a panic",
            only_what_is_safe,
        ),
        Case::custom(
            "backs_off",
            "each pause has its least, twice that of the one before, and a random part",
            backs_off,
        ),
        Case::custom(
            "deadline_covers_attempts",
            "the deadline is one for all attempts, and passes in a pause, too",
            deadline_covers_attempts,
        ),
        holds(
            "retry_under_fail_fast",
            "an error that a retry mends stops no task",
            "--policy fail-fast --fail 0 --flaky 5 --retry 2 --wait 5ms",
        ),
    ]
}
