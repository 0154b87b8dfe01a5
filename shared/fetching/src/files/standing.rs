//! What stands in a folder already.

use std::{
    fs::{self, FileType},
    os::unix::fs::FileTypeExt,
    path::Path,
};

use super::{File, Name, NameError};

/// The file of that name, if one stands in the folder, or a link to one.
///
/// # Errors
/// What stands there is neither.
pub(super) fn standing(folder: &Path, name: &Name) -> Result<Option<File>, NameError> {
    let path = folder.join(name.as_str());
    // What stands is looked at once: another program may save under this name meanwhile.
    let Ok(stands) = fs::symlink_metadata(&path) else {
        return Ok(None);
    };
    let is_file = match stands.is_symlink() {
        true => fs::metadata(&path).is_ok_and(|target| target.is_file()),
        false => stands.is_file(),
    };
    match is_file {
        true => Ok(Some(File::Kept { name: name.clone() })),
        false => Err(NameError::stands(name, kind(stands.file_type()))),
    }
}

/// Accepts what may be replaced: nothing, or a plain file.
///
/// # Errors
/// Something else stands there. A link is something else, wherever it leads.
pub(super) fn replaceable(folder: &Path, name: &Name) -> Result<(), NameError> {
    match fs::symlink_metadata(folder.join(name.as_str())) {
        Ok(stands) if !stands.is_file() => {
            Err(NameError::stands(name, kind(stands.file_type())))
        }
        _ => Ok(()),
    }
}

fn kind(stands: FileType) -> &'static str {
    match () {
        () if stands.is_dir() => "a directory",
        () if stands.is_symlink() => "a symbolic link",
        () if stands.is_fifo() => "a named pipe",
        () if stands.is_socket() => "a socket",
        () if stands.is_block_device() || stands.is_char_device() => "a device",
        () => "no file",
    }
}
