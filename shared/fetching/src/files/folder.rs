//! The folder that files are saved in.

use std::{
    collections::HashSet,
    fs, io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use test_fixtures::{Misuse, shown, temporary};

use super::{
    File, Name, NameError, SaveError, Saving, Unfinished,
    name::SUFFIX,
    standing::{replaceable, standing},
    unfinished::Manner,
};

/// A folder, and the names that this run has given away in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    force: bool,
    /// The folder itself, to be flushed once a name is in it; none where nothing is. Opened
    /// before there are files, so that none stands that can't be flushed.
    opened: Option<io::Result<Arc<fs::File>>>,
    /// A name is given away before its file is begun, so two never race for one.
    taken: Mutex<HashSet<Name>>,
}

/// What the caller has to do about one body.
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
            opened: saving
                .sync
                .then(|| fs::File::open(&saving.dir).map(Arc::new)),
            force: saving.force,
            taken: Mutex::new(names.iter().flatten().cloned().collect()),
        }
    }

    /// The file of that name if it stands already and is not to be replaced: then there is
    /// nothing to fetch.
    ///
    /// # Errors
    /// What stands there is no file, nor a link to one; or it is to be replaced, and is no
    /// plain file.
    pub fn standing(&self, name: &Name) -> Result<Option<File>, NameError> {
        match self.force {
            true => replaceable(&self.path, name).map(|()| None),
            false => standing(&self.path, name),
        }
    }

    /// Begins the file of the URL at `place`, counted from 0.
    ///
    /// `given` is the value of its answer's `Content-Disposition`. It takes precedence
    /// over the URL's own name, and replaces no file: the user has not named it. `length`
    /// is the length of the body, where that is known.
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
        let (name, force) = match given.and_then(Name::of_header).transpose()? {
            Some(given) if given != *name => (self.take(place, given)?, false),
            _ => (name.clone(), self.force),
        };
        if !force && let Some(file) = standing(&self.path, &name)? {
            return Ok(Begun::Stands(file));
        }
        Ok(Begun::New(self.create(&name, force, length)?))
    }

    fn create(
        &self,
        name: &Name,
        force: bool,
        length: Option<u64>,
    ) -> Result<Unfinished, SaveError> {
        let flushed = match &self.opened {
            None => None,
            Some(Ok(opened)) => Some(Arc::clone(opened)),
            Some(Err(error)) => {
                let code = error.raw_os_error();
                let source =
                    code.map_or(error.kind().into(), io::Error::from_raw_os_error);
                let name = name.clone();
                return Err(SaveError { name, source });
            }
        };
        let manner = Manner { force, flushed };
        Unfinished::create(&self.path, name, manner, length)
    }

    /// Reserves the name that an answer has. If another file has it, a number is
    /// appended: its place in the input, or else the next that is free.
    fn take(&self, place: usize, name: Name) -> Result<Name, NameError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.insert(name.clone()) {
            return Ok(name);
        }
        (place + 1..)
            .map_while(|number| name.numbered(number))
            .find(|numbered| taken.insert(numbered.clone()))
            .ok_or_else(|| NameError::taken(&name))
    }
}

/// Makes the folder if it isn't there, and sees that files can be written in it.
///
/// # Errors
/// Misuse, in one line that advises what to do.
pub(super) fn prepare(saving: &Saving) -> Result<(), Misuse> {
    let dir = shown(&saving.dir.display().to_string());
    let cant = |why: &str, error: io::Error| {
        Misuse(format!(
            "--dir {dir}: {why}: {error}; name a directory that can be written"
        ))
    };
    fs::create_dir_all(&saving.dir).map_err(|error| cant("no directory", error))?;
    // What a download left that was killed.
    temporary::sweep_hidden(&saving.dir);
    temporary::readable_in(&saving.dir, SUFFIX)
        .map_err(|error| cant("nothing can be saved there", error))?;
    Ok(())
}

#[cfg(test)]
mod tests;
