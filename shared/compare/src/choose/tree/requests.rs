//! The program sends requests.

use super::{
    super::{Answer, Choice, Question},
    LEAVING_ASYNC_STD, LEAVING_SURF, below, measured, pages,
};

pub(super) static STOP: Question = Question {
    name: "stop",
    title: "Requests: what must stop",
    ask: "What must happen before all answers are there?",
    assumed: "no",
    answers: &[
        Answer::ask(
            ("no", "each request ends by itself"),
            "Then a time-out of the client's is enough. Set one, since most clients \
             here have none by default.",
            measured::gather("most clients here never do by default"),
            &COUNT,
        ),
        Answer::ask(
            ("deadline", "at a deadline all of it stops"),
            "A future can be dropped where it awaits. A thread can only be asked.",
            pages::thread_pool("A thread can't be stopped, only asked."),
            &DEADLINE,
        ),
        Answer::ask(
            ("error", "at the first error the others stop"),
            "In the example the others would have waited for `1s`. All had ended after \
             {error-handling-first/tokio,smol,async_std time} in tasks, and after \
             {error-handling-first/std_only,crossbeam,rayon time} on threads.",
            pages::error_handling(
                "Spawned tasks and threads stop within milliseconds of the first error.",
            ),
            &FIRST_LIMIT,
        ),
        Answer::ask(
            ("outcomes", "some fail, and every outcome is wanted"),
            "A short join returns the first error, and drops what was done. `settle` \
             returns each outcome, in order.",
            pages::error_handling("Finished work is easily lost."),
            &OUTCOMES,
        ),
    ],
};

static COUNT: Question = Question {
    name: "count",
    title: "Requests: how many",
    ask: "How many requests could be under way at once?",
    assumed: "more",
    answers: &[
        Answer::ask(
            ("few", "up to a hundred"),
            "A thread for each will do. With a hundred URLs and HTTP by hand, `std_only` \
             took {gather/std_only/tokio time} times as long as `tokio`, a tie; `crossbeam`, \
             with ureq for a client, took {gather/crossbeam/tokio time} times as long.",
            pages::gather("A thread for each URL need not be slow."),
            &FEW,
        )
        .up_to(100),
        Answer::ask(
            ("more", "more than a hundred"),
            "Put a limit on them. Where descriptors run out, requests fail; they do \
             not queue.",
            pages::gather("Requests fail where descriptors run out; they do not queue."),
            &AT_ONCE,
        )
        .up_to(100_000),
    ],
};

static FEW: Question = Question {
    name: "runtime",
    title: "Few requests: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "tokio",
    answers: &[
        Answer::take(
            ("none", "no runtime, and none is wanted"),
            "ureq is a whole client, and needs no runtime. That it took \
             {gather/crossbeam/tokio time} times as long as `tokio` is in part its buffers, \
             and not the threads.",
            pages::gather("ureq has two buffers of `128 KiB` for each connection"),
            Choice::new("gather", "crossbeam", "--tasks {count}")
                .or(&[("std_only", "you want to see how HTTP is done by hand")]),
        ),
        Answer::take(
            ("tokio", "tokio"),
            "reqwest does the usual things. It used {gather/tokio/tokio_hyper cpu} times \
             the CPU time of hyper by hand.",
            pages::gather(
                "reqwest is slightly slower than hyper by hand, for more CPU time.",
            ),
            Choice::new("gather", "tokio", "--tasks {count}").or(&[
                ("tokio_hyper", "you want control over each connection"),
                ("join_all", "the futures borrow, or are not `Send`"),
                ("crossbeam", "each answer takes much computing"),
            ]),
        ),
        Answer::take(
            ("smol", "smol"),
            "smol has no HTTP client of its own: this is hyper over its sockets. With \
             the same on tokio it is a \
             {gather/smol/tokio_hyper verdict}.",
            pages::gather("The same program ties on three runtimes."),
            Choice::new("gather", "smol", "--tasks {count}")
                .or(&[("smol_one_thread", "there is little to compute")]),
        ),
        Answer::take(
            ("compio", "compio, or io_uring is wanted"),
            "All on one thread, where the system allows io_uring. Hold it against \
             `tokio_current_thread` and `smol_one_thread`.",
            pages::bias("compio's rows have one thread, and one driver."),
            Choice::new("gather", "compio", "--tasks {count}").or(&[(
                "compio_polling",
                "it has to be epoll, to which it falls back",
            )]),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued. Move to smol, whose variant differs by its paths and an \
             executor.",
            pages::gather("use `smol`: the diff is the paths and an executor"),
            Choice::new("gather", "async_std", "--tasks {count}")
                .leaving(LEAVING_ASYNC_STD),
        ),
        Answer::take(
            ("surf", "surf"),
            "It is unmaintained, and takes some broken answers for whole ones. Move to \
             reqwest on tokio.",
            pages::gather("use `tokio`: surf takes some broken answers for whole ones"),
            Choice::new("gather", "surf", "--tasks {count}").leaving(LEAVING_SURF),
        ),
    ],
};

static AT_ONCE: Question = Question {
    name: "limit",
    title: "Many requests: the limit",
    ask: "How many of them may be under way at once?",
    assumed: "tens",
    answers: &[
        Answer::ask(
            ("tens", "up to fifty"),
            "So many permits for tasks, or so many threads that take from one queue.",
            pages::semaphores(
                "a pool with as many threads as permits, which take items from one queue",
            ),
            &LIMIT,
        )
        .up_to(50),
        Answer::ask(
            ("hundreds", "up to a thousand"),
            "Then memory counts. A thousand fetches took \
             {cancellation-fetch/std_only,crossbeam memory} on threads and \
             {cancellation-fetch/tokio,tokio_token,smol,async_std memory} in tasks, \
             whose client is another one.",
            pages::cancellation(
                "A thousand fetches on threads take several times the memory.",
            ),
            &LIMIT,
        )
        .up_to(1_000),
    ],
};

static LIMIT: Question = Question {
    name: "runtime",
    title: "Many requests: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "tokio",
    answers: &[
        Answer::ask(
            ("none", "no runtime, and none is wanted"),
            "Where requests wait, threads take about as long as tasks: in a long \
             comparison `tokio` is a {semaphores-waiting/tokio verdict} with `std_only`.",
            pages::semaphores(
                "Where requests wait, threads and tasks take about the same time.",
            ),
            &MEMORY,
        ),
        Answer::ask(
            ("tokio", "tokio"),
            "Its semaphore is first come, first served (tokio 1.54, \
             `src/sync/semaphore.rs`). Take the permit before the spawn, so that no more \
             tasks are under way than there are permits.",
            pages::semaphores("the permit comes before the spawn"),
            &ANSWERS,
        ),
        Answer::take(
            ("smol", "smol"),
            "async-lock's semaphore, where a newcomer may go first. The tasks may borrow.",
            pages::semaphores("the caller owns the executor, and work may borrow"),
            Choice::new("semaphores", "smol", "--tasks {count} --limit {limit}")
                .or(&[("smol_one_thread", "there is little to compute")]),
        ),
        Answer::take(
            ("compio", "compio, or io_uring is wanted"),
            "The semaphore of `smol`, all on one thread, with a connection for each \
             request.",
            pages::bias("compio's pool is off in `semaphores` and `pipelines`, too."),
            Choice::new("semaphores", "compio", "--tasks {count} --limit {limit}"),
        ),
        Answer::take(
            ("rayon", "rayon"),
            "A pool of its own, since each request blocks a thread. On short requests it \
             took {semaphores-short/rayon/tokio time} times as long as `tokio`.",
            pages::semaphores(
                "On short requests the pool with a locked queue is slowest.",
            ),
            Choice::new("semaphores", "rayon", "--tasks {count} --limit {limit}"),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued. Move to smol: bring an executor.",
            pages::semaphores("to move to smol, bring an executor"),
            Choice::new("semaphores", "async_std", "--tasks {count} --limit {limit}")
                .leaving(LEAVING_ASYNC_STD),
        ),
        Answer::take(
            ("surf", "surf"),
            "It is unmaintained. Without its faulty pool, short requests took \
             {semaphores-short/surf/async_std time} times as long as with hyper, on the \
             same runtime.",
            pages::semaphores("surf opens a connection for each request."),
            Choice::new("semaphores", "surf", "--tasks {count} --limit {limit}")
                .leaving(LEAVING_SURF),
        ),
    ],
};

static MEMORY: Question = Question {
    name: "memory",
    title: "Many requests on threads: memory",
    ask: "How much memory may those take that wait?",
    assumed: "any",
    answers: &[
        Answer::take(
            ("any", "whatever it takes"),
            "As many threads as permits, on one queue. With `--limit 50` they took \
             {semaphores-memory/crossbeam memory} for all requests, and `tokio` \
             {semaphores-memory/tokio memory}.",
            pages::semaphores("as many threads as permits, on one channel"),
            Choice::new("semaphores", "crossbeam", "--tasks {count} --limit {limit}").or(
                &[
                    ("std_only", "no dependency is wanted"),
                    (
                        "condvar",
                        "the threads are there, and some of their work needs a limit",
                    ),
                ],
            ),
        ),
        Answer::take(
            ("little", "little, with many at once"),
            "Then take a runtime after all. A thousand fetches took \
             {cancellation-fetch/std_only,crossbeam memory} on threads and \
             {cancellation-fetch/tokio,tokio_token,smol,async_std memory} in tasks, \
             whose client is another one.",
            pages::cancellation(
                "A thousand fetches on threads take several times the memory.",
            ),
            Choice::new("semaphores", "tokio", "--tasks {count} --limit {limit}"),
        ),
    ],
};

/// The section on rows that have other threads.
const FLAVOUR: &str = "Which flavour of a runtime";

static ANSWERS: Question = Question {
    name: "answers",
    title: "Many requests on tokio: what is done with an answer",
    ask: "What does the program do with each answer?",
    assumed: "any",
    answers: &[
        Answer::take(
            ("any", "this and that, or it isn't known"),
            "All cores are the safe choice. One thread alone took \
             {flavours-computing/tokio_current_thread/tokio time} times as long where \
             answers took computing, and where they took hardly any it was a \
             {flavours-short/tokio_current_thread/tokio verdict}.",
            below(FLAVOUR, "Answers that take computing want all cores."),
            Choice::new("semaphores", "tokio", "--tasks {count} --limit {limit}")
                .beside("tokio_current_thread"),
        ),
        Answer::take(
            ("compute", "it computes for half a millisecond or more"),
            "Then all cores help: `tokio_current_thread` took \
             {flavours-computing/tokio_current_thread/tokio time} times as long as \
             `tokio`.",
            below(FLAVOUR, "Answers that take computing want all cores."),
            Choice::new(
                "semaphores",
                "tokio",
                "--tasks {count} --limit {limit} --rehash 10000",
            )
            .kept("flavours-computing")
            .beside("tokio_current_thread"),
        ),
        Answer::take(
            ("little", "hardly anything: many short requests"),
            "A second thread gained nothing: one alone is a \
             {flavours-short/tokio_current_thread/tokio verdict} with `tokio`, for \
             {flavours-short/tokio_current_thread/tokio cpu} times the processor time.",
            below(
                FLAVOUR,
                "Short requests with little to compute gain little from a second thread.",
            ),
            Choice::new(
                "semaphores",
                "tokio_current_thread",
                "--tasks {count} --limit {limit} --latency 0ms --bytes 1024",
            )
            .kept("flavours-short"),
        ),
        Answer::take(
            ("borrow", "hardly anything, and its futures borrow"),
            "One task polls all of them, so nothing has to be `'static`. Where answers \
             took computing, it took {flavours-computing/buffer_unordered/tokio time} \
             times as long as tasks.",
            pages::semaphores("one task, no spawn, nothing `'static`"),
            Choice::new(
                "semaphores",
                "buffer_unordered",
                "--tasks {count} --limit {limit}",
            )
            .kept("flavours-short"),
        ),
        Answer::take(
            ("local", "what is not `Send`"),
            "A runtime for each core, and a client and connections for each. With \
             `tokio` it is a \
             {flavours-short/tokio_per_core/tokio verdict} here.",
            below(FLAVOUR, "A runtime for each core is no faster here."),
            Choice::new(
                "semaphores",
                "tokio_per_core",
                "--tasks {count} --limit {limit}",
            )
            .kept("flavours-short"),
        ),
    ],
};

static DEADLINE: Question = Question {
    name: "runtime",
    title: "Requests and a deadline: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "tokio",
    answers: &[
        Answer::ask(
            ("none", "no runtime, and none is wanted"),
            "A thread that reads sees no flag. Another thread has to shut down its \
             socket.",
            measured::cancellation(
                "A blocked read is stopped by a shutdown of its socket.",
            ),
            &DEADLINE_MEMORY,
        ),
        Answer::ask(
            ("tokio", "tokio"),
            "`abort` and a time-out stop a task where it awaits. They don't stop a \
             blocking call, or computing that doesn't yield.",
            pages::cancellation("an abort is a request; the second wait sees it done"),
            &CLEAN,
        ),
        Answer::take(
            ("smol", "smol"),
            "`Task::cancel` also waits until the task is gone. It does nothing before it \
             is polled, so the function polls all of them before it waits for one.",
            measured::cancellation(
                "`cancel` of smol and async-std does nothing before it is polled.",
            ),
            Choice::new("cancellation", "smol", FETCHES).kept("cancellation-fetch"),
        ),
        Answer::take(
            ("compio", "compio, or io_uring is wanted"),
            "A read that is dropped may take bytes along. Where they matter, take another \
             runtime: what should help, `with_cancel`, does nothing in an optimised build.",
            measured::cancellation("In an optimised build [that does nothing]"),
            Choice::new("cancellation", "compio", FETCHES),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued, and a dropped handle lets its task run on. On smol the \
             task would be cancelled.",
            pages::cancellation("since a dropped handle detaches its task"),
            Choice::new("cancellation", "async_std", FETCHES)
                .kept("cancellation-fetch")
                .leaving(LEAVING_ASYNC_STD),
        ),
        Answer::take(
            ("surf", "surf"),
            "It is unmaintained. `JoinHandle::cancel` stops its request, and it does not \
             report whether that was connecting or waiting for the head.",
            pages::cancellation(
                "surf does not report whether it connects or waits for the head",
            ),
            Choice::new("cancellation", "surf", FETCHES)
                .kept("cancellation-fetch")
                .leaving(LEAVING_SURF),
        ),
    ],
};

/// A thousand fetches that a deadline stops.
const FETCHES: &str = "--work fetch --tasks 1000 --deadline 500ms";

static DEADLINE_MEMORY: Question = Question {
    name: "memory",
    title: "A deadline on threads: memory",
    ask: "How much memory may those take that wait?",
    assumed: "any",
    answers: &[
        Answer::take(
            ("any", "whatever it takes"),
            "99 of 100 fetches stopped {cancellation-fetch/std_only ms to stop (p99)} ms \
             after the deadline, where tasks took \
             {cancellation-fetch/tokio,tokio_token,smol,async_std ms to stop (p99)} ms.",
            measured::cancellation(
                "A thousand fetches stop within tens of milliseconds in every variant.",
            ),
            Choice::new("cancellation", "std_only", FETCHES)
                .kept("cancellation-fetch")
                .or(&[("crossbeam", "the threads wait for channels")]),
        ),
        Answer::take(
            ("little", "little, with many at once"),
            "Then take a runtime after all. A thousand fetches took \
             {cancellation-fetch/std_only,crossbeam memory} on threads and \
             {cancellation-fetch/tokio,tokio_token,smol,async_std memory} in tasks, \
             whose client is another one.",
            pages::cancellation(
                "A thousand fetches on threads take several times the memory.",
            ),
            Choice::new("cancellation", "tokio", FETCHES).kept("cancellation-fetch"),
        ),
    ],
};

static CLEAN: Question = Question {
    name: "clean",
    title: "A deadline on tokio: what a task leaves behind",
    ask: "Has a task something to do before it goes?",
    assumed: "no",
    answers: &[
        Answer::take(
            ("no", "it may be dropped where it awaits"),
            "99 of 100 fetches stopped {cancellation-fetch/tokio ms to stop (p99)} ms \
             after the deadline.",
            measured::cancellation(
                "A thousand fetches stop within tens of milliseconds in every variant.",
            ),
            Choice::new("cancellation", "tokio", FETCHES).kept("cancellation-fetch"),
        ),
        Answer::take(
            ("yes", "it has, or it makes blocking calls"),
            "A `CancellationToken` asks each task to end, and each decides how.",
            pages::cancellation("each task decides how it ends"),
            Choice::new("cancellation", "tokio_token", FETCHES)
                .kept("cancellation-fetch"),
        ),
    ],
};

/// The ninetieth of a hundred fails, and the others would wait for a second.
const FAIL_FAST: &str = "--policy fail-fast --tasks 100 --fail at:90 --flaky 0 \
                         --panic 0 --fault-after 20ms --wait 1s";
/// One of so many fails.
const FAIL_FAST_OF: &str = "--policy fail-fast --tasks {count} --fail 1 --flaky 0 \
                            --panic 0 --fault-after 20ms --wait 1s";
const FIRST: &str = "error-handling-first";

static FIRST_LIMIT: Question = Question {
    name: "limit",
    title: "The first error: how many at once",
    ask: "How many may be under way at once?",
    assumed: "all",
    answers: &[
        Answer::ask(
            ("all", "all of them"),
            "`first_error` begins with all at once.",
            pages::error_handling("`first_error(items, work)` stops the other items"),
            &FIRST_ERROR,
        ),
        Answer::ask(
            ("some", "so many at most"),
            "No function here has a limit and the first error. Take this one, and let \
             the work begin with a permit: \"A limit and the first error\" has the \
             lines for tokio.",
            below(
                "A limit and the first error",
                "No function here has a limit and the first error.",
            ),
            &FIRST_ERROR,
        )
        .up_to(1_000),
    ],
};

static FIRST_ERROR: Question = Question {
    name: "runtime",
    title: "The first error: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "tokio",
    answers: &[
        Answer::take(
            ("none", "no runtime, and none is wanted"),
            "A thread waits on a flag, and so notices the stop: all had ended after \
             {error-handling-first/std_only time}.",
            pages::error_handling("a thread waits on the flag"),
            Choice::new("error-handling", "std_only", FAIL_FAST)
                .kept(FIRST)
                .or(&[("crossbeam", "the threads wait for channels")]),
        ),
        Answer::ask(
            ("tokio", "tokio"),
            "How many futures there are decides between one task and many.",
            pages::error_handling(
                "`try_join_all` sees an error late among many futures.",
            ),
            &FUTURES,
        ),
        Answer::take(
            ("smol", "smol"),
            "Its tasks may borrow. `cancel` drops the result of a task in its last poll, \
             so a channel brings it.",
            pages::error_handling("tasks of `smol` and `async_std` send theirs"),
            Choice::new("error-handling", "smol", FAIL_FAST).kept(FIRST),
        ),
        Answer::take(
            ("rayon", "rayon, and the items compute"),
            "`try_for_each` may return any of several errors; a flag knows which was \
             first. What was done is kept in slots.",
            pages::error_handling("`try_for_each` may return any of several errors"),
            Choice::new("error-handling", "rayon", FAIL_FAST).kept(FIRST),
        ),
        Answer::take(
            ("async-std", "async-std, or surf"),
            "It is discontinued, and a dropped handle lets its task run on: so the \
             others have to be cancelled.",
            pages::error_handling(
                "a dropped handle detaches its task, so siblings are cancelled",
            ),
            Choice::new("error-handling", "async_std", FAIL_FAST)
                .kept(FIRST)
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};

static FUTURES: Question = Question {
    name: "count",
    title: "The first error on tokio: how many",
    ask: "How many futures are there?",
    assumed: "more",
    answers: &[
        Answer::take(
            ("handful", "up to thirty"),
            "One task polls all of them, and drops the others where they wait.",
            pages::error_handling(
                "siblings are dropped where they wait; beyond 30 futures, late",
            ),
            Choice::new("error-handling", "try_join", FAIL_FAST_OF)
                .or(&[("tokio", "they compute, and are to use all cores")]),
        )
        .up_to(30),
        Answer::take(
            ("more", "more than thirty"),
            "Beyond thirty `try_join_all` takes results in input order. With a hundred \
             it ended after {error-handling-first/try_join time}, and spawned tasks after \
             {error-handling-first/tokio time}. Without a limit (`limit=`) all of them \
             begin at once.",
            pages::error_handling(
                "`try_join_all` sees an error late among many futures.",
            ),
            Choice::new("error-handling", "tokio", FAIL_FAST_OF)
                .kept(FIRST)
                .or(&[("futures_concurrency", "one task is to have them all")]),
        )
        .up_to(100_000),
    ],
};

static OUTCOMES: Question = Question {
    name: "runtime",
    title: "Every outcome: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "tokio",
    answers: &[
        Answer::take(
            ("none", "no runtime, and none is wanted"),
            "Where tasks wait, threads take about as long: {error-handling/std_only floor} \
             times the floor, and `tokio` {error-handling/tokio floor}.",
            pages::error_handling(
                "Where tasks wait, all variants but `rayon` take about as long.",
            ),
            Choice::new("error-handling", "std_only", "--tasks 256")
                .or(&[("crossbeam", "the threads wait for channels")]),
        ),
        Answer::take(
            ("tokio", "tokio"),
            "A panic is a `JoinError`, and the queue keeps the order.",
            pages::error_handling("a panic is a `JoinError`; the map knows whose"),
            Choice::new("error-handling", "tokio", "--tasks 256"),
        ),
        Answer::take(
            ("smol", "smol"),
            "Its tasks may borrow. They took {error-handling/smol ratio} times as long as \
             threads.",
            pages::error_handling(
                "Where tasks wait, all variants but `rayon` take about as long.",
            ),
            Choice::new("error-handling", "smol", "--tasks 256"),
        ),
        Answer::take(
            ("rayon", "rayon, and the items compute"),
            "Only for items that compute. Where they wait it took \
             {error-handling/rayon ratio} times as long as threads.",
            pages::error_handling("rayon's pool is not for tasks that wait."),
            Choice::new("error-handling", "rayon", "--tasks 256 --wait 0"),
        ),
        Answer::take(
            ("async-std", "async-std, or surf"),
            "It is discontinued. A panic is raised again in who awaits the task, so the \
             function catches it before.",
            pages::bias("`error-handling` catches panics itself."),
            Choice::new("error-handling", "async_std", "--tasks 256")
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};
