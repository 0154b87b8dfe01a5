//! Work of which one task panics.

use std::panic::resume_unwind;

use super::record::note_panic;

/// The work of a task. The first one panics, without a line on standard error, as if there
/// were nobody to read it.
pub(crate) fn panics_once(task: u64) {
    if task == 0 {
        note_panic();
        resume_unwind(Box::new("the first task panics"));
    }
}
