//! What the titles and symbols of tables mean, once for all of them.

use std::collections::BTreeSet;

use measure::{
    results::{Kind, ModelResults, Row},
    seen,
    statistics::Verdict,
};

use super::columns;
use crate::{groups, notes::missed};

/// One line per title or symbol, of those that the tables have.
pub(super) fn lines(models: &[ModelResults]) -> Vec<String> {
    let rows = || models.iter().flat_map(columns::rows);
    let has = |is_so: fn(&Row) -> bool| rows().any(is_so);
    let has_ratio = has(|row| {
        row.summary
            .as_ref()
            .is_some_and(|summary| summary.to_reference.is_some())
    });
    let references: BTreeSet<&str> =
        models.iter().map(|model| &*model.reference).collect();
    let reference = match references.first() {
        Some(only) if references.len() == 1 => only,
        _ => "the reference",
    };
    let mut lines = vec![
        "time, CPU, memory, switches: medians of all rounds; CPU time, most memory and \
         context switches are those of the whole process"
            .to_owned(),
    ];
    let has_floor =
        |model: &ModelResults| !model.floors.is_empty() && missed(model).is_none();
    if models.iter().any(has_floor) {
        lines.push(
            "× floor: the time ÷ the floor, which is the least that the job can take"
                .to_owned(),
        );
    }
    if has_ratio {
        lines.push(format!(
            "× {reference}: the time ÷ that of {reference} in the same round; the true \
             ratio lies within the interval 95 times in a hundred"
        ));
    }
    if models.iter().any(|model| model.resolution.is_some()) {
        lines.push(
            "faster, slower: the interval leaves out 1, and the difference is more than \
             noise; tie: anything else"
                .to_owned(),
        );
    }
    let has_letters = |model: &ModelResults| {
        groups::letters(model).is_some_and(|letters| !letters.is_empty())
    };
    if models.iter().any(has_letters) {
        lines.push(
            "ties: two rows with a letter in common can't be told apart; the letters \
             are no rank"
                .to_owned(),
        );
    }
    let mut own: Vec<&str> = models.iter().flat_map(seen::columns).collect();
    own.dedup();
    if !own.is_empty() {
        let own = own.join(", ");
        lines.push(format!("{own}: medians of what the check saw"));
    }
    if has(|row| row.kind == Kind::Control) {
        lines.push(format!(
            "{reference} again: the same once more, so that it differs by noise alone"
        ));
    }
    let is_unknown = |row: &Row| {
        let verdict = row.summary.as_ref().and_then(|summary| summary.verdict);
        verdict == Some(Verdict::Unknown)
    };
    let can_tell = models.iter().filter(|model| model.resolution.is_some());
    if can_tell.flat_map(|model| &model.rows).any(is_unknown) {
        lines.push("?: not compared; a line below the table says why".to_owned());
    }
    for (is_so, line) in [
        (
            (|row| row.summary.is_none()) as fn(&Row) -> bool,
            "–: no trial was checked; a line below the table says why",
        ),
        (
            |row| row.legacy,
            "(legacy): a package that is no longer maintained",
        ),
        (
            |row| row.another_job.is_some(),
            "~: does another job than the other rows, as a line below the table says",
        ),
        (
            |row| !row.deviations.is_empty(),
            "*: deviates from a promise of the model, as a line below the table says",
        ),
    ] {
        if has(is_so) {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// What had no room in `width` columns, and where it stands instead.
pub(super) fn left_out(models: &[ModelResults], width: usize) -> Option<String> {
    let mut titles: Vec<(&str, Vec<&str>)> = Vec::new();
    for model in models {
        for title in columns::within(model, width).1 {
            match titles.iter_mut().find(|(known, _)| *known == title) {
                Some((_, names)) => names.push(&model.name),
                None => titles.push((title, vec![&model.name])),
            }
        }
    }
    let in_words = |(title, names): &(&str, Vec<&str>)| {
        let others = models.iter().map(|model| &*model.name);
        let others: Vec<&str> = others.filter(|name| !names.contains(name)).collect();
        match others.len() {
            0 => (*title).to_owned(),
            few if few < names.len() => {
                format!("{title} (of all but {})", others.join(", "))
            }
            _ => format!("{title} (of {})", names.join(", ")),
        }
    };
    let titles: Vec<String> = titles.iter().map(in_words).collect();
    (!titles.is_empty()).then(|| {
        let titles = titles.join(", ");
        format!(
            "{width} columns have no room for {titles}; results.md and the report have all"
        )
    })
}
