//! Where a program saves files permanently, and what must stand there.

use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use http_origin::{Expected, Origin, expected};
use test_fixtures::{Bench, Model, temporary::TemporaryDir};

use crate::{Page, Sha256, files::listing};

/// An origin, and a directory to save its files in.
pub(super) struct Site {
    pub(super) origin: Origin,
    pub(super) dir: TemporaryDir,
}

impl Site {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            origin: Origin::start()?,
            dir: TemporaryDir::new()?,
        })
    }

    /// The demo that saves these paths' files here.
    pub(super) fn command<M: Model>(
        &self,
        bench: &Bench<M>,
        paths: &[impl AsRef<str>],
    ) -> Command {
        let mut command = bench.demo(&["--dir"]);
        command.arg(self.dir.path());
        command.args(paths.iter().map(|path| self.origin.url(path.as_ref())));
        command
    }

    /// Every file that stands here is whole, under its own name. Hidden ones are not
    /// looked at, where there may be some. Returns how many there are.
    pub(super) fn all_whole(
        &self,
        paths: &[impl AsRef<str>],
        hidden: bool,
    ) -> Result<usize> {
        let mut files = listing(self.dir.path())?;
        files.retain(|name, _| !(hidden && name.starts_with('.')));
        let count = files.len();
        for path in paths {
            let path = path.as_ref();
            let (_, name) = path.rsplit_once('/').context("a path has a slash")?;
            if let Some(page) = files.remove(name) {
                ensure!(page == whole(path)?, "{path} is not whole: {page}");
            }
        }
        let surplus: Vec<_> = files.keys().collect();
        ensure!(surplus.is_empty(), "more than was asked for: {surplus:?}");
        Ok(count)
    }
}

/// What must stand in the file of a path.
pub(super) fn whole(path: &str) -> Result<Page> {
    match expected(path)? {
        Expected::Whole { bytes, sha256, .. } => Ok(Page {
            status: 200,
            bytes,
            sha256: Sha256(sha256),
        }),
        other => anyhow::bail!("{path} is never whole: {other:?}"),
    }
}

pub(super) fn ended(output: &Output, code: i32) -> Result<(String, String)> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let status = output.status;
    ensure!(
        status.code() == Some(code),
        "{status}, not {code}: {stderr}"
    );
    Ok((stdout, stderr))
}
