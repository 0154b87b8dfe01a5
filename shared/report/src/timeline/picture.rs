//! A model's timelines in characters: lanes are rows, columns are time, and all variants
//! share one axis.
//!
//! A cell is as high as the share of its time in which its lanes were at work. Where there
//! are many lanes, neighbours share a row, so the shape stays: they began one after another.

use std::borrow::Cow;

use measure::results::{Kind, ModelResults, Timeline};
use test_fixtures::{ascii, is_utf8, shown, wrap};

use crate::{
    figure::time,
    terminal,
    timeline::{
        characters::{ASCII, BLOCKS, Characters},
        columns::Columns,
        strip::strip,
    },
};

/// The most rows of a variant.
const ROWS: usize = 12;
/// The most columns of a lane's name.
const LABEL: usize = 14;
/// Columns of the axis at the least, however narrow the terminal.
const NARROWEST: usize = 20;

/// How wide to draw, and with which characters.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// What cells are drawn with.
    pub characters: &'static Characters,
}

impl Look {
    /// That of this terminal and this locale.
    pub fn here() -> Self {
        let width = terminal::width();
        let characters = match is_utf8() {
            true => &BLOCKS,
            false => &ASCII,
        };
        Self { width, characters }
    }

    /// The text, in ASCII where these characters are.
    fn text(self, text: &str) -> Cow<'_, str> {
        match self.characters.levels[0].is_ascii() {
            true => ascii(text),
            false => text.into(),
        }
    }
}

/// Every variant's timeline, below each other, with a legend.
pub fn render(results: &ModelResults, look: Look) -> String {
    let told: Vec<(&str, &Timeline)> = results
        .rows
        .iter()
        .filter_map(|row| Some((&*row.name, row.timeline.as_ref()?)))
        .collect();
    if told.is_empty() {
        return format!(
            "{}: no timelines: nobody who saw this work told when it was done\n",
            results.name
        );
    }
    let column = look.width.saturating_sub(LABEL + 2).max(NARROWEST);
    let axis = Columns::of(told.iter().map(|(_, timeline)| *timeline), column);
    let mut notes: Vec<&str> = Vec::new();
    let title = format!(
        "{}: a timeline each, from one more trial; a column is {}",
        results.name,
        time(axis.column()),
    );
    let title = wrap(&title, look.width, 2);
    let mut text = format!("{title}\n\n{:LABEL$} {}\n", "", axis.ticks());
    for (name, timeline) in &told {
        text += &heading(name, timeline, &axis);
        text += &lanes(timeline, &axis, look, &mut notes);
        text.push('\n');
    }
    let silent = silent(results);
    if !silent.is_empty() {
        text += &format!("without a timeline: {}\n", silent.join(", "));
    }
    let is_cut = told.iter().any(|(_, timeline)| axis.is_passed_by(timeline));
    for line in legend(&notes, is_cut, look.characters).lines() {
        text += &wrap(line, look.width, 2);
        text.push('\n');
    }
    look.text(&text).into_owned()
}

fn heading(name: &str, timeline: &Timeline, axis: &Columns) -> String {
    let lanes = timeline.lanes.len();
    let mut text = format!("{name}: {}", time(timeline.nanos as f64));
    if lanes > ROWS {
        let (least, most) = (lanes / ROWS, lanes.div_ceil(ROWS));
        text += &match least == most {
            true => format!(", {lanes} lanes, {most} a row"),
            false => format!(", {lanes} lanes, {least} or {most} a row"),
        };
    }
    if timeline.left_out > 0 {
        text += &format!(", {} more pieces of work left out", timeline.left_out);
    }
    let beyond = timeline.bars.iter().filter(|bar| axis.is_beyond(bar));
    match beyond.count() {
        _ if axis.is_passed_by(timeline) => text += ", of which the axis has the start",
        0 => {}
        1 => text += ", 1 piece of work beyond the axis",
        count => text += &format!(", {count} pieces of work beyond the axis"),
    }
    text + "\n"
}

/// One row per lane. With many lanes, each row stands for about as many.
fn lanes<'a>(
    timeline: &'a Timeline,
    axis: &Columns,
    look: Look,
    notes: &mut Vec<&'a str>,
) -> String {
    let all = timeline.lanes.len();
    let rows = all.min(ROWS);
    let mut text = String::new();
    for row in 0..rows {
        let lanes = row * all / rows..(row + 1) * all / rows;
        let label = match &timeline.lanes[lanes.clone()] {
            [name] => shortened(&look.text(&shown(name))),
            several => format!("{} lanes", several.len()),
        };
        let strip = strip(timeline, lanes, axis, look.characters, notes);
        text += format!("{label:>LABEL$} {strip}").trim_end();
        text.push('\n');
    }
    text
}

/// A name's end where it is long, since that is where names differ.
fn shortened(name: &str) -> String {
    let plain: Vec<char> = name.chars().collect();
    plain[plain.len().saturating_sub(LABEL)..].iter().collect()
}

/// The rows that have samples, and yet no timeline.
fn silent(results: &ModelResults) -> Vec<&str> {
    let rows = results.rows.iter().filter(|row| {
        let is_control = row.kind == Kind::Control;
        row.timeline.is_none() && !row.samples.is_empty() && !is_control
    });
    rows.map(|row| &*row.name).collect()
}

fn legend(notes: &[&str], is_cut: bool, characters: &Characters) -> String {
    let Characters {
        levels,
        boundary,
        end,
        more,
        notes: marks,
    } = characters;
    let (least, most) = (levels[0], levels[levels.len() - 1]);
    let mut text = format!(
        "{least} to {most} the share of the time at work, {boundary} the next task begins, \
         {end} the job ends\n"
    );
    if is_cut {
        text +=
            &format!("{more} the job takes far longer than the others, and goes on\n");
    }
    for (index, note) in notes.iter().enumerate() {
        let mark = marks[index.min(marks.len() - 1)];
        let note: String = shown(note).chars().take(60).collect();
        text += &format!("{mark} {note}\n");
    }
    text
}

#[cfg(test)]
mod tests;
