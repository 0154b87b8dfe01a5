//! Each item goes through several steps.

use super::{
    super::{Answer, Choice, Found, Question},
    LEAVING_ASYNC_STD, LEAVING_SURF, measured, pages,
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

/// A reason, and the words of the README that it rests on.
struct Why(&'static str, Found);

/// What differs between the runtimes for one shape of the steps.
struct Whys {
    none: Why,
    tokio: Why,
    smol: Why,
    compio: Why,
}

macro_rules! shaped {
    ($name:ident, $title:literal, $job:expr, $kept:literal, $whys:expr) => {
        static $name: Question = {
            const WHYS: Whys = $whys;
            Question {
                name: "runtime",
                title: $title,
                ask: "Which runtime does the program use, or is it to use?",
                assumed: "tokio",
                answers: &[
                    Answer::take(
                        ("none", "none"),
                        WHYS.none.0,
                        WHYS.none.1,
                        Choice::new("pipelines", "crossbeam", $job)
                            .kept($kept)
                            .or(&[("std_only", "no dependency is wanted")]),
                    ),
                    Answer::take(
                        ("tokio", "tokio"),
                        WHYS.tokio.0,
                        WHYS.tokio.1,
                        Choice::new("pipelines", "tokio", $job).kept($kept).or(&[(
                            "flume",
                            "each worker needs a receiver, or threads share the channel",
                        )]),
                    ),
                    Answer::take(
                        ("smol", "smol"),
                        WHYS.smol.0,
                        WHYS.smol.1,
                        Choice::new("pipelines", "smol", $job).kept($kept),
                    ),
                    Answer::take(
                        ("compio", "compio, or io_uring is wanted"),
                        WHYS.compio.0,
                        WHYS.compio.1,
                        Choice::new("pipelines", "compio", $job),
                    ),
                    Answer::take(
                        ("async-std", "async-std"),
                        "It is discontinued. The same on smol differs by its global \
                         executor.",
                        pages::pipelines("differs from smol by its global executor"),
                        Choice::new("pipelines", "async_std", $job)
                            .kept($kept)
                            .leaving(LEAVING_ASYNC_STD),
                    ),
                    Answer::take(
                        ("surf", "surf"),
                        "It is unmaintained, and its pool is off here: it can give one \
                         item's body to another.",
                        pages::bias(
                            "surf's pool is off in `semaphores` and `pipelines`.",
                        ),
                        Choice::new("pipelines", "surf", $job)
                            .kept($kept)
                            .leaving(LEAVING_SURF),
                    ),
                ],
            }
        };
    };
}

/// Where a chain does all steps of an item.
const IN_ONE_CHAIN: Found =
    pages::pipelines("does all three steps of an item in one chain");

shaped!(
    CHAINS,
    "Chains: which runtime",
    "--shape chained --items 48 --workers 6",
    "pipelines-chained",
    Whys {
        none: Why(
            "Take its `chained`: a thread takes an item, does all its steps, and takes the \
             next from a bounded queue.",
            IN_ONE_CHAIN,
        ),
        tokio: Why(
            "Take its `chained`: a task for each item that is under way. The steps behind \
             the first one are a single call of `spawn_blocking`.",
            IN_ONE_CHAIN,
        ),
        smol: Why(
            "Take its `chained`: as on tokio, with a single call of `unblock`. The executor \
             is the caller's.",
            pages::pipelines("the executor is the caller's; a panic is caught"),
        ),
        compio: Why(
            "Take its `chained`: all on one thread, but for the steps that block. Nothing \
             else has to be `Send`.",
            pages::pipelines("nothing but a blocking step has to be `Send`"),
        ),
    }
);
shaped!(
    STAGES,
    "Stages: which runtime",
    SLOW,
    "pipelines-queue",
    Whys {
        none: Why(
            "Take its `staged`: threads for each step, and each worker has its own clone of \
             the receiver. std's has one owner, so its workers share it behind a lock.",
            pages::pipelines("each worker has its own clone of the receiver"),
        ),
        tokio: Why(
            "Take its `staged`: where the last step was slow, it had \
             {pipelines-queue/tokio in flight} items under way, as many as workers and \
             queues hold. A receiver has one owner, so a stage's workers share it behind a \
             lock.",
            measured::pipelines("Queues fill before a slow stage, up to their bound."),
        ),
        smol: Why(
            "Take its `staged`: each worker of a stage has its own clone of the receiver. \
             The executor is the caller's.",
            pages::pipelines("the executor is the caller's; a panic is caught"),
        ),
        compio: Why(
            "Take its `staged`: flume's channels between tasks of one thread. Nothing but a \
             step that blocks has to be `Send`.",
            pages::pipelines("nothing but a blocking step has to be `Send`"),
        ),
    }
);
shaped!(
    MIXED,
    "Mixed steps: which runtime",
    "--shape staged --items 42 --workers 6",
    "pipelines",
    Whys {
        none: Why(
            "Take its `staged`: a step that blocks or computes holds up the threads of its \
             own stage alone.",
            pages::pipelines("has a stage for each step: workers of its own"),
        ),
        tokio: Why(
            "Take its `staged`: the step that waits is a task, the others are calls of \
             `spawn_blocking`, as many at once as their stage has workers.",
            pages::pipelines("blocking steps have threads of their own"),
        ),
        smol: Why(
            "Take its `staged`: the step that waits is a task, and `unblock` takes the \
             others, as many at once as their stage has workers.",
            pages::pipelines("async-channel, tasks, `unblock`"),
        ),
        compio: Why(
            "Take its `staged`: the step that waits is on the one thread, the others are \
             calls of `spawn_blocking`.",
            pages::pipelines("and io_uring, `spawn_blocking`"),
        ),
    }
);
