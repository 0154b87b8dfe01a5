//! What holds on a work queue beyond the cases of every pool: machines, the server and the
//! coordinator go and come back, each task counts once, and what is refused is a line.
//!
//! Without nats-server each test is listed as skipped, with what would run it.

mod line;
mod machine;
mod programs;
mod refused;
mod runs;

use std::process::ExitCode;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};
use process_pool::nats_server;
use test_fixtures::cores;

type Test = fn() -> Result<()>;

const TESTS: &[(&str, Test)] = &[
    (
        "a_lost_acknowledgement_counts_once",
        runs::a_lost_acknowledgement_counts_once,
    ),
    (
        "a_late_result_is_refused_by_its_attempt",
        runs::a_late_result_is_refused_by_its_attempt,
    ),
    (
        "a_task_that_loses_every_machine_is_set_aside",
        runs::a_task_that_loses_every_machine_is_set_aside,
    ),
    (
        "a_slow_worker_is_not_taken_for_dead",
        runs::a_slow_worker_is_not_taken_for_dead,
    ),
    ("a_full_queue_pushes_back", runs::a_full_queue_pushes_back),
    (
        "a_server_that_is_started_again_loses_nothing",
        runs::a_server_that_is_started_again_loses_nothing,
    ),
    (
        "a_task_that_never_began_was_not_tried",
        runs::a_task_that_never_began_was_not_tried,
    ),
    (
        "machines_that_leave_cost_no_try",
        runs::machines_that_leave_cost_no_try,
    ),
    (
        "of_two_coordinators_the_second_has_the_run",
        runs::of_two_coordinators_the_second_has_the_run,
    ),
    (
        "a_run_that_was_removed_is_a_line",
        runs::a_run_that_was_removed_is_a_line,
    ),
    (
        "a_server_that_is_away_is_waited_for",
        runs::a_server_that_is_away_is_waited_for,
    ),
    (
        "a_run_goes_on_where_workers_work",
        runs::a_run_goes_on_where_workers_work,
    ),
    (
        "a_long_line_changes_no_result",
        line::a_long_line_changes_no_result,
    ),
    (
        "a_line_that_is_cut_loses_nothing",
        line::a_line_that_is_cut_loses_nothing,
    ),
    (
        "a_coordinator_that_is_started_again_goes_on",
        programs::a_coordinator_that_is_started_again_goes_on,
    ),
    (
        "a_machine_that_was_cut_off_does_no_harm",
        programs::a_machine_that_was_cut_off_does_no_harm,
    ),
    ("machines_come_and_go", programs::machines_come_and_go),
    (
        "an_interrupted_run_without_a_name_is_removed",
        programs::an_interrupted_run_without_a_name_is_removed,
    ),
    (
        "a_server_without_jetstream_is_a_line",
        refused::a_server_without_jetstream_is_a_line,
    ),
    (
        "a_machine_that_leaves_gives_back_its_tasks",
        programs::a_machine_that_leaves_gives_back_its_tasks,
    ),
    (
        "whatever_is_killed_each_task_counts_once",
        programs::whatever_is_killed_each_task_counts_once,
    ),
    (
        "an_answer_over_the_limit_is_refused_by_size",
        refused::an_answer_over_the_limit_is_refused_by_size,
    ),
    (
        "a_task_over_the_limit_is_refused_by_size",
        refused::a_task_over_the_limit_is_refused_by_size,
    ),
    (
        "wrong_credentials_are_a_line",
        refused::wrong_credentials_are_a_line,
    ),
    (
        "a_certificate_that_is_not_trusted_is_a_line",
        refused::a_certificate_that_is_not_trusted_is_a_line,
    ),
    (
        "what_a_server_does_not_have_is_a_line",
        refused::what_a_server_does_not_have_is_a_line,
    ),
];

fn main() -> ExitCode {
    let is_there = nats_server().is_some();
    let tests = TESTS.iter().map(|(name, test)| match is_there {
        true => Trial::test(*name, || {
            test().map_err(|error| Failed::from(format!("{error:#}")))
        }),
        false => {
            let why = "needs nats-server: `compare peers` installs it";
            Trial::test(format!("{name}::skipped: {why}"), || Ok(()))
                .with_ignored_flag(true)
        }
    });
    let mut arguments = Arguments::from_args();
    // They mostly wait.
    arguments.test_threads.get_or_insert(3 * cores().get());
    libtest_mimic::run(&arguments, tests.collect()).exit_code()
}
