//! The program makes calls that block.

use super::{
    super::{Answer, Choice, Question},
    LEAVING_ASYNC_STD, pages,
};

pub(super) static STOP: Question = Question {
    name: "stop",
    title: "Blocking calls: what must stop",
    ask: "What must become of a call that takes too long?",
    assumed: "no",
    answers: &[
        Answer::ask(
            ("no", "it ends by itself"),
            "Where calls wait, all pools tie: the variants took {thread-pool/* floor} \
             times the floor. So choose by what is there.",
            pages::thread_pool("Where downloads wait, all pools tie."),
            &POOL,
        ),
        Answer::take(
            ("pieces", "it stops between two pieces of its work"),
            "Give it a flag to look at. Cut into pieces of `50ms`, calls stopped \
             {cancellation-pieces/std_only ms to stop (p99)} ms after the deadline, \
             which was the end of a piece.",
            pages::cancellation(
                "Cut into pieces, a blocking call ends within about one piece.",
            ),
            Choice::new(
                "cancellation",
                "std_only",
                "--work blocking --tasks 5 --deadline 500ms --pieces 20",
            )
            .kept("cancellation-pieces")
            .or(&[
                ("crossbeam", "the threads wait for channels"),
                ("tokio_token", "tasks make the calls"),
            ]),
        ),
        Answer::take(
            ("kill", "it never looks, and can't be changed"),
            "It runs to its end in every variant: {cancellation-blocking/* time}, where \
             the deadline was `500ms`. Only a process can be killed.",
            pages::cancellation("A blocking call that never looks runs to its end."),
            Choice::new("process-pool", "std_only", "--timeout 500ms").or(&[
                ("tokio", "the program is on tokio"),
                ("smol", "the program is on smol"),
            ]),
        ),
    ],
};

static POOL: Question = Question {
    name: "tree",
    title: "Blocking calls: which runtime",
    ask: "Which runtime does the program have already?",
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
             On short calls it took {thread-pool-short/tokio/crossbeam time} times as \
             long as `crossbeam`.",
            pages::thread_pool("Its default limit is hundreds of threads"),
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
