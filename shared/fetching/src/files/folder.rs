//! The folder that files are saved in.

use std::{
    collections::HashSet,
    fs, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use anyhow::Result;
use test_fixtures::Misuse;

use super::{
    File, Name, NameError, SaveError, Saving, Unfinished, shown, unfinished::Manner,
};

/// A folder, and the names that this run has given away in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    manner: Manner,
    /// A name is given away before its file is begun, so two never race for one.
    taken: Mutex<HashSet<Name>>,
}

/// What there is to do about one body.
#[derive(Debug)]
pub enum Begun {
    /// Write it.
    New(Unfinished),
    /// Nothing: a file of its name stands already.
    Stands(File),
}

impl Folder {
    /// The folder of a job whose URLs have these names.
    pub fn new(saving: &Saving, names: &[Result<Name, NameError>]) -> Self {
        Self {
            path: saving.dir.clone(),
            manner: Manner {
                force: saving.force,
                sync: saving.sync,
            },
            taken: Mutex::new(names.iter().flatten().cloned().collect()),
        }
    }

    /// The file of that name if it stands already and is not to be replaced: then there is
    /// nothing to fetch.
    pub fn standing(&self, name: &Name) -> Option<File> {
        let stands = || fs::symlink_metadata(self.path.join(name.as_str())).is_ok();
        (!self.manner.force && stands()).then(|| File::Kept { name: name.clone() })
    }

    /// Begins the file of the URL at `place`, counted from 0. `given` is the value of its
    /// answer's `Content-Disposition`, which goes before the URL's own name; `length` how
    /// long the body is to be, where that is known.
    ///
    /// # Errors
    /// The answer gives it a name that can't be ([`NameError`]), or no file can be begun
    /// ([`SaveError`]).
    pub fn begin(
        &self,
        place: usize,
        name: &Name,
        given: Option<&[u8]>,
        length: Option<u64>,
    ) -> Result<Begun> {
        let name = match given.and_then(Name::of_header).transpose()? {
            Some(given) if given != *name => self.take(place, given)?,
            _ => name.clone(),
        };
        Ok(match self.standing(&name) {
            Some(file) => Begun::Stands(file),
            None => Begun::New(self.create(&name, length)?),
        })
    }

    fn create(&self, name: &Name, length: Option<u64>) -> Result<Unfinished, SaveError> {
        Unfinished::create(&self.path, name, self.manner, length)
    }

    /// Gives away the name that an answer has, with its place in the input behind it if
    /// another file has it.
    fn take(&self, place: usize, name: Name) -> Result<Name, NameError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.insert(name.clone()) {
            return Ok(name);
        }
        let numbered = name.numbered(place + 1);
        let numbered = numbered.filter(|numbered| taken.insert(numbered.clone()));
        numbered.ok_or_else(|| NameError::taken(&name))
    }
}

/// Makes the folder if it isn't there, and sees that files can be written in it.
///
/// # Errors
/// Misuse, in one line that says what to do.
pub(super) fn prepare(saving: &Saving) -> Result<(), Misuse> {
    let dir = shown(&saving.dir.display().to_string());
    let cant = |why: &str, error: io::Error| {
        Misuse(format!(
            "--dir {dir}: {why}: {error}; name a directory that can be written"
        ))
    };
    fs::create_dir_all(&saving.dir).map_err(|error| cant("no directory", error))?;
    tempfile::Builder::new()
        .prefix(".")
        .suffix(".unfinished")
        .tempfile_in(&saving.dir)
        // What tempfile says itself repeats the path.
        .map_err(|error| cant("nothing can be saved there", error.kind().into()))?;
    Ok(())
}

#[cfg(test)]
mod tests;
