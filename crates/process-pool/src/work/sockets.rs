//! Whether the directory for temporary files takes sockets: ipc-channel has its own there,
//! and procspawn panics where it can't.

use std::{env, os::unix::net::SocketAddr};

use test_fixtures::{Misuse, temporary::TemporaryDir};

/// Where ipc-channel's are in that directory (ipc-channel 0.22, src/platform/unix/mod.rs, OsIpcOneShotServer).
const SOCKET: &str = ".tmpXXXXXX/socket";

/// Holds that a socket can be made there.
///
/// # Errors
/// Misuse: none can. The line names `TMPDIR`.
pub fn ensure_sockets() -> Result<(), Misuse> {
    drop(TemporaryDir::new()?);
    let directory = env::temp_dir();
    let why = match SocketAddr::from_pathname(directory.join(SOCKET)) {
        Ok(_) if directory.to_str().is_some() => return Ok(()),
        Ok(_) => "which is not UTF-8, as ipc-channel takes paths".to_owned(),
        Err(error) => format!("which is too long for a socket's path ({error})"),
    };
    Err(Misuse(format!(
        "TMPDIR is {}, {why}; set it to another directory, or unset it",
        directory.display()
    )))
}
