//! The program makes calls that block.

use super::{
    super::{Answer, Choice, Question},
    AS_PYTHON, LEAVING_ASYNC_STD, measured, pages,
};

pub(super) static STOP: Question = Question {
    name: "stop",
    title: "Blocking calls: what must stop",
    ask: "What must become of a call that takes too long?",
    assumed: "no",
    answers: &[
        Answer::ask(
            ("no", "it ends by itself"),
            "Where calls wait, all pools take about as long: the variants took {thread-pool/* floor} \
             times the floor. So choose by what is there.",
            pages::thread_pool("Where downloads wait, all pools take about as long."),
            &POOL,
        ),
        Answer::ask(
            ("pieces", "it stops between two pieces of its work"),
            "Give it a flag to look at. It ends within about one piece, and not before.",
            pages::cancellation(
                "Cut into pieces, a blocking call ends within about one piece.",
            ),
            &PIECES,
        ),
        Answer::ask(
            ("kill", "it never looks, and can't be changed"),
            "It runs to its end in every variant: {cancellation-blocking/* time}, where \
             the deadline was `500ms`. Only a process can be killed.",
            pages::cancellation("A blocking call that never looks runs to its end."),
            &KILLED,
        ),
    ],
};

const IN_PIECES: &str = "--work blocking --tasks 5 --deadline 500ms --pieces 20";

static PIECES: Question = Question {
    name: "runtime",
    title: "Calls in pieces: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "none",
    answers: &[
        Answer::take(
            ("none", "none"),
            "Each thread looks at a token. Pieces took `50ms`, and the deadline fell on \
             the end of one: it stopped \
             {cancellation-pieces/std_only ms to stop (p99)} ms later.",
            pages::cancellation("99 of 100 calls had stopped"),
            Choice::new("cancellation", "std_only", IN_PIECES)
                .kept("cancellation-pieces")
                .or(&[("crossbeam", "the threads wait for channels")]),
        ),
        Answer::take(
            ("tokio", "tokio"),
            "A `CancellationToken`, which each call looks at between two pieces of \
             `50ms`. At a deadline on the end of one they stopped \
             {cancellation-pieces/tokio_token ms to stop (p99)} ms later; one that looks \
             just before does a piece more.",
            pages::cancellation("begins one piece more"),
            Choice::new("cancellation", "tokio_token", IN_PIECES)
                .kept("cancellation-pieces"),
        ),
        Answer::take(
            ("smol", "smol"),
            "`unblock` has the calls. Pieces took `50ms`, and the deadline fell on the \
             end of one: they stopped {cancellation-pieces/smol ms to stop (p99)} ms \
             later.",
            pages::cancellation("99 of 100 calls had stopped"),
            Choice::new("cancellation", "smol", IN_PIECES).kept("cancellation-pieces"),
        ),
        Answer::take(
            ("rayon", "rayon"),
            "A token that each call looks at. Pieces took `50ms`, and the deadline fell \
             on the end of one: they stopped \
             {cancellation-pieces/rayon ms to stop (p99)} ms later. What waits for a \
             thread of the pool stops there.",
            pages::cancellation("most tasks are stopped in the queue"),
            Choice::new("cancellation", "rayon", IN_PIECES).kept("cancellation-pieces"),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued. Its pool of threads has the calls, as smol's has.",
            pages::cancellation("the way to smol is an executor"),
            Choice::new("cancellation", "async_std", IN_PIECES)
                .kept("cancellation-pieces")
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};

static KILLED: Question = Question {
    name: "runtime",
    title: "Calls in worker processes: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "none",
    answers: &[
        Answer::take(
            ("none", "none"),
            "A thread for each worker, and nothing stays behind in your process.",
            measured::process_pool("`rayon` leave nothing"),
            Choice::new("process-pool", "std_only", "--timeout 500ms")
                .or(&[("procspawn", AS_PYTHON)]),
        ),
        Answer::take(
            ("tokio", "tokio"),
            "`tokio::process`: one `timeout` around any future, and `kill` also waits.",
            pages::process_pool("one `timeout` around any future; `kill` also waits"),
            Choice::new("process-pool", "tokio", "--timeout 500ms"),
        ),
        Answer::take(
            ("smol", "smol"),
            "`smol::process`, and a deadline is a race of two futures.",
            pages::process_pool("a deadline is a race of two futures"),
            Choice::new("process-pool", "smol", "--timeout 500ms"),
        ),
        Answer::take(
            ("rayon", "rayon"),
            "Its threads can't be killed, so the workers are processes beside it.",
            pages::process_pool("In `rayon` the signal ends the whole program."),
            Choice::new("process-pool", "std_only", "--timeout 500ms")
                .or(&[("procspawn", AS_PYTHON)]),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued, and leaves three threads in your process. smol has the \
             same processes.",
            measured::process_pool("async-std leaves three threads"),
            Choice::new("process-pool", "async_std", "--timeout 500ms")
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};

static POOL: Question = Question {
    name: "runtime",
    title: "Blocking calls: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "none",
    answers: &[
        Answer::take(
            ("none", "none"),
            "Threads that take from one channel; the last sender ends them.",
            pages::thread_pool(
                "the channel is the queue; its last sender ends the threads",
            ),
            Choice::new("thread-pool", "crossbeam", "--tasks 30")
                .or(&[("std_only", "no dependency is wanted")]),
        ),
        Answer::take(
            ("tokio", "tokio"),
            "Its blocking pool, under a limit of yours: its own is hundreds of threads. \
             On short calls it is a {thread-pool-short/tokio/crossbeam verdict} with \
             `crossbeam`.",
            measured::thread_pool("Its default limit is hundreds of threads"),
            Choice::new("thread-pool", "tokio", "--tasks 30"),
        ),
        Answer::take(
            ("smol", "smol"),
            "`unblock`, under a limit of yours: the pool belongs to the process, and its \
             own limit is hundreds of threads.",
            pages::thread_pool("the blocking pool belongs to the process"),
            Choice::new("thread-pool", "smol", "--tasks 30"),
        ),
        Answer::take(
            ("rayon", "rayon"),
            "A pool of its own, so that calls that block hold up no other work. The \
             caller bounds its queue.",
            pages::thread_pool("the caller bounds the pool's queue"),
            Choice::new("thread-pool", "rayon", "--tasks 30"),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued. The way to smol is the imports.",
            pages::thread_pool("the way to smol is the imports"),
            Choice::new("thread-pool", "async_std", "--tasks 30")
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};
