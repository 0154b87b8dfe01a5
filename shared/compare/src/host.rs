//! The machine and the versions that results were made with.

use std::{collections::BTreeMap, fs, process::Command};

use serde::{Deserialize, Serialize};

use test_fixtures::{Runner, tell};

use crate::{models::MODELS, noise};

/// The lock file that this program was built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// The packages whose versions belong to a result.
const PACKAGES: &[&str] = &[
    "async-lock",
    "async-process",
    "async-std",
    "crossbeam-channel",
    "futures-util",
    "hyper",
    "hyper-util",
    "memmap2",
    "parking_lot",
    "rayon",
    "reqwest",
    "rustls",
    "smol",
    "surf",
    "tokio",
    "tokio-util",
    "ureq",
];

/// The machine and the versions that results were made with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Host {
    pub(crate) kernel: String,
    pub(crate) architecture: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    /// Bytes.
    pub(crate) memory: u64,
    /// The load average of the last minute when it began: what the neighbours do.
    pub(crate) load: f64,
    pub(crate) rustc: String,
    pub(crate) profile: String,
    pub(crate) packages: BTreeMap<String, String>,
}

impl Host {
    /// Says so, where this was not built to be measured.
    pub(crate) fn warn_of_debug_build(&self) {
        if self.profile == "debug" {
            tell("this is a debug build: its figures mean little; add --release");
        }
    }

    /// This one.
    pub(crate) fn here() -> Self {
        let uname = rustix::system::uname();
        let word = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
        let field = |file, name| field(file, name).unwrap_or_else(|| "unknown".into());
        let kilobytes = field("/proc/meminfo", "MemTotal");
        Self {
            kernel: format!("{} {}", word(uname.sysname()), word(uname.release())),
            architecture: word(uname.machine()),
            processor: field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: kilobytes.trim_end_matches(" kB").parse().unwrap_or(0) * 1024,
            load: noise::load(),
            rustc: env!("COMPARE_RUSTC").to_owned(),
            profile: env!("COMPARE_PROFILE").to_owned(),
            packages: packages().into_iter().chain(of_peers()).collect(),
        }
    }
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// A lock file is blocks of `name = "…"`, then `version = "…"`.
fn packages() -> BTreeMap<String, String> {
    let value =
        |line: &str, key| Some(line.strip_prefix(key)?.trim_matches('"').to_owned());
    let lines: Vec<&str> = LOCK.lines().collect();
    lines
        .windows(2)
        .filter_map(|pair| {
            let name = value(pair[0], "name = ")?;
            let version = value(pair[1], "version = ")?;
            PACKAGES.contains(&&*name).then_some((name, version))
        })
        .collect()
}

/// The versions of Python and of what its peers stand on, where they are installed.
fn of_peers() -> Vec<(String, String)> {
    const ASK: &str = "import platform, importlib.metadata as packages\n\
                       print('python', platform.python_version())\n\
                       print('aiohttp', packages.version('aiohttp'))\n\
                       print('numpy', packages.version('numpy'))";
    let contestants = MODELS.iter().flat_map(|model| model.contestants());
    let mut pythons = contestants.filter_map(|one| match one.runner {
        Ok(Runner::Peer(words)) => words.into_iter().next(),
        _ => None,
    });
    let Some(python) = pythons.next() else {
        return Vec::new();
    };
    let answer = Command::new(python).args(["-c", ASK]).output();
    let text = answer.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned());
    let text = text.unwrap_or_default();
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_package_has_a_version() {
        let found = super::packages();
        for name in super::PACKAGES {
            assert!(found.contains_key(*name), "{name} is not in Cargo.lock");
        }
    }
}
