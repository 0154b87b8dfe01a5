//! Where the Go peers are built, and whether they are.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use super::{is_program, path, workspace};
use crate::Peer;

/// What the peers in Go share, from the workspace's root.
const SHARED: &str = "shared/test-fixtures/peers/go";

/// The command that runs a peer, or what to do so that there is one.
pub(super) fn command(peer: &Peer) -> Result<Vec<OsString>, String> {
    let script = Path::new(peer.script);
    let root = workspace(script).ok_or("not here: its workspace is gone")?;
    found(root, script, &path())
}

fn found(root: &Path, script: &Path, path: &OsStr) -> Result<Vec<OsString>, String> {
    let program = program(root, script);
    let written = [script.parent(), Some(&root.join(SHARED))]
        .into_iter()
        .flatten()
        .filter_map(last_written)
        .max();
    let built = program.metadata().and_then(|there| there.modified()).ok();
    match built {
        Some(_) if built >= written => Ok(vec![program.into()]),
        _ if go(path).is_some() => {
            Err("is not built: `compare peers` builds it".to_owned())
        }
        _ => Err(
            "needs Go, and there is no go on the PATH: install it and run `compare peers`"
                .to_owned(),
        ),
    }
}

/// The commands that build the Go peers of a workspace; none where there is no `go`. It
/// fetches nothing: they are of its standard library.
///
/// # Errors
/// The folders of the workspace can't be read.
pub fn go_builds(root: &Path) -> io::Result<Vec<Command>> {
    let Some(go) = go(&path()) else {
        return Ok(Vec::new());
    };
    let mut builds = Vec::new();
    for model in fs::read_dir(root.join("crates"))? {
        let folder = model?.path().join("peers");
        for script in files(&folder).filter(|file| file.ends_with(".go")) {
            let mut build = Command::new(&go);
            build.arg("-C").arg(&folder).args(["build", "-o"]);
            build.arg(program(root, &folder.join(&script))).arg(script);
            build.env("GOTOOLCHAIN", "local").env("GOPROXY", "off");
            builds.push(build);
        }
    }
    Ok(builds)
}

/// What is built of a script: `target/peers/go/serving-go`.
fn program(root: &Path, script: &Path) -> PathBuf {
    let model = script.ancestors().nth(2).and_then(Path::file_name);
    let mut name = model.unwrap_or_default().to_owned();
    name.push("-");
    name.push(script.file_stem().unwrap_or_default());
    root.join("target/peers/go").join(name)
}

/// The `go` in the folders of `path`.
fn go(path: &OsStr) -> Option<PathBuf> {
    let mut all = env::split_paths(path).map(|folder| folder.join("go"));
    all.find(|go| is_program(go))
}

/// The names of the files in a folder.
fn files(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.file_name().into_string().ok())
}

/// When a file that Go reads in a folder was written, the last of them.
fn last_written(folder: &Path) -> Option<SystemTime> {
    let read = |name: &String| name.ends_with(".go") || name == "go.mod";
    let written = |name| folder.join(name).metadata().ok()?.modified().ok();
    files(folder).filter(read).filter_map(written).max()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::folder_with, *};

    #[test]
    fn a_peer_is_built_after_its_source_was_written() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let script = root.join("crates/serving/peers/go.go");
        let program = root.join("target/peers/go/serving-go");
        for file in [&script, &program] {
            fs::create_dir_all(file.parent().expect("it has one")).expect("a folder");
        }
        let write = |file: &Path| fs::write(file, "").expect("it is written");
        let has_go = folder_with("go", "");
        let is = |path: &Path| found(root, &script, path.as_os_str());
        write(&script);
        let why = is(has_go.path()).expect_err("nothing is built");
        assert_eq!(why, "is not built: `compare peers` builds it");
        let why = is(root).expect_err("nothing is built");
        assert!(why.contains("there is no go on the PATH"), "{why}");
        write(&program);
        assert_eq!(is(root), Ok(vec![program.clone().into()]));
        let shared = root.join(SHARED);
        fs::create_dir_all(&shared).expect("a folder");
        let later = SystemTime::now() + std::time::Duration::from_secs(9);
        write(&shared.join("trial.go"));
        let file = fs::File::options()
            .write(true)
            .open(shared.join("trial.go"));
        let set = file.and_then(|file| file.set_modified(later));
        set.expect("its time is set");
        is(has_go.path()).expect_err("it is older than what it is built of");
    }
}
