//! Files that are whole or not there.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use anyhow::{Result, anyhow};
use measure::results::Results;
use report::{forms, page, timeline::trace};
use test_fixtures::{interrupt, temporary};

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
            let why = cause(error);
            anyhow!("can't write to {directory}: {why}; name another place with {option}")
        })
}

/// The cause alone: the error of a temporary file names a file that the user doesn't
/// know.
fn cause(error: io::Error) -> io::Error {
    match error.get_ref() {
        Some(_) => error.kind().into(),
        None => error,
    }
}

/// A temporary file that others may read, as far as the umask lets them.
fn readable() -> tempfile::Builder<'static, 'static> {
    let mut builder = temporary::hidden();
    builder.permissions(fs::Permissions::from_mode(0o666));
    builder
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

/// Writes files of these names and texts. Each is there whole or as it was before.
pub(crate) fn write_all(directory: &Path, files: &[(&str, String)]) -> Result<()> {
    for (name, text) in files {
        whole(&directory.join(name), text, "--out")?;
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
    let replace = |path: &Path| {
        // A name alone has an empty parent, which is no directory.
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let directory = parent.unwrap_or(Path::new("."));
        // What a run left that was killed while it wrote.
        temporary::sweep(directory);
        let mut file = readable().tempfile_in(directory)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    // A device or a pipe is written to: put in its place, a file would be its end.
    let written = match path.metadata() {
        Ok(there) if !there.is_file() => {
            interrupt::while_writing(|| fs::write(path, text))
        }
        // A link stays one, and what it leads to is replaced.
        Ok(_) => path.canonicalize().and_then(|path| replace(&path)),
        Err(_) if path.is_symlink() => fs::write(path, text),
        Err(_) => replace(path),
    };
    written.map_err(|error| {
        let (path, why) = (path.display(), cause(error));
        anyhow!("can't write {path}: {why}; name another place with {option}")
    })
}
