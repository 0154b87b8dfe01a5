//! Figures by the names that markers give them.

use std::collections::BTreeMap;

use measure::statistics::{Estimate, Verdict, verdict};
use test_fixtures::{markdown, unknown};

use super::{
    kept::{Kept, KeptRow, Seen, Size},
    place::Place,
};
use crate::{
    figure::{megabytes, ratio_of, time, word},
    forms::code,
    sweep::sentences::whole,
};

/// Kept results by their names.
#[derive(Clone, Debug, Default)]
pub struct Figures(pub BTreeMap<String, Kept>);

/// What a row's or a pair's figure is.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Amount(Unit, Estimate),
    Words(String),
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Nanos,
    Bytes,
    Ratio,
    Count,
    Measure,
}

/// The fields that each row has, besides what its check saw.
const FIELDS: [&str; 7] = [
    "time", "ratio", "verdict", "floor", "cpu", "memory", "switches",
];
/// The fields of kept results as a whole.
const OF_ALL: [&str; 7] = [
    "command",
    "date",
    "cores",
    "processor",
    "kernel",
    "rustc",
    "version PACKAGE",
];
/// The fields of a size.
const OF_SIZE: [&str; 4] = ["rounds", "resolution", "floor", "job"];

/// A field as a marker names it: `memory ÷ 10000`, `ratio ±`.
#[derive(Clone, Debug)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) divisor: Option<u64>,
    /// Whether the interval is wanted, instead of the median.
    pub(super) is_interval: bool,
}

impl<'a> Field<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, String> {
        let text = text.trim();
        let (text, is_interval) = match text.strip_suffix('±') {
            Some(text) => (text.trim_end(), true),
            None => (text, false),
        };
        let (name, divisor) = match text.split_once('÷') {
            Some((name, by)) => {
                let divisor = by.trim().replace(',', "").parse().ok();
                let divisor = divisor.filter(|divisor| *divisor > 0);
                let why = || format!("{:?} is no whole number to divide by", by.trim());
                (name.trim_end(), Some(divisor.ok_or_else(why)?))
            }
            None => (text, None),
        };
        Ok(Self {
            name,
            divisor,
            is_interval,
        })
    }

    /// The field of a row; `None` where the row has none of it.
    pub(super) fn of_row(&self, row: &KeptRow) -> Result<Option<Value>, String> {
        let plain = |median| Estimate {
            median,
            interval: None,
        };
        let amount = |unit, estimate| Some(Value::Amount(unit, estimate));
        Ok(match self.name {
            "time" => amount(Unit::Nanos, row.time.0),
            "ratio" => row.ratio.and_then(|figure| amount(Unit::Ratio, figure.0)),
            "floor" => row.floor.and_then(|figure| amount(Unit::Ratio, figure.0)),
            "cpu" => amount(Unit::Nanos, plain(row.cpu)),
            "memory" => row
                .memory
                .and_then(|bytes| amount(Unit::Bytes, plain(bytes))),
            "switches" => amount(Unit::Count, plain(row.switches)),
            "verdict" => row
                .verdict
                .map(|verdict| Value::Words(word(verdict).to_owned())),
            name => match row.facts.get(name) {
                Some(Seen::Number([median, least, most])) => {
                    let interval = Some((*least, *most));
                    let median = *median;
                    let unit = match least.fract() == 0.0 && most.fract() == 0.0 {
                        true => Unit::Count,
                        false => Unit::Measure,
                    };
                    amount(unit, Estimate { median, interval })
                }
                Some(Seen::Text(text)) => Some(Value::Words(markdown(text))),
                None => match surveyed(row, name) {
                    Some(figure) => figure.map(|text| Value::Words(markdown(text))),
                    None => return Err(no_field(row, name)),
                },
            },
        })
    }

    /// The value as it is written.
    pub(super) fn text(&self, value: &Value) -> Result<String, String> {
        let (low, high) = match value {
            Value::Words(words) if self.divisor.is_none() && !self.is_interval => {
                return Ok(words.clone());
            }
            Value::Words(_) => {
                return Err(format!("{} is words, not a number", self.name));
            }
            Value::Amount(_, estimate) if !self.is_interval => {
                (estimate.median, estimate.median)
            }
            Value::Amount(_, estimate) => {
                let why = || match self.name {
                    "cpu" | "memory" | "switches" => {
                        format!("{} is kept without an interval", self.name)
                    }
                    name => format!("{name} has no interval: there were too few rounds"),
                };
                estimate.interval.ok_or_else(why)?
            }
        };
        Ok(self.range(value, low, high))
    }

    fn range(&self, value: &Value, low: f64, high: f64) -> String {
        let Value::Amount(unit, estimate) = value else {
            unreachable!("words have no range");
        };
        let divisor = self.divisor.unwrap_or(1) as f64;
        let is_constant = estimate
            .interval
            .is_some_and(|(least, most)| least.total_cmp(&most).is_eq());
        let text = |value: f64| unit.text(value / divisor, is_constant);
        between(&text(low), &text(high))
    }
}

impl Unit {
    fn text(self, value: f64, is_constant: bool) -> String {
        match self {
            Self::Nanos => time(value),
            Self::Ratio => ratio_of(value),
            Self::Bytes if value >= 999_500.0 => megabytes(value),
            Self::Bytes if value >= 999.5 => format!("{} kB", ratio_of(value / 1e3)),
            Self::Bytes => format!("{} B", count(value, true)),
            Self::Measure if value < 999.5 => ratio_of(value),
            Self::Count | Self::Measure => count(value, is_constant),
        }
    }
}

/// A count in three digits, unless it is exact.
fn count(value: f64, is_exact: bool) -> String {
    let is_whole = value.fract() == 0.0;
    match value {
        value if is_whole && (is_exact || value < 1e3) => whole(value as u64),
        value if value < 999.5 => ratio_of(value),
        value => {
            let step = 10_f64.powf(value.log10().floor() - 2.0);
            whole(((value / step).round() * step) as u64)
        }
    }
}

/// "0.92 to 0.97"; the unit once, and one figure where both are the same.
fn between(low: &str, high: &str) -> String {
    let (number, unit) = low.split_once(' ').unwrap_or((low, ""));
    match high.split_once(' ') {
        _ if low == high => low.to_owned(),
        Some((_, other)) if other == unit => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

impl Figures {
    pub(super) fn named(&self, name: &str) -> Result<&Kept, String> {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let no = || unknown("no results are kept by the name", name, &names).to_string();
        self.0.get(name).ok_or_else(no)
    }

    /// The figure that a marker names, as it is written.
    ///
    /// # Errors
    /// What is wrong with the name, in a line.
    pub fn text(&self, expression: &str) -> Result<String, String> {
        let (place, rest) = Place::read(self, expression.trim())?;
        let Some(rest) = rest.strip_prefix('/') else {
            return of_all(&place, rest.trim());
        };
        let (rows, rest) = place.rows(rest)?;
        let (below, rest) = match rest.strip_prefix('/') {
            Some(rest) => place.row(rest).map(|(row, rest)| (Some(row), rest))?,
            None => (None, rest),
        };
        let field = Field::read(rest)?;
        let size = place.size()?;
        let value = |row: &&KeptRow| {
            let value = match below {
                Some(below) => pair(size, row, below, &field),
                None => field.of_row(row),
            };
            let no = || format!("{} has no {} in {}", row.name, field.name, place.name);
            value?.ok_or_else(no)
        };
        let values = rows.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        together(&field, &rows, &values)
    }
}

/// One figure, or those of several rows: from the least median to the most.
fn together(
    field: &Field<'_>,
    rows: &[&KeptRow],
    values: &[Value],
) -> Result<String, String> {
    let (first, rest) = values.split_first().ok_or("there are no such rows")?;
    if rest.is_empty() {
        return field.text(first);
    }
    if field.is_interval {
        return Err("± is of one row: of several, the range is written".to_owned());
    }
    let medians = values.iter().map(|value| match value {
        Value::Amount(_, estimate) => Some(estimate.median),
        Value::Words(_) => None,
    });
    if let Some(medians) = medians.collect::<Option<Vec<f64>>>() {
        let least = medians.iter().copied().fold(f64::INFINITY, f64::min);
        let most = medians.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        return Ok(field.range(first, least, most));
    }
    let words = values.iter().map(|value| field.text(value));
    let words = words.collect::<Result<Vec<_>, _>>()?;
    match words.iter().all(|word| *word == words[0]) {
        true => Ok(words[0].clone()),
        false => {
            let each = rows.iter().zip(&words);
            let each: Vec<_> = each
                .map(|(row, word)| format!("{} {word}", row.name))
                .collect();
            Err(format!("the rows differ: {}", each.join(", ")))
        }
    }
}

/// One row's figure ÷ another's.
fn pair(
    size: &Size,
    above: &KeptRow,
    below: &KeptRow,
    field: &Field<'_>,
) -> Result<Option<Value>, String> {
    if above.name == below.name {
        return Err(format!("{} ÷ itself says nothing", above.name));
    }
    match field.name {
        "time" => Ok(Some(Value::Amount(Unit::Ratio, times(size, above, below)?))),
        "verdict" => {
            let verdict: Verdict = verdict(&times(size, above, below)?, size.resolution);
            Ok(Some(Value::Words(word(verdict).to_owned())))
        }
        "ratio" | "floor" => Err(format!(
            "of two rows, {} is no ratio: name time, cpu, memory, switches, verdict or \
             what the check saw",
            field.name
        )),
        _ => {
            let (above, below) = (field.of_row(above)?, field.of_row(below)?);
            let (Some(Value::Amount(_, above)), Some(Value::Amount(_, below))) =
                (above, below)
            else {
                return Ok(None);
            };
            let median = above.median / below.median;
            let ratio = Estimate {
                median,
                interval: None,
            };
            Ok(median
                .is_finite()
                .then_some(Value::Amount(Unit::Ratio, ratio)))
        }
    }
}

/// One row's times ÷ another's, round by round.
fn times(size: &Size, above: &KeptRow, below: &KeptRow) -> Result<Estimate, String> {
    let place = |of: &KeptRow| size.rows.iter().position(|row| row.name == of.name);
    let ratio = match (place(above), place(below)) {
        _ if below.name == size.reference => above.ratio.map(|ratio| ratio.0),
        (Some(first), Some(second)) if first > second => above
            .above
            .get(second)
            .copied()
            .flatten()
            .map(|ratio| ratio.0),
        (Some(first), _) => below
            .above
            .get(first)
            .copied()
            .flatten()
            .map(|ratio| inverse(ratio.0)),
        _ => None,
    };
    let apart = || format!("{} and {} did not do the same work", above.name, below.name);
    ratio.ok_or_else(apart)
}

fn inverse(Estimate { median, interval }: Estimate) -> Estimate {
    Estimate {
        median: median.recip(),
        interval: interval.map(|(low, high)| (high.recip(), low.recip())),
    }
}

/// A field of kept results as a whole, or of a size.
fn of_all(place: &Place<'_>, field: &str) -> Result<String, String> {
    let Place { name, kept, .. } = place;
    if let Some(package) = field.strip_prefix("version ") {
        let known: Vec<&str> = kept.packages.keys().map(String::as_str).collect();
        let no =
            || unknown(&format!("{name} has no package"), package, &known).to_string();
        return kept
            .packages
            .get(package)
            .map(|it| markdown(it))
            .ok_or_else(no);
    }
    let resolution = |size: &Size| {
        let few = || format!("{name} has no resolution: there were too few rounds");
        size.resolution.map(ratio_of).ok_or_else(few)
    };
    let floor = |size: &Size| {
        let none = || format!("{name} has no floor");
        size.floor.map(time).ok_or_else(none)
    };
    Ok(match field {
        "command" => code(&kept.command),
        "date" => kept.date.clone(),
        "cores" => kept.cores.to_string(),
        "processor" => markdown(&kept.processor),
        "kernel" => markdown(&kept.kernel),
        "rustc" => markdown(&kept.rustc),
        "rounds" => place.size()?.rounds.to_string(),
        "resolution" => resolution(place.size()?)?,
        "floor" => floor(place.size()?)?,
        "job" => markdown(&place.size()?.job),
        _ if FIELDS.contains(&field) => {
            return Err(format!("name a row: {name}/ROW {field}"));
        }
        _ => {
            let known: Vec<&str> = OF_SIZE.into_iter().chain(OF_ALL).collect();
            return Err(unknown(
                &format!("{name} as a whole has no field"),
                field,
                &known,
            )
            .to_string());
        }
    })
}

/// What a row's survey found: `futurelock` of the failing piece, `futurelock cured` of its
/// cure. None within where the row is spared.
fn surveyed<'a>(row: &'a KeptRow, name: &str) -> Option<Option<&'a str>> {
    let found = |item: &str| row.survey.iter().find(|found| found.item == item);
    match (found(name), name.strip_suffix(" cured")) {
        (Some(found), _) => Some(found.failing.as_deref()),
        (None, Some(item)) => Some(found(item)?.cure.as_deref()),
        (None, None) => None,
    }
}

fn no_field(row: &KeptRow, name: &str) -> String {
    let facts = row.facts.keys().map(String::as_str);
    let survey = row.survey.iter().map(|found| &*found.item);
    let known: Vec<&str> = FIELDS.into_iter().chain(facts).chain(survey).collect();
    unknown(&format!("{} has no field", row.name), name, &known).to_string()
}
