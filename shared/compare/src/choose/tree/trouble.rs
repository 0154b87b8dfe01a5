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
            "The next in a lock's queue is a future that is no longer polled, so nobody \
             gets the lock.",
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
            (
                "one-core",
                "it hangs on one core or in CI, and nowhere else",
            ),
            "A `par_bridge` waits for its own pool. Fill its channel from a thread \
             outside the pool.",
            pages::hazards("a `par_bridge` that waits for its own pool"),
            Choice::hazard("pool-of-one", "rayon"),
        ),
        Answer::take(
            ("half", "one half of a join stands still, the other is busy"),
            "They have one budget. Take tokio's `join!`, or a task for each.",
            pages::hazards("a busy future before another one in a `join`"),
            Choice::hazard("shared-budget", "tokio"),
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
            ("unheard", "a stop or a tick is not heard under load"),
            "The first branch of a biased `select!` is always ready. Let it draw, or name \
             the stop first.",
            pages::hazards("a `select!` whose first branch is always ready"),
            Choice::hazard("biased-select", "tokio")
                .or(&[("biased-select/crossbeam", "threads select")]),
        ),
        Answer::take(
            ("hang-ups", "peers hang up, and both sides are idle"),
            "Nothing polls the connections of a `buffer_unordered` while the body works. \
             Spawn each as a task.",
            pages::hazards("connections in `buffer_unordered`, which nothing polls"),
            Choice::hazard("starved-connection", "tokio"),
        ),
        Answer::take(
            ("quiet", "a subscriber goes quiet after a burst"),
            "It takes a lag for the end. Tell `Lagged` from `Closed`.",
            pages::hazards("a receiver that takes a lag for the end"),
            Choice::hazard("lagging-broadcast", "tokio"),
        ),
        Answer::take(
            ("ceased", "a part of the work has ceased, all else goes on"),
            "A task that was let go has panicked. Join every task.",
            pages::hazards("a task that is let go, and panics"),
            Choice::hazard("unseen-panic", "tokio")
                .or(&[("unseen-panic/std_only", "it was a thread")]),
        ),
        Answer::take(
            ("messages", "messages are missing, and no side has an error"),
            "A `select!` cancels a `send`, and its message with it. Reserve a place \
             first, or poll one `send` by reference.",
            pages::hazards("a `send` that a `select!` cancels, and its message with it"),
            Choice::hazard("cancelled-send", "tokio")
                .or(&[("cancelled-send/smol", "the channel is smol's")]),
        ),
        Answer::take(
            ("totals", "totals are a little too small"),
            "A load and a store stand where an add belongs.",
            pages::hazards("a load and a store, where an add belongs"),
            Choice::hazard("lost-update", "std_only"),
        ),
        Answer::take(
            ("protocol", "a protocol gets out of sync"),
            "A `read_exact` is cancelled half-way.",
            pages::hazards("a `read_exact` that is cancelled half-way"),
            Choice::hazard("cancelled-read", "tokio"),
        ),
        Answer::take(
            ("processes", "processes pile up, or outlive a kill"),
            "A shell was killed, and its child wasn't. Kill the process group.",
            pages::hazards("a shell that is killed, and its child that isn't"),
            Choice::hazard("grandchildren", "std_only")
                .or(&[("grandchildren/tokio", "tokio starts the process")]),
        ),
        Answer::take(
            ("peaks", "after a failure, load comes in peaks"),
            "Retries come after the same pause, all at once. Draw a part of the pause.",
            pages::hazards("retries after the same pause, all at once"),
            Choice::hazard("retry-storm", "tokio"),
        ),
        Answer::take(
            ("slower", "more threads make it slower"),
            "There is a thread for each task. Have one for each worker.",
            pages::hazards("One thread per task took longer on every runtime."),
            Choice::hazard("oversubscribed", "std_only"),
        ),
    ],
};
