//! What several variants share below the line: files that a lesson comes with.

pub mod http1;
