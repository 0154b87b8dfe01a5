//! `--versions tokio=1.45.0,1.54.1`: a model that is built once for each version of a package.
//!
//! Each build has a folder below `target/versions`, with links to the workspace's crates, and
//! with a `Cargo.toml` and a lock file of its own. They differ from the workspace's in the
//! version of that package, and in what can't stay as it is beside that version.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use measure::{
    host::{PACKAGES, locked},
    model::{AnyModel, Contestant},
};
use test_fixtures::{Misuse, TrialError, interrupt, run_helper, tell, unknown};

use crate::workspace::workspace;

/// How long a build may take.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// How often a build is tried, each time with an older version of a package beside the one that
/// is asked for.
const TRIES: u32 = 12;

/// The folders of the workspace's crates, and where they are from a build's folder.
const CRATES: [(&str, &str); 2] =
    [("crates", "../../../crates"), ("shared", "../../../shared")];

/// A package, and the versions of it that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    package: String,
    versions: Vec<String>,
}

/// Reads `PACKAGE=VERSION,VERSION`.
pub(crate) fn versions(text: &str) -> Result<Versions, String> {
    let (package, list) = text
        .split_once('=')
        .filter(|(package, _)| !package.trim().is_empty())
        .ok_or("write a package and its versions: tokio=1.45.0,1.54.1")?;
    let mut versions: Vec<String> = Vec::new();
    for version in list.split(',').map(str::trim) {
        if version.contains('=') {
            return Err(format!(
                "one package at a time, or nobody could say which made the difference: \
                 leave out {version}"
            ));
        }
        let mut parts = version
            .split(['-', '+'])
            .next()
            .unwrap_or_default()
            .split('.');
        let is_number = |part: &str| part.parse::<u64>().is_ok();
        if parts.clone().count() != 3 || !parts.all(is_number) {
            return Err(format!("{version:?} is no whole version, such as 1.45.0"));
        }
        if versions.iter().any(|known| known == version) {
            return Err(format!("{version} is there twice"));
        }
        versions.push(version.to_owned());
    }
    Ok(Versions {
        package: package.trim().to_owned(),
        versions,
    })
}

/// Each of these contestants on each version. Peers and programs that the user brought stay
/// as they are. Where no variant was `chosen`, those take part whose function names the
/// package, or that are on the runtime of that name.
pub(crate) fn on_each(
    model: &dyn AnyModel,
    all: Vec<Contestant>,
    asked: &Versions,
    chosen: bool,
) -> Result<Vec<Contestant>> {
    let root = workspace().context("the workspace that this was built from is gone")?;
    let manifest = read(&root.join("Cargo.toml"))?;
    let package = &*asked.package;
    if !requirements(&manifest).any(|(name, _)| name == package) {
        return Err(
            unknown("--versions: nothing here requires", package, PACKAGES).into(),
        );
    }
    let names_it =
        |one: &Contestant| chosen || one.source.is_none() || concerns(one, package);
    let all: Vec<_> = all.into_iter().filter(names_it).collect();
    let model = model.name();
    if all.iter().all(|one| one.is_peer) {
        let why = format!(
            "no function of {model} names {package}: choose variants that use it by the way \
             with --variants"
        );
        return Err(Misuse(why).into());
    }
    interrupt::listen()?;
    let mut builds = Vec::new();
    for version in with_locked(asked, &root)? {
        builds.push(build(&root, &manifest, model, package, &version)?);
    }
    let on_each = |one: Contestant| match one.is_peer {
        true => vec![one],
        false => builds.iter().map(|build| build.of(&one)).collect(),
    };
    Ok(all.into_iter().flat_map(on_each).collect())
}

/// Whether a variant's function names the package, or is on the runtime of that name.
fn concerns(one: &Contestant, package: &str) -> bool {
    let names = |line: &String| line.split(" = ").next() == Some(package);
    let source = one.source.as_ref();
    let is_named = source.is_some_and(|source| source.needs.iter().any(names));
    !one.is_peer && (is_named || one.runtime.replace('_', "-") == package)
}

/// The versions that were asked for. One alone is compared with the workspace's.
fn with_locked(asked: &Versions, root: &Path) -> Result<Vec<String>> {
    let mut versions = asked.versions.clone();
    if let [only] = &*versions {
        let lock = read(&root.join("Cargo.lock"))?;
        let mut locked = locked(&lock).filter(|(name, _)| *name == asked.package);
        let here = locked.next_back().map(|(_, version)| version);
        let here =
            here.with_context(|| format!("{} is not in Cargo.lock", asked.package))?;
        if here == only {
            let why = format!("{here} is the version here: name another one beside it");
            return Err(Misuse(format!("--versions: {why}")).into());
        }
        versions.push(here.to_owned());
    }
    Ok(versions)
}

/// A model's program that was built with one version of a package.
struct Build {
    program: Arc<Path>,
    version: String,
    /// "tokio 1.45.0, tokio-util 0.7.18": what differs from the workspace.
    packages: String,
}

impl Build {
    /// The contestant in this build.
    fn of(&self, one: &Contestant) -> Contestant {
        let mut one = one.clone();
        one.name += &format!("@{}", self.version);
        one.about += &format!(", with {}", self.packages);
        one.program = Some(Arc::clone(&self.program));
        one
    }
}

/// Builds the model with this version. What is as it was is not built again.
fn build(
    root: &Path,
    manifest: &str,
    model: &str,
    package: &str,
    version: &str,
) -> Result<Build> {
    let all = root.join("target/versions");
    let folder = all.join(format!("{package}-{version}"));
    let unprepared = || format!("can't prepare {}", folder.display());
    let workspace = read(&root.join("Cargo.lock"))?;
    let requiring = requiring(manifest, model, package, version);
    prepare(&folder, &requiring, &without(&workspace, package))
        .with_context(unprepared)?;
    let is_asked_for = has_feature(&read(&model_manifest(root, model))?, package);
    tell(format_args!("building {model} with {package} {version}"));
    let cargo = |words: &[&str]| {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        command.args(words).args(["--package", model]);
        command
            .arg("--manifest-path")
            .arg(folder.join("Cargo.toml"));
        if is_asked_for {
            command.args(["--features", package]);
        }
        command.env("CARGO_TARGET_DIR", folder.join("target"));
        // What both builds have in common is built once.
        command.env("CARGO_BUILD_BUILD_DIR", all.join("build"));
        run_helper(&command, LONGEST)
    };
    let profile = match cfg!(debug_assertions) {
        true => "dev",
        false => "release",
    };
    for tries in 1.. {
        // It writes the lock file, and names a version that there is not.
        let built = cargo(&["tree", "--quiet", "--depth", "0"])
            .and_then(|_| cargo(&["build", "--quiet", "--profile", profile]));
        let Err(error) = built else { break };
        // Some packages say that they are content with a version that they don't compile with.
        let older = failing(&error).filter(|name| tries < TRIES && *name != package);
        let is_older = match older {
            Some(name) => older_still(&folder, name).with_context(unprepared)?,
            None => false,
        };
        if !is_older {
            let why = format!("{model} can't be built with {package} {version}");
            return Err(anyhow::Error::from(error).context(why));
        }
    }
    let lock = read(&folder.join("Cargo.lock"))?;
    if !locked(&lock).any(|one| one == (package, version)) {
        bail!("{model} does not use {package}: name a package that it is built with");
    }
    let others = differing(&workspace, &lock, package);
    let mut packages = format!("{package} {version}");
    if !others.is_empty() {
        tell(format_args!("{packages} comes with {}", others.join(", ")));
        packages += &format!(", {}", others.join(", "));
    }
    let kind = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    Ok(Build {
        program: folder.join("target").join(kind).join(model).into(),
        version: version.to_owned(),
        packages,
    })
}

/// Makes the folder of a build, or brings it up to date: its links, and the manifest and the
/// lock file with which it begins.
fn prepare(folder: &Path, manifest: &str, lock: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, place) in CRATES {
        match symlink(place, folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    // Kept beside them, since both are changed where the build needs that.
    let (begun, begins) = (folder.join("begun-with"), format!("{manifest}\n{lock}"));
    if fs::read_to_string(&begun).is_ok_and(|had| had == begins) {
        return Ok(());
    }
    fs::write(folder.join("Cargo.lock"), lock)?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    // Last, so that what was interrupted is done again.
    Ok(fs::write(begun, begins)?)
}

/// The package that did not compile.
fn failing(error: &TrialError) -> Option<&str> {
    let TrialError::Exited { stderr, .. } = error else {
        return None;
    };
    let (_, rest) = stderr.split_once("error: could not compile `")?;
    Some(rest.split_once('`')?.0)
}

/// Has the next build take an older version of a package than the last one did. False if it is
/// none that the workspace requires.
fn older_still(folder: &Path, package: &str) -> Result<bool> {
    let (manifest, lock) = (folder.join("Cargo.toml"), folder.join("Cargo.lock"));
    let (required, had) = (read(&manifest)?, read(&lock)?);
    let requirement = requirements(&required).find(|(name, _)| *name == package);
    let version = locked(&had).find(|(name, _)| *name == package);
    let (Some((_, requirement)), Some((_, version))) = (requirement, version) else {
        return Ok(false);
    };
    let least = requirement.split(", <").next().unwrap_or(requirement);
    let older = with_requirement(&required, package, &format!("{least}, <{version}"));
    fs::write(lock, without(&had, package))?;
    fs::write(manifest, older)?;
    Ok(true)
}

/// The workspace's manifest for this model alone. It requires this version of the package,
/// and of all others any that is compatible with the workspace's: the lock file has them
/// stay where they are, if they can.
fn requiring(manifest: &str, model: &str, package: &str, version: &str) -> String {
    let line = |line: &str| match line.split(" = ").next() {
        Some("members") => format!("members = [\"crates/{model}\"]\n"),
        Some("default-members") => String::new(),
        _ => format!("{line}\n"),
    };
    let alone: String = manifest.lines().map(line).collect();
    let required = requirements(manifest).map(|(name, had)| match name == package {
        true => (name, format!("={version}")),
        false => (name, compatible(had).to_owned()),
    });
    required.fold(alone, |text, (name, version)| {
        with_requirement(&text, name, &version)
    })
}

fn model_manifest(root: &Path, model: &str) -> PathBuf {
    root.join("crates").join(model).join("Cargo.toml")
}

/// Whether a model has this package only with a feature, which has the package's name then.
fn has_feature(manifest: &str, package: &str) -> bool {
    let feature = format!("{package} = [\"dep:{package}\"]");
    manifest.lines().any(|line| line == feature)
}

/// A manifest with another version of a package that it requires.
fn with_requirement(manifest: &str, package: &str, version: &str) -> String {
    let had: BTreeMap<_, _> = requirements(manifest).collect();
    let line = |line: &str| match had.get(package) {
        Some(had) if line.split(" = ").next() == Some(package) => {
            line.replacen(&format!("{had:?}"), &format!("{version:?}"), 1) + "\n"
        }
        _ => format!("{line}\n"),
    };
    manifest.lines().map(line).collect()
}

/// What the workspace requires of packages from outside: each name with its version. A
/// requirement is a line, `name = "1"` or `name = { version = "1", … }`.
fn requirements(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    let (_, section) = manifest
        .split_once("\n[workspace.dependencies]\n")
        .unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    section.lines().filter_map(|line| {
        let (name, value) = line.split_once(" = ")?;
        let version = value.strip_prefix("{ version = ").unwrap_or(value);
        let version = version.strip_prefix('"')?.split('"').next()?;
        Some((name, version))
    })
}

/// The least version that is compatible: `1` of `1.54.1`, `0.7` of `0.7.20`.
fn compatible(version: &str) -> &str {
    let parts = if version.starts_with("0.") { 2 } else { 1 };
    let end = version.match_indices('.').nth(parts - 1);
    &version[..end.map_or(version.len(), |(at, _)| at)]
}

/// A lock file without a package.
fn without(lock: &str, package: &str) -> String {
    const BLOCK: &str = "\n[[package]]\n";
    let name = format!("name = \"{package}\"\n");
    let blocks = lock.split(BLOCK).filter(|block| !block.starts_with(&name));
    blocks.collect::<Vec<_>>().join(BLOCK)
}

/// What had to change with the package: what the workspace has as well, in a version that it
/// has not.
fn differing(workspace: &str, lock: &str, package: &str) -> Vec<String> {
    let here: BTreeSet<_> = locked(workspace).collect();
    let has =
        |name: &str| name != package && here.iter().any(|(other, _)| *other == name);
    let others = locked(lock).filter(|one| !here.contains(one) && has(one.0));
    others
        .map(|(name, version)| format!("{name} {version}"))
        .collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\nmembers = [\"crates/*\", \"shared/*\"]\n\
        default-members = [\"shared/compare\"]\n\n[workspace.dependencies]\n# A remark.\n\
        tokio = { version = \"1.54.1\", default-features = false }\n\
        tokio-util = { version = \"0.7.20\", features = [\"rt\"] }\nbytes = \"1\"\n\
        locks = { path = \"crates/locks\" }\n\n[profile.dev]\ndebug = \"line-tables-only\"\n";

    #[test]
    fn versions_are_whole_and_of_one_package() {
        let read = versions("tokio=1.45.0, 1.54.1-rc.1").expect("they are");
        assert_eq!(read.package, "tokio");
        assert_eq!(read.versions, ["1.45.0", "1.54.1-rc.1"]);
        let refused = |text, why: &str| {
            let said = versions(text).expect_err(text);
            assert!(said.contains(why), "{said}");
        };
        refused("tokio", "write a package and its versions");
        refused("=1.45.0", "write a package and its versions");
        refused("tokio=", "\"\" is no whole version");
        refused("tokio=1.45", "\"1.45\" is no whole version");
        refused("tokio=1.45.x", "is no whole version");
        refused("tokio=1.45.0,1.45.0", "1.45.0 is there twice");
        refused("tokio=1.45.0,hyper=1.5.0", "one package at a time");
    }

    #[test]
    fn a_manifest_requires_that_version_and_what_is_compatible() {
        let wanted = "[workspace]\nmembers = [\"crates/locks\"]\n\n\
            [workspace.dependencies]\n# A remark.\n\
            tokio = { version = \"=1.45.0\", default-features = false }\n\
            tokio-util = { version = \"0.7\", features = [\"rt\"] }\nbytes = \"1\"\n\
            locks = { path = \"crates/locks\" }\n\n[profile.dev]\n\
            debug = \"line-tables-only\"\n";
        assert_eq!(requiring(MANIFEST, "locks", "tokio", "1.45.0"), wanted);
    }

    #[test]
    fn a_package_behind_a_feature_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let manifest =
            read(&model_manifest(&root, "shared-memory")).expect("it is there");
        assert!(has_feature(&manifest, "iceoryx2"));
        assert!(!has_feature(&manifest, "rayon"));
    }

    #[test]
    fn the_next_build_takes_an_older_version_each_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let manifest = requiring(MANIFEST, "locks", "tokio", "1.45.0");
        fs::write(at("Cargo.toml"), manifest).expect("it can be written");
        for (version, bound) in [("0.7.18", "0.7, <0.7.18"), ("0.7.17", "0.7, <0.7.17")] {
            let lock = format!(
                "version = 4\n\n[[package]]\nname = \"tokio\"\nversion = \"1.45.0\"\n\n\
                 [[package]]\nname = \"tokio-util\"\nversion = \"{version}\"\n"
            );
            fs::write(at("Cargo.lock"), lock).expect("it can be written");
            assert!(older_still(folder.path(), "tokio-util").expect("it can be read"));
            let manifest = read(&at("Cargo.toml")).expect("it can be read");
            let mut required = requirements(&manifest);
            assert!(
                required.any(|one| one == ("tokio-util", bound)),
                "{manifest}"
            );
            let lock = read(&at("Cargo.lock")).expect("it can be read");
            assert_eq!(locked(&lock).collect::<Vec<_>>(), [("tokio", "1.45.0")]);
        }
        // Nothing here requires it, so nothing can bound it.
        assert!(!older_still(folder.path(), "socket2").expect("it can be read"));
    }

    #[test]
    fn what_came_along_is_named_and_what_is_new_is_not() {
        let package = |name, version| {
            format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
        };
        let here = package("mio", "1.2.0") + &package("tokio", "1.54.1");
        let there = package("backtrace", "0.3.77")
            + &package("mio", "1.0.4")
            + &package("tokio", "1.45.0");
        assert_eq!(differing(&here, &there, "tokio"), ["mio 1.0.4"]);
    }
}
