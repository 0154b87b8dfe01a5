//! For each exercise one right answer, which passes, and typical wrong ones, each of which is
//! refused with a sentence of its own.
//!
//! The right answer is the function of the model's own variant. This program runs the trials
//! of all of them in processes of its own.
#![allow(
    unreachable_pub,
    unused_variables,
    clippy::needless_pass_by_value,
    clippy::ptr_arg,
    reason = "wrong answers are as people write them"
)]

#[macro_use]
#[path = "../adapters/mod.rs"]
mod adapters;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsString,
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::Arc,
};

use coach::{EXERCISES, Exercise, Judged, Verdict, judge};
use libtest_mimic::{Arguments, Failed, Trial};
use measure::model::{AnyModel, Of};
use test_fixtures::exit_code;

/// One answer, and the words of its own that are said of it; none of the right one.
struct Answer {
    exercise: &'static str,
    name: &'static str,
    said: Option<&'static str>,
}

/// The answers of each exercise: where the right one is, and the wrong ones, each in a file
/// with what is said of it.
macro_rules! answers {
    ($($exercise:ident = ($($right:tt)+) {
        $($(#[$attribute:meta])? $name:ident: $said:literal,)+
    })+) => {
        $(mod $exercise {
            $($(#[$attribute])? pub(crate) mod $name;)+
        })+

        const ANSWERS: &[Answer] = &[$(
            Answer { exercise: stringify!($exercise), name: "right", said: None },
            $(Answer {
                exercise: stringify!($exercise),
                name: stringify!($name),
                said: Some($said),
            },)+
        )+];

        fn answer(name: &str, words: &[OsString]) -> Option<anyhow::Result<()>> {
            $(
                if name == concat!(stringify!($exercise), "/right") {
                    return Some($exercise!(name, words, $($right)+));
                }
                $(if name == concat!(stringify!($exercise), "/", stringify!($name)) {
                    return Some($exercise!(name, words, crate::$exercise::$name));
                })+
            )+
            None
        }
    };
}

answers! {
    gather_tokio = (::gather::variants::tokio) {
        as_they_end: "not in that of their ends",
        one_by_one: "which line waits for one",
        panic_unwrapped: "it is to be that one's outcome",
        lost_at_the_first_panic: "after a panic 1 results came of 3 items",
    }
    gather_smol = (::gather::variants::smol) {
        lazy: "which line waits for one",
        panic_raised_again: "it is to be that one's outcome",
        last_first: "not in that of their ends",
        those_done_only: "where are the others?",
        in_one_task: "which call hands each to the executor?",
    }
    gather_std = (::gather::variants::std_only) {
        joined_at_once: "which line waits for one",
        panic_raised_again: "it is to be that one's outcome",
        last_first: "not in that of their ends",
        first_left_out: "4 results came of 5 items",
        in_a_pool: "so who limits them?",
    }
    at_most_tokio = (::semaphores::variants::tokio) {
        permit_dropped: "and 4 are allowed: where is the permit dropped?",
        one_by_one: "one request was in flight where 4 are allowed",
        as_they_end: "not in that of their ends",
        panic_unwrapped: "it is to be that one's outcome",
        permit_forgotten: "permits that nobody gives back",
        in_turns: "waits for a whole turn of them",
        head_of_line: "its result is waited for before the next is begun",
        zero_waits: "it waits without an end",
    }
    at_most_smol = (::semaphores::variants::smol) {
        permit_dropped: "where is the permit dropped?",
        panic_raised_again: "it is to be that one's outcome",
        one_by_one: "one request was in flight where 4 are allowed",
        last_ones_dropped: "what became of those that were still under way?",
        in_turns: "waits for a whole turn of them",
        head_of_line: "its result is waited for before the next is begun",
        in_one_task: "which call hands each to the executor?",
    }
    at_most_std = (::semaphores::variants::std_only) {
        one_thread_too_many: "5 requests were in flight, and 4 are allowed: how many threads are there?",
        as_they_end: "not in that of their ends",
        panic_not_caught: "is the thread gone that had it?",
        worked_under_the_lock: "or is locked meanwhile?",
        senders_kept: "who still has a sender",
        in_turns: "waits for a whole turn of them",
        zero_does_nothing: "it returns as if all were well",
    }
    as_completed_std = (::thread_pool::variants::std_only) {
        one_thread_too_many: "3 files were downloaded at once, and 2 threads are allowed",
        in_input_order: "in the order of the ends",
        panic_not_caught: "is the thread gone that had it?",
        sender_kept: "who still has a sender?",
        last_ones_unreported: "what is under way then?",
        reported_at_the_end: "and not once all are",
        in_turns: "waits for a whole turn of them",
        zero_does_nothing: "it returns as if all were well",
        all_given_first: "Who reads the ends while items are given?",
        worked_under_the_lock: "what is locked while one works?",
    }
    as_completed_tokio = (::thread_pool::variants::tokio) {
        as_many_as_there_are: "6 files were downloaded at once, and 2 threads are allowed",
        in_input_order: "in the order of the ends",
        on_the_executor: "whose thread does the work block?",
        the_first_turn_only: "2 files were reported of 6",
        reported_at_the_end: "and not once all are",
        in_turns: "waits for a whole turn of them",
        leaves_at_a_panic: "came out while an item was still at work",
    }
    as_completed_smol = (::thread_pool::variants::smol) {
        the_first_turn_only: "2 files were reported of 6",
        in_input_order: "in the order of the ends",
        on_this_thread: "whose thread does the work block?",
        panic_raised_again: "it is to be that one's outcome",
        reported_at_the_end: "and not once all are",
        a_panic_of_each_is_lost: "the function returned as if it had not",
        leaves_at_a_panic: "came out while an item was still at work",
        as_many_as_there_are: "items were at work at once, and 2 threads are allowed",
    }
    settle_tokio = (::error_handling::variants::tokio) {
        as_they_end: "whoever did them and whenever they ended",
        panic_unwrapped: "it is to be that one's outcome",
        stops_at_an_error: "still at work: an error of one is an outcome",
        one_by_one: "so they came one after the other",
    }
    settle_smol = (::error_handling::variants::smol) {
        panic_raised_again: "it is to be that one's outcome",
        stops_at_an_error: "still at work: an error of one is an outcome",
        one_by_one: "so they came one after the other",
        failures_left_out: "3 outcomes came of 6 tasks",
        in_one_task: "which call hands each to the executor?",
    }
    settle_std = (::error_handling::variants::std_only) {
        panic_not_caught: "it is to be that one's outcome",
        in_the_order_of_threads: "whoever did them and whenever they ended",
        worked_under_the_lock: "the other thread had none",
        joined_at_once: "the only thread that was there",
        a_thread_for_each: "a new thread or one that is there?",
        in_parts: "a thread that is done takes the next",
        zero_does_nothing: "it returns as if all were well",
    }
    first_error_tokio = (::error_handling::variants::tokio) {
        others_run_on: "went on after the first error",
        returns_at_once: "is not yet to wait for their end",
        panic_is_no_error: "a panic is going wrong, too",
        in_input_order: "the first in time is meant",
        stopped_is_panicked: "how do the two differ in the error?",
        the_last_is_named: "overwritten by the second?",
        later_ones_lost: "an outcome that is there is kept",
    }
    first_error_smol = (::error_handling::variants::smol) {
        others_run_on: "went on after the first error",
        dropped_and_not_awaited: "is not yet to wait for their end",
        panic_is_no_error: "a panic is going wrong, too",
        detached: "nobody has asked them to stop",
        the_last_is_named: "overwritten by the second?",
        later_ones_lost: "an outcome that is there is kept",
    }
    first_error_std = (::error_handling::variants::std_only) {
        others_run_on: "went on after the first error",
        panic_is_no_error: "a panic is going wrong, too",
        panic_not_caught: "it is to be that one's outcome",
        the_last_is_named: "is the name overwritten?",
        all_are_begun: "who looks at the flag before it takes the next?",
        later_ones_lost: "an outcome that is there is kept",
        a_thread_for_each: "a new thread or one that is there?",
        zero_is_one: "it returns as if all were well",
    }
    until_tokio = (::cancellation::variants::tokio) {
        waiting_is_what_stops: "long after the deadline no task was stopped",
        not_waited_for: "to ask is not yet to wait for the end",
        until_the_deadline: "what tells it that the last is done?",
        panic_unwrapped: "it is to be that one's outcome",
        stopped_at_once: "before the deadline, and the tasks were not done: what waits for it?",
        one_by_one: "what is waited for before the next is begun?",
        late: "what does it still wait for?",
        outcomes_left_out: "also one that was stopped",
        nobody_is_asked: "nobody has asked them to stop",
        forged: "whose are these?",
        time_anew: "is the time counted anew for each?",
    }
    until_smol = (::cancellation::variants::smol) {
        not_waited_for: "to ask is not yet to wait for the end",
        detached: "nobody has asked them to stop",
        until_all_are_done: "long after the deadline no task was stopped",
        panic_raised_again: "it is to be that one's outcome",
        one_by_one: "what is waited for before the next is begun?",
        late: "what does it still wait for?",
        outcomes_left_out: "also one that was stopped",
        time_anew: "is the time counted anew for each?",
    }
    until_std = (::cancellation::variants::std_only) {
        nobody_is_told: "long after the deadline no task was stopped",
        until_the_deadline: "what tells it that the last is done?",
        panic_raised_again: "it is to be that one's outcome",
        sender_kept: "what tells it that the last is done?",
        told_at_once: "before the deadline, and the tasks were not done: what waits for it?",
        one_by_one: "what is waited for before the next is begun?",
        late: "after the deadline: what is between?",
        outcomes_left_out: "also one that was stopped",
        time_anew: "is the time counted anew for each?",
    }
    until_told_tokio = (::cancellation::variants::tokio) {
        only_aborted: "long after the deadline no task was stopped",
        not_waited_for: "to ask is not yet to wait for the end",
        told_at_once: "before the deadline, and the tasks were not done: what waits for it?",
        until_the_deadline: "what tells it that the last is done?",
        begun_all_the_same: "can be aborted",
        outcomes_left_out: "also one that was stopped",
        one_by_one: "what is waited for before the next is begun?",
    }
    count_atomic_std = (::locks::variants::std_atomic) {
        load_and_store: "what comes between the load and the store",
        the_one_before: "what was there before, or after?",
        panic_raised_again: "it is to be that one's outcome",
        added_at_the_end: "to the one number that they share",
        joined_at_once: "before the others have begun?",
        begins_at_nothing: "what does the counter begin with?",
        sum_overflows: "is a `wrapping_add`",
        nobody_counts: "it returns as if all were well",
    }
    count_mutex_std = (::locks::variants::std_mutex) {
        poison_unwrapped: "because another had",
        poison_ignored: "where did the poison go?",
        locked_twice: "lock what it has locked already?",
        reads_left_out: "`read` comes before each increment",
        workers_ignore_poison: "and who listens?",
        what_was_done_is_lost: "hand on what it had done",
        held_for_all: "how long is it kept?",
        joined_at_once: "before the others have begun?",
        poison_is_no_end: "returned as if it had been done",
        nobody_counts: "it returns as if all were well",
    }
    count_tokio = (::locks::variants::tokio) {
        panic_unwrapped: "it is to be that one's outcome",
        locked_twice: "lock what it has locked already?",
        one_worker_only: "1 worker came to an end of 3",
        taken_too_early: "which of them is not waited for?",
        joined_at_once: "had all their turns one after another",
        held_for_all: "how long is it kept?",
        nobody_counts: "it returns as if all were well",
    }
    count_smol = (::locks::variants::smol) {
        panic_raised_again: "it is to be that one's outcome",
        locked_twice: "lock what it has locked already?",
        not_waited_for: "which of them is not waited for?",
        one_worker_only: "1 worker came to an end of 3",
        joined_at_once: "had all their turns one after another",
        held_for_all: "how long is it kept?",
        nobody_counts: "it returns as if all were well",
    }
    fill_std = (::shared_memory::variants::std_only) {
        rest_left_out: "was not filled",
        number_for_place: "which place is `values` told",
        parts_of_nothing: "how large is a part of nothing?",
        panic_raised_again: "a panic of `values` ended all",
        joined_at_once: "before the others have begun",
        one_part_too_many: "what becomes of the rest",
        as_they_end: "not in that of their ends",
    }
    fill_rayon = (::shared_memory::variants::rayon) {
        rest_left_out: "was not filled",
        number_for_place: "which place is `values` told",
        panic_not_caught: "a panic of `values` ended all",
        the_global_pool: "whose threads are they, and how many are there?",
        one_by_one: "one part was filled at once",
        zero_is_all_cores: "it returns as if all were well",
    }
    fill_crossbeam = (::shared_memory::variants::crossbeam) {
        number_for_place: "which place is `values` told",
        sender_kept: "what do the workers still wait for?",
        panic_not_caught: "a panic of `values` ended all",
        ends_not_read_out: "some results were not returned",
        as_they_end: "not in that of their ends",
        one_thread: "one part was filled at once",
        nobody_fills: "it returns as if all were well",
    }
    staged_std = (::pipelines::variants::std_only) {
        room_for_all: "what holds up a stage whose next one is slow?",
        errors_left_out: "one that was lost in a step is passed on",
        panic_not_caught: "it is its item's end",
        worked_under_the_lock: "until an item is taken or until it is done?",
        one_worker: "one worker was started for it",
        room_for_workers: "with how much room",
        goes_on_alone: "were begun all the same",
        send_unwrapped: "nobody receives any more: what does",
    }
    staged_tokio = (::pipelines::variants::tokio) {
        room_for_all: "what holds up a stage whose next one is slow?",
        errors_left_out: "one that was lost in a step is passed on",
        panic_swallowed: "a panic is its item's end",
        sender_kept: "who still has a sender of a queue?",
        worked_under_the_lock: "until an item is taken or until it is done?",
        one_worker: "one worker was started for it",
        room_for_workers: "with how much room",
        goes_on_alone: "were begun all the same",
        send_unwrapped: "nobody receives any more: what does",
    }
    staged_smol = (::pipelines::variants::smol) {
        room_for_all: "what holds up a stage whose next one is slow?",
        errors_left_out: "one that was lost in a step is passed on",
        panic_swallowed: "a panic is its item's end",
        one_worker: "or is there one worker?",
        room_for_workers: "with how much room",
        goes_on_alone: "were begun all the same",
        send_unwrapped: "nobody receives any more: what does",
        detached: "who waits for a task that is detached?",
        handles_dropped: "what becomes of a task whose handle is dropped?",
    }
    map_std = (::process_pool::variants::std_only) {
        loss_ends_the_place: "who starts the next worker",
        nothing_read_is_read: "what does a read of no bytes say?",
        no_deadline: "who looks at the time that is left?",
        left_behind: "kill each, and wait for it",
        a_worker_for_each: "one worker does a task after the other",
        command_kept: "who still holds the worker's end of the stream?",
    }
    map_tokio = (::process_pool::variants::tokio) {
        loss_ends_the_place: "who starts the next worker",
        nothing_read_is_read: "what does a read of no bytes say?",
        no_deadline: "who looks at the time that is left?",
        left_behind: "kill each, and wait for it",
        a_worker_for_each: "one worker does a task after the other",
    }
    map_smol = (::process_pool::variants::smol) {
        loss_ends_the_place: "who starts the next worker",
        nothing_read_is_read: "what does a read of no bytes say?",
        no_deadline: "who looks at the time that is left?",
        left_behind: "left behind",
        a_worker_for_each: "one worker does a task after the other",
    }
    serve_std = (::serving::variants::std_only) {
        stopped_at_once: "the others were cut while they were under way",
        nobody_is_told: "who tells them that the server is stopped?",
        still_accepting: "when is the listener closed?",
        whole_grace: "what tells it that the last has ended?",
        without_a_limit: "who shuts down what takes longer?",
        none_is_counted: "which are counted?",
    }
    serve_tokio = (::serving::variants::tokio) {
        stopped_at_once: "the others were cut while they were under way",
        nobody_is_told: "who tells them that the server is stopped?",
        without_a_limit: "and none was cut",
        still_accepting: "when is the listener closed?",
        whole_grace: "what tells it that the last has ended?",
        grace_for_each: "to all of them together",
        not_waited_for: "is not yet to wait for its end",
        counted_at_the_stop: "when are they counted?",
        listener_kept: "is the listener dropped before the others are waited for?",
    }
    serve_smol = (::serving::variants::smol) {
        stopped_at_once: "the others were cut while they were under way",
        nobody_is_told: "who tells them that the server is stopped?",
        without_a_limit: "and none was cut",
        whole_grace: "what tells it that the last has ended?",
        grace_for_each: "to all of them together",
        not_waited_for: "is not yet to wait for its end",
    }
    cure_leaked_sender_std = (::hazards::hazards::leaked_sender::std_only::cure) {
        #[path = "../../../crates/hazards/src/hazards/leaked_sender/std_only/failing.rs"]
        as_it_was: "and one is left. Whose?",
        what_is_there: "does it wait for those that are yet to come?",
        hung_up_on: "when does it stop receiving?",
        counted: "is a number or a time",
    }
    cure_two_locks_std = (::hazards::hazards::two_locks::std_only::cure) {
        #[path = "../../../crates/hazards/src/hazards/two_locks/std_only/failing.rs"]
        as_it_was: "in which order does each take its locks?",
        given_up: "the accounts come to 2, where 4 was to be added",
        tried_and_unwrapped: "not to be unwrapped",
        one_at_a_time: "before the other is taken",
        one_after_the_other: "waits for the end of the first",
        no_pause: "the pause between the two locks is gone",
    }
    cure_guard_tokio = (::hazards::hazards::guard_across_await::tokio::cure) {
        #[path = "../../../crates/hazards/src/hazards/guard_across_await/tokio/failing.rs"]
        as_it_was: "Where does the guard end?",
        given_up: "the count is 1, not 2",
        tried_and_unwrapped: "not to be unwrapped",
        one_after_the_other: "one future is awaited after the other",
        nothing_is_awaited: "nothing is awaited any more",
        only_the_number: "no longer what was counted",
    }
    cure_futurelock_tokio = (::hazards::hazards::futurelock::tokio::cure) {
        #[path = "../../../crates/hazards/src/hazards/futurelock/tokio/failing.rs"]
        as_it_was: "a future that nobody polls",
        dropped_with_its_work: "the one that was given up was to add, too",
        added_twice: "which adds twice?",
        more_time: "given more than a millisecond",
    }
}

/// Wrong answers that can't be told from another of their exercise: both wait for the deadline.
const ALIKE: &[(&str, &str)] = &[("until_std", "sender_kept")];

/// How often an answer is judged, at the most.
const TRIES: usize = 3;

const MODELS: &[&dyn AnyModel] = &[
    &Of::<cancellation::Cancellation>::model(),
    &Of::<error_handling::ErrorHandling>::model(),
    &Of::<gather::Gather>::model(),
    &Of::<hazards::Hazards>::model(),
    &Of::<locks::Locks>::model(),
    &Of::<pipelines::Pipelines>::model(),
    &Of::<process_pool::ProcessPool>::model(),
    &Of::<semaphores::Semaphores>::model(),
    &Of::<serving::Serving>::model(),
    &Of::<shared_memory::SharedMemory>::model(),
    &Of::<thread_pool::ThreadPool>::model(),
];

fn main() -> ExitCode {
    let first = env::args().nth(1);
    let is_asked = ["guard", "trial", "look", "of"];
    if first.is_some_and(|word| is_asked.contains(&word.as_str())) {
        let done = adapters::main(env::args_os().skip(1), answer);
        return exit_code("answers", done.map(|()| true));
    }
    let mut arguments = Arguments::from_args();
    // Trials are short and mostly wait.
    let threads = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
    arguments.test_threads.get_or_insert(10 * threads);
    let mut tests = vec![
        Trial::test("every_exercise_is_whole", every_exercise_is_whole),
        Trial::test("the_holes_are_the_exercises", the_holes_are_the_exercises),
        Trial::test("the_page_has_them_all", the_page_has_them_all),
    ];
    tests.extend(ANSWERS.iter().map(|answer| {
        let name = format!("{}::{}", answer.exercise, answer.name);
        Trial::test(name, || hold(answer))
    }));
    libtest_mimic::run(&arguments, tests).exit_code()
}

fn hold(answer: &Answer) -> Result<(), Failed> {
    let exercise = coach::find(answer.exercise).ok_or("there is no such exercise")?;
    let model = MODELS.iter().find(|model| model.name() == exercise.model);
    let model = *model.ok_or("there is no such model")?;
    let program: Arc<Path> = env::current_exe()?.into();
    let name = format!("{}/{}", answer.exercise, answer.name);
    let code = fs::read_to_string(file_of(answer, exercise))?;
    let put = coach::Answer {
        program: &program,
        name: &name,
        code: &code,
    };
    // On a busy machine a trial can end otherwise than it does in peace.
    let mut judged = judge(exercise, model, &put)?;
    for _ in 1..TRIES {
        if is_due(answer, &judged.verdict) {
            break;
        }
        judged = judge(exercise, model, &put)?;
    }
    let Judged { verdict, printed } = judged;
    if !is_due(answer, &verdict) {
        return Err(format!("{verdict:#?}").into());
    }
    // Nothing of these prints, and what was asked to panic is not theirs.
    match printed.is_empty() || answer.said.is_some() {
        true => Ok(()),
        false => Err(format!("it prints {printed:?}").into()),
    }
}

/// The file of an answer: of the right one the variant's, and of a hazard as it was its own.
fn file_of(answer: &Answer, exercise: &Exercise) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = here.join(format!("answers/{}/{}.rs", answer.exercise, answer.name));
    match (answer.said, exercise.failing()) {
        (None, _) => here.join("..").join(exercise.source_of(exercise.answer)),
        (Some(_), Some(failing)) if !file.is_file() => here.join("..").join(failing),
        _ => file,
    }
}

fn is_due(answer: &Answer, verdict: &Verdict) -> bool {
    match (verdict, answer.said) {
        (Verdict::Right, None) => true,
        (Verdict::Wrong { sentence, .. }, Some(words)) => sentence.contains(words),
        _ => false,
    }
}

fn all() -> impl Iterator<Item = &'static Exercise> {
    EXERCISES.iter().copied().flatten()
}

/// Each has a file, a right answer, at least three wrong ones with words of their own, and
/// its variants are there.
fn every_exercise_is_whole() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = BTreeSet::new();
    for exercise in all() {
        let name = exercise.name;
        let fails = |why: &str| Err(Failed::from(format!("{name}: {why}")));
        if !names.insert(name) {
            return fails("there are two of that name");
        }
        if !root.join(exercise.file()).is_file() {
            return fails("its file is not there");
        }
        let looked: Vec<PathBuf> = [exercise.answer, exercise.other]
            .map(|variant| root.join(exercise.source_of(variant)))
            .into();
        if let Some(missing) = looked.iter().find(|file| !file.is_file()) {
            return fails(&format!("{} is not there", missing.display()));
        }
        let mine = || ANSWERS.iter().filter(|answer| answer.exercise == name);
        let said: Vec<_> = mine().filter_map(|answer| answer.said).collect();
        if mine().count() - said.len() != 1 || said.len() < 3 {
            return fails("it has no right answer, or fewer than three wrong ones");
        }
        let own: BTreeSet<_> = said.iter().collect();
        let alike = ALIKE
            .iter()
            .filter(|(exercise, _)| *exercise == name)
            .count();
        if own.len() + alike < said.len() {
            return fails("two of its wrong answers share their words");
        }
    }
    Ok(())
}

/// The book's page names each, and says how many there are, as the README does.
fn the_page_has_them_all() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/src/exercises.md"))?;
    let names = all().map(|exercise| exercise.name);
    if let Some(name) = names
        .into_iter()
        .find(|name| !page.contains(&format!("`{name}`")))
    {
        return Err(format!("docs/src/exercises.md does not name {name}").into());
    }
    let count = all().count();
    let readme = fs::read_to_string(root.join("README.md"))?;
    for (text, words) in [
        (page, format!("{count} functions of this workspace")),
        (
            readme,
            format!("[{count} exercises](docs/src/exercises.md)"),
        ),
    ] {
        if !text.contains(&words) {
            return Err(format!("no {words:?}").into());
        }
    }
    Ok(())
}

/// The program of the holes has just these.
fn the_holes_are_the_exercises() -> Result<(), Failed> {
    let listed = Command::new(env!("CARGO_BIN_EXE_exercises"))
        .arg("list")
        .output()?;
    let listed = String::from_utf8(listed.stdout)?;
    let has: BTreeMap<_, _> = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    let due: BTreeMap<_, _> = all()
        .map(|exercise| (exercise.name, exercise.model.replace('-', "_")))
        .collect();
    let due: BTreeMap<_, _> = due.iter().map(|(name, model)| (*name, &**model)).collect();
    if has == due {
        Ok(())
    } else {
        Err(format!("{has:?}, not {due:?}").into())
    }
}
