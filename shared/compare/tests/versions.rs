//! `--versions`, with a cargo that compiles nothing: which builds it is asked for, and what
//! becomes of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use test_fixtures::temporary::TemporaryDir;

/// A cargo that adds to the lock file what was to be resolved, and for a model's binary has a
/// script that runs `compare model`. tokio-util does not compile in the version that is first
/// taken.
const CARGO: &str = r#"#!/bin/sh
word=$1
while [ $# -gt 1 ]; do
    [ "$1" = --manifest-path ] && manifest=$2
    shift
done
folder=${manifest%/*}
add() { printf '\n[[package]]\nname = "%s"\nversion = "%s"\n' "$1" "$2" >> "$folder/Cargo.lock"; }
if [ "$word" = tree ]; then
    version=$(sed -n 's/^rayon = "=\(.*\)"$/\1/p' "$manifest")
    [ "$version" = 0.0.3 ] && { echo 'error: failed to select a version for rayon' >&2; exit 101; }
    add rayon "$version"
    grep -q 'name = "tokio-util"' "$folder/Cargo.lock" || add tokio-util 0.7.1
    exit
fi
if ! grep -q '^tokio-util = .*<' "$manifest"; then
    echo 'error[E0603]: function is private' >&2
    echo 'error: could not compile `tokio-util` (lib) due to 1 previous error' >&2
    exit 101
fi
mkdir -p "$CARGO_TARGET_DIR/debug" "$CARGO_TARGET_DIR/release"
for kind in debug release; do
    printf '#!/bin/sh\n[ "$1" = guard ] && exec "%s" "$@"\nexec "%s" model locks "$@"\n' \
        "$COMPARE" "$COMPARE" > "$CARGO_TARGET_DIR/$kind/locks"
    chmod +x "$CARGO_TARGET_DIR/$kind/locks"
done
"#;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The folders of versions that there are not: they are gone when this is dropped.
struct Builds(Vec<PathBuf>);

impl Builds {
    fn of(versions: &[&str]) -> Self {
        let folder = |version: &&str| {
            Path::new(ROOT)
                .join("target/versions")
                .join(format!("rayon-{version}"))
        };
        Self(versions.iter().map(folder).collect())
    }
}

impl Drop for Builds {
    fn drop(&mut self) {
        for folder in &self.0 {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn compare(folder: &Path, words: &str) -> Output {
    use std::os::unix::fs::PermissionsExt;
    let cargo = folder.join("cargo");
    fs::write(&cargo, CARGO).expect("it can be written");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&cargo, executable).expect("it can be changed");
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command
        .args(words.split(' '))
        .arg("--out")
        .arg(folder.join("out"));
    command
        .env("CARGO", cargo)
        .env("COMPARE", env!("CARGO_BIN_EXE_compare"));
    command.output().expect("compare starts")
}

#[test]
fn each_version_is_a_row_of_its_own_build() {
    let builds = Builds::of(&["0.0.1", "0.0.2"]);
    let folder = TemporaryDir::new().expect("a temporary directory");
    let words = "locks --versions rayon=0.0.1,0.0.2 --reference rayon@0.0.2 --rounds 2 \
                 --workers 2 --increments 100";
    let output = compare(folder.path(), words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("building locks with rayon 0.0.1\n"), "{said}");
    assert!(
        said.contains("rayon 0.0.2 comes with tokio-util 0.7.1\n"),
        "{said}"
    );
    let json = fs::read(folder.path().join("out/results.json")).expect("results");
    let json: Value = serde_json::from_slice(&json).expect("whole JSON");
    let model = &json["models"][0];
    assert_eq!(model["reference"], "rayon@0.0.2");
    let rows = model["rows"].as_array().expect("rows");
    let names: Vec<_> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!(names, ["rayon@0.0.1", "rayon@0.0.2", "rayon@0.0.2 again"]);
    for row in rows {
        assert_eq!(row["samples"].as_array().map(Vec::len), Some(2), "{row}");
    }
    let about = rows[0]["about"].as_str().expect("a text");
    assert!(
        about.ends_with(", with rayon 0.0.1, tokio-util 0.7.1"),
        "{about}"
    );
    // The first tokio-util that was taken was refused; this is the one after it.
    let manifest =
        fs::read_to_string(builds.0[0].join("Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("\"0.7, <0.7.20\""), "{manifest}");
}

#[test]
fn what_cargo_refuses_is_one_line() {
    let _builds = Builds::of(&["0.0.3"]);
    let folder = TemporaryDir::new().expect("a temporary directory");
    let output = compare(folder.path(), "locks --versions rayon=0.0.3");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    let wanted = "compare: locks can't be built with rayon 0.0.3: exit code 101: error: failed to \
                  select a version for rayon\n";
    assert!(said.ends_with(wanted), "{said}");
    assert!(!folder.path().join("out/results.json").exists());
}

#[test]
fn what_can_not_be_compared_is_refused() {
    let refused = |words: &str, why: &str| {
        let folder = TemporaryDir::new().expect("a temporary directory");
        let output = compare(folder.path(), words);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(why), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    };
    refused("--versions rayon=0.0.4", "--versions needs a model");
    let both = "locks --versions rayon=0.0.4 --versions tokio=0.0.4";
    refused(both, "one package at a time");
    refused(
        "locks --versions rayn=0.0.4",
        "nothing here requires \"rayn\"; did you mean rayon?",
    );
    refused(
        "locks --versions memmap2=0.0.4",
        "no function of locks names memmap2",
    );
    refused(
        "locks --versions rayon=0.0.4 --reference tokyo",
        "did you mean tokio?",
    );
}
