//! A README's table of variants, held against the list.

use anyhow::{Context, Result, ensure};

use crate::{Model, Status};

/// Each variant has a row that links its file, and marks it if it is legacy; no row names
/// a variant that isn't there.
pub(crate) fn check<M: Model>() -> Result<()> {
    for variant in M::variants() {
        let link = format!("(src/variants/{}.rs)", variant.name);
        let row = M::README
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&link))
            .with_context(|| format!("README.md has no row with {link}"))?;
        let legacy = variant.status == Status::Legacy;
        ensure!(
            row.contains("legacy") == legacy,
            "README.md: is {} legacy or not?",
            variant.name
        );
    }
    let is_row = |line: &&str| line.starts_with('|') && line.contains("(src/variants/");
    let rows = M::README.lines().filter(is_row).count();
    let variants = M::variants().len();
    ensure!(
        rows == variants,
        "README.md has rows of {rows} variants, there are {variants}"
    );
    Ok(())
}
