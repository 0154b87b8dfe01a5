//! Kept timelines as a picture for a document: an SVG that needs nothing from outside, light
//! and dark.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

use super::extent::shared;
use crate::{
    scale::{Scale, label},
    splice::recorded::{Recorded, RecordedRow},
};

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 12.0;
/// A row's lanes together are this high, unless they are few.
const LANES: f64 = 96.0;
/// One lane at the most.
const LANE: f64 = 12.0;
/// The line of text above a row's lanes, and the space below them.
const TITLE: f64 = 22.0;
const GAP: f64 = 12.0;
const AXIS: f64 = 24.0;

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif;fill:#1b1e23}\
.paper{fill:#fcfcfa}.grid{stroke:#e4e6e8}.end{stroke:#9c3412;stroke-width:1.5}\
.odd{stroke:#2f6f8f}.even{stroke:#6fa9c4}.quiet{fill:#5b626c;font-size:11px}.name{font-weight:600}\
@media(prefers-color-scheme:dark){text{fill:#e3e5e8}.paper{fill:#16181c}.grid{stroke:#2b2f35}\
.odd{stroke:#7fc1de}.even{stroke:#3f7f9c}.end{stroke:#f2a183}.quiet{fill:#a0a7b1}}";

/// The picture: a strip for each row, all on one axis. A job that takes far longer than the
/// others continues beyond it.
pub fn picture(recorded: &Recorded) -> String {
    let extents: Vec<f64> = recorded.rows.iter().map(extent).collect();
    let scale = Scale::from_zero(shared(&extents).unwrap_or(1.0));
    let heights: Vec<f64> = recorded.rows.iter().map(height).collect();
    let bottom = MARGIN + heights.iter().sum::<f64>();
    let (width, all) = (WIDTH, bottom + AXIS);
    let mut tops = vec![MARGIN];
    for height in &heights {
        tops.push(tops[tops.len() - 1] + height);
    }
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(all)
            viewBox=(format!("0 0 {width} {all}")) role="img"
            aria-label=(recorded.summary()) {
            style { (PreEscaped(STYLE)) }
            rect.paper width=(width) height=(all) {}
            @for tick in scale.ticks() {
                @let x = place(&scale, tick);
                path.grid d=(format!("M{x:.1} {MARGIN}V{bottom}")) {}
                text.quiet x=(format!("{x:.1}")) y=(bottom + 15.0) text-anchor=(anchor(x)) {
                    (label(tick))
                }
            }
            @for (row, top) in recorded.rows.iter().zip(&tops) {
                (strip(row, *top, &scale))
            }
        }
    };
    markup.into_string() + "\n"
}

fn strip(row: &RecordedRow, top: f64, scale: &Scale) -> Markup {
    let (lane, first) = (lane(row), top + TITLE);
    let mut paths = [String::new(), String::new()];
    let mut nth = vec![0_usize; row.lanes];
    for &[at, start, end] in &row.bars {
        let at = at as usize;
        let from = place(scale, start as f64 * 1e3);
        // What is too short to be seen is still there.
        let to = place(scale, end as f64 * 1e3).max(from + 0.6);
        let y = first + (at as f64 + 0.5) * lane;
        let path = &mut paths[nth[at] % 2];
        write!(path, "M{from:.1} {y:.1}H{to:.1}").expect("a String takes all");
        nth[at] += 1;
    }
    let took = row.took as f64 * 1e3;
    let end = place(scale, took);
    let stroke = format!(
        "stroke-width:{:.1}",
        if lane > 3.0 { lane * 0.8 } else { lane }
    );
    let (from, to) = (first - 2.0, first + lane * row.lanes as f64 + 2.0);
    let summary = row.summary();
    let more = if took > scale.high() {
        ", beyond this axis"
    } else {
        ""
    };
    html! {
        text x=(MARGIN) y=(top + 14.0) {
            tspan.name { (row.name) }
            tspan.quiet { (&summary[row.name.len()..]) (more) }
        }
        g style=(stroke) {
            @for (class, path) in ["odd", "even"].iter().zip(&paths) {
                @if !path.is_empty() { path class=(class) d=(path) {} }
            }
        }
        @if more.is_empty() { path.end d=(format!("M{end:.1} {from:.1}V{to:.1}")) {} }
    }
}

/// Nanoseconds until the job and its last piece of work are over. What continues for longer
/// than the job itself does not press all others together.
fn extent(row: &RecordedRow) -> f64 {
    let ends = row.bars.iter().map(|[_, _, end]| *end);
    let last = ends.filter(|end| end / 2 <= row.took).max().unwrap_or(0);
    last.max(row.took).max(1) as f64 * 1e3
}

fn height(row: &RecordedRow) -> f64 {
    TITLE + (lane(row) * row.lanes as f64).ceil() + GAP
}

fn lane(row: &RecordedRow) -> f64 {
    (LANES / row.lanes.max(1) as f64).min(LANE)
}

/// Where a moment stands, in units of the picture.
fn place(scale: &Scale, nanos: f64) -> f64 {
    MARGIN + scale.share(nanos) * (WIDTH - 2.0 * MARGIN)
}

/// Labels at the edges stay within the picture.
fn anchor(x: f64) -> &'static str {
    match x {
        x if x < MARGIN + 1.0 => "start",
        x if x > WIDTH - 2.0 * MARGIN => "end",
        _ => "middle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_on_one_axis() {
        let row = |name: &str, took, bars: &[[u64; 3]]| RecordedRow {
            name: name.to_owned(),
            took,
            kind: "worker".to_owned(),
            all: [2, bars.len()],
            lanes: 2,
            bars: bars.to_vec(),
        };
        let recorded = Recorded {
            version: 1,
            model: "locks".to_owned(),
            command: "cargo run --release".to_owned(),
            date: "28 Nov 2026".to_owned(),
            processor: "Made-up".to_owned(),
            cores: 2,
            job: "4 workers".to_owned(),
            rows: vec![
                row("a", 100_000, &[[0, 0, 50_000], [0, 50_000, 100_000]]),
                row("<b>", 50_000, &[[1, 0, 50_000]]),
                row("c", 2_000_000, &[]),
            ],
        };
        let text = picture(&recorded);
        // 696 units are 100 ms.
        let [whole, half] = ["H708.0", "M12.0 61.0H360.0"];
        assert!(text.contains(whole), "{text}");
        assert!(text.contains(&half.replace("61.0", "40.0")), "{text}");
        assert!(
            text.contains("&lt;b&gt;") && !text.contains("<b>"),
            "{text}"
        );
        assert_eq!(text.matches(", beyond this axis").count(), 1, "{text}");
        assert_eq!(text.matches("class=\"end\"").count(), 2, "{text}");
    }
}
