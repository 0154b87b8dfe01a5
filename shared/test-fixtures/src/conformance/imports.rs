//! What a peer declares that it needs, held against what it imports.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::Peer;

/// What peers share.
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// What `compare peers` installs.
const REQUIREMENTS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../requirements.txt"
));

/// The oldest Python that all of it is made for: NumPy's 2.4.
const OLDEST_FOR_PACKAGES: (u32, u32) = (3, 11);

/// The modules of Python's standard library that peers import; one more is added here.
const STANDARD: &[&str] = &[
    "array",
    "asyncio",
    "concurrent",
    "contextlib",
    "email",
    "errno",
    "functools",
    "hashlib",
    "http",
    "io",
    "itertools",
    "json",
    "mmap",
    "multiprocessing",
    "os",
    "pathlib",
    "queue",
    "random",
    "re",
    "select",
    "signal",
    "socket",
    "ssl",
    "stat",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "weakref",
];

/// What begins a line, or stands in it, that an older Python does not have.
const NEWER: &[(&str, (u32, u32))] = &[
    ("asyncio.TaskGroup", (3, 11)),
    ("asyncio.timeout", (3, 11)),
    ("except*", (3, 11)),
    ("match ", (3, 10)),
];

/// Holds a peer's declaration against its script and the files beside it.
pub(super) fn check(peer: &Peer) -> Result<()> {
    if peer.script.ends_with(".mjs") {
        return is_of_node(peer.source);
    }
    if peer.script.ends_with(".go") {
        return is_of_go(peer.source);
    }
    let texts = texts(Path::new(peer.script))?;
    let imports = texts.values().flat_map(|text| imports(text));
    let imports: BTreeSet<&str> =
        imports.filter(|name| !texts.contains_key(*name)).collect();
    let packages: BTreeSet<&str> = imports
        .into_iter()
        .filter(|name| !STANDARD.contains(name))
        .collect();
    let declared = peer.needs.iter().copied().collect();
    ensure!(
        packages == declared,
        "it imports {packages:?} from packages, and declares {declared:?}: correct \
         `needs` of its python_peer!, or STANDARD in {}",
        file!()
    );
    for package in packages {
        let mut pinned = REQUIREMENTS
            .lines()
            .filter_map(|line| line.split_once("=="));
        ensure!(
            pinned.any(|(name, _)| name == package),
            "{package} is not pinned in requirements.txt"
        );
        ensure!(
            crate::peer::MODULES.contains(&package),
            "{package} is not among the MODULES that a Python is asked for"
        );
    }
    let oldest = texts.values().map(|text| oldest(text)).max();
    let oldest = match peer.needs {
        [] => oldest,
        _ => oldest.max(Some(OLDEST_FOR_PACKAGES)),
    };
    ensure!(
        Some(peer.since) >= oldest,
        "it uses what Python has since {oldest:?}, and declares {:?}: correct `since` of \
         its python_peer!",
        peer.since
    );
    Ok(())
}

/// A module in JavaScript imports nothing but what Node has, and files of ours.
fn is_of_node(text: &str) -> Result<()> {
    for line in text.lines() {
        let is_import = line.starts_with("import ") || line.starts_with("} from ");
        let Some(name) = line.split(['"', '\'']).nth(1).filter(|_| is_import) else {
            continue;
        };
        let known = ["node:", "./", "../"];
        ensure!(
            known.iter().any(|known| name.starts_with(known)),
            "{line}: a peer on Node takes nothing from packages"
        );
    }
    Ok(())
}

/// A program in Go imports nothing but its standard library and the module that peers share:
/// the first part of another's path is the name of a host.
fn is_of_go(text: &str) -> Result<()> {
    let imports = text
        .lines()
        .skip_while(|line| !line.starts_with("import "))
        .take_while(|line| *line != ")");
    for line in imports {
        let name = line.split('"').nth(1).unwrap_or_default();
        let host = name.split('/').next().unwrap_or_default();
        ensure!(
            !host.contains('.'),
            "{name}: a peer in Go takes nothing from modules of others"
        );
    }
    Ok(())
}

/// The script and the files of ours that it imports, by the name of their module.
fn texts(script: &Path) -> Result<BTreeMap<String, String>> {
    let folder = script.parent().context("a script is in a folder")?;
    let module = |name: &str| -> Option<PathBuf> {
        let file = format!("{name}.py");
        let places = [folder.join(&file), Path::new(SHARED).join(&file)];
        places.into_iter().find(|place| place.is_file())
    };
    let mut texts = BTreeMap::new();
    let mut open = vec![("__main__".to_owned(), script.to_owned())];
    while let Some((name, path)) = open.pop() {
        let text = fs::read_to_string(&path)?;
        for import in imports(&text) {
            let is_known = texts.contains_key(import);
            let found = module(import).filter(|_| !is_known && import != name);
            open.extend(found.map(|path| (import.to_owned(), path)));
        }
        texts.insert(name, text);
    }
    Ok(texts)
}

/// The first parts of the names of imported modules: `concurrent` of
/// `from concurrent.futures import ThreadPoolExecutor`.
fn imports(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if let Some(modules) = line.strip_prefix("import ") {
            names.extend(modules.split(','));
        } else if let Some((module, _)) = line
            .strip_prefix("from ")
            .and_then(|rest| rest.split_once(" import "))
        {
            names.push(module);
        }
    }
    let first = |name: &'_ str| {
        name.trim()
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
    };
    names
        .into_iter()
        .map(str::trim)
        .map(|name| &name[..first(name).unwrap_or(name.len())])
        .collect()
}

/// The oldest Python that has what is used in a text.
fn oldest(text: &str) -> (u32, u32) {
    let uses = |line: &str, what: &str| match what.ends_with(' ') {
        true => line.trim_start().starts_with(what) && line.ends_with(':'),
        false => line.contains(what),
    };
    let newer = NEWER
        .iter()
        .filter(|(what, _)| text.lines().any(|line| uses(line, what)));
    newer.map(|(_, since)| *since).max().unwrap_or((3, 9))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const PEER: Peer = Peer {
        name: "python",
        about: "made up",
        script: "",
        source: "",
        needs: &[],
        since: (3, 9),
        deviations: &[],
    };

    /// The result of a script with this text.
    fn checked(text: &str, peer: Peer) -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(
            folder.path().join("beside.py"),
            "import numpy as np, os.path\n",
        )?;
        let path = folder.path().join("python.py");
        fs::write(&path, text)?;
        let script: &'static str = path.to_str().context("text")?.to_owned().leak();
        check(&Peer { script, ..peer })
    }

    #[test]
    fn an_import_is_declared_and_a_declared_one_imported() {
        let numpy = Peer {
            needs: &["numpy"],
            since: (3, 11),
            ..PEER
        };
        let asyncio = Peer {
            since: (3, 11),
            ..PEER
        };
        for (text, peer, why) in [
            ("import os, sys\n", PEER, None),
            ("import os, sys\n", numpy, Some("declares {\"numpy\"}")),
            (
                "if 1:\n    from numpy.linalg import norm\n",
                PEER,
                Some("{\"numpy\"}"),
            ),
            ("from beside import f\n", PEER, Some("imports {\"numpy\"}")),
            ("from beside import f\n", numpy, None),
            ("from peer_trial import Trial\n", PEER, None),
            (
                "import aiohttp_outcomes\n",
                asyncio,
                Some("{\"aiohttp\", \"yarl\"}"),
            ),
            ("import this\n", PEER, Some("{\"this\"}")),
            (
                "async with asyncio.TaskGroup():\n",
                PEER,
                Some("since Some((3, 11))"),
            ),
            ("async with asyncio.TaskGroup():\n", asyncio, None),
            ("match error:\n", PEER, Some("since Some((3, 10))")),
            ("# match the rest\n", PEER, None),
            (
                "import numpy\n",
                Peer {
                    since: (3, 9),
                    ..numpy
                },
                Some("(3, 11)"),
            ),
        ] {
            match (checked(text, peer), why) {
                (Ok(()), None) => {}
                (Err(error), Some(why)) => {
                    assert!(error.to_string().contains(why), "{text:?}: {error}");
                }
                (found, _) => panic!("{text:?}: {found:?}"),
            }
        }
        let unpinned = Peer {
            needs: &["httpx"],
            ..numpy
        };
        let error = checked("import httpx\n", unpinned).expect_err("it is not pinned");
        assert!(error.to_string().contains("not pinned"), "{error}");
    }

    #[test]
    fn a_module_of_a_package_is_none_of_nodes() {
        let is_one = |text| is_of_node(text).is_ok();
        assert!(is_one("import { createServer } from \"node:http\";\n"));
        assert!(is_one(
            "import {\n  Trial,\n} from \"../peer_trial.mjs\";\n"
        ));
        assert!(!is_one("import express from \"express\";\n"));
        assert!(!is_one("import \"express\";\n"));
    }

    #[test]
    fn a_module_of_others_is_none_of_gos() {
        let is_one = |text| is_of_go(text).is_ok();
        assert!(is_one(
            "import (\n\t\"net/http\"\n\n\t\"peertrial\"\n)\n\"a.b\"\n"
        ));
        assert!(!is_one("import (\n\t\"golang.org/x/net/netutil\"\n)\n"));
        assert!(!is_one("import \"golang.org/x/net/netutil\"\n"));
    }

    /// Where a Python is there to be asked, and new enough to know.
    #[test]
    fn the_standard_library_has_what_is_taken_for_standard() {
        const ASK: &str = "import sys; print(' '.join(sys.stdlib_module_names))";
        let asked = Command::new("python3").args(["-c", ASK]).output();
        let Some(said) = asked.ok().filter(|output| output.status.success()) else {
            return;
        };
        let said = String::from_utf8_lossy(&said.stdout);
        let known: BTreeSet<&str> = said.split_whitespace().collect();
        for name in STANDARD {
            assert!(
                known.contains(name),
                "{name} is not in the standard library"
            );
        }
    }
}
