//! A difference as patches have it: one column, for a document.

use super::between::Change;

/// Equal lines that stand around those that differ.
const AROUND: usize = 3;

/// The rows below the names of both sides. Of a long run of equal lines, those next to what
/// differs are left, and a line of dots.
pub(crate) fn lines(names: [&str; 2], rows: &[Change<'_>]) -> Vec<String> {
    let mut lines = vec![format!("--- {}", names[0]), format!("+++ {}", names[1])];
    let mut add = |mark: char, line: &str| {
        lines.push(format!("{mark}{line}").trim_end().to_owned());
    };
    let mut rest = rows;
    let mut is_first = true;
    while let Some(row) = rest.first() {
        let same = rest.iter().map_while(|row| match row {
            Change::Same(line) => Some(*line),
            _ => None,
        });
        let same: Vec<&str> = same.collect();
        if same.is_empty() {
            match row {
                Change::Same(_) => {}
                Change::Changed { left, right, .. } | Change::Beside(left, right) => {
                    add('-', left);
                    add('+', right);
                }
                Change::Removed(line) => add('-', line),
                Change::Added(line) => add('+', line),
            }
            rest = &rest[1..];
        } else {
            let is_last = same.len() == rest.len();
            // What stands before the first difference needs only its end, and so on.
            let head = if is_first { 0 } else { AROUND };
            let tail = if is_last { 0 } else { AROUND };
            if same.len() > head + tail + 1 {
                same[..head].iter().for_each(|line| add(' ', line));
                add(' ', "…");
                same[same.len() - tail..]
                    .iter()
                    .for_each(|line| add(' ', line));
            } else {
                same.iter().for_each(|line| add(' ', line));
            }
            rest = &rest[same.len()..];
        }
        is_first = false;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_of_equal_lines_are_cut() {
        let same = |count: usize| vec![Change::Same("    same"); count];
        let mut rows = same(9);
        rows.push(Change::Beside("a", "b"));
        rows.extend(same(7));
        rows.push(Change::Added("c"));
        rows.extend(same(8));
        rows.push(Change::Removed("d"));
        rows.extend(same(5));
        let text = lines(["one", "two"], &rows).join("\n");
        let equal = "     same\n";
        let expected = [
            "--- one\n+++ two\n …\n",
            &equal.repeat(3),
            "-a\n+b\n",
            &equal.repeat(7),
            "+c\n",
            &equal.repeat(3),
            " …\n",
            &equal.repeat(3),
            "-d\n",
            &equal.repeat(3),
            " …",
        ];
        assert_eq!(text, expected.concat());
    }
}
