//! The machine and the versions that results were made with.

use std::{collections::BTreeMap, fs, process::Command, time::Duration};

use serde::{Deserialize, Serialize};
use test_fixtures::{Runner, run_helper, tell};

use crate::{foreign::Foreign, model::Contestant};

/// The lock file that this program was built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// How long a program may take to print its version.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// The packages whose versions belong to a result.
pub const PACKAGES: &[&str] = &[
    "arc-swap",
    "async-lock",
    "async-process",
    "async-std",
    "compio",
    "crossbeam-channel",
    "crossfire",
    "flume",
    "futures-concurrency",
    "futures-util",
    "hyper",
    "hyper-util",
    "iceoryx2",
    "ipc-channel",
    "kanal",
    "memmap2",
    "parking_lot",
    "procspawn",
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
pub struct Host {
    /// The system's name and release.
    pub kernel: String,
    /// As `uname -m` prints it.
    pub architecture: String,
    /// As `/proc/cpuinfo` names it.
    pub processor: String,
    /// Those that this process may use.
    pub cores: usize,
    /// Bytes.
    pub memory: u64,
    /// The load average of the last minute when it began: what the neighbours do.
    pub load: f64,
    /// The output of `rustc --version`.
    pub rustc: String,
    /// `release` or `debug`.
    pub profile: String,
    /// Versions by package.
    pub packages: BTreeMap<String, String>,
}

impl Host {
    /// Warns the user, where this was not built to be measured.
    pub fn warn_of_debug_build(&self) {
        if self.profile == "debug" {
            tell("this is a debug build: its figures mean little; add --release");
        }
    }

    /// This one, with the versions of the languages that these are in.
    pub fn here<'a>(contestants: impl IntoIterator<Item = &'a Contestant>) -> Self {
        let uname = rustix::system::uname();
        let word = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
        let field = |file, name| field(file, name).unwrap_or_else(|| "unknown".into());
        let kilobytes = field("/proc/meminfo", "MemTotal");
        let mut host = Self {
            kernel: format!("{} {}", word(uname.sysname()), word(uname.release())),
            architecture: word(uname.machine()),
            processor: field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: kilobytes.trim_end_matches(" kB").parse().unwrap_or(0) * 1024,
            load: load(),
            rustc: env!("MEASURE_RUSTC").to_owned(),
            profile: env!("MEASURE_PROFILE").to_owned(),
            packages: packages()
                .into_iter()
                .chain(versions(contestants))
                .collect(),
        };
        host.escape();
        host
    }
}

/// The load average of the last minute; 0 where it can't be read.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().and_then(|load| load.parse().ok());
    first.unwrap_or(0.0)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn packages() -> BTreeMap<String, String> {
    let owned = |(name, version): (&str, &str)| (name.to_owned(), version.to_owned());
    let is_shown = |(name, _): &(&str, &str)| PACKAGES.contains(name);
    locked(LOCK).filter(is_shown).map(owned).collect()
}

/// The packages of a lock file, each with its version. Of one that is there twice, the newer
/// is the later. A lock file is blocks of `name = "…"`, then `version = "…"`.
pub fn locked(lock: &str) -> impl DoubleEndedIterator<Item = (&str, &str)> {
    let blocks = lock.split("\n[[package]]\n").skip(1);
    let blocks: Vec<_> = blocks.collect();
    blocks.into_iter().filter_map(|block| {
        let mut lines = block.lines();
        let mut value = |key| Some(lines.next()?.strip_prefix(key)?.trim_matches('"'));
        Some((value("name = ")?, value("version = ")?))
    })
}

/// The versions of Python, Node and Go, and of what the peers in Python stand on, where it
/// is installed. A peer in Go is a program, and knows what it was built with.
fn versions<'a>(
    contestants: impl IntoIterator<Item = &'a Contestant>,
) -> Vec<(String, String)> {
    const ASK: &str = "import platform, sys, importlib.metadata as packages\n\
                       kind = ' free-threaded' * ('free-threading' in sys.version)\n\
                       print('python', platform.python_version() + kind)\n\
                       for package in packages.distributions():\n\
                       \x20 name = package.metadata['Name']\n\
                       \x20 if name in ('aiohttp', 'numpy', 'uvloop'):\n\
                       \x20   print(name, package.version)";
    const ASK_NODE: &str = "'node ' + process.versions.node";
    let peers = contestants.into_iter().filter_map(|one| match &one.runner {
        Ok(Runner::Peer(words)) => Some((&*one.runtime, words.first()?)),
        _ => None,
    });
    let peers: BTreeMap<_, _> = peers.collect();
    let mut versions = Vec::new();
    for (language, program) in peers {
        let mut ask = Command::new(program);
        match language {
            "python" => ask.args(["-c", ASK]),
            "node" => ask.args(["-p", ASK_NODE]),
            "go" => ask.arg("--version"),
            _ => continue,
        };
        // Without an answer there are no versions; its peers report what is wrong.
        let text = run_helper(&ask, ANSWERS_WITHIN).unwrap_or_default();
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        versions
            .extend(pairs.map(|(name, version)| (name.to_owned(), version.to_owned())));
    }
    versions
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
