//! Timelines as they are kept in the repository: of a few rows, and of each no more than a
//! picture has room for.

use measure::{
    foreign::Foreign,
    results::{ModelResults, Results, Timeline},
    timeline::{every, thin},
};
use serde::{Deserialize, Serialize};
use test_fixtures::unknown;

use super::kept::Kept;
use crate::{figure::time, forms::code, timeline::kind};

/// The version of this form.
const VERSION: u32 = 1;
/// Pieces of work of a row that are kept.
const MOST: usize = 200;
/// More than any timeline takes, in microseconds: a day.
const LONGEST: u64 = 86_400_000_000;

/// One model's timelines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The version of the form.
    pub version: u32,
    /// The model's name.
    pub model: String,
    /// The command that makes such timelines again.
    pub command: String,
    /// The day on which they were made.
    pub date: String,
    /// The processor, as the system names it.
    pub processor: String,
    /// The cores that the comparison could use.
    pub cores: usize,
    /// The job in one line.
    pub job: String,
    /// In the order in which they are drawn.
    pub rows: Vec<RecordedRow>,
}

/// One recorded trial of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedRow {
    /// The variant or peer.
    pub name: String,
    /// Microseconds that the job took.
    pub took: u64,
    /// What a lane is: `connection`.
    pub kind: String,
    /// How many lanes and pieces of work there were.
    pub all: [usize; 2],
    /// How many of the lanes are drawn.
    pub lanes: usize,
    /// Pieces of work: the lane, the start and the end in microseconds.
    pub bars: Vec<[u64; 3]>,
}

impl Recorded {
    /// Those of a model that are named.
    ///
    /// # Errors
    /// A row of that name is not there, or has no timeline.
    pub fn of(
        results: &Results,
        model: &ModelResults,
        rows: &[String],
    ) -> Result<Self, String> {
        let head = Kept::of_model(results, model);
        let row = |name: &String| {
            let named = model.rows.iter().find(|row| row.name == *name);
            let names: Vec<&str> = model.rows.iter().map(|row| &*row.name).collect();
            let no = || unknown(&format!("{} has no row", model.name), name, &names);
            let row = named.ok_or_else(|| no().to_string())?;
            let timeline = row.timeline.as_ref();
            let timeline = timeline.ok_or_else(|| format!("{name} has no timeline"))?;
            Ok(RecordedRow::of(name, timeline))
        };
        Ok(Self {
            version: VERSION,
            model: head.model,
            command: head.command,
            date: head.date,
            processor: head.processor,
            cores: head.cores,
            job: model.job.clone(),
            rows: rows.iter().map(row).collect::<Result<_, String>>()?,
        })
    }

    /// What a file has that is kept.
    ///
    /// # Errors
    /// It is of another form or version, or has what can't be.
    pub fn read(text: &str) -> Result<Self, String> {
        let not_kept =
            |why: &str| format!("no timelines that `compare keep` wrote: {why}");
        let mut kept: Self =
            serde_json::from_str(text).map_err(|error| not_kept(&error.to_string()))?;
        if kept.version != VERSION {
            let version = kept.version;
            return Err(format!("version {version}, not {VERSION}: keep it again"));
        }
        for row in &kept.rows {
            let is_odd = |[lane, start, end]: &[u64; 3]| {
                *lane as usize >= row.lanes || start > end || *end > LONGEST
            };
            if row.bars.iter().any(is_odd) || row.bars.len() > MOST || row.took > LONGEST
            {
                return Err(not_kept(&format!("{:?} can't be", row.name)));
            }
        }
        let Self {
            version: _,
            model,
            command,
            date,
            processor,
            cores: _,
            job,
            rows,
        } = &mut kept;
        for text in [model, command, date, processor, job] {
            text.escape();
        }
        for row in rows {
            row.name.escape();
            row.kind.escape();
        }
        Ok(kept)
    }

    /// As JSON: a line for each row.
    ///
    /// # Errors
    /// A number that JSON does not know.
    pub fn json(&self) -> serde_json::Result<String> {
        let mut head = self.clone();
        let rows = std::mem::take(&mut head.rows).into_iter();
        let rows = rows.map(|row| serde_json::to_string(&row));
        let rows = rows
            .collect::<serde_json::Result<Vec<_>>>()?
            .join(",\n    ");
        let head = serde_json::to_string_pretty(&head)?;
        let head = head
            .trim_end_matches(['}', '\n', ' '])
            .trim_end_matches("[]");
        Ok(format!("{head}[\n    {rows}\n  ]\n}}\n"))
    }

    /// What a reader sees who can't see the picture.
    pub fn summary(&self) -> String {
        let rows = self.rows.iter().map(RecordedRow::summary);
        format!("{}: {}", self.job, rows.collect::<Vec<_>>().join("; "))
    }

    /// Where and when it was recorded.
    pub(crate) fn made_with(&self) -> String {
        format!(
            "{}, one recorded trial of each row on {} cores ({}), {}.",
            code(&self.command),
            self.cores,
            self.processor,
            self.date
        )
    }
}

impl RecordedRow {
    fn of(name: &str, timeline: &Timeline) -> Self {
        let all = [timeline.lanes.len(), timeline.bars.len()];
        let mut drawn = timeline.clone();
        thin(&mut drawn, every(&timeline.bars, all[0], MOST), MOST);
        let micros = |nanos: u64| (nanos + 500) / 1000;
        let bars = drawn.bars.iter();
        let bars = bars.map(|bar| [bar.lane as u64, micros(bar.start), micros(bar.end)]);
        Self {
            name: name.to_owned(),
            took: micros(timeline.nanos),
            kind: kind(timeline).to_owned(),
            all,
            lanes: drawn.lanes.len(),
            bars: bars.collect(),
        }
    }

    /// What was recorded, and how much of it is drawn.
    pub(crate) fn summary(&self) -> String {
        let [lanes, bars] = self.all;
        let (took, kind) = (time(self.took as f64 * 1e3), &self.kind);
        let s = if lanes == 1 { "" } else { "s" };
        let mut text = format!("{} took {took}, {lanes} {kind}{s}", self.name);
        if self.lanes < lanes {
            text += &format!(", {} of them drawn", self.lanes);
        }
        let drawn = self.bars.len();
        if self.lanes == lanes && drawn < bars {
            text += &format!(", with the first {drawn} of {bars} pieces of work");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn row(name: &str, took: u64, bars: &[[u64; 3]]) -> RecordedRow {
        RecordedRow {
            name: name.to_owned(),
            took,
            kind: "worker".to_owned(),
            all: [2, bars.len()],
            lanes: 2,
            bars: bars.to_vec(),
        }
    }

    fn recorded() -> Recorded {
        Recorded {
            version: VERSION,
            model: "locks".to_owned(),
            command: "cargo run --release".to_owned(),
            date: "28 Nov 2026".to_owned(),
            processor: "Made-up".to_owned(),
            cores: 2,
            job: "4 workers".to_owned(),
            rows: vec![row("a", 90, &[[0, 1, 50], [1, 2, 90]]), row("b", 9, &[])],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let text = recorded().json().expect("JSON");
        assert_eq!(Recorded::read(&text).expect("its own form"), recorded());
        assert_eq!(text.lines().filter(|line| line.contains("took")).count(), 2);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (old, new) in [
            ("\"version\": 1", "\"version\": 2"),
            ("[1,2,90]", "[2,2,90]"),
            ("[1,2,90]", "[1,91,90]"),
            ("[1,2,90]", "[1,2,90000000000000]"),
            ("\"rows\"", "\"row\""),
        ] {
            let text = recorded().json().expect("JSON").replacen(old, new, 1);
            assert!(Recorded::read(&text).is_err(), "{new}");
        }
    }

    #[test]
    fn lanes_are_left_out_as_a_whole() {
        let bar = |lane, start| measure::results::Bar {
            lane,
            task: String::new(),
            start,
            end: start + 1_500,
            note: None,
        };
        let lanes = 40;
        let bars = (0..10).flat_map(|nth| (0..lanes).map(move |lane| bar(lane, nth)));
        let timeline = Timeline {
            nanos: 2_000_000,
            lanes: (0..lanes).map(|lane| format!("worker {lane}")).collect(),
            bars: bars.collect(),
            left_out: 0,
        };
        let row = RecordedRow::of("tokio", &timeline);
        assert_eq!((row.lanes, row.bars.len()), (20, 200));
        assert_eq!(row.bars[0], [0, 0, 2]);
        assert_eq!(
            row.summary(),
            "tokio took 2.00 ms, 40 workers, 20 of them drawn"
        );
    }
}
