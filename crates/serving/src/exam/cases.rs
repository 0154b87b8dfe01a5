//! What must come of which job.

use std::time::Duration;

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Settings, stopped_and_continued};

use super::Serving;

/// How often the server is stopped under each kind of load in one case.
const STOPS: usize = 5;

pub(crate) fn cases() -> Vec<Case<Serving>> {
    let holds = Case::holds;
    vec![
        holds(
            "one_request",
            "one is answered",
            &["--requests", "1", "--clients", "1"],
        ),
        holds(
            "one_client",
            "one after another, on one connection",
            &["--requests", "200", "--clients", "1"],
        ),
        holds(
            "fewer_requests_than_clients",
            "connections on which nothing was asked end with the stop",
            &["--requests", "3", "--clients", "20"],
        ),
        holds(
            "one_worker",
            "one thread is enough",
            &["--workers", "1", "--requests", "500"],
        ),
        holds(
            "more_workers_than_clients",
            "threads without work do no harm",
            &["--workers", "8", "--clients", "2", "--requests", "500"],
        ),
        holds(
            "many_clients",
            "500 connections are served at once",
            &["--clients", "500", "--requests", "2000"],
        ),
        holds(
            "at_a_rate",
            "requests that become due at a rate are answered",
            &["--rate", "2000", "--requests", "1000"],
        ),
        holds(
            "the_handler_waits",
            "requests whose answers take time wait together",
            &["--wait", "20ms", "--requests", "200"],
        ),
        holds(
            "the_handler_computes",
            "requests whose answers are computed are answered",
            &["--compute", "500us", "--requests", "200"],
        ),
        holds(
            "the_handler_does_both",
            "the handler waits and computes",
            &["--wait", "5ms", "--compute", "200us", "--requests", "200"],
        ),
        holds(
            "nothing_new_is_accepted",
            "who comes after the stop gets no answer, and who was there does",
            &["--wait", "200ms", "--clients", "8", "--requests", "8"],
        ),
        holds(
            "the_last_is_answered",
            "one request of half a second is under way when the server is stopped",
            &["--wait", "500ms", "--clients", "1", "--requests", "1"],
        )
        .waits(),
        Case::custom(
            "loses_nothing",
            "stopped under load, fifteen times, it answers what was sent before",
            loses_nothing,
        )
        .with_peers(),
        holds(
            "grace_is_kept",
            "what takes longer than the grace time is cut",
            &beside("slow", "3", &["--grace", "300ms"]),
        ),
        holds(
            "half_a_head",
            "who has sent half a head by the stop holds up the end for the grace time at most",
            &beside(
                "half-head",
                "5",
                &[
                    "--grace",
                    "500ms",
                    "--wait",
                    "100ms",
                    "--clients",
                    "8",
                    "--requests",
                    "40",
                ],
            ),
        ),
        Case::fails(
            "second_signal",
            "a second SIGTERM ends it at once",
            &[
                "--wait",
                "3s",
                "--clients",
                "2",
                "--requests",
                "2",
                "--twice",
            ],
            "143",
        )
        .waits(),
        holds(
            "idle_connections",
            "1,000 that say nothing hold up neither the others nor the stop",
            &beside("idle", "1000", &["--connections", "1100", "--clients", "8"]),
        ),
        holds(
            "dripping_heads",
            "who sends a byte now and then holds up neither the others nor the stop",
            &beside("drip", "20", &["--rate", "1000", "--requests", "200"]),
        ),
        holds(
            "never_reads",
            "who asks and reads nothing is its own affair",
            &beside("deaf", "5", &["--rate", "1000", "--requests", "200"]),
        ),
        holds(
            "resets",
            "connections that are reset in the midst of a request are their own affair",
            &beside("reset", "50", &[]),
        ),
        holds(
            "half_closed",
            "who ends its side behind the request gets its answer or an end",
            &beside(
                "half-closed",
                "20",
                &["--rate", "1000", "--requests", "200"],
            ),
        ),
        holds(
            "pipelined",
            "requests that are sent at once are answered in their order",
            &beside("pipeline", "5", &["--rate", "1000", "--requests", "300"]),
        ),
        holds(
            "heads_without_end",
            "a head of a million bytes is refused",
            &beside("long-head", "3", &["--rate", "1000", "--requests", "300"]),
        ),
        holds(
            "garbage",
            "what is not HTTP is refused",
            &beside("garbage", "10", &["--rate", "1000", "--requests", "200"]),
        ),
        holds(
            "panics",
            "a handler that panics ends one connection at most",
            &beside("panic", "20", &["--rate", "1000", "--requests", "200"]),
        ),
        holds(
            "a_connection_each",
            "a connection for each request, until the stop",
            &beside("anew", "1", &["--rate", "1000", "--requests", "300"]),
        ),
        holds(
            "more_connections_than_places",
            "those above the limit wait for their turn, and none is dropped",
            &beside(
                "crowd",
                "20",
                &["--connections", "5", "--clients", "4", "--wait", "30ms"],
            ),
        )
        .waits(),
        holds(
            "a_busy_handler",
            "a handler that computes 20 ms again and again delays the others, and no more",
            &beside("busy", "1", &["--requests", "100", "--clients", "4"]),
        ),
        holds(
            "a_client_far_ahead",
            "who has sent 400 requests that compute delays neither the others nor the stop",
            &beside(
                "ahead",
                "1",
                &["--requests", "40", "--clients", "4", "--grace", "500ms"],
            ),
        )
        .waits(),
        Case::custom(
            "out_of_descriptors",
            "where no descriptor is left, it waits without spinning, and goes on",
            out_of_descriptors,
        )
        .with_peers(),
        Case::custom(
            "stopped_and_continued",
            "a process that is stopped and continued, again and again, serves",
            |bench| stopped_and_continued(bench, &["--rate", "200", "--requests", "100"]),
        )
        .waits(),
    ]
}

/// The arguments of a load with others beside it.
fn beside(
    kind: &'static str,
    guests: &'static str,
    more: &[&'static str],
) -> Vec<&'static str> {
    let mut args = vec!["--requests", "500", "--beside", kind, "--guests", guests];
    args.extend(more);
    args
}

fn loses_nothing(bench: &Bench<Serving>) -> Result<()> {
    let one_for_all = ["--requests", "300"];
    let all_at_once = ["--requests", "32", "--clients", "32"];
    let many_workers = ["--requests", "300", "--workers", "4", "--compute", "200us"];
    for args in [&one_for_all[..], &all_at_once, &many_workers] {
        for _ in 0..STOPS {
            bench.trial(args, &Settings::default())?;
        }
    }
    Ok(())
}

fn out_of_descriptors(bench: &Bench<Serving>) -> Result<()> {
    let args = beside("leaving", "100", &["--clients", "4", "--requests", "40"]);
    let settings = Settings {
        descriptors: Some(64),
        ..Settings::default()
    };
    let trial = bench.trial(&args, &settings)?;
    // Where a program is interpreted, its start takes a core for as long as that.
    let start = bench.trial(&["--clients", "1", "--requests", "1"], &settings)?;
    let [used, start] = [&trial, &start].map(|trial| {
        Duration::from_nanos(trial.usage.user_nanos + trial.usage.system_nanos)
    });
    let used = used.saturating_sub(start);
    let took = Duration::from_nanos(trial.nanos);
    ensure!(
        took >= Duration::from_millis(250),
        "it took {took:?}, so there were descriptors for all"
    );
    ensure!(used < took / 2, "it used {used:?} in {took:?}: it spins");
    Ok(())
}
