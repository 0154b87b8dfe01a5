//! The exam's worker: the generic one, but that its frames can be spoiled.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    panic::catch_unwind,
    process,
};

use anyhow::Result;
use test_fixtures::end_with_pool;

use crate::{
    FaultKind, Task,
    parts::worker::{answer, serve_frames},
};

/// Reads tasks from standard input and answers them in order, until the input ends.
pub(super) fn serve() -> Result<()> {
    end_with_pool()?;
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    serve_frames(move |given, bytes| {
        let task: Task = postcard::from_bytes(given.payload).map_err(io::Error::other)?;
        let fault = task.fault(given.attempt);
        answer(given, catch_unwind(|| task.count(given.attempt)), bytes);
        match fault {
            Some(FaultKind::CorruptMagic) => bytes[..4].copy_from_slice(b"HTTP"),
            Some(FaultKind::HugeLength) => bytes[16..20].fill(0xFF),
            Some(FaultKind::ShortFrame) => {
                output.write_all(&bytes[..bytes.len() / 2])?;
                process::exit(0);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(())
}
