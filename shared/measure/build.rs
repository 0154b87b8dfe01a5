//! Passes the compiler's version to the program, which keeps it with its results.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-env-changed=RUSTC");
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC for build scripts");
    let version = match Command::new(rustc).arg("--version").output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => format!("unknown: {error}"),
    };
    let profile = env::var("PROFILE").expect("cargo sets PROFILE for build scripts");
    println!("cargo::rustc-env=MEASURE_RUSTC={version}");
    println!("cargo::rustc-env=MEASURE_PROFILE={profile}");
}
