//! Durations on the command line: a number and its unit, the same for every flag.

use std::time::Duration;

const UNITS: [(&str, f64); 6] = [
    ("us", 1e-6),
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
];

/// More than any caller waits for, and little enough that no clock overflows.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A duration as people write it: `20ms`, `1.5s`, `500us`, `2m`. A bare number is refused,
/// since its unit would be a guess, but for `0`, which is the same in all of them.
///
/// # Errors
/// What is wrong, and what to write.
pub fn duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let (number, seconds) = UNITS
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
        .unwrap_or((text, &0.0));
    let known = number
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite());
    let Some(number) = known else {
        return Err("a duration is a number and its unit: 20ms, 1.5s, 500us, 2m".into());
    };
    if *seconds == 0.0 && number < 0.0 {
        return Err("a duration is a number from 0 and its unit: 20ms".into());
    }
    if *seconds == 0.0 {
        return Err(format!(
            "write the unit: {text}ms, {text}s, {text}us, {text}m"
        ));
    }
    match Duration::try_from_secs_f64(number * seconds) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err("a duration is from 0 to 24h".into()),
    }
}

/// A duration after which something is given up: at least a millisecond.
///
/// # Errors
/// What is wrong, and what to write.
pub fn deadline(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        none if none < Duration::from_millis(1) => Err("it must be at least 1ms".into()),
        deadline => Ok(deadline),
    }
}

#[cfg(test)]
mod tests {
    use super::{deadline, duration};
    use std::time::Duration;

    #[test]
    fn a_number_and_a_unit() {
        for (text, micros) in [
            ("0", 0),
            ("0s", 0),
            ("500us", 500),
            ("500µs", 500),
            ("20ms", 20_000),
            ("1.5s", 1_500_000),
            ("2m", 120_000_000),
            ("24h", 86_400_000_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_micros(micros)), "{text}");
        }
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for (text, words) in [
            ("20", "write the unit: 20ms"),
            ("1.5", "write the unit: 1.5ms"),
            ("-5", "from 0"),
            ("", "20ms"),
            ("ms", "20ms"),
            ("1m30s", "20ms"),
            ("20 ms", "20ms"),
            ("20 parsecs", "20ms"),
            ("NaNs", "20ms"),
            ("infs", "20ms"),
            ("-1s", "0 to 24h"),
            ("25h", "0 to 24h"),
            ("1e300s", "0 to 24h"),
        ] {
            let why = duration(text).expect_err(text);
            assert!(why.contains(words), "{text}: {why}");
        }
    }

    #[test]
    fn a_deadline_is_no_shorter_than_jobs_can_say() {
        assert_eq!(deadline("1ms"), Ok(Duration::from_millis(1)));
        for text in ["0", "999us"] {
            assert!(deadline(text).expect_err(text).contains("1ms"), "{text}");
        }
    }
}
