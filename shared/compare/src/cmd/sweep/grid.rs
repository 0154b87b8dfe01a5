//! The sizes of a sweep: a range on a logarithmic grid, or a list.

use test_fixtures::Misuse;

/// Points for each factor of ten, unless there is a wish.
const A_DECADE: f64 = 3.0;
/// More points than this take longer and show no more.
const MOST: usize = 100;

/// The units of times, as the flags have them.
const UNITS: [&str; 3] = ["us", "ms", "s"];

/// A field, and what it is set to in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Over {
    /// The flag without its dashes: `tasks`.
    pub(crate) field: String,
    /// Rising, without repeats, at least two.
    pub(crate) values: Vec<u64>,
    /// What stands behind each of them: a unit of time, or nothing.
    pub(crate) unit: &'static str,
}

impl Over {
    /// What the flag is given for a value.
    pub(crate) fn given(&self, value: u64) -> String {
        format!("{value}{}", self.unit)
    }

    /// The field as tables name it.
    pub(crate) fn name(&self) -> String {
        match self.unit {
            "" => self.field.clone(),
            unit => format!("{} in {unit}", self.field),
        }
    }
}

/// Reads `FIELD=FROM..TO`, on a grid of `points` points, or `FIELD=10,100,1000`. Times have
/// their unit behind each number: `FIELD=1ms..50ms`.
pub(crate) fn parse(over: &str, points: Option<usize>) -> Result<Over, Misuse> {
    let misuse = |why: &str| Misuse(format!("--over {over:?}: {why}"));
    let Some((field, values)) = over.split_once('=') else {
        return Err(misuse("write FIELD=FROM..TO, or FIELD=10,100,1000"));
    };
    let unit = UNITS.iter().find(|unit| values.trim().ends_with(**unit));
    let unit = unit.copied().unwrap_or_default();
    // Of "us", "ms" and "s", the last is the end of the others.
    let without_unit = |text: &str| match (unit, text.trim().strip_suffix(unit)) {
        ("s", Some(text)) if text.ends_with(['m', 'u']) => None,
        (_, text) => text.map(str::to_owned),
    };
    let number = |text: &str| match without_unit(text)
        .ok_or_else(|| misuse(&format!("write {unit} behind each of them")))?
        .replace('_', "")
        .parse()
    {
        Ok(number) => Ok(number),
        Err(_) => Err(misuse(&format!("{:?} is not a whole number", text.trim()))),
    };
    if points.is_some_and(|points| points < 2) {
        return Err(misuse("one size is no sweep; --points 2 or more"));
    }
    let values = match values.split_once("..") {
        Some((from, to)) => {
            let (from, to) = (number(from)?, number(to)?);
            if from > to {
                return Err(misuse(&format!(
                    "{from} is more than {to}; write {to}..{from}"
                )));
            }
            grid(from, to, points.unwrap_or_else(|| usual_points(from, to)))
        }
        None if points.is_some() => {
            return Err(misuse("a list has its own points; leave --points out"));
        }
        None => {
            let mut values = values
                .split(',')
                .map(number)
                .collect::<Result<Vec<_>, _>>()?;
            values.sort_unstable();
            values.dedup();
            values
        }
    };
    match values.len() {
        0 | 1 => Err(misuse("one size is no sweep; give two or more")),
        count if count > MOST => Err(misuse(&format!("at most {MOST} sizes"))),
        _ => Ok(Over {
            field: field.trim().trim_start_matches('-').to_owned(),
            values,
            unit,
        }),
    }
}

/// Zero, and the points from 1 on.
fn usual_points(from: u64, to: u64) -> usize {
    if from == 0 {
        return 1 + usual_points(1, to.max(1));
    }
    let decades = (to as f64 / from as f64).log10();
    ((decades * A_DECADE).round() as usize + 1).max(2)
}

/// Whole numbers from `from` to `to`, as evenly apart on a logarithmic axis as whole
/// numbers can be. There are fewer than `points` where the range has not as many. Zero has
/// no place on such an axis: where it is the first, the others begin at 1.
fn grid(from: u64, to: u64, points: usize) -> Vec<u64> {
    if from == 0 && to > 0 {
        // The end alone, if there is to be but one more.
        let first = if points > 2 { 1 } else { to };
        return [vec![0], grid(first, to, points - 1)].concat();
    }
    let ratio = to as f64 / from as f64;
    let last = points.saturating_sub(1).max(1);
    let mut values: Vec<u64> = (0..last)
        .map(|index| from as f64 * ratio.powf(index as f64 / last as f64))
        .map(|value| value.round() as u64)
        .collect();
    // The end is exact, whatever a float makes of it.
    values.push(to);
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_becomes_a_grid() {
        for (text, unit) in [("n=1ms..5ms", "ms"), ("n=1us, 5us", "us"), ("n=1s,5s", "s")]
        {
            let over = parse(text, None).expect(text);
            assert_eq!(over.unit, unit);
            assert_eq!(over.values.last(), Some(&5), "{text}");
            assert_eq!(over.given(5), format!("5{unit}"));
            assert_eq!(over.name(), format!("n in {unit}"));
        }
        for (text, points, values) in [
            ("n=10..1000", None, vec![10, 22, 46, 100, 215, 464, 1000]),
            ("n=10..1000", Some(3), vec![10, 100, 1000]),
            ("n=1..2", None, vec![1, 2]),
            ("n=1..4", Some(20), vec![1, 2, 3, 4]),
            ("n=0..100", None, vec![0, 1, 2, 5, 10, 22, 46, 100]),
            ("n=0..100", Some(4), vec![0, 1, 10, 100]),
            ("n=0..100", Some(2), vec![0, 100]),
            ("n=0..1", None, vec![0, 1]),
            ("n=9,0,99", None, vec![0, 9, 99]),
            ("n=1_000..3000", Some(2), vec![1000, 3000]),
            ("--n=100,10,10,1000", None, vec![10, 100, 1000]),
        ] {
            let over = parse(text, points).expect(text);
            assert_eq!(over.field, "n");
            assert_eq!(over.values, values, "{text}");
        }
        let big = parse("n=1..18446744073709551615", None).expect("all of u64");
        assert_eq!(big.values.last(), Some(&u64::MAX));
        assert!(big.values.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for (text, points, words) in [
            ("n", None, "FIELD=FROM..TO"),
            ("n=", None, "whole number"),
            ("n=0..0", None, "one size"),
            ("n=10..1", None, "write 1..10"),
            ("n=5..5", None, "one size"),
            ("n=7", None, "one size"),
            ("n=7,7", None, "one size"),
            ("n=1..9", Some(1), "one size"),
            ("n=1..x", None, "\"x\" is not a whole number"),
            ("n=-1..4", None, "not a whole number"),
            ("n=1..5ms", None, "write ms behind each"),
            ("n=1ms,5s", None, "write s behind each"),
            ("n=1m..5m", None, "not a whole number"),
            ("n=1..99999", Some(500), "at most 100"),
            ("n=1,10", Some(2), "leave --points out"),
        ] {
            let error = parse(text, points).expect_err(text).to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
