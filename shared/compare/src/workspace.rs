//! The workspace around this program.

use std::path::{Path, PathBuf};

/// The workspace that this program was built from.
pub(crate) fn workspace() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file());
    root.map(Path::to_owned)
}
