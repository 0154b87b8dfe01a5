//! Something goes wrong.

use super::{
    super::{Answer, Choice, Question},
    pages,
};

pub(super) static SYMPTOM: Question = Question {
    name: "symptom",
    title: "Trouble: what is seen",
    ask: "What do you see?",
    assumed: "parked",
    answers: &[
        Answer::take(
            ("locks", "it hangs without processor time, in a lock"),
            "Two threads wait for each other's lock. Take locks in one order everywhere.",
            pages::hazards("two locks, taken in two orders"),
            Choice::hazard("two-locks", "std_only")
                .or(&[("join-under-lock/rayon", "the threads are rayon's")]),
        ),
        Answer::take(
            ("parked", "it hangs without processor time, all parked"),
            "A lock is free, and the future that is next for it is no longer polled.",
            pages::hazards("a future that waits for a lock and is no longer polled"),
            Choice::hazard("futurelock", "tokio").or(&[
                (
                    "leaked-sender/tokio",
                    "all work is done, and a `recv` waits",
                ),
                ("two-locks/tokio", "tasks take two locks"),
            ]),
        ),
        Answer::take(
            ("still", "all of it stands still, timers too"),
            "A guard of std's lock is held across an `.await`, on one thread.",
            pages::hazards("std's lock held across an `.await`, on one thread"),
            Choice::hazard("guard-across-await", "tokio"),
        ),
        Answer::take(
            ("late", "time-outs are late, and the processor idles"),
            "Blocking calls are on the executor's threads.",
            pages::hazards("blocking calls on the executor's threads"),
            Choice::hazard("blocked-executor", "tokio"),
        ),
        Answer::take(
            ("never", "time-outs never come, and one core is busy"),
            "The reads beside the deadline are always ready. tokio's budget prevents it, \
             unless the task is `unconstrained`.",
            pages::hazards("a deadline beside reads that are always ready"),
            Choice::hazard("starved-deadline", "smol")
                .or(&[("starved-deadline/tokio", "the task is `unconstrained`")]),
        ),
        Answer::take(
            ("totals", "totals are a little too small"),
            "A load and a store stand where an add belongs.",
            pages::hazards("a load and a store, where an add belongs"),
            Choice::hazard("lost-update", "std_only"),
        ),
        Answer::take(
            ("protocol", "a protocol loses its step"),
            "A `read_exact` is cancelled half-way.",
            pages::hazards("a `read_exact` that is cancelled half-way"),
            Choice::hazard("cancelled-read", "tokio"),
        ),
        Answer::take(
            ("slower", "more threads make it slower"),
            "There is a thread for each task. Have one for each worker.",
            pages::hazards("One thread per task took longer on every runtime."),
            Choice::hazard("oversubscribed", "std_only"),
        ),
    ],
};
