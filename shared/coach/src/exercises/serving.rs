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

const AT_RETURN: (&str, &str) = (
    "{} still at work when the function returned",
    "the function returned while {0} requests were still at work: to ask a task to stop is not \
     yet to wait for its end",
);

/// Who is done need not wait for the grace time to pass.
const AT_ONCE: Trial = Trial::new(
    "--wait 10ms --clients 4 --requests 4 --grace 60s --workers 1",
    3000,
    &[(
        "killed after {}, its time limit",
        "all connections had ended, the grace time is 60 s, and it went on waiting for {0}: \
         what tells it that the last has ended?",
    )],
);

/// A thread that works can't be stopped, and one that writes can be.
const DEAF: Trial = Trial::look(
    "deaf",
    "a client asks for more than any buffer holds and reads nothing; the grace time is 100 ms",
    &[
        (
            "a client read nothing, and it did not end",
            "a client reads nothing, the grace time is 100 ms, and it did not end: who shuts \
             down what takes longer?",
        ),
        (
            "{} were cut, where 1 client read nothing",
            "one connection was shut down after the grace time, and {0} are returned: which \
             are counted?",
        ),
    ],
);

/// What a thread can't keep, since it can't be stopped.
const GRACE: Trial = Trial::new(
    "--beside slow --guests 8 --clients 4 --requests 20 --grace 200ms --workers 1",
    5000,
    &[
        (
            "it ended {} after the stop, where {} are given",
            "it ended {0} after the stop, where {1} are given to all of them together: who cuts \
             what takes longer?",
        ),
        AT_RETURN,
        (
            "none was cut, though some stayed",
            "8 requests take three seconds, the grace time is 200 ms, and none was cut: who ends \
             what takes longer, or who counts those?",
        ),
    ],
);

/// What is cut is counted once the grace time is over, and the listener is closed before it.
const BESIDE: Trial = Trial::look(
    "beside",
    "2 requests are under way at the stop: one takes 200 ms more, the other 20 s; the grace \
     time is 900 ms",
    &[
        (
            "{} were cut, where 1 request took too long",
            "1 of 2 requests took longer than the grace time, and {0} are returned as cut: \
             when are they counted?",
        ),
        (
            "the listener was open long after the stop",
            "connections could still be opened long after the stop, which nobody would accept: \
             is the listener dropped before the others are waited for?",
        ),
        (
            "one request takes long, and it did not end",
            "one request takes 20 s, the grace time is 900 ms, and it did not end: who ends \
             what takes longer?",
        ),
        (
            "the short request had no answer",
            "a request would have ended within the grace time, and had no answer: who cut it?",
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
        &[DRAINS, AT_ONCE, DEAF],
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
        &[DRAINS, AT_ONCE, GRACE, BESIDE],
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
        &[DRAINS, AT_ONCE, GRACE, BESIDE],
    ),
];
