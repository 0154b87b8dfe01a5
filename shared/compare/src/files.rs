//! Files that are whole or not there.

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Error, Result, anyhow};
use measure::results::Results;
use report::{forms, page, timeline::trace};
use rustix::{
    fs::OFlags,
    io::{Errno, ioctl_fionbio},
};
use tempfile::NamedTempFile;
use test_fixtures::{Misuse, interrupt, temporary};

/// The file that holds everything.
pub(crate) const JSON: &str = "results.json";
/// The file to look at.
pub(crate) const PAGE: &str = "report.html";

/// How long a pipe may have no reader.
const READ_WITHIN: Duration = Duration::from_secs(10);

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
    let cant = |path: &Path, error: &io::Error| cant(path, error, "--out");
    let mut places = Vec::new();
    for (name, text) in files {
        let path = directory.join(name);
        match Place::of(&path).map_err(|error| cant(&path, &error))? {
            // While it waits for a reader, there is no unfinished file.
            Place::Through => {
                write_through(&path, text, READ_WITHIN)
                    .map_err(|error| cant(&path, &error))?;
            }
            Place::File(place, there) => places.push((path, place, there, text)),
        }
    }
    let mut all = Vec::new();
    for (path, place, there, text) in places {
        let begun = Begun::new(place, there, text);
        all.push((begun.map_err(|error| cant(&path, &error))?, path));
    }
    for (begun, path) in all {
        begun.end().map_err(|error| cant(&path, &error))?;
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
    let written = Place::of(path).and_then(|place| match place {
        Place::Through => write_through(path, text, READ_WITHIN),
        Place::File(place, there) => Begun::new(place, there, text)?.end(),
    });
    written.map_err(|error| cant(path, &error, option))
}

fn cant(path: &Path, error: &io::Error, option: &str) -> Error {
    let path = path.display();
    anyhow!("can't write {path}: {error}; name another place with {option}")
}

/// What stands under a name.
enum Place {
    /// A file, or nothing, and there is to be one. A link stays one, and what it leads to is
    /// replaced.
    File(PathBuf, Option<Metadata>),
    /// A device or a pipe is written to: put in its place, a file would be its end. So is
    /// what a link leads to that isn't there.
    Through,
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        match path.metadata() {
            Ok(there) if there.is_dir() => Err(ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => Ok(Self::Through),
            Ok(there) => Ok(Self::File(path.canonicalize()?, Some(there))),
            Err(_) if path.is_symlink() => Ok(Self::Through),
            Err(_) => Ok(Self::File(path.to_owned(), None)),
        }
    }
}

/// A file that is about to be written: all that can fail on a full disk was done. It is
/// whole beside its place, and takes that over.
struct Begun(NamedTempFile, PathBuf);

impl Begun {
    fn new(place: PathBuf, there: Option<Metadata>, text: &str) -> io::Result<Self> {
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
        Ok(Self(file, place))
    }

    fn end(self) -> io::Result<()> {
        let Self(file, place) = self;
        file.persist(place).map(drop).map_err(|error| error.error)
    }
}

/// Writes to a device or a pipe, which has to have a reader within this time.
fn write_through(path: &Path, text: &str, read_within: Duration) -> io::Result<()> {
    // Without a reader, one that is opened to wait would wait for ever.
    let mut open = File::options();
    open.write(true).create(true).truncate(true);
    open.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let start = Instant::now();
    interrupt::while_writing(|| {
        let mut file = loop {
            match open.open(path) {
                Err(error) if Errno::from_io_error(&error) == Some(Errno::NXIO) => {
                    if start.elapsed() > read_within {
                        let why = format!("nobody has read it for {read_within:?}");
                        return Err(io::Error::other(why));
                    }
                    thread::sleep(Duration::from_millis(20));
                }
                opened => break opened?,
            }
        };
        ioctl_fionbio(&file, false)?;
        file.write_all(text.as_bytes())
    })
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

#[cfg(test)]
mod tests {
    use std::{io::Read, process::Command};

    use super::*;

    #[test]
    fn a_pipe_that_nobody_reads_is_not_waited_for_without_end() {
        let directory = tempfile::tempdir().expect("a directory");
        let pipe = directory.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let brief = Duration::from_millis(100);
        let error = write_through(&pipe, "text", brief).expect_err("nobody reads it");
        assert_eq!(error.to_string(), "nobody has read it for 100ms");
        // One that comes in time reads all of it, more than a pipe holds.
        let text = "text".repeat(1 << 16);
        let read = thread::scope(|scope| {
            let reader = scope.spawn(|| {
                thread::sleep(brief);
                let mut read = String::new();
                let mut file = File::open(&pipe).expect("a pipe");
                file.read_to_string(&mut read).expect("text");
                read
            });
            write_through(&pipe, &text, READ_WITHIN).expect("it is read");
            reader.join().expect("it is read")
        });
        assert!(read == text, "{} bytes of {}", read.len(), text.len());
    }
}
