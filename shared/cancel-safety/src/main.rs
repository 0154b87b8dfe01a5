//! Drops the futures of the table and prints what came of it: all of them, as the page has
//! it, or those of methods with a name; `--write` writes it into the page.

use std::{env, fs, io, path::Path, process::ExitCode};

use anyhow::{Context, Result, ensure};
use cancel_safety::{Sources, entry, findings, methods, observe, splice};
use printed_text::{print, tell};

const HELP: &str = "\
Drops futures half-way, and prints what became of what they held.

cargo run -p cancel-safety                 every method, as in docs/src/cancel-safety.md
cargo run -p cancel-safety -- recv         methods with `recv` in their name or package
cargo run -p cancel-safety -- --write      writes that page anew
";

fn main() -> ExitCode {
    let result = match env::args().nth(1).as_deref() {
        None => all().and_then(|text| Ok(print(&text)?)),
        Some("--help" | "-h") => print(HELP).map_err(Into::into),
        Some("--write") => all().and_then(|text| write(&text)),
        Some(name) => some(name).and_then(|text| Ok(print(&text)?)),
    };
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    let is_gone = |it: &io::Error| it.kind() == io::ErrorKind::BrokenPipe;
    // A reader that has left is nothing to make noise about.
    if !error.downcast_ref().is_some_and(is_gone) {
        tell(format_args!("error: {error:#}"));
    }
    ExitCode::FAILURE
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn all() -> Result<String> {
    let mut observed = Vec::new();
    for method in methods() {
        observed.push((method, observe(method).map_err(anyhow::Error::msg)?));
    }
    findings(&observed, &Sources::of(root())?)
}

fn some(name: &str) -> Result<String> {
    let sources = Sources::of(root())?;
    let mut text = String::new();
    for method in methods() {
        if method.name.contains(name) || method.package.contains(name) {
            let seen = observe(method).map_err(anyhow::Error::msg)?;
            text += &entry(method, &seen, &sources)?;
        }
    }
    ensure!(
        !text.is_empty(),
        "no method has {name:?} in its name or package; --help lists what there is"
    );
    Ok(text)
}

fn write(findings: &str) -> Result<()> {
    let page = root().join("docs/src/cancel-safety.md");
    let text = fs::read_to_string(&page).context("the page can't be read")?;
    fs::write(&page, splice(&text, findings)?).context("the page can't be written")
}
