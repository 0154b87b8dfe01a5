//! What must come of which job.

use test_fixtures::Case;

use super::Serving;

pub(crate) fn cases() -> Vec<Case<Serving>> {
    let holds = Case::holds;
    vec![
        holds(
            "one_request",
            "one is answered",
            &["--requests", "1", "--clients", "1"],
        ),
        holds(
            "at_a_rate",
            "requests that become due at a rate are answered",
            &["--rate", "2000", "--requests", "1000"],
        ),
    ]
}
