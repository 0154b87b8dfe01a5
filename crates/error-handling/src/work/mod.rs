//! What is done to one item: a task is some attempts, within one deadline.

mod attempts;
mod error;
mod persist;

pub use attempts::{Attempt, Attempts, Done};
pub use error::{RecordError, TaskError, chain, outcome};
pub use persist::{persist, persist_blocking, sleep};

pub(crate) use attempts::{FLAKY, value};
