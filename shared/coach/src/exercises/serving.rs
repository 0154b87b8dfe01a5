//! A server that is stopped under load: `serve(connections, grace, listener, stop, handle)`.

use super::exercise;
use crate::{Exercise, Trial};

const DRAINS: Trial = Trial::new(
    "--wait 100ms --clients 4 --requests 4 --grace 1s --workers 1",
    5000,
    &[
        (
            "{} of {} requests were answered: {}",
            "{0} of {1} requests were answered, which had all been sent before the stop: the \
             others were cut while they were under way",
        ),
        (
            "a connection that was opened after the stop was accepted",
            "a connection that came after the stop was accepted: when is the listener closed?",
        ),
        (
            "{} connections were cut, and none stayed",
            "{0} connections were cut after the grace time that had nothing left to do: who \
             tells them that the server is stopped?",
        ),
        (
            "killed after {}, its time limit",
            "it did not end within {0} after the stop: which connections does it wait for, \
             and do they know?",
        ),
    ],
);

/// What a thread can't keep, since it can't be stopped.
const GRACE: Trial = Trial::new(
    "--beside slow --guests 2 --clients 4 --requests 20 --grace 200ms --workers 1",
    5000,
    &[
        (
            "it ended {} after the stop, where {} are given",
            "it ended {0} after the stop, where {1} are given: who cuts what takes longer?",
        ),
        (
            "none was cut, though some stayed",
            "two requests take three seconds, the grace time is 200 ms, and none was cut: who ends what takes longer?",
        ),
    ],
);

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "serving",
        [
            "serve_std",
            "the end of a server that loses nothing, on threads",
            "std_only",
            "crossbeam",
            "signal.signal",
        ],
        &[DRAINS],
    ),
    exercise(
        "serving",
        [
            "serve_tokio",
            "the same on tokio, with a limit that is kept",
            "tokio",
            "smol",
            "asyncio.start_server",
        ],
        &[DRAINS, GRACE],
    ),
    exercise(
        "serving",
        [
            "serve_smol",
            "the same on smol",
            "smol",
            "tokio",
            "asyncio.start_server",
        ],
        &[DRAINS, GRACE],
    ),
];
