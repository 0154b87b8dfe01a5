//! Downloads that stay, where a file of that name exists or appears meanwhile.

use std::{
    fs,
    os::unix::{
        fs::{FileTypeExt, symlink},
        net::UnixListener,
    },
    process::{Command, Stdio},
};

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Model};

use super::site::{Site, ended};

pub(super) fn cases<M: Model>() -> Vec<Case<M>> {
    vec![
        Case::custom(
            "two_at_once_for_good",
            "two programs save one list into one directory: each file is saved once, and kept",
            two_at_once,
        ),
        Case::custom(
            "no_plain_file_for_good",
            "what is no plain file stays, with --force too, and is that URL's failure",
            no_plain_file,
        ),
    ]
}

fn two_at_once<M: Model>(bench: &Bench<M>) -> Result<()> {
    const FILES: usize = 300;
    let site = Site::new()?;
    let paths: Vec<_> = (0..FILES)
        .map(|number| format!("/bytes/64/note/f{number}"))
        .collect();
    let begin = || {
        let mut command = site.command(bench, &paths);
        command.args(["--workers", "4", "--no-sync"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn()
    };
    let children = [begin()?, begin()?];
    let mut saved = 0;
    for child in children {
        let (stdout, stderr) = ended(&child.wait_with_output()?, 0)?;
        ensure!(stdout.lines().count() == FILES, "{stderr}");
        saved += stdout.matches("saved").count();
    }
    ensure!(saved == FILES, "{saved} were saved");
    ensure!(site.all_whole(&paths, false)? == FILES, "some are missing");
    Ok(())
}

fn no_plain_file<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let names = ["directory", "pipe", "socket", "lost", "link"];
    let at = |name: &str| site.dir.path().join(name);
    fs::create_dir(at("directory"))?;
    let made = Command::new("mkfifo").arg(at("pipe")).status()?;
    ensure!(made.success(), "mkfifo: {made}");
    let _socket = UnixListener::bind(at("socket"))?;
    symlink("nowhere", at("lost"))?;
    let outside = tempfile::NamedTempFile::new()?;
    symlink(outside.path(), at("link"))?;
    let stand = || -> Result<Vec<bool>> {
        let kind = |name| fs::symlink_metadata(at(name)).map(|stands| stands.file_type());
        Ok(vec![
            kind("directory")?.is_dir(),
            kind("pipe")?.is_fifo(),
            kind("socket")?.is_socket(),
            kind("lost")?.is_symlink(),
            kind("link")?.is_symlink(),
        ])
    };
    let paths = names.map(|name| format!("/bytes/10/note/{name}"));
    for (flags, failing) in [(&[][..], &names[..4]), (&["--force"], &names)] {
        let output = site.command(bench, &paths).args(flags).output()?;
        let (stdout, stderr) = ended(&output, 1)?;
        for name in failing {
            let line =
                format!("note/{name}: name: what stands under the name {name} is ");
            ensure!(stderr.contains(&line), "no {line:?} in: {stderr}");
        }
        ensure!(!stderr.contains("remove"), "{stderr}");
        let kept = names.len() - failing.len();
        ensure!(stdout.lines().count() == kept, "{stdout}");
        ensure!(stand()?.iter().all(|stands| *stands), "{:?}", stand()?);
        let count = fs::read_dir(site.dir.path())?.count();
        ensure!(count == names.len(), "{count} entries");
    }
    ensure!(fs::read(outside.path())?.is_empty(), "a link was followed");
    let asked = site.origin.record().requests;
    ensure!(asked == 0, "{asked} were fetched in vain");
    Ok(())
}
