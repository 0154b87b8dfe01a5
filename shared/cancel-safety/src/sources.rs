//! What the packages' sources say, where they are on this machine, and their versions.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::Method;

/// The lock file, and where cargo keeps the sources that it names.
#[derive(Debug)]
pub struct Sources {
    lock: String,
    registries: Vec<PathBuf>,
}

impl Sources {
    /// Those of the workspace below `root`.
    ///
    /// # Errors
    /// There is no lock file.
    pub fn of(root: &Path) -> Result<Sources> {
        let lock = root.join("Cargo.lock");
        let lock = fs::read_to_string(&lock)
            .with_context(|| format!("{} can't be read", lock.display()))?;
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
        let registries =
            home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
        let registries = registries.into_iter().flatten();
        let registries = registries.filter_map(|entry| Some(entry.ok()?.path()));
        Ok(Sources {
            lock,
            registries: registries.collect(),
        })
    }

    /// The locked version of a package that this one depends on, or smol, or the executor.
    /// Of some packages there are two, and the lock file says who has which.
    ///
    /// # Errors
    /// None of them depends on it.
    pub fn version(&self, package: &str) -> Result<&str> {
        let dependents = ["cancel-safety", "smol", "async-executor"];
        let mut dependencies = dependents
            .iter()
            .filter_map(|name| self.block(name))
            .flat_map(|block| block.lines())
            .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
        let found = dependencies.find_map(|dependency| {
            let (name, version) = dependency.split_once(' ').unwrap_or((dependency, ""));
            (name == package).then_some(version)
        });
        let version = found.with_context(|| format!("nothing depends on {package}"))?;
        if !version.is_empty() {
            return Ok(version);
        }
        let block = self
            .block(package)
            .with_context(|| format!("no {package}"))?;
        let version = block
            .lines()
            .find_map(|line| line.strip_prefix("version = "));
        Ok(version
            .context("a package without a version")?
            .trim_matches('"'))
    }

    /// A package's part of the lock file.
    fn block(&self, package: &str) -> Option<&str> {
        let name = format!("\nname = \"{package}\"\n");
        self.lock
            .split("[[package]]")
            .find(|block| block.starts_with(&name))
    }

    /// What is documented at a method's place, on one line. None where the source is not
    /// on this machine.
    ///
    /// # Errors
    /// The place is not there.
    pub fn documentation(&self, method: &Method) -> Result<Option<String>> {
        let version = self.version(method.package)?;
        let package = format!("{}-{version}", method.package);
        let mut directories = self.registries.iter().map(|it| it.join(&package));
        let Some(directory) = directories.find(|it| it.is_dir()) else {
            return Ok(None);
        };
        let (file, item) = method.place;
        let path = directory.join(file);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{} can't be read", path.display()))?;
        Ok(Some(documentation(&text, item).with_context(|| {
            format!("{}: {item:?} in {}", method.name, path.display())
        })?))
    }
}

fn documentation(text: &str, item: &str) -> Result<String> {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    if item == "//!" {
        let words = lines.iter().filter_map(|line| line.strip_prefix("//!"));
        return Ok(joined(words));
    }
    let place = lines.iter().position(|line| line.starts_with(item));
    let place = place.context("is not there")?;
    let above: Vec<_> = lines[..place]
        .iter()
        .rev()
        .take_while(|line| line.starts_with("///") || line.starts_with("#["))
        .filter_map(|line| line.strip_prefix("///"))
        .collect();
    Ok(joined(above.into_iter().rev()))
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::documentation;

    #[test]
    fn documentation_is_what_stands_above() {
        let text = "//! A file\n//! of it.\n\n/// Other.\npub fn other() {}\n\
            \n    /// Takes,\n    /// and gives.\n    #[must_use]\n    pub async fn recv(&self)";
        let above = documentation(text, "pub async fn recv(").expect("it is there");
        assert_eq!(above, "Takes, and gives.");
        let file = documentation(text, "//!").expect("it is there");
        assert_eq!(file, "A file of it.");
        assert!(documentation(text, "pub fn nonesuch").is_err());
    }
}
