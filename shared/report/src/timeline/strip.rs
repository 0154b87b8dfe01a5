//! One row of a timeline in characters.

use std::ops::Range;

use measure::results::{Bar, Timeline};

use crate::timeline::{characters::Characters, columns::Columns};

/// What happened in a column.
#[derive(Clone, Debug, Default)]
struct Cell {
    /// Nanoseconds of work, summed over the lanes.
    work: f64,
    /// The part of it with a note.
    noted: f64,
    /// The note to show: the last one that was seen here.
    note: Option<usize>,
    /// Whether something with a note ended here, which is shown whatever else there is.
    is_cut: bool,
    /// Tasks that began where another of the same lane had just ended.
    next: usize,
}

/// The row of these lanes. Notes that were not known are added.
pub(crate) fn strip<'a>(
    timeline: &'a Timeline,
    lanes: Range<usize>,
    axis: &Columns,
    characters: &Characters,
    notes: &mut Vec<&'a str>,
) -> String {
    let mut cells = vec![Cell::default(); axis.count()];
    let mut before: Vec<Option<&Bar>> = vec![None; lanes.len()];
    let bars = timeline.bars.iter().filter(|bar| lanes.contains(&bar.lane));
    for bar in bars.filter(|bar| !axis.is_beyond(bar)) {
        let note = bar.note.as_deref().map(|note| place_of(note, notes));
        fill(&mut cells, bar, note, axis);
        let before = &mut before[bar.lane - lanes.start];
        if before.is_some_and(|before| follows(before, bar, axis.column()))
            && let Some(place) = axis.place(bar.start)
        {
            cells[place].next += 1;
        }
        *before = Some(bar);
    }
    let all = axis.column() * lanes.len() as f64;
    let mut line: Vec<char> = cells
        .iter()
        .map(|cell| character(cell, all, lanes.len(), characters))
        .collect();
    // The end stands behind the column in which the job ends, unless work continues
    // there.
    line.push(' ');
    let ends = axis.place(timeline.nanos.saturating_sub(1));
    let (mark, place) = match ends {
        Some(column) => (characters.end, column + 1),
        None => (characters.more, axis.count()),
    };
    if line[place] == ' ' {
        line[place] = mark;
    }
    line.into_iter().collect()
}

fn place_of<'a>(note: &'a str, notes: &mut Vec<&'a str>) -> usize {
    let known = notes.iter().position(|known| *known == note);
    known.unwrap_or_else(|| {
        notes.push(note);
        notes.len() - 1
    })
}

fn fill(cells: &mut [Cell], bar: &Bar, note: Option<usize>, axis: &Columns) {
    let last = axis.count() - 1;
    let first = axis.place(bar.start).unwrap_or(last);
    // A piece of work that ends with a column has no part in the next.
    let until = axis.place(bar.end.saturating_sub(1));
    let until = until.unwrap_or(last).max(first);
    for (place, cell) in cells.iter_mut().enumerate().take(until + 1).skip(first) {
        let from = (bar.start as f64).max(place as f64 * axis.column());
        let to = (bar.end as f64).min((place + 1) as f64 * axis.column());
        // Work too short for the clock is still to be seen.
        let work = (to - from).max(1.0);
        cell.work += work;
        if note.is_some() {
            cell.noted += work;
            cell.note = note;
        }
    }
    cells[until].is_cut |= note.is_some();
}

/// Whether one task follows another without a pause that could be seen, and both are wide
/// enough for a boundary between them.
fn follows(before: &Bar, bar: &Bar, column: f64) -> bool {
    let wide = |bar: &Bar| bar.end.saturating_sub(bar.start) as f64 >= 2.0 * column;
    let pause = bar.start.saturating_sub(before.end) as f64;
    pause < column && wide(before) && wide(bar)
}

fn character(cell: &Cell, all: f64, lanes: usize, characters: &Characters) -> char {
    let is_noted = cell.is_cut || cell.noted * 2.0 > cell.work;
    if let Some(note) = cell.note.filter(|_| is_noted) {
        return characters.notes[note.min(characters.notes.len() - 1)];
    }
    if cell.next * 2 > lanes {
        return characters.boundary;
    }
    if cell.work == 0.0 {
        return ' ';
    }
    let levels = characters.levels;
    let level = (cell.work / all * levels.len() as f64).round() as usize;
    levels[level.clamp(1, levels.len()) - 1]
}
