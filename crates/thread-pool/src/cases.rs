//! What must come of which job.

use test_fixtures::Case;

use crate::ThreadPool;

pub(crate) fn cases() -> Vec<Case<ThreadPool>> {
    fetching::cases::faults()
}
