//! What stands in a folder already.

use std::{fs, path::Path};

use super::{File, Name, NameError};

/// The file of that name, if one stands in the folder.
///
/// # Errors
/// What stands there is no file, nor a link to one.
pub(super) fn standing(folder: &Path, name: &Name) -> Result<Option<File>, NameError> {
    let path = folder.join(name.as_str());
    match fs::metadata(&path) {
        Ok(stands) if stands.is_file() => Ok(Some(File::Kept { name: name.clone() })),
        // A link that leads nowhere stands as well.
        Err(_) if fs::symlink_metadata(&path).is_err() => Ok(None),
        _ => Err(NameError::no_file(name)),
    }
}
