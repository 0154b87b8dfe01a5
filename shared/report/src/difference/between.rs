//! What differs between two cut sources, line by line and word by word.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    line::Line,
    section::{Cut, Item},
};

/// One row of two columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// It stands on both sides.
    Same(&'a str),
    /// One line that changed, with the parts of it that are on one side only, in bytes.
    Changed {
        /// The line as it is on the left.
        left: &'a str,
        /// The line as it is on the right.
        right: &'a str,
        /// What one side has and the other lacks.
        marks: [Marks; 2],
    },
    /// Two lines that have little in common, beside each other to save room.
    Beside(&'a str, &'a str),
    /// It stands on the left only.
    Removed(&'a str),
    /// It stands on the right only.
    Added(&'a str),
}

/// Parts of a line, in rising order.
pub type Marks = Vec<Range<usize>>;

/// The rows that show two sources side by side, in the parts that a reader asks for.
#[derive(Debug)]
pub struct Difference<'a> {
    /// Each source's description of itself.
    pub header: Vec<Change<'a>>,
    /// What calls the lesson.
    pub adapter: Vec<Change<'a>>,
    /// The functions, with the files that come with them.
    pub lesson: Vec<Change<'a>>,
}

impl<'a> Difference<'a> {
    /// What differs between two sources.
    pub fn between(left: &Cut<'a>, right: &Cut<'a>) -> Self {
        Self {
            header: of_lines(&left.header, &right.header),
            adapter: of_items(&left.adapter, &right.adapter),
            lesson: of_items(&left.lesson, &right.lesson),
        }
    }
}

/// Items of one name are held against each other; between these, whatever stands there.
fn of_items<'a>(left: &[Item<'a>], right: &[Item<'a>]) -> Vec<Change<'a>> {
    let name = |item: &Item<'a>| item.name.clone();
    let [ones, others] =
        [left, right].map(|side| side.iter().map(name).collect::<Vec<_>>());
    let lines = |items: &[Item<'a>]| -> Vec<Line<'a>> {
        let lines = items.iter().flat_map(|item| &item.lines);
        lines.cloned().collect()
    };
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Lcs, &ones, &others) {
        let (left, right) = (&left[op.old_range()], &right[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => {
                for (one, other) in left.iter().zip(right) {
                    rows.extend(of_lines(&one.lines, &other.lines));
                }
            }
            _ => rows.extend(of_lines(&lines(left), &lines(right))),
        }
    }
    rows
}

fn of_lines<'a>(left: &[Line<'a>], right: &[Line<'a>]) -> Vec<Change<'a>> {
    let texts = |side: &[Line<'a>]| side.iter().map(|line| line.text).collect::<Vec<_>>();
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, &texts(left), &texts(right)) {
        let (left, right) = (&left[op.old_range()], &right[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => {
                rows.extend(left.iter().map(|line| Change::Same(line.text)));
            }
            _ => replaced(&mut rows, left, right),
        }
    }
    rows
}

/// Lines that differ: those that are alike beside each other, and the rest between them
/// as they come.
fn replaced<'a>(rows: &mut Vec<Change<'a>>, left: &[Line<'a>], right: &[Line<'a>]) {
    let (mut from, mut until) = ((0, 0), anchors(left, right));
    until.push((left.len(), right.len()));
    for (one, other) in until {
        let (removed, added) = (&left[from.0..one], &right[from.1..other]);
        for index in 0..removed.len().max(added.len()) {
            rows.push(match (removed.get(index), added.get(index)) {
                (Some(left), Some(right)) => Change::Beside(left.text, right.text),
                (Some(left), None) => Change::Removed(left.text),
                (None, right) => Change::Added(right.map_or("", |line| line.text)),
            });
        }
        if let (Some(left), Some(right)) = (left.get(one), right.get(other)) {
            rows.push(Change::Changed {
                left: left.text,
                right: right.text,
                marks: left.marks(right),
            });
        }
        from = (one + 1, other + 1);
    }
}

/// The pairs, in order on both sides, that are most alike together.
fn anchors(left: &[Line<'_>], right: &[Line<'_>]) -> Vec<(usize, usize)> {
    let mut best = vec![vec![0.0_f64; right.len() + 1]; left.len() + 1];
    let mut likeness = vec![vec![0.0; right.len()]; left.len()];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            likeness[i][j] = left[i].likeness(&right[j]);
            let beside = best[i + 1][j + 1] + likeness[i][j];
            best[i][j] = beside.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut anchors = Vec::new();
    while i < left.len() && j < right.len() {
        let beside = best[i + 1][j + 1] + likeness[i][j];
        if likeness[i][j] > 0.0 && beside >= best[i + 1][j].max(best[i][j + 1]) {
            anchors.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes<'a>(left: &'a str, right: &'a str) -> Vec<Change<'a>> {
        let lines = |text: &'a str| text.lines().map(Line::new).collect::<Vec<_>>();
        of_lines(&lines(left), &lines(right))
    }

    #[test]
    fn lines_that_differ_stand_beside_each_other() {
        use Change::{Added, Beside, Changed, Removed, Same};
        assert_eq!(
            changes("a\nb\nc\n", "a\nx\nc\nd\n"),
            [Same("a"), Beside("b", "x"), Same("c"), Added("d")]
        );
        assert_eq!(changes("a\nb", "a"), [Same("a"), Removed("b")]);
        let (left, right) = ("one(1);\nshared(a, b);", "shared(a, c);\nlast");
        let mark = 10..11;
        let changed = Changed {
            left: "shared(a, b);",
            right: "shared(a, c);",
            marks: [Marks::from([mark.clone()]), Marks::from([mark])],
        };
        assert_eq!(
            changes(left, right),
            [Removed("one(1);"), changed, Added("last")]
        );
    }

    #[test]
    fn functions_of_one_name_are_compared() {
        let text = |name: &str, body: &str| {
            format!(
                "use a;\n\nfn {name}() {{\n    {body}\n}}\n\nfn last() {{\n    {body}\n}}\n"
            )
        };
        let (left, right) = (text("first", "one();"), text("other", "two();"));
        let [left, right] = [&left, &right].map(|text| Cut::of(text));
        let rows = Difference::between(&left, &right).lesson;
        let same = rows.iter().filter(|row| matches!(row, Change::Same(_)));
        // The functions' ends, the empty lines, the imports and the name that both have.
        assert_eq!(same.count(), 6, "{rows:?}");
        let last = rows
            .iter()
            .position(|row| *row == Change::Same("fn last() {"));
        assert_eq!(last, Some(6), "{rows:?}");
    }
}
