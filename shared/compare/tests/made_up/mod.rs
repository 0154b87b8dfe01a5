//! Made-up results in files, and what `compare` makes of them.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::{Value, json};
use test_fixtures::temporary::TemporaryDir;

pub(crate) fn compare<I: AsRef<std::ffi::OsStr>>(args: &[I]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(args)
        .output()
        .expect("compare starts")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text on standard output")
}

/// Misuse: exit 2, one line on standard error that has these words.
#[track_caller]
pub(crate) fn assert_misuse(output: &Output, words: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(words), "no {words:?} in: {stderr}");
}

/// Files in a directory of their own.
pub(crate) struct Files(TemporaryDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(TemporaryDir::new().expect("a temporary directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, json: &Value) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, json.to_string()).expect("it can be written");
        path
    }
}

/// A row whose six samples lie around `millis` milliseconds and `megabytes` megabytes.
pub(crate) fn row(name: &str, millis: u64, megabytes: u64) -> Value {
    let samples: Vec<Value> = (0..6_u64)
        .map(|round| {
            let off = 100 + [2, 0, 1, 3, 1, 2][round as usize];
            json!({
                "round": round,
                "nanos": millis * 10_000 * off,
                "usage": {"user_nanos": 1, "system_nanos": 1,
                    "voluntary_switches": 1, "involuntary_switches": 1},
                "memory": {"before": 1, "peak": megabytes * 10_000 * off},
                "facts": {"seen": [{"name": "ok", "value": 4, "of": 4}]},
            })
        })
        .collect();
    let ratio = |median: f64| json!({"median": median, "interval": [median, median]});
    let to_reference = millis as f64 / 100.0;
    json!({
        "name": name, "kind": "variant", "about": "", "legacy": false,
        "samples": samples, "failures": {}, "deviations": {},
        "summary": {
            "time": ratio(millis as f64 * 1e6),
            "to_floor": ratio(millis as f64 / 50.0),
            "to_reference": (name != "base").then(|| ratio(to_reference)),
            "verdict": (name != "base").then_some(match to_reference {
                ratio if ratio < 0.95 => "faster",
                ratio if ratio > 1.05 => "slower",
                _ => "tie",
            }),
            "cpu": 2.0, "memory": megabytes as f64 * 1.01e6, "switches": 2.0,
        },
    })
}

/// Results of a made-up machine, with a reference that takes 100 ms.
pub(crate) fn results(rows: &[Value]) -> Value {
    let mut control = row("base again", 100, 10);
    control["kind"] = json!("control");
    let mut all = vec![row("base", 100, 10), control];
    all.extend(rows.iter().cloned());
    json!({
        "version": 1, "command": ["compare"], "started": 0, "interrupted": false,
        "host": {"kernel": "Linux 6", "architecture": "x86_64", "processor": "Made-up",
            "cores": 2, "memory": 1, "load": 0.0, "rustc": "rustc 1", "profile": "release",
            "packages": {"tokio": "1.0.0"}},
        "models": [{
            "name": "locks", "about": "", "job": "4 workers", "args": ["--workers", "4"],
            "reference": "base", "rounds": 6, "trials": 1, "seed": 1, "resolution": 1.05,
            "floors": [{"nanos": 50_000_000, "reason": "made up"}],
            "rows": all, "ties": [],
        }],
    })
}
