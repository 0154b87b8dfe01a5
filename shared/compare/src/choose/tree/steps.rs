//! Each item goes through several steps.

use super::{
    super::{Answer, Choice, Question},
    LEAVING_ASYNC_STD, LEAVING_SURF, pages,
};

pub(super) static STEPS: Question = Question {
    name: "steps",
    title: "Steps: how they differ",
    ask: "How do the steps of an item differ?",
    assumed: "slow",
    answers: &[
        Answer::ask(
            ("alike", "they take about as long, or each item is quick"),
            "Then a chain for each item is enough, and no queue. Chains tie, too: they \
             took {pipelines-chained/* floor} times the floor.",
            pages::pipelines("Chains tie, too."),
            &CHAINS,
        ),
        Answer::ask(
            ("slow", "one needs more, or other, workers than the next"),
            "Then stages, with a bounded queue between two. Without a bound, the queue \
             before the slow stage would fill the memory.",
            pages::pipelines("the queue before a slow stage would fill the memory"),
            &STAGES,
        ),
        Answer::ask(
            ("mixed", "some wait, others compute or block"),
            "Tasks wait, and hand what blocks to threads of its own.",
            pages::pipelines("blocking steps have threads of their own"),
            &MIXED,
        ),
        Answer::take(
            ("whole", "they are to be read in one piece"),
            "A stream, if nothing has to run ahead of a slow step. Where all stages take \
             equally long, it took {pipelines-even/stream ratio} times as long as stages.",
            pages::pipelines("A stream is slow where all stages take equally long."),
            Choice::new(
                "pipelines",
                "stream",
                "--shape staged --items 42 --workers 6",
            ),
        ),
        Answer::take(
            ("compute", "all of them compute"),
            "Chains in a parallel iterator. A stage would keep its threads.",
            pages::pipelines("it suits chains; a stage keeps its threads"),
            Choice::new(
                "pipelines",
                "rayon",
                "--shape chained --items 48 --workers 6",
            )
            .kept("pipelines-chained"),
        ),
    ],
};

/// Saving takes long, and all items have to pass it.
const SLOW: &str = "--shape staged --items 40 --workers 1 --queue 3 --latency 2ms \
                    --process 0ms --save 40ms";

macro_rules! shaped {
    ($name:ident, $title:literal, $job:expr, $kept:literal) => {
        static $name: Question = Question {
            name: "runtime",
            title: $title,
            ask: "Which runtime does the program have already?",
            assumed: "tokio",
            answers: &[
                Answer::take(
                    ("none", "none"),
                    "Each worker has its own clone of the receiver. std's has one owner, \
                     so its workers share it behind a lock.",
                    pages::pipelines("each worker has its own clone of the receiver"),
                    Choice::new("pipelines", "crossbeam", $job)
                        .kept($kept)
                        .or(&[("std_only", "no dependency is wanted")]),
                ),
                Answer::take(
                    ("tokio", "tokio"),
                    "tokio's channel loses nothing where a `recv` is dropped. Its \
                     receiver has one owner.",
                    pages::pipelines("has one owner, so workers share it behind a lock"),
                    Choice::new("pipelines", "tokio", $job).kept($kept).or(&[(
                        "flume",
                        "each worker needs a receiver, or threads share the channel",
                    )]),
                ),
                Answer::take(
                    ("smol", "smol"),
                    "The executor is the caller's, and `unblock` takes what blocks.",
                    pages::pipelines("the executor is the caller's; a panic is caught"),
                    Choice::new("pipelines", "smol", $job).kept($kept),
                ),
                Answer::take(
                    ("compio", "compio, or io_uring is wanted"),
                    "flume's channel on one thread. Nothing but a blocking step has to \
                     be `Send`.",
                    pages::pipelines("nothing but a blocking step has to be `Send`"),
                    Choice::new("pipelines", "compio", $job),
                ),
                Answer::take(
                    ("async-std", "async-std"),
                    "It is discontinued. The same on smol differs by its global executor.",
                    pages::pipelines("differs from smol by its global executor"),
                    Choice::new("pipelines", "async_std", $job)
                        .kept($kept)
                        .leaving(LEAVING_ASYNC_STD),
                ),
                Answer::take(
                    ("surf", "surf"),
                    "It is unmaintained, and its pool is off here: it can give one \
                     item's body to another.",
                    pages::bias("surf's pool is off in `semaphores` and `pipelines`."),
                    Choice::new("pipelines", "surf", $job)
                        .kept($kept)
                        .leaving(LEAVING_SURF),
                ),
            ],
        };
    };
}

shaped!(
    CHAINS,
    "Chains: which runtime",
    "--shape chained --items 48 --workers 6",
    "pipelines-chained"
);
shaped!(STAGES, "Stages: which runtime", SLOW, "pipelines-queue");
shaped!(
    MIXED,
    "Mixed steps: which runtime",
    "--shape staged --items 42 --workers 6",
    "pipelines"
);
