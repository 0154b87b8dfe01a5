//! Threads or tasks share a value.

use super::{
    super::{Answer, Choice, Question},
    LEAVING_ASYNC_STD, measured, pages,
};

const WANTED: &str = "--workers 4 --increments 250000 --threads 2";
const CONTENDED: &str = "locks-contended";

pub(super) static VALUE: Question = Question {
    name: "value",
    title: "Sharing: what is shared",
    ask: "What do they share?",
    assumed: "together",
    answers: &[
        Answer::take(
            ("total", "a total that is wanted at the end"),
            "Then share nothing: each counts alone. It took \
             {locks-contended/sharded ratio} times as long as a mutex.",
            pages::locks("Sharing less beats locking better."),
            Choice::new("locks", "sharded", WANTED)
                .kept(CONTENDED)
                .or(&[("rayon", "the workers are items of an iterator")]),
        ),
        Answer::take(
            ("number", "one number"),
            "An atomic, in which nothing can be half-done. It took \
             {locks-contended/std_atomic ratio} times as long as a mutex.",
            pages::locks("nothing can be half-done; why `Relaxed` suffices"),
            Choice::new("locks", "std_atomic", WANTED).kept(CONTENDED),
        ),
        Answer::take(
            ("config", "what is read all the time, and seldom replaced"),
            "No reader blocks, and each write copies the value. With 99 reads before each \
             write it took {locks-reads@99/arc_swap ratio} times as long as a mutex, \
             without reads {locks-reads@0/arc_swap ratio} times.",
            measured::locks("the slowest of the five on threads where all turns write"),
            Choice::new(
                "locks",
                "arc_swap",
                "--increments 2000 --reads 99 --hold 30 --threads 2",
            )
            .kept("locks-reads@99"),
        ),
        Answer::take(
            (
                "reads",
                "what several read at once, for longer than a lock takes",
            ),
            "Readers share it, which pays where the lock is held for a while. With 99 \
             reads before each write it took {locks-reads-short@99/std_rwlock ratio} times \
             as long as a mutex where a read takes nothing, and \
             {locks-reads-hold@100/std_rwlock ratio} times at `--hold 100`.",
            pages::locks("An `RwLock` gains where many read and the lock is held long."),
            Choice::new(
                "locks",
                "std_rwlock",
                "--increments 20 --reads 99 --hold 100 --threads 2",
            )
            .kept("locks-reads-hold@100")
            .or(&[("parking_lot", "the reads are short")]),
        ),
        Answer::ask(
            ("together", "values that must change together"),
            "Then a lock. The longer it is held, the less its kind matters: held for \
             3,000 rounds, tokio's took {locks-hold@3000/tokio ratio} times as long as \
             std's, held for one {locks-hold@1/tokio ratio} times.",
            pages::locks("The longer the lock is held, the less its kind matters."),
            &GUARD,
        ),
        Answer::take(
            ("owner", "what must stay on one thread"),
            "Its owner takes messages. One took {locks-alone/crossbeam ratio} times as \
             long as std's lock with one worker, and {locks-contended/crossbeam ratio} \
             times with four. On an AMD EPYC it was slower in both.",
            measured::locks("On an AMD EPYC it was slower in both."),
            Choice::new("locks", "crossbeam", WANTED).kept(CONTENDED),
        ),
    ],
};

static GUARD: Question = Question {
    name: "guard",
    title: "A lock: who holds it",
    ask: "Who holds the lock?",
    assumed: "threads",
    answers: &[
        Answer::take(
            ("threads", "threads"),
            "std's lock also reports that a panic may have left the values half-done.",
            pages::locks("Only std reports that the counter may be half-done."),
            Choice::new("locks", "std_mutex", WANTED).kept(CONTENDED),
        ),
        Answer::take(
            ("calm", "threads that can't panic under it"),
            "Then `parking_lot`: {locks-contended/parking_lot ratio} times as long as \
             `std_mutex` where four want it, and {locks-alone/parking_lot ratio} times \
             where one does.",
            pages::locks(
                "Alone, `parking_lot` is little faster than `std_mutex`; under \
                 contention much.",
            ),
            Choice::new("locks", "parking_lot", WANTED)
                .kept(CONTENDED)
                .or(&[(
                    "parking_lot_fair",
                    "each waiter must have its turn, at many times the time",
                )]),
        ),
        Answer::take(
            ("tasks", "tasks, and no `.await` under it"),
            "std's lock, as tokio's documentation advises. It took \
             {locks-contended/std_in_tasks/tokio time} times as long as tokio's.",
            pages::locks("Where no guard crosses an `.await`, std's lock beat tokio's."),
            Choice::new("locks", "std_in_tasks", WANTED)
                .kept(CONTENDED)
                .beside("tokio"),
        ),
        Answer::ask(
            ("await", "tasks, across an `.await`"),
            "Only a runtime's lock may be held there. With std's, a process on one \
             thread stands still.",
            pages::hazards("std's lock held across an `.await`, on one thread"),
            &AWAIT,
        ),
    ],
};

static AWAIT: Question = Question {
    name: "runtime",
    title: "A lock across an await: which runtime",
    ask: "Which runtime does the program use, or is it to use?",
    assumed: "tokio",
    answers: &[
        Answer::take(
            ("tokio", "tokio"),
            "Hold it there and nowhere else: with one worker an increment under it took \
             {locks-alone/tokio ratio} times as long as under std's on a thread.",
            measured::locks("Alone, a lock cost more in a task than in a thread."),
            Choice::new("locks", "tokio", WANTED)
                .kept(CONTENDED)
                .or(&[("tokio_rwlock", "several read at once")]),
        ),
        Answer::take(
            ("smol", "smol"),
            "Which of the two locks is faster depends on the processor: it took \
             {locks-contended/smol/tokio time} times as long as tokio's, and on an AMD EPYC \
             it was the faster one.",
            measured::locks("on an AMD EPYC it took less time"),
            Choice::new("locks", "smol", WANTED)
                .kept(CONTENDED)
                .or(&[("smol_rwlock", "several read at once")]),
        ),
        Answer::take(
            ("async-std", "async-std"),
            "It is discontinued. Its lock is smol's under another name.",
            pages::locks("smol's lock under another name"),
            Choice::new("locks", "async_std", WANTED)
                .kept(CONTENDED)
                .leaving(LEAVING_ASYNC_STD),
        ),
    ],
};
