//! The program is a server.

use super::{
    super::{Answer, Choice, Question},
    LEAVING_ASYNC_STD, measured, pages,
};

pub(super) static TREE: Question = Question {
    name: "runtime",
    title: "A server: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "tokio",
    answers: &[
        Answer::ask(
            ("none", "no runtime, and none is wanted"),
            "A thread for each connection is simple. `std_only` took \
             {serving-closed/std_only/tokio time} times as long as `tokio`.",
            pages::serving(
                "On one thread hyper serves more than a thread for each connection.",
            ),
            &COUNT,
        ),
        Answer::ask(
            ("tokio", "tokio"),
            "What the handlers do decides which of its rows fits.",
            pages::serving("what has arrived is read before the stop"),
            &HANDLER,
        ),
        Answer::take(
            ("smol", "smol"),
            "hyper over its sockets; a channel that closes says that it is over. It took \
             {serving-closed/smol/tokio time} times as long as `tokio`.",
            pages::serving("a channel that is closed says that it is over"),
            Choice::new("serving", "smol", "--requests 2000 --clients 32"),
        ),
        Answer::take(
            ("compio", "compio, or io_uring is wanted"),
            "An `accept` that is dropped on io_uring can close a connection, so it waits \
             until the socket is readable. It is all on one thread.",
            pages::serving(
                "On io_uring, an `accept` that is dropped can close a connection.",
            ),
            Choice::new("serving", "compio", "--requests 2000 --clients 32")
                .or(&[("compio_per_core", "all cores are to serve")]),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued. The same on smol is hyper over smol's sockets.",
            pages::serving("hyper over async-std's sockets"),
            Choice::new("serving", "async_std", "--requests 2000 --clients 32")
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};

static COUNT: Question = Question {
    name: "count",
    title: "A server on threads: how many connections",
    ask: "How many connections are open at once?",
    assumed: "few",
    answers: &[
        Answer::take(
            ("few", "up to a hundred"),
            "A pool of threads on one channel; with a new thread for each it is a \
             {serving-closed/crossbeam verdict}.",
            pages::serving("`try_send` says whether a thread waits"),
            Choice::new("serving", "crossbeam", "--requests 2000 --clients {count}").or(
                &[(
                    "std_only",
                    "no channel is wanted: a thread for each connection",
                )],
            ),
        )
        .up_to(100),
        Answer::take(
            ("more", "more than a hundred"),
            "Then take a runtime after all. An idle connection took \
             {serving-idle/std_only idle KiB each} KiB with a thread, and \
             {serving-idle/tokio idle KiB each} KiB on tokio, the kernel's part apart.",
            measured::serving("The kernel's part is in neither"),
            Choice::new(
                "serving",
                "tokio",
                "--requests 10000 --clients {count} --connections 11000",
            ),
        )
        .up_to(10_000),
    ],
};

static HANDLER: Question = Question {
    name: "handler",
    title: "A server on tokio: its handlers",
    ask: "What are the handlers like?",
    assumed: "own",
    answers: &[
        Answer::ask(
            ("app", "an application: routes and middleware"),
            "axum has them. Its graceful shutdown can lose a request that has arrived.",
            pages::serving("its stop can lose a request that has arrived"),
            &LOSS,
        ),
        Answer::take(
            ("own", "a server of your own, which must lose no request"),
            "hyper, and a stop that reads what has arrived before it closes. No request \
             was lost under load.",
            pages::serving("no other row lost one"),
            Choice::new("serving", "tokio", "--requests 2000 --clients 32"),
        ),
        Answer::take(
            ("little", "they take little, on one core"),
            "One thread is a {serving-closed/tokio_current_thread/tokio verdict} with \
             `tokio`, for {serving-closed/tokio_current_thread/tokio cpu} times \
             its CPU time.",
            pages::serving(
                "On one thread hyper serves more than a thread for each connection.",
            ),
            Choice::new(
                "serving",
                "tokio_current_thread",
                "--requests 2000 --clients 32",
            ),
        ),
        Answer::take(
            ("local", "they are not `Send`"),
            "A runtime for each core, and each accepts from the same socket.",
            pages::serving("each core accepts from the same socket"),
            Choice::new("serving", "tokio_per_core", "--requests 2000 --clients 32"),
        ),
        Answer::take(
            ("compute", "some compute for milliseconds"),
            "Take its loop, and let the handler hand what computes to `spawn_blocking`, or \
             to rayon where much of it comes at once. Beside a handler that computed on its \
             own thread instead, p99 was {serving-busy/tokio p99 ms} ms with one worker.",
            measured::serving("A runtime with one worker answers nobody meanwhile"),
            Choice::new(
                "serving",
                "tokio",
                "--requests 2000 --clients 32 --beside busy --guests 1",
            )
            .kept("serving-busy")
            .beside("crossbeam")
            .or(&[("crossbeam", "handlers may be threads, and need no runtime")]),
        ),
    ],
};

static LOSS: Question = Question {
    name: "stop",
    title: "An application: how it stops",
    ask: "May a stop lose a request?",
    assumed: "no",
    answers: &[
        Answer::take(
            ("yes", "clients ask again"),
            "Then `axum::serve` is enough, within a `timeout` that begins with the stop: it \
             has no grace time of its own. Its connection asks in random order whether to \
             stop or to read.",
            pages::serving("axum's graceful shutdown loses requests"),
            Choice::new("serving", "axum", "--requests 2000 --clients 32"),
        ),
        Answer::take(
            ("no", "no"),
            "Then put axum's router on this loop, which reads first and stops then: the \
             chapter on serving has the lines.",
            pages::serving("`tokio` reads first: there the word is `biased`."),
            Choice::new("serving", "tokio", "--requests 2000 --clients 32"),
        ),
    ],
};
