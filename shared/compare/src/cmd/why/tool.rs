//! The tools that count what a trial does, and how their counts are read.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use test_fixtures::{ALLOCATIONS, Allocations, CLOCKED};

/// The allocator that is loaded before a program; empty where none could be compiled.
const ALLOCATOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/allocations.so"));
/// In the trial's directory: the allocator, the file that it counts into, and what strace
/// writes.
const LIBRARY: &str = "allocations.so";
const COUNTS: &str = "allocations";
const SUMMARY: &str = "strace";
/// What callgrind's files begin with: one for each process, and for each time that it
/// reported.
const PROFILE: &str = "callgrind";

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Strace,
    Allocator,
    Callgrind,
}

/// What one trial did, by the names that the table and JSON have.
pub(super) type Counts = BTreeMap<String, u64>;

/// The names that aren't those of system calls, which have none with a space.
pub(super) const SYSTEM_CALLS: &str = "system calls";
pub(super) const INSTRUCTIONS: &str = "all instructions";
pub(super) const ALLOCATED: &str = "all allocations";
pub(super) const BYTES: &str = "allocated bytes";
/// Processes whose instructions are not known, as something killed them.
pub(super) const KILLED: &str = "killed processes";

impl Tool {
    pub(super) const ALL: [Self; 3] = [Self::Strace, Self::Allocator, Self::Callgrind];

    /// What it counts.
    pub(super) fn counts(self) -> &'static str {
        match self {
            Self::Strace => "system calls",
            Self::Allocator => "allocations",
            Self::Callgrind => "instructions",
        }
    }

    /// Why it can't be used here, and what to do.
    pub(super) fn missing(self) -> Option<String> {
        let what = self.counts();
        let program = match self {
            Self::Strace => "strace",
            Self::Callgrind => "valgrind",
            Self::Allocator => {
                return ALLOCATOR.is_empty().then(|| {
                    format!("{what} are left out: their allocator needs glibc")
                });
            }
        };
        (!is_installed(program)).then(|| {
            format!(
                "{what} are left out: {program} is not installed; on Debian, apt-get \
                 install {program}"
            )
        })
    }

    /// The words before a program's own that have it counted, with files in an empty
    /// directory.
    ///
    /// # Errors
    /// The directory can't be written.
    pub(super) fn words(self, directory: &Path) -> Result<Vec<OsString>> {
        let option = |name: &str, path: PathBuf| {
            let mut option = OsString::from(name);
            option.push(path);
            option
        };
        Ok(match self {
            Self::Strace => {
                let mut words: Vec<OsString> =
                    ["strace", "-f", "-c", "-o"].map(Into::into).into();
                words.push(directory.join(SUMMARY).into());
                words
            }
            Self::Allocator => {
                let (library, counts) = (directory.join(LIBRARY), directory.join(COUNTS));
                fs::write(&library, ALLOCATOR)?;
                Allocations::prepare(&counts)?;
                vec![
                    "env".into(),
                    option("LD_PRELOAD=", library),
                    option(&format!("{ALLOCATIONS}="), counts),
                ]
            }
            Self::Callgrind => {
                let mut words: Vec<OsString> = [
                    "valgrind",
                    "-q",
                    "--tool=callgrind",
                    "--trace-children=yes",
                    // One that is killed would leave its pipes in TMPDIR.
                    "--vgdb=no",
                    // A thread that spins would keep the others waiting for its turn.
                    "--fair-sched=try",
                ]
                .map(Into::into)
                .into();
                words.push(format!("--zero-before={CLOCKED}").into());
                words.push(format!("--dump-after={CLOCKED}").into());
                let files = directory.join(format!("{PROFILE}.%p"));
                words.push(option("--callgrind-out-file=", files));
                words
            }
        })
    }

    /// What it has counted of a trial that was whole.
    ///
    /// # Errors
    /// It has left nothing that can be read.
    pub(super) fn read(self, directory: &Path) -> Result<Counts> {
        match self {
            Self::Strace => {
                let summary = fs::read_to_string(directory.join(SUMMARY))
                    .context("what strace has counted")?;
                Ok(calls(&summary))
            }
            Self::Allocator => {
                let allocations = Allocations::read(&directory.join(COUNTS))?;
                let allocations = allocations.context(
                    "nothing was counted: the program loads no allocator (LD_PRELOAD)",
                )?;
                Ok(Counts::from([
                    (ALLOCATED.to_owned(), allocations.count),
                    (BYTES.to_owned(), allocations.bytes),
                ]))
            }
            Self::Callgrind => {
                let files = fs::read_dir(directory)?;
                let texts = files
                    .map(|file| Ok(fs::read_to_string(file?.path())?))
                    .collect::<Result<Vec<_>>>()?;
                ensure!(!texts.is_empty(), "callgrind has left no profile");
                // callgrind makes its file at once, and writes it at the end.
                let (empty, whole): (Vec<_>, Vec<_>) =
                    texts.iter().partition(|text| text.is_empty());
                let all = instructions(whole.into_iter().map(String::as_str))?;
                Ok(Counts::from([
                    (INSTRUCTIONS.to_owned(), all),
                    (KILLED.to_owned(), empty.len() as u64),
                ]))
            }
        }
    }
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The system calls in a summary of strace's: each by its name, and all of them.
fn calls(summary: &str) -> Counts {
    let mut counts = Counts::from([(SYSTEM_CALLS.to_owned(), 0)]);
    for line in summary.lines() {
        // Per cent, seconds, microseconds a call, calls, errors if there were any, name.
        let words: Vec<&str> = line.split_whitespace().collect();
        let (Some(calls), Some(name)) =
            (words.get(3), words.get(4..).and_then(<[_]>::last))
        else {
            continue;
        };
        let Ok(calls) = calls.parse::<u64>() else {
            continue;
        };
        if *name != "total" {
            *counts.entry((*name).to_owned()).or_default() += calls;
            *counts.entry(SYSTEM_CALLS.to_owned()).or_default() += calls;
        }
    }
    counts
}

/// The instructions in callgrind's files of a trial: what the clock of a process saw, and
/// all of a process that has no such clock, as a worker.
fn instructions<'a>(files: impl Iterator<Item = &'a str>) -> Result<u64> {
    struct Part {
        process: String,
        is_clocked: bool,
        count: u64,
    }
    let part = |text: &str| {
        let field = |name: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(name).map(str::trim))
        };
        Some(Part {
            process: field("pid:")?.to_owned(),
            is_clocked: field("desc: Trigger:")?.starts_with("--dump-after"),
            count: field("totals:")?.split_whitespace().next()?.parse().ok()?,
        })
    };
    let parts: Option<Vec<Part>> = files.map(part).collect();
    let parts = parts.context("what callgrind has counted is not in its format")?;
    let is_clocked = |process: &str| {
        let mut its = parts.iter().filter(|part| part.process == process);
        its.any(|part| part.is_clocked)
    };
    let counts = parts
        .iter()
        .filter(|part| part.is_clocked || !is_clocked(&part.process));
    Ok(counts.map(|part| part.count).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_calls_by_name_and_no_total() {
        let summary = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000060           2        30           write
 40.00    0.000040           1        40         7 futex
------ ----------- ----------- --------- --------- ----------------
100.00    0.000100           1        70         7 total
";
        let counts = calls(summary);
        assert_eq!(counts[SYSTEM_CALLS], 70);
        assert_eq!((counts["write"], counts["futex"]), (30, 40));
        assert_eq!(counts.len(), 3);
        assert_eq!(calls("")[SYSTEM_CALLS], 0);
    }

    #[test]
    fn what_the_clock_saw_is_counted_and_all_of_a_worker() {
        let file = |pid: u32, trigger: &str, totals: u64| {
            format!(
                "pid: {pid}\ndesc: Trigger: {trigger}\nevents: Ir\ntotals: {totals}\n"
            )
        };
        let files = [
            file(7, "--dump-after=a::clocked_run", 1000),
            file(7, "Program termination", 99),
            file(8, "Program termination", 500),
        ];
        let all = instructions(files.iter().map(String::as_str));
        assert_eq!(all.expect("whole"), 1500);
        assert!(instructions(std::iter::once("pid: 7\n")).is_err());
    }
}
