//! Whole numbers on the command line, within what a job can be asked for.

use std::{num::NonZeroUsize, ops::RangeInclusive, str::FromStr, thread};

/// A parser of numbers in this range.
pub fn whole<T: FromStr>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number
            .and_then(|number| number.to_string().parse().ok())
            .ok_or_else(|| {
                let (least, most) = (range.start(), range.end());
                format!("write a whole number from {least} to {most}")
            })
    }
}

/// The command, with `-1` a value like any other, so that the flag's own parser reports
/// what is wrong with it.
pub fn with_negatives(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| match arg.get_action().takes_values() {
        true => arg.allow_negative_numbers(true),
        false => arg,
    })
}

/// How many cores there are for this process.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use super::whole;
    use std::num::NonZeroUsize;

    #[test]
    fn what_is_no_number_of_the_range_says_the_range() {
        let number = whole::<NonZeroUsize>(1..=100);
        for text in ["1", "100"] {
            assert_eq!(number(text).map(|n| n.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "0",
            "101",
            "-1",
            "1.5",
            "1e2",
            "ten",
            "99999999999999999999",
        ] {
            let why = number(text).expect_err(text);
            assert_eq!(why, "write a whole number from 1 to 100");
        }
    }
}
