//! Where Node is, and whether it is new enough.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::{ANSWERS_WITHIN, is_program, no_version, path_in, remedy, said, workspace};
use crate::Peer;

/// Asks for the version, and for its own path: a `node` may be a script that chooses among
/// several.
const ASK: &str = "process.versions.node + '\\n' + process.execPath";

/// A Node that peers can be run with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    program: PathBuf,
    version: (u32, u32),
}

/// The command that runs a peer, or what to do so that there is one.
pub(super) fn command(peer: &Peer) -> Result<Vec<OsString>, String> {
    static FOUND: OnceLock<Result<Node, String>> = OnceLock::new();

    let own = || path_in(workspace(Path::new(peer.script)));
    let node = FOUND.get_or_init(|| find(&own())).clone()?;
    suits(&node, peer)?;
    Ok(vec![node.program.into(), peer.script.into()])
}

/// The first in the folders of `path`.
fn find(path: &OsStr) -> Result<Node, String> {
    let mut nodes = env::split_paths(path).map(|folder| folder.join("node"));
    let Some(node) = nodes.find(|node| is_program(node)) else {
        return Err(
            "needs Node, and there is no node on the PATH: install it, or run `compare peers --all`"
                .to_owned(),
        );
    };
    let said = said(Command::new(&node).args(["-p", ASK]), ANSWERS_WITHIN);
    let found = said.and_then(|said| understood(&said).ok_or_else(no_version));
    found.map_err(|why| {
        let node = node.display();
        let again = remedy(
            &why,
            &["NODE_OPTIONS"],
            |name| env::var_os(name),
            "install it again",
        );
        format!("needs Node, and {node} does not work ({why}): {again}")
    })
}

fn understood(said: &[u8]) -> Option<Node> {
    let mut lines = str::from_utf8(said).ok()?.lines();
    let mut numbers = lines.next()?.split('.').map(str::parse);
    let version = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let program = Path::new(lines.next()?).to_owned();
    is_program(&program).then_some(Node { program, version })
}

fn suits(node: &Node, peer: &Peer) -> Result<(), String> {
    let ((major, minor), (has_major, has_minor)) = (peer.since, node.version);
    match node.version < peer.since {
        true => Err(format!(
            "needs Node {major}.{minor} or newer, and node is {has_major}.{has_minor}: \
             install a newer one, or run `compare peers --all`"
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{PEER, folder_with},
        *,
    };

    const NODE: Peer = Peer {
        name: "node",
        script: "node.mjs",
        since: (18, 0),
        ..PEER
    };

    #[test]
    fn the_node_behind_a_script_runs_what_it_is_new_enough_for() {
        let real = folder_with("node", "");
        let real = real.path().join("node");
        let says = |version| {
            let script = format!("printf '{version}\\n{}\\n'", real.display());
            let folder = folder_with("node", &script);
            find(folder.path().as_os_str()).expect("it is there")
        };
        let node = says("20.1.2");
        assert_eq!((node.version, &node.program), ((20, 1), &real));
        assert_eq!(suits(&node, &NODE), Ok(()));
        let why = suits(&says("16.20.0"), &NODE).expect_err("it is too old");
        assert_eq!(
            why,
            "needs Node 18.0 or newer, and node is 16.20: install a newer one, or run \
             `compare peers --all`"
        );
    }

    #[test]
    fn one_that_is_missing_or_does_not_work_is_a_line() {
        let empty = tempfile::tempdir().expect("a folder");
        let why = find(empty.path().as_os_str()).expect_err("there is none");
        assert!(why.contains("there is no node on the PATH"), "{why}");
        for script in ["exit 1", "echo 20", "printf '20.1\\n/nowhere\\n'"] {
            let odd = folder_with("node", script);
            let why = find(odd.path().as_os_str()).expect_err("it is none");
            assert!(why.contains("node does not work"), "{script}: {why}");
            assert_eq!(why.lines().count(), 1);
        }
    }
}
