//! Text in results that others wrote: names, jobs, failures, what checks saw, machines,
//! command lines. It is escaped once, as it becomes a part of results or is read with them,
//! so that no table, page or document has to.
//!
//! Every structure is taken apart with all its fields: one that is added is thought of here
//! or does not compile.

use std::{collections::BTreeMap, mem, sync::Arc};

use test_fixtures::{Breach, Fact, Facts, Floor, OtherFloor, Surveyed, Value, shown};

use crate::{
    host::Host,
    results::{
        Bar, Deviated, LastWords, ModelResults, Noisy, Results, Row, Sample, Timeline,
    },
    source::{Pair, Part, Source},
    sweep::results::Sweep,
};

/// Text that others wrote is in it.
pub trait Foreign {
    /// Escapes it, so that each piece is one line that does nothing to a terminal; a source
    /// and last words keep their lines and their tabs.
    fn escape(&mut self);
}

impl Foreign for String {
    fn escape(&mut self) {
        // Most of it is plain.
        let plain = shown(self);
        if plain != *self {
            *self = plain;
        }
    }
}

impl<T: Foreign> Foreign for Vec<T> {
    fn escape(&mut self) {
        self.iter_mut().for_each(Foreign::escape);
    }
}

impl<T: Foreign> Foreign for Option<T> {
    fn escape(&mut self) {
        self.iter_mut().for_each(Foreign::escape);
    }
}

impl<K: Foreign + Ord, V: Foreign> Foreign for BTreeMap<K, V> {
    fn escape(&mut self) {
        let all = mem::take(self).into_iter().map(|(mut key, mut value)| {
            key.escape();
            value.escape();
            (key, value)
        });
        *self = all.collect();
    }
}

impl Foreign for usize {
    fn escape(&mut self) {}
}

impl Foreign for Results {
    fn escape(&mut self) {
        let Self {
            version: _,
            command,
            started: _,
            host,
            interrupted: _,
            models,
        } = self;
        command.escape();
        host.escape();
        models.escape();
    }
}

impl Foreign for Sweep {
    fn escape(&mut self) {
        let Self {
            version: _,
            command,
            started: _,
            host,
            interrupted: _,
            model,
            about,
            field,
            args,
            latency: _,
            limit,
            points,
            lines,
            bounds,
            crossings,
        } = self;
        command.escape();
        host.escape();
        for text in [model, about, field] {
            text.escape();
        }
        args.escape();
        limit.iter_mut().for_each(|limit| limit.row.escape());
        for point in points {
            point.results.escape();
            for (row, why) in &mut point.ended {
                row.escape();
                why.escape();
            }
        }
        for line in lines {
            line.name.escape();
            line.end.iter_mut().for_each(|end| end.why.escape());
        }
        bounds.iter_mut().for_each(|bound| bound.name.escape());
        for crossing in crossings {
            crossing.passes.escape();
            crossing.passed.escape();
        }
    }
}

impl Foreign for Host {
    fn escape(&mut self) {
        let Self {
            kernel,
            architecture,
            processor,
            cores: _,
            memory: _,
            load: _,
            rustc,
            profile,
            packages,
        } = self;
        for text in [kernel, architecture, processor, rustc, profile] {
            text.escape();
        }
        packages.escape();
    }
}

impl Foreign for ModelResults {
    fn escape(&mut self) {
        let Self {
            name,
            about,
            job,
            args,
            reference,
            pair,
            rounds: _,
            trials: _,
            noise: _,
            noisy,
            seed: _,
            floors,
            resolution: _,
            rows,
            ties,
            item,
            decided,
        } = self;
        for text in [name, about, job, reference] {
            text.escape();
        }
        args.escape();
        for text in pair.iter_mut().flatten().chain(item) {
            text.escape();
        }
        noisy.escape();
        floors.escape();
        rows.escape();
        let undecided = decided
            .iter_mut()
            .flat_map(|decided| &mut decided.undecided);
        for (one, other) in ties.iter_mut().chain(undecided) {
            one.escape();
            other.escape();
        }
    }
}

impl Foreign for Noisy {
    fn escape(&mut self) {
        let Self { round: _, why } = self;
        why.escape();
    }
}

impl Foreign for Floor {
    fn escape(&mut self) {
        let Self {
            nanos: _,
            reason,
            one_core: _,
            deadline: _,
            others,
        } = self;
        reason.escape();
        others.escape();
    }
}

impl Foreign for OtherFloor {
    fn escape(&mut self) {
        let Self {
            rows,
            nanos: _,
            reason,
        } = self;
        rows.escape();
        reason.escape();
    }
}

impl Foreign for Row {
    fn escape(&mut self) {
        let Self {
            name,
            kind: _,
            about,
            runtime,
            legacy: _,
            another_job,
            is_not_installed: _,
            samples,
            failures,
            last_words,
            deviations,
            summary: _,
            source,
            pairs,
            timeline,
            survey,
        } = self;
        source.escape();
        pairs.escape();
        name.escape();
        about.escape();
        runtime.escape();
        another_job.escape();
        samples.escape();
        failures.escape();
        last_words.escape();
        deviations.escape();
        timeline.escape();
        survey.escape();
    }
}

impl Foreign for Surveyed {
    fn escape(&mut self) {
        let Self {
            item,
            harm,
            spared,
            bites: _,
            attempts: _,
            why,
            failing,
            cost,
            cure,
        } = self;
        for text in [item, harm, cost] {
            text.escape();
        }
        for text in [spared, why, failing, cure] {
            text.escape();
        }
    }
}

impl Foreign for LastWords {
    fn escape(&mut self) {
        let Self { stderr, stdout } = self;
        escape_lines(stderr);
        escape_lines(stdout);
    }
}

impl Foreign for Source {
    fn escape(&mut self) {
        let Self {
            path,
            text,
            parts,
            needs,
        } = self;
        path.escape();
        escape_lines(text);
        parts.escape();
        needs.escape();
    }
}

impl Foreign for Part {
    fn escape(&mut self) {
        let Self { path, text } = self;
        path.escape();
        escape_lines(text);
    }
}

impl Foreign for Pair {
    fn escape(&mut self) {
        let Self {
            name,
            failing,
            cure,
        } = self;
        name.escape();
        failing.escape();
        cure.escape();
    }
}

/// Escapes each line alone. A source that reads otherwise than it is compiled is an old
/// trick.
fn escape_lines(text: &mut String) {
    let pieces = text.split_inclusive(['\n', '\t']).map(|piece| {
        let end = piece.find(['\n', '\t']).unwrap_or(piece.len());
        shown(&piece[..end]) + &piece[end..]
    });
    let plain: String = pieces.collect();
    if plain != *text {
        *text = plain;
    }
}

impl Foreign for Sample {
    fn escape(&mut self) {
        let Self {
            round: _,
            nanos: _,
            usage: _,
            memory: _,
            facts,
            latency: _,
        } = self;
        facts.escape();
    }
}

impl<T: Foreign + Clone + PartialEq> Foreign for Arc<T> {
    fn escape(&mut self) {
        let mut plain = T::clone(self);
        plain.escape();
        // What is plain stays shared.
        if plain != **self {
            *self = Arc::new(plain);
        }
    }
}

impl Foreign for Facts {
    fn escape(&mut self) {
        let Self {
            seen,
            breaches,
            done: _,
            is_of_load: _,
        } = self;
        seen.escape();
        breaches.escape();
    }
}

impl Foreign for Fact {
    fn escape(&mut self) {
        let Self {
            name,
            value,
            of: _,
            column: _,
        } = self;
        name.escape();
        match value {
            Value::Count(_) | Value::Number(_) => {}
            Value::Text(text) => text.escape(),
        }
    }
}

impl Foreign for Breach {
    fn escape(&mut self) {
        let Self {
            case,
            why,
            is_certain: _,
        } = self;
        case.escape();
        why.escape();
    }
}

impl Foreign for Deviated {
    fn escape(&mut self) {
        let Self { why, reason } = self;
        why.escape();
        reason.escape();
    }
}

impl Foreign for Timeline {
    fn escape(&mut self) {
        let Self {
            nanos: _,
            lanes,
            bars,
            left_out: _,
        } = self;
        lanes.escape();
        bars.escape();
    }
}

impl Foreign for Bar {
    fn escape(&mut self) {
        let Self {
            lane: _,
            task,
            start: _,
            end: _,
            note,
        } = self;
        task.escape();
        note.escape();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Results as a stranger's file could have them: every text of them is hostile.
    fn hostile(value: &mut Value) {
        match value {
            Value::String(text) if !matches!(&**text, "peer" | "slower") => {
                text.push_str("\u{1b}[2J\r\u{8}\u{9b}\u{202e}\n");
            }
            Value::Array(all) => all.iter_mut().for_each(hostile),
            Value::Object(all) => all.values_mut().for_each(hostile),
            _ => {}
        }
    }

    #[test]
    fn no_text_of_results_is_left_out() {
        let text = include_str!("foreign/results.json");
        let mut value: Value = serde_json::from_str(text).expect("it is JSON");
        hostile(&mut value);
        let mut results: Results = serde_json::from_value(value).expect("it is results");
        results.escape();
        let written = serde_json::to_value(&results).expect("it can be written");
        let mut texts = Vec::new();
        gather(&written, &mut texts);
        assert!(texts.len() > 30, "{texts:?}");
        for text in texts {
            let seen = text.replace(['\n', '\t'], "");
            assert_eq!(shown(&seen), seen);
            // Sources have lines.
            assert_eq!(text.contains('\n'), text.contains("//!"), "{text}");
        }
    }

    fn gather<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => texts.push(text),
            Value::Array(all) => all.iter().for_each(|one| gather(one, texts)),
            Value::Object(all) => {
                for (key, one) in all {
                    texts.push(key);
                    gather(one, texts);
                }
            }
            _ => {}
        }
    }
}
