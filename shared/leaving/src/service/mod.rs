//! A key-value service over lines of text, in steps from async-std to smol, and on tokio.
//!
//! Each step is the whole program, and differs from the one before by what the step moves.
//! A client sends a line and gets a line: `set KEY TEXT`, `keep KEY MILLIS TEXT` (for so
//! long), `get KEY`, `wait KEY MILLIS` (until it is set), `digest KEY` (on a thread),
//! `sort KEY` (by a child process), `load PATH`, `count`, `watch` (what is set and what is
//! over, from now on), `quit` and `stop`.

use std::{io, net::TcpListener, path::Path};

pub mod on_tokio;
pub mod step_0;
pub mod step_1;
pub mod step_2;
pub mod step_3;
pub mod step_4;
pub mod step_5;

/// A step's name, which is its file's; and the service as it is then.
pub type Step = (&'static str, fn(TcpListener, &Path) -> io::Result<()>);

/// The steps, in their order.
pub const STEPS: &[Step] = &[
    ("step_0", step_0::run),
    ("step_1", step_1::run),
    ("step_2", step_2::run),
    ("step_3", step_3::run),
    ("step_4", step_4::run),
    ("step_5", step_5::run),
    ("on_tokio", on_tokio::run),
];
