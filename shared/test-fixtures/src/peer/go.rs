//! Where Go is, whether it is new enough, and what is built with it.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use printed_text::tell;

use super::{ANSWERS_WITHIN, is_program, no_version, path_in, remedy, said, workspace};
use crate::Peer;

/// What the peers in Go share, from the workspace's root.
const SHARED: &str = "shared/test-fixtures/peers/go";

/// How long a build may take: the first on a machine compiles `net/http`.
const BUILT_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The variables for which a good Go builds something else, or nothing.
const OF_GO: &[&str] = &["GOARCH", "GOCACHE", "GOEXPERIMENT", "GOOS", "GOROOT"];

/// A Go that peers can be built with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Go {
    program: PathBuf,
    version: (u32, u32),
}

/// The command that runs a peer once it is [`build`]t, or what to do so that there is one.
pub(super) fn command(peer: &Peer) -> Result<Vec<OsString>, String> {
    let script = Path::new(peer.script);
    let root = workspace(script).ok_or("not here: its workspace is gone")?;
    let program = program(root, script);
    // What is built needs no Go.
    if !is_current(root, script, &program) {
        suits(&go(root)?, peer)?;
    }
    Ok(vec![program.into()])
}

/// Builds the program of a [`command`], unless it is built of the source as it is. Another's
/// is left as it is. It fetches nothing: the peers are of Go's standard library.
pub(super) fn build(program: &Path) -> Result<(), String> {
    let Some(root) = workspace(program) else {
        return Ok(());
    };
    let scripts = scripts(root).map_err(|error| format!("can't be built: {error}"))?;
    let script = scripts
        .iter()
        .find(|script| self::program(root, script) == program);
    match script {
        Some(script) if !is_current(root, script, program) => {
            built(&go(root)?, root, script, program)
        }
        _ => Ok(()),
    }
}

/// Builds all peers in Go of a workspace; none where there is no `go`.
///
/// # Errors
/// One can't be built.
pub fn build_go_peers(root: &Path) -> Result<(), String> {
    if let Ok(go) = go(root) {
        let scripts = scripts(root).map_err(|error| error.to_string())?;
        for script in scripts {
            built(&go, root, &script, &program(root, &script))?;
        }
    }
    Ok(())
}

fn built(go: &Go, root: &Path, script: &Path, program: &Path) -> Result<(), String> {
    let folder = script.parent().unwrap_or(root);
    let name = script.file_name().unwrap_or_default();
    // Under another name first, so that nobody runs what is half written.
    let unfinished = program.with_extension(process::id().to_string());
    tell(format_args!(
        "building {} with {}",
        script.strip_prefix(root).unwrap_or(script).display(),
        go.program.display()
    ));
    let mut build = Command::new(&go.program);
    // Without git, which may refuse a folder that is another user's, and without a compiler
    // for C, which would make the program another one where there is one.
    build
        .args(["build", "-buildvcs=false", "-o"])
        .arg(&unfinished)
        .arg(name)
        .current_dir(folder)
        .envs([("CGO_ENABLED", "0"), ("GOFLAGS", ""), ("GOPROXY", "off")])
        .envs([
            ("GOENV", "off"),
            ("GOTOOLCHAIN", "local"),
            ("GOWORK", "off"),
        ]);
    let built = said(&mut build, BUILT_WITHIN).and_then(|_| {
        let renamed = fs::rename(&unfinished, program);
        renamed.map_err(|error| error.to_string())
    });
    built.map_err(|why| {
        // There is none, most often.
        _ = fs::remove_file(&unfinished);
        let again = "run `compare peers` to see it again";
        let remedy = remedy(&why, OF_GO, |name| env::var_os(name), again);
        format!(
            "can't be built with {} ({why}): {remedy}",
            go.program.display()
        )
    })
}

/// Whether what is built of a script is newer than all that it is built of.
fn is_current(root: &Path, script: &Path, program: &Path) -> bool {
    let modules = [Some(root.join(SHARED)), script.parent().map(Path::to_owned)];
    let folders = modules.into_iter().flatten().flat_map(packages);
    let written = folders.filter_map(|folder| last_written(&folder)).max();
    let built = program.metadata().and_then(|there| there.modified()).ok();
    built.is_some() && built >= written
}

/// The peers in Go.
fn scripts(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut scripts = Vec::new();
    for model in fs::read_dir(root.join("crates"))? {
        let folder = model?.path().join("peers");
        let all = files(&folder).filter(|file| file.ends_with(".go"));
        scripts.extend(all.map(|file| folder.join(file)));
    }
    scripts.sort();
    Ok(scripts)
}

/// What is built of a script: `target/peers/go/serving-go`.
fn program(root: &Path, script: &Path) -> PathBuf {
    let model = script.ancestors().nth(2).and_then(Path::file_name);
    let mut name = model.unwrap_or_default().to_owned();
    name.push("-");
    name.push(script.file_stem().unwrap_or_default());
    root.join("target/peers/go").join(name)
}

/// The workspace's own, or else the machine's.
fn go(root: &Path) -> Result<Go, String> {
    static FOUND: OnceLock<Result<Go, String>> = OnceLock::new();
    FOUND.get_or_init(|| find(&path_in(Some(root)))).clone()
}

/// The first in the folders of `path`.
fn find(path: &OsStr) -> Result<Go, String> {
    let mut all = env::split_paths(path).map(|folder| folder.join("go"));
    let Some(program) = all.find(|go| is_program(go)) else {
        return Err(
            "needs Go, and there is no go on the PATH: install it, or run `compare peers --all`"
                .to_owned(),
        );
    };
    let mut ask = Command::new(&program);
    ask.args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local");
    let said = said(&mut ask, ANSWERS_WITHIN);
    let version = said.and_then(|said| understood(&said).ok_or_else(no_version));
    match version {
        Ok(version) => Ok(Go { program, version }),
        Err(why) => {
            let go = program.display();
            let again = "install it again";
            let again = remedy(&why, OF_GO, |name| env::var_os(name), again);
            Err(format!("needs Go, and {go} does not work ({why}): {again}"))
        }
    }
}

/// The version of `go1.27.3`.
fn understood(said: &[u8]) -> Option<(u32, u32)> {
    let numbers = str::from_utf8(said).ok()?.trim().strip_prefix("go")?;
    let mut numbers = numbers.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn suits(go: &Go, peer: &Peer) -> Result<(), String> {
    let ((major, minor), (has_major, has_minor)) = (peer.since, go.version);
    match go.version < peer.since {
        true => Err(format!(
            "needs Go {major}.{minor} or newer, and go is {has_major}.{has_minor}: install a \
             newer one, or run `compare peers --all`"
        )),
        false => Ok(()),
    }
}

/// The folders of a module: its own, and those of the packages in it.
fn packages(module: PathBuf) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(&module).into_iter().flatten().flatten();
    let entries = entries.map(|entry| entry.path());
    entries.filter(|path| path.is_dir()).chain([module])
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
    use super::{
        super::tests::{PEER, folder_with},
        *,
    };

    const GO: Peer = Peer {
        name: "go",
        script: "go.go",
        since: (1, 22),
        ..PEER
    };

    fn write(file: &Path) {
        let folder = file.parent().expect("it is in a folder");
        fs::create_dir_all(folder).expect("a folder");
        fs::write(file, "").expect("it is written");
    }

    #[test]
    fn a_peer_is_built_where_its_source_was_written_later() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let script = root.join("crates/serving/peers/go.go");
        write(&script);
        let program = program(root, &script);
        assert_eq!(program, root.join("target/peers/go/serving-go"));
        let is = || is_current(root, &script, &program);
        assert!(!is(), "nothing is built");
        write(&program);
        assert!(is());
        for later in [
            root.join(SHARED).join("trial.go"),
            root.join(SHARED).join("fetching/fetching.go"),
            root.join("crates/serving/peers/go.mod"),
            root.join("crates/serving/peers/work/work.go"),
        ] {
            write(&later);
            let file = fs::File::options().write(true).open(&later);
            let time = SystemTime::now() + Duration::from_secs(9);
            let set = file.and_then(|file| file.set_modified(time));
            set.expect("its time is set");
            assert!(!is(), "it is older than {}", later.display());
            fs::remove_file(&later).expect("it is there");
        }
        assert!(is());
    }

    #[test]
    fn what_is_built_has_its_name_once_it_is_whole() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let script = root.join("crates/serving/peers/go.go");
        write(&script);
        let program = program(root, &script);
        write(&program);
        let build = |script: &str| {
            let folder = folder_with("go", script);
            let go = Go {
                program: folder.path().join("go"),
                version: (1, 22),
            };
            built(&go, root, &self::scripts(root).expect("one")[0], &program)
        };
        build("echo built >$4").expect("it is built");
        let text = fs::read_to_string(&program).expect("it is there");
        assert_eq!(text, "built\n");
        let why = build("echo half >$4; echo no room >&2; exit 1");
        let why = why.expect_err("it is not built");
        assert!(why.contains("no room") && why.lines().count() == 1, "{why}");
        let text = fs::read_to_string(&program).expect("it is there");
        assert_eq!(text, "built\n");
        let folder = program.parent().expect("it is in one");
        assert_eq!(files(folder).count(), 1);
    }

    #[test]
    fn one_that_is_missing_old_or_does_not_work_is_a_line() {
        let empty = tempfile::tempdir().expect("a folder");
        let why = find(empty.path().as_os_str()).expect_err("there is none");
        assert!(why.contains("there is no go on the PATH"), "{why}");
        for script in ["exit 1", "echo 1.22", "echo go1"] {
            let odd = folder_with("go", script);
            let why = find(odd.path().as_os_str()).expect_err("it is none");
            assert!(why.contains("go does not work"), "{script}: {why}");
            assert_eq!(why.lines().count(), 1);
        }
        let has = |version: &str| {
            let folder = folder_with("go", &format!("echo {version}"));
            find(folder.path().as_os_str()).expect("it is there")
        };
        assert_eq!(suits(&has("go1.27.3"), &GO), Ok(()));
        assert_eq!(suits(&has("go1.22rc1"), &GO), Ok(()));
        let why = suits(&has("go1.19.8"), &GO).expect_err("it is too old");
        assert_eq!(
            why,
            "needs Go 1.22 or newer, and go is 1.19: install a newer one, or run `compare \
             peers --all`"
        );
    }
}
