//! The program computes.

use super::{
    super::{Answer, Choice, Question},
    AS_PYTHON, LEAVING_ASYNC_STD, measured, pages,
};

const PRIMES: &str = "--below 5000000 --ranges 64 --workers 2";

pub(super) static STOP: Question = Question {
    name: "stop",
    title: "Computing: what must stop",
    ask: "What may become of the code that computes?",
    assumed: "no",
    answers: &[
        Answer::ask(
            ("no", "it is trusted, and needs no deadline"),
            "Then threads of one process do: nothing has to be started or copied.",
            pages::process_pool("On a small job, threads have no start to wait for."),
            &RESULT,
        ),
        Answer::ask(
            ("pieces", "it stops at a deadline, between two pieces"),
            "It looks at a token after each piece, or yields there.",
            measured::cancellation("Cut it into pieces, and look at a flag between them"),
            &PIECES,
        ),
        Answer::ask(
            ("kill", "it may crash, leak, or run too long"),
            "Then worker processes: a killed one costs its task one retry, and the \
             others nothing.",
            pages::process_pool("A killed worker costs one retry."),
            &WORKERS,
        ),
        Answer::take(
            ("machine", "its machine may fail, or one is too few"),
            "Then a server stands between, and has to be looked after. A task that does \
             nothing took {process-pool-nats/nats time ÷ 20000} through it.",
            pages::process_pool("A server costs tens of microseconds for each task."),
            Choice::new("process-pool", "nats", PRIMES).kept("process-pool-nats-primes"),
        ),
    ],
};

const IN_PIECES: &str = "--work cpu --pieces 1000 --tasks 1000 --deadline 515ms";

static PIECES: Question = Question {
    name: "runtime",
    title: "Computing in pieces: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "none",
    answers: &[
        Answer::take(
            ("none", "none"),
            "A thread for each task, which looks at a token.",
            pages::cancellation("a token that sleepers wait on, a thread for each task"),
            Choice::new("cancellation", "std_only", IN_PIECES)
                .or(&[("rayon", "most of them need not begin")]),
        ),
        Answer::take(
            ("tokio", "tokio"),
            "Tasks that yield. Of a thousand, 99 of 100 stopped \
             {cancellation-computing/tokio ms to stop (p99)} ms after the deadline.",
            pages::cancellation(
                "Where many tasks compute, `tokio` stops them later than",
            ),
            Choice::new("cancellation", "tokio", IN_PIECES)
                .kept("cancellation-computing")
                .or(&[("tokio_token", "each has something to do before it goes")]),
        ),
        Answer::take(
            ("smol", "smol"),
            "Tasks that yield. Of a thousand, 99 of 100 stopped \
             {cancellation-computing/smol ms to stop (p99)} ms after the deadline.",
            pages::cancellation("all tasks are cancelled at once, not in turn"),
            Choice::new("cancellation", "smol", IN_PIECES).kept("cancellation-computing"),
        ),
        Answer::take(
            ("rayon", "rayon"),
            "A token that each task looks at. Most tasks are stopped in the queue.",
            pages::cancellation("most tasks are stopped in the queue"),
            Choice::new("cancellation", "rayon", IN_PIECES),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued. `cancel` does what smol's does, and a dropped handle \
             doesn't.",
            pages::cancellation("since a dropped handle detaches its task"),
            Choice::new("cancellation", "async_std", IN_PIECES)
                .kept("cancellation-computing")
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};

static RESULT: Question = Question {
    name: "result",
    title: "Computing on threads: what comes of it",
    ask: "What comes of it?",
    assumed: "answers",
    answers: &[
        Answer::take(
            ("answers", "an answer for each task"),
            "A parallel iterator. One task that does nothing took \
             {process-pool-start/rayon time}, and {process-pool-start/std_only time} with \
             a worker process.",
            pages::process_pool("Worker processes take milliseconds to start."),
            Choice::new("process-pool", "rayon", PRIMES).kept("process-pool-primes"),
        ),
        Answer::ask(
            ("array", "one large array, filled in place"),
            "Threads write into it as it is, and the compiler proves that their parts \
             don't overlap.",
            pages::shared_memory("`chunks_mut` proves that the parts don't overlap"),
            &ARRAY,
        ),
    ],
};

const LARGE: &str = "--n 10000000 --workers 2";

static ARRAY: Question = Question {
    name: "workers",
    title: "One array: who fills it",
    ask: "Who fills the array?",
    assumed: "equal",
    answers: &[
        Answer::take(
            ("equal", "threads, whose parts take the same time"),
            "One part for each thread: `rayon` is a {shared-memory-large/rayon verdict}. \
             On another processor it was a little faster.",
            pages::bias("`rayon` is a little faster than `std_only` in `shared-memory`"),
            Choice::new("shared-memory", "std_only", LARGE).kept("shared-memory-large"),
        ),
        Answer::take(
            ("unequal", "threads, and some parts take longer"),
            "Threads steal what is left, and the results keep their order.",
            pages::shared_memory(
                "`collect` keeps the order, whichever thread stole what",
            ),
            Choice::new("shared-memory", "rayon", LARGE).kept("shared-memory-large"),
        ),
        Answer::take(
            ("same", "threads, and the sum is the same in every run"),
            "The parts are added in their order, so the last digit stays as it is.",
            measured::shared_memory("The sum depends on the order of additions."),
            Choice::new("shared-memory", "std_only", LARGE).kept("shared-memory-large"),
        ),
        Answer::take(
            ("large", "processes, and the result is large"),
            "They fill it in place. A pipe took {shared-memory-large/pipe/mmap time} \
             times as long.",
            pages::shared_memory("A pipe was slower than a shared mapping."),
            Choice::new("shared-memory", "mmap", LARGE).kept("shared-memory-large"),
        ),
        Answer::take(
            ("small", "processes, and the result is small"),
            "Everything is copied twice, nothing is shared, and nothing is unsafe.",
            pages::shared_memory("every square is copied twice"),
            Choice::new("shared-memory", "pipe", "--n 400000 --workers 2"),
        ),
        Answer::take(
            ("records", "processes, by many small records"),
            "A ring makes a system call only to sleep and to wake. With small messages \
             it took {shared-memory-batch-64/ring ratio} times as long as a pipe.",
            pages::shared_memory("With small messages, a ring was faster than a pipe."),
            Choice::new(
                "shared-memory",
                "ring",
                "--n 4000000 --workers 2 --batch 64",
            )
            .kept("shared-memory-batch-64")
            .or(&[("pipe", "records can be sent in batches")]),
        ),
        Answer::take(
            (
                "strangers",
                "processes that start by themselves, or that many read from",
            ),
            "They find each other by names. In large messages it is a \
             {shared-memory-iceoryx2/iceoryx2/ring verdict} with a ring, and with small \
             ones it took {shared-memory-batch-64/iceoryx2/ring time} times as long.",
            measured::shared_memory(
                "iceoryx2 kept up with the ring in large messages, and not in small ones.",
            ),
            Choice::new("shared-memory", "iceoryx2", "--n 10000000 --workers 2")
                .kept("shared-memory-iceoryx2"),
        ),
    ],
};

static WORKERS: Question = Question {
    name: "runtime",
    title: "Worker processes: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "none",
    answers: &[
        Answer::take(
            ("none", "none"),
            "A thread for each worker, and nothing stays behind in your process.",
            measured::process_pool("`rayon` leave nothing"),
            Choice::new("process-pool", "std_only", PRIMES)
                .kept("process-pool-primes")
                .or(&[
                    (
                        "crossbeam",
                        "any worker may put a task back, and all tasks fit into memory",
                    ),
                    ("procspawn", AS_PYTHON),
                ]),
        ),
        Answer::take(
            ("tokio", "tokio"),
            "One thread for all workers. A task that does nothing took \
             {process-pool-noop/tokio time ÷ 20000}, and \
             {process-pool-noop/std_only time ÷ 20000} in `std_only`; on another \
             processor `std_only` was faster.",
            pages::bias(
                "`process-pool` on tokio, smol and async-std is slower than `std_only`",
            ),
            Choice::new("process-pool", "tokio", PRIMES).kept("process-pool-primes"),
        ),
        Answer::take(
            ("smol", "smol"),
            "One thread for all workers, and a deadline is a race of two futures. Its \
             reactor's thread stays behind.",
            measured::process_pool("smol leaves its reactor's thread"),
            Choice::new("process-pool", "smol", PRIMES).kept("process-pool-primes"),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued, and leaves three threads in your process. smol has the \
             same processes.",
            measured::process_pool("async-std leaves three threads"),
            Choice::new("process-pool", "async_std", PRIMES)
                .kept("process-pool-primes")
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};
