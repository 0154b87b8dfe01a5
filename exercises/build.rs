//! With `EXERCISE=at_most_tokio` that hole is compiled alone, so that no other stands in its
//! way; else all are.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-env-changed=EXERCISE");
    println!("cargo::rustc-check-cfg=cfg(alone)");
    for folder in fs::read_dir("src")? {
        let folder = folder?.path();
        if folder.is_dir() {
            for file in fs::read_dir(folder)? {
                let name = stem(&file?.path());
                println!("cargo::rustc-check-cfg=cfg({name})");
            }
        }
    }
    if let Ok(name) = env::var("EXERCISE") {
        println!("cargo::rustc-cfg=alone");
        println!("cargo::rustc-cfg={name}");
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
