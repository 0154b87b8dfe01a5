//! The lines of a `Cargo.toml` that a lesson needs, with the versions that this workspace
//! was built with.

use test_fixtures::Package;

/// The manifest that requires each package once.
const MANIFEST: &str = include_str!("../../../Cargo.toml");
/// Packages that have no default features, so that the line need not turn them off.
const WITHOUT_DEFAULTS: &[&str] = &["tokio", "tokio-util"];

/// `tokio = { version = "1.54.1", features = ["rt", "sync"] }`; none of a package that the
/// workspace doesn't have.
pub(crate) fn line(package: &Package<'_>) -> Option<String> {
    let name = package.name;
    let required = required(MANIFEST, name)?;
    let mut features = required.features;
    for feature in &package.features {
        if !features.contains(feature) {
            features.push(feature);
        }
    }
    let mut fields = vec![format!("version = {:?}", required.version)];
    if !required.has_defaults && !WITHOUT_DEFAULTS.contains(&name) {
        fields.push("default-features = false".to_owned());
    }
    if !features.is_empty() {
        fields.push(format!("features = {features:?}"));
    }
    Some(match &*fields {
        [_] => format!("{name} = {:?}", required.version),
        fields => format!("{name} = {{ {} }}", fields.join(", ")),
    })
}

/// What the workspace requires of a package.
#[derive(Debug, PartialEq, Eq)]
struct Required<'a> {
    version: &'a str,
    has_defaults: bool,
    features: Vec<&'a str>,
}

/// A requirement is a line, `name = "1"` or `name = { version = "1", … }`.
fn required<'a>(manifest: &'a str, name: &str) -> Option<Required<'a>> {
    let (_, section) = manifest.split_once("\n[workspace.dependencies]\n")?;
    let section = section.split("\n[").next()?;
    let of_package = |line: &'a str| line.strip_prefix(name)?.strip_prefix(" = ");
    let value = section.lines().find_map(of_package)?;
    let field = |key: &str| Some(value.split_once(key)?.1);
    let table = field("version = ").unwrap_or(value);
    let features = field("features = [").and_then(|list| list.split(']').next());
    Some(Required {
        version: quoted(table).next()?,
        has_defaults: !value.contains("default-features = false"),
        features: features.map_or(Vec::new(), |list| quoted(list).collect()),
    })
}

/// What stands between quotation marks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use std::{env, process::Command};

    use serde_json::Value;

    use super::*;

    #[test]
    fn a_requirement_is_read_as_it_is_written() {
        let manifest = "[workspace]\n\n[workspace.dependencies]\n# smol = \"0\"\n\
            smol-hyper = \"0.1\"\nsmol = \"2.0.2\"\n\
            surf = { version = \"2.3\", default-features = false, features = [\"a\", \"b\"] }\n\
            here = { path = \"here\" }\n\n[profile.dev]\nrayon = \"9\"\n";
        let plain = |version| Required {
            version,
            has_defaults: true,
            features: Vec::new(),
        };
        assert_eq!(required(manifest, "smol"), Some(plain("2.0.2")));
        assert_eq!(required(manifest, "smol-hyper"), Some(plain("0.1")));
        let surf = required(manifest, "surf").expect("it is there");
        assert_eq!((surf.version, surf.has_defaults), ("2.3", false));
        assert_eq!(surf.features, ["a", "b"]);
        assert_eq!(required(manifest, "rayon"), None);
    }

    #[test]
    fn a_line_says_what_compiles() {
        let line = |name, features: &[&'static str]| {
            let features = features.to_vec();
            line(&Package { name, features }).expect("the workspace has it")
        };
        let tokio = line("tokio", &["rt", "sync"]);
        assert!(
            tokio.starts_with("tokio = { version = \"1.")
                && tokio.ends_with("\", features = [\"rt\", \"sync\"] }"),
            "{tokio}"
        );
        let futures = line("futures-util", &["std", "sink"]);
        let all = "default-features = false, features = [\"std\", \"sink\"] }";
        assert!(futures.ends_with(all), "{futures}");
        assert!(line("rayon", &[]).starts_with("rayon = \"1."));
    }

    /// Cargo knows which packages have default features.
    #[test]
    fn nothing_is_left_out_that_matters() {
        let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
            .args(["metadata", "--format-version", "1", "--offline"])
            // What only other platforms need was perhaps never downloaded.
            .args(["--filter-platform", "host-tuple"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        for name in WITHOUT_DEFAULTS {
            let version = required(MANIFEST, name).expect("it is required").version;
            let package = packages
                .iter()
                .find(|one| one["name"] == *name && one["version"] == version);
            let package = package.expect("it is in the lock file");
            let defaults = package["features"]["default"].as_array();
            assert!(defaults.is_none_or(Vec::is_empty), "{name}");
        }
    }
}
