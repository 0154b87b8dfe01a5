//! Jobs with what must come of them.

use test_fixtures::Case;

use crate::ProcessPool;

pub(crate) fn cases() -> Vec<Case<ProcessPool>> {
    vec![Case::holds(
        "no_items",
        "no ranges, no outcomes",
        &["--ranges", "0"],
    )]
}
