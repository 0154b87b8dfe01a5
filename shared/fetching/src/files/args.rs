//! The command line of every model that saves files.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use http_origin::Sentence;
use test_fixtures::{
    Misuse,
    temporary::{self, TemporaryDir},
};

use super::{Saving, folder};

/// Where to save files, and how.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Files {
    /// Save the files of these URLs in this directory, for good and once, instead of
    /// trying every variant; --variants says who does it
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Replace files that stand there already, instead of keeping them
    #[arg(long, requires = "dir")]
    force: bool,
    /// Don't wait until each file is on the disk
    #[arg(long)]
    no_sync: bool,
    /// Where trials have their scratch directories [default: /dev/shm, or TMPDIR where that
    /// can't be written or has no room]
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    scratch: Option<PathBuf>,
}

impl Files {
    /// Whether the user wants files, and no trials.
    pub fn are_wanted(&self) -> bool {
        self.dir.is_some()
    }

    /// How a trial saves files, in a directory that is yet to be made.
    ///
    /// # Errors
    /// Misuse: a directory for lasting files was named, or a place for scratch directories
    /// in which nothing can be made, or whose path a job can't carry.
    pub fn saving_of_trial(&self) -> Result<Saving> {
        if self.are_wanted() {
            let why = "--dir saves files once and for good, which is no trial: leave it out, \
                       or run the model itself (compare run MODEL --dir DIR URL)";
            return Err(Misuse::new(why).into());
        }
        if let Some(parent) = &self.scratch {
            tempfile::tempfile_in(parent).map_err(|error| cant(parent, &error))?;
            ensure_text(parent, true)?;
        }
        Ok(self.saving(Path::new("")))
    }

    /// Makes a directory for one trial, removed when it is dropped. It has room for what
    /// the origin answers to these paths, where that is known.
    ///
    /// # Errors
    /// Misuse: nothing can be made where the user wants it, or a job can't carry its path.
    pub fn scratch(&self, saving: &mut Saving, paths: &[String]) -> Result<TemporaryDir> {
        let scratch = match &self.scratch {
            Some(parent) => {
                TemporaryDir::new_in(parent).map_err(|error| cant(parent, &error))?
            }
            None => {
                let parent = temporary::roomy(bytes(paths))?;
                TemporaryDir::new_in(&parent).with_context(|| {
                    format!("can't make a directory in {}", parent.display())
                })?
            }
        };
        let parent = scratch.path().parent().unwrap_or(scratch.path());
        ensure_text(parent, self.scratch.is_some())?;
        saving.dir = scratch.path().to_owned();
        Ok(scratch)
    }

    /// The directory for lasting files, made if it isn't there, and how to save files in
    /// it.
    ///
    /// # Errors
    /// Misuse: none was named, or one in which nothing can be written.
    pub fn for_good(&self) -> Result<Saving> {
        let dir = self.dir.as_deref().context("no --dir was named")?;
        let saving = self.saving(dir);
        folder::prepare(&saving)?;
        Ok(saving)
    }

    fn saving(&self, dir: &Path) -> Saving {
        Saving {
            dir: dir.to_owned(),
            force: self.force,
            sync: !self.no_sync,
        }
    }
}

fn cant(parent: &Path, error: &io::Error) -> Misuse {
    let parent = parent.display();
    Misuse(format!(
        "--scratch {parent}: {error}; name a directory that can be written"
    ))
}

/// Checks that a job can carry the path of a directory in this one: a job is JSON, which
/// is UTF-8. `is_named` where the user named it.
fn ensure_text(parent: &Path, is_named: bool) -> Result<(), Misuse> {
    if parent.to_str().is_some() {
        return Ok(());
    }
    let why = format!("leads to {parent:?}, which is not UTF-8, as a trial's paths are");
    Err(Misuse(match is_named {
        true => format!("--scratch {why}; name another directory"),
        false => format!("TMPDIR {why}; set it to another directory, or unset it"),
    }))
}

/// What the bodies of these paths take as files.
fn bytes(paths: &[String]) -> u64 {
    const PAGE: u64 = 4096;
    let body = |path: &String| Sentence::parse(path).ok()?.content;
    let bodies = paths.iter().filter_map(body);
    bodies.fold(0, |sum: u64, content| {
        let pages = content.bytes.div_ceil(PAGE).max(1);
        sum.saturating_add(pages.saturating_mul(PAGE))
    })
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

    use super::*;

    #[test]
    fn a_directory_whose_path_is_not_utf_8_is_misuse() {
        let dir = tempfile::tempdir().expect("a directory");
        let parent = dir.path().join(OsStr::from_bytes(b"\xff"));
        fs::create_dir(&parent).expect("it can be made");
        let files = Files {
            scratch: Some(parent.clone()),
            ..Files::default()
        };
        let error = files.saving_of_trial().expect_err("it is refused");
        assert!(error.is::<Misuse>(), "{error:#}");
        let line = error.to_string();
        assert!(line.starts_with("--scratch leads to "), "{line}");
        assert!(line.contains("\\xFF\", which is not UTF-8"), "{line}");
        let left = fs::read_dir(&parent).expect("it is there").count();
        assert_eq!(left, 0, "litter");

        let line = ensure_text(&parent, false).expect_err("it is refused").0;
        assert!(line.starts_with("TMPDIR leads to "), "{line}");
        assert!(ensure_text(dir.path(), false).is_ok());
    }
}
