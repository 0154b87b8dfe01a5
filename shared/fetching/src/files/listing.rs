//! The files in a folder, for the checks.

use std::{collections::BTreeMap, fs, io, path::Path};

use crate::{Page, PartialPage};

/// Every entry of the folder with its size and its SHA-256, as the page of an answer with
/// status 200. An entry that is no file is an error, and so is a name that is no UTF-8.
///
/// # Errors
/// The folder or a file can't be read.
pub fn listing(folder: &Path) -> io::Result<BTreeMap<String, Page>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let wrong = |what| io::Error::other(format!("{:?} {what}", entry.file_name()));
        let name = entry.file_name().into_string();
        let name = name.map_err(|_| wrong("is no UTF-8"))?;
        if !entry.file_type()?.is_file() {
            return Err(wrong("is no file"));
        }
        let mut page: PartialPage = Page::open("", 200);
        let mut reader =
            io::BufReader::with_capacity(1 << 16, fs::File::open(entry.path())?);
        io::copy(&mut reader, &mut page)?;
        files.insert(name, page.close());
    }
    Ok(files)
}
