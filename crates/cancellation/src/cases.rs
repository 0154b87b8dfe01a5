//! What must come of which job.

use test_fixtures::Case;

use crate::Cancellation;

pub(crate) fn cases() -> Vec<Case<Cancellation>> {
    vec![Case::holds("stopped_in_time", "x", &[])]
}
