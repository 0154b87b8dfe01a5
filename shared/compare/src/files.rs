//! Files that are whole or not there.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use anyhow::{Error, Result, anyhow};
use measure::results::Results;
use report::{forms, page, timeline::trace};
use tempfile::NamedTempFile;
use test_fixtures::{Misuse, interrupt, temporary};

/// The file that holds everything.
pub(crate) const JSON: &str = "results.json";
/// The file to look at.
pub(crate) const PAGE: &str = "report.html";

/// Makes the directory that an option names, and sees that files can be made in it.
pub(crate) fn prepare(directory: &Path, option: &str) -> Result<()> {
    fs::create_dir_all(directory)
        .and_then(|()| tempfile::tempfile_in(directory))
        .map(drop)
        .map_err(|error| {
            let directory = directory.display();
            anyhow!(
                "can't write to {directory}: {error}; name another place with {option}"
            )
        })
}

/// Writes every form into the directory. A file is there whole or as it was before.
pub(crate) fn write(directory: &Path, results: &Results) -> Result<()> {
    write_all(
        directory,
        &[
            (JSON, forms::json(results)?),
            ("results.csv", forms::csv(results)),
            ("results.md", forms::markdown(results)),
            (PAGE, page::render(results)),
        ],
    )
}

/// Writes files of these names and texts. Each is there whole or as it was before; where
/// one of them can't be written, all are as they were.
pub(crate) fn write_all(directory: &Path, files: &[(&str, String)]) -> Result<()> {
    let begun = files.iter().map(|(name, text)| {
        let path = directory.join(name);
        let begun = Begun::new(&path, text).map_err(|error| cant(&path, &error, "--out"));
        Ok((path, begun?))
    });
    for (path, begun) in begun.collect::<Result<Vec<_>>>()? {
        begun.end().map_err(|error| cant(&path, &error, "--out"))?;
    }
    Ok(())
}

/// Writes a trace for each row that has a timeline. Returns how many there are.
pub(crate) fn traces(directory: &Path, results: &Results) -> Result<usize> {
    let mut written = 0;
    for model in &results.models {
        for row in &model.rows {
            let Some(timeline) = &row.timeline else {
                continue;
            };
            let trace = trace::of(&model.name, &model.job, &row.name, timeline);
            let path = directory.join(format!("{}-{}.json", model.name, row.name));
            whole(&path, &serde_json::to_string(&trace)?, "--trace")?;
            written += 1;
        }
    }
    Ok(written)
}

/// Writes a file that an option names. It is there whole or as it was before.
pub(crate) fn whole(path: &Path, text: &str, option: &str) -> Result<()> {
    Begun::new(path, text)
        .and_then(Begun::end)
        .map_err(|error| cant(path, &error, option))
}

fn cant(path: &Path, error: &io::Error, option: &str) -> Error {
    let path = path.display();
    anyhow!("can't write {path}: {error}; name another place with {option}")
}

/// A file that is about to be written: all that can fail on a full disk was done.
enum Begun<'a> {
    /// It is whole beside its place, and takes that over.
    Beside(NamedTempFile, PathBuf),
    /// A device or a pipe is written to: put in its place, a file would be its end. So is
    /// what a link leads to that isn't there.
    Through(PathBuf, &'a str),
}

impl<'a> Begun<'a> {
    fn new(path: &Path, text: &'a str) -> io::Result<Self> {
        // A link stays one, and what it leads to is replaced.
        let (place, there) = match path.metadata() {
            Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => {
                return Ok(Self::Through(path.to_owned(), text));
            }
            Ok(there) => (path.canonicalize()?, Some(there)),
            Err(_) if path.is_symlink() => {
                return Ok(Self::Through(path.to_owned(), text));
            }
            Err(_) => (path.to_owned(), None),
        };
        // A name alone has an empty parent, which is no directory.
        let parent = place.parent().filter(|parent| *parent != Path::new(""));
        let directory = parent.unwrap_or(Path::new("."));
        // What a run left that was killed while it wrote.
        temporary::sweep(directory);
        let mut file = temporary::readable_in(directory, "")?;
        if let Some(there) = there {
            file.as_file().set_permissions(there.permissions())?;
        }
        // The error of the temporary file itself names it, and the user doesn't know it.
        file.as_file_mut().write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(Self::Beside(file, place))
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Beside(file, place) => {
                file.persist(place).map(drop).map_err(|error| error.error)
            }
            Self::Through(path, text) => {
                interrupt::while_writing(|| fs::write(path, text))
            }
        }
    }
}

/// Whether both names lead to one file that is there.
pub(crate) fn are_one(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| path.metadata().map(|there| (there.dev(), there.ino()));
    id(one).is_ok_and(|one| id(other).is_ok_and(|other| one == other))
}

/// Holds that what is written is none of what is read: it would be lost.
pub(crate) fn ensure_other(to: &Path, read: &[PathBuf]) -> Result<(), Misuse> {
    match read.iter().any(|from| are_one(to, from)) {
        false => Ok(()),
        true => {
            let to = to.display();
            let why = "is one of the files that are read; name another with --out";
            Err(Misuse(format!("{to} {why}")))
        }
    }
}
