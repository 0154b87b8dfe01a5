//! Compiles the counting allocator that `compare why` has trials load.
//!
//! It is a library of its own and no dependency, since linked into the program it would
//! count, and cost, in every command.

use std::{env, fs, path::PathBuf, process::Command};

const SOURCE: &str = "preload/allocations.rs";

fn main() {
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-env-changed=RUSTC");
    let variable = |name| env::var(name).unwrap_or_default();
    let library = PathBuf::from(variable("OUT_DIR")).join("allocations.so");
    // Empty where there is none; the command says so.
    fs::write(&library, []).expect("cargo's directory can be written");
    // Other libraries than glibc have other names for what it calls.
    let is_glibc = variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    if !is_glibc {
        return;
    }
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC for build scripts");
    let mut command = Command::new(rustc);
    command
        .args([
            "--edition",
            "2024",
            "-O",
            "-C",
            "panic=abort",
            "-D",
            "warnings",
        ])
        .args(["--target", &variable("TARGET"), SOURCE, "-o"])
        .arg(&library);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        command.args(["-C", &format!("linker={linker}")]);
    }
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let first = said.lines().next().unwrap_or_default();
            println!("cargo::warning=no counting allocator: {first}");
        }
        Err(error) => println!("cargo::warning=no counting allocator: {error}"),
    }
}
