//! Figures that were typed by hand, in sections of findings.

/// The headings of findings.
const HEADINGS: [&str; 3] = ["What differs", "What was found", "What it costs"];

/// What makes a number a measurement.
const UNITS: [&str; 18] = [
    "ns", "µs", "us", "ms", "s", "B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB",
    "bytes", "%", "×", "times", "seconds",
];

/// Whether the lines that are read belong to a section of findings.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The level of the heading that it is below; 0 outside.
    level: usize,
}

impl Section {
    /// Reads a line; whether it is one of findings.
    pub(super) fn covers(&mut self, line: &str) -> bool {
        let level = line.len() - line.trim_start_matches('#').len();
        let title = line[level..].trim();
        if (1..=6).contains(&level) && line[level..].starts_with(' ') {
            if HEADINGS.contains(&title) {
                self.level = level;
            } else if level <= self.level {
                self.level = 0;
            }
            return false;
        }
        self.level > 0
    }
}

/// The figures of a line of prose that have a unit or stand behind `×`.
pub(super) fn figures(prose: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = prose[from..].find(|c: char| c.is_ascii_digit()) {
        let start = from + at;
        let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
        let length = prose[start..].find(|c| !is_number(c));
        let mut end = length.map_or(prose.len(), |length| start + length);
        while prose[..end].ends_with(['.', ',']) {
            end -= 1;
        }
        from = end;
        let before = prose[..start].trim_end_matches([' ', '\u{a0}', '\u{202f}']);
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        // A digit within a word is no figure: `h2`.
        if prose[..start].ends_with(is_word) {
            continue;
        }
        let after = prose[end..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let unit = UNITS.iter().find(|unit| {
            let rest = after.strip_prefix(**unit);
            rest.is_some_and(|rest| !rest.starts_with(is_word))
        });
        if let Some(unit) = unit {
            let end = prose.len() - after.len() + unit.len();
            found.push(&prose[start..end]);
            from = end;
        } else if before.ends_with('×') {
            found.push(&prose[before.len() - '×'.len_utf8()..end]);
        }
    }
    found
}
