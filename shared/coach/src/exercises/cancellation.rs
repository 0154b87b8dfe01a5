//! A deadline that really stops the work: `until(deadline, tasks)`.

use super::{PANIC, exercise};
use crate::{Exercise, Trial};

const LEFT: &str = "at the deadline the function returned, and a task had not ended: who stops \
    it, and who waits for its end?";
const LET_GO: (&str, &str) = ("was let go of: neither done nor stopped", LEFT);
const NO_WORD: (&str, &str) = (
    "no word of task {}",
    "nothing is returned of task {0}: each has its outcome, also one that was stopped",
);
const EARLY: (&str, &str) = (
    "task {}: stopped after {} us, before the deadline",
    "task {0} was stopped after {1} µs, before the deadline: what waits for it?",
);

const LONG: Trial = Trial::new(
    "--work sleep --tasks 20 --length 60s --deadline 100ms --workers 2",
    2500,
    &[
        LET_GO,
        NO_WORD,
        EARLY,
        (
            "killed after {}, its time limit",
            "the deadline is at 100 ms, and it went on for {0}: what stops the tasks \
                 that are not done?",
        ),
    ],
);
const SHORT: Trial = Trial::new(
    "--work sleep --tasks 5 --length 20ms --deadline 60s --workers 2",
    2500,
    &[(
        "killed after {}, its time limit",
        "all tasks were done after 20 ms, and it went on waiting for {0}: what tells it \
             that the last is done?",
    )],
);
const PANICS: Trial = Trial::new(
    "--work sleep --tasks 4 --length 20ms --deadline 2s --workers 2 --panic",
    2500,
    &[
        PANIC,
        (
            "killed after {}, its time limit",
            "after a panic it did not end within {0}, long after its deadline",
        ),
    ],
);

const AT_ONCE: Trial = Trial::look(
    "at_once",
    "3 tasks, each of which waits until all have begun; the deadline is far",
    &[
        (
            "{} of 3 tasks had begun",
            "{0} of 3 tasks was begun while it went on: what is waited for before the next \
             is begun?",
        ),
        (
            "{} of 3 tasks are returned as done",
            "all 3 tasks were done long before the deadline, and {0} are returned as done: \
             what became of the others' results?",
        ),
        (
            "it returned with tasks at work",
            "it returned long before the deadline, and tasks were still at work",
        ),
    ],
);

const NEVER: (&str, &str) = (
    "{} of 4 tasks were never stopped",
    "at the deadline it returned, and {0} of 4 tasks went on: nobody has asked them to \
             stop",
);
const ASKED: (&str, &str) = (
    "{} of 4 tasks had not ended when it returned, with {} outcomes",
    "at the deadline {0} of 4 tasks were asked to stop, and had not ended when it \
             returned: to ask is not yet to wait for the end",
);
const NOT_AT_ALL: (&str, &str) = (
    "no task was stopped at the deadline",
    "long after the deadline no task was stopped: what stops those that are not done?",
);
const EARLIER: (&str, &str) = (
    "it returned {} before the deadline",
    "it returned {0} before the deadline, and the tasks were not done: what waits for \
             it?",
);
const IDLE: (&str, &str) = (
    "it returned {} after the last task had ended",
    "all tasks had ended, and it returned {0} later: what does it still wait for?",
);
const LATER: (&str, &str) = (
    "the tasks had ended {} after the deadline",
    "the tasks were stopped, and {0} after the deadline: what is between?",
);
const FEWER: (&str, &str) = (
    "{} outcomes of {} tasks",
    "{0} outcomes came of {1} tasks: each has its outcome, also one that was stopped",
);
const FORGED: (&str, &str) = (
    "had not ended when it returned, with 4 outcomes",
    "at the deadline tasks had not ended when it returned, and each has an outcome all the same: whose \
     are these? A task has ended when its own handle was awaited",
);
const ENDLESS: &str = "4 tasks that never end by themselves, and take a moment to be dropped; the deadline is \
     after 250 ms";
const STOPPED: Trial = Trial::look(
    "stopped",
    ENDLESS,
    &[NEVER, ASKED, NOT_AT_ALL, EARLIER, IDLE, LATER, FEWER],
);
/// Its errors can be had elsewhere.
const STOPPED_TOKIO: Trial = Trial::look(
    "stopped",
    ENDLESS,
    &[
        NEVER, FORGED, ASKED, NOT_AT_ALL, EARLIER, IDLE, LATER, FEWER,
    ],
);

const NEVER_BEGUN: Trial = Trial::look(
    "never_begun",
    "3 calls, and one thread for them: two have not begun when the deadline comes",
    &[
        (
            "{} calls were begun after the deadline",
            "{0} calls were begun after the deadline: one that still waits for a thread can be \
             aborted",
        ),
        (
            "a call that was never begun is not returned as cancelled",
            "a call was never begun, and its outcome does not say `is_cancelled`",
        ),
        (
            "{} outcomes of {} tasks",
            "{0} outcomes came of {1} calls: also one that was never begun has its outcome",
        ),
    ],
);

/// The time until the deadline is counted once, and not from each end.
const ENDS: Trial = Trial::look(
    "ends",
    "15 tasks that end one after another, every 100 ms; the deadline is after 300 ms",
    &[(
        "it returned {} after the deadline",
        "it returned {0} after the deadline, while one task after another ended: is the time \
         counted anew for each?",
    )],
);

const TOLD: &[Trial] = &[
    STOPPED,
    Trial::new(
        "--work blocking --tasks 4 --workers 4 --length 6s --pieces 300 --deadline 100ms",
        3000,
        &[
            LET_GO,
            NO_WORD,
            EARLY,
            (
                "killed after {}, its time limit",
                "the deadline is at 100 ms, and calls went on for {0}: one that has begun can't \
             be aborted, so who sets the flag that it looks at?",
            ),
        ],
    ),
    Trial::new(
        "--work blocking --tasks 4 --workers 4 --length 20ms --deadline 60s",
        2500,
        &[(
            "killed after {}, its time limit",
            "all calls were done after 20 ms, and it went on waiting for {0}: what tells it \
             that the last is done?",
        )],
    ),
    Trial::new(
        "--work blocking --tasks 4 --workers 4 --length 20ms --deadline 2s --panic",
        2500,
        &[PANIC],
    ),
    AT_ONCE,
    NEVER_BEGUN,
    ENDS,
];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "cancellation",
        [
            "until_tokio",
            "a deadline that stops tasks and sees their end, on tokio",
            "tokio",
            "smol",
            "asyncio.timeout",
        ],
        &[STOPPED_TOKIO, LONG, SHORT, PANICS, AT_ONCE, ENDS],
    ),
    exercise(
        "cancellation",
        [
            "until_smol",
            "the same on smol",
            "smol",
            "tokio",
            "asyncio.timeout",
        ],
        &[STOPPED, LONG, SHORT, PANICS, AT_ONCE, ENDS],
    ),
    exercise(
        "cancellation",
        [
            "until_std",
            "the same on threads, which look at a token",
            "std_only",
            "crossbeam",
            "threading.Event",
        ],
        &[STOPPED, LONG, SHORT, PANICS, AT_ONCE, ENDS],
    ),
    exercise(
        "cancellation",
        [
            "until_told_tokio",
            "calls that block, and are told to stop, on tokio",
            "tokio",
            "smol",
            "asyncio.to_thread",
        ],
        TOLD,
    ),
];
