//! What concerns a runtime, and what doesn't.

use crate::{Hazard, pieces::Piece};

/// A runtime's pieces, and the hazards that it is spared.
#[derive(Debug)]
pub(crate) struct Runtime {
    /// The variant's name.
    pub(crate) name: &'static str,
    /// What can go wrong on it.
    pub(crate) pieces: &'static [Piece],
    /// What can't, and why.
    pub(crate) spared: &'static [(Hazard, &'static str)],
}

impl Runtime {
    /// Its piece of this hazard, or why there is none.
    pub(crate) fn piece(&self, hazard: Hazard) -> Result<&Piece, &'static str> {
        if let Some(piece) = self.pieces.iter().find(|piece| piece.hazard == hazard) {
            return Ok(piece);
        }
        let spared = self.spared.iter().find(|(spared, _)| *spared == hazard);
        let (_, why) = spared.expect("a runtime has a piece of each hazard, or a reason");
        Err(why)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Hazard, variants};

    /// Each hazard is either a piece of a runtime or is spared it, and once.
    #[test]
    fn nothing_is_left_out() {
        for runtime in variants::RUNTIMES {
            for hazard in Hazard::all() {
                let pieces = runtime.pieces.iter().filter(|p| p.hazard == *hazard);
                let spared = runtime.spared.iter().filter(|(s, _)| s == hazard);
                let count = pieces.count() + spared.count();
                assert_eq!(count, 1, "{hazard} on {}", runtime.name);
            }
        }
    }

    /// The README's table has what concerns whom.
    #[test]
    fn the_readme_says_the_same() {
        let readme = include_str!("../README.md");
        for hazard in Hazard::all() {
            let link = format!("| [{hazard}](src/pieces/{}/mod.rs) |", hazard.case());
            let row = readme.lines().find(|line| line.starts_with(&link));
            let cells: Vec<_> = row.unwrap_or_else(|| panic!("no row {link}"))
                [link.len()..]
                .split('|')
                .map(str::trim)
                .collect();
            for (runtime, cell) in variants::RUNTIMES.iter().zip(&cells) {
                let is_right = match runtime.piece(*hazard) {
                    Ok(_) => cell.starts_with("bites: "),
                    Err(_) => *cell == "–",
                };
                assert!(is_right, "{hazard} on {}: {cell}", runtime.name);
            }
            assert_eq!(cells.len(), variants::RUNTIMES.len() + 1, "{hazard}");
        }
    }

    /// The list of runtimes is that of the variants.
    #[test]
    fn runtimes_are_the_variants() {
        let runtimes = variants::RUNTIMES.iter().map(|runtime| runtime.name);
        let variants = variants::VARIANTS.iter().map(|variant| variant.name);
        assert!(runtimes.eq(variants));
    }
}
