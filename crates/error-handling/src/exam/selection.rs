//! Which tasks go wrong, as the command line says it.

use std::str::FromStr;

use test_fixtures::Misuse;

/// Some of the tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// This many, spread evenly over the tasks that no other option names.
    Count(usize),
    /// Those with an even number.
    Even,
    /// Those with an odd number.
    Odd,
    /// All of them.
    All,
    /// Those with these numbers.
    At(Vec<usize>),
}

impl Selection {
    /// The tasks that are meant by name: none if it is a count.
    pub(crate) fn named(&self, tasks: usize) -> Vec<usize> {
        match self {
            Selection::Count(_) => Vec::new(),
            Selection::Even => (0..tasks).step_by(2).collect(),
            Selection::Odd => (1..tasks).step_by(2).collect(),
            Selection::All => (0..tasks).collect(),
            Selection::At(numbers) => numbers.clone(),
        }
    }
}

impl FromStr for Selection {
    type Err = Misuse;

    fn from_str(text: &str) -> Result<Self, Misuse> {
        let wrong =
            || Misuse::new("write how many (3), even, odd, all, or which (at:0,7)");
        let number = |text: &str| text.parse().map_err(|_| wrong());
        Ok(match (text, text.strip_prefix("at:")) {
            ("even", _) => Selection::Even,
            ("odd", _) => Selection::Odd,
            ("all", _) => Selection::All,
            (_, Some(list)) => {
                Selection::At(list.split(',').map(number).collect::<Result<_, _>>()?)
            }
            (count, None) => Selection::Count(number(count)?),
        })
    }
}

/// `count` of these, spread evenly.
pub(crate) fn spread(among: &[usize], count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |index| among[(2 * index + 1) * among.len() / (2 * count)])
}

#[cfg(test)]
mod tests {
    use super::{Selection, spread};

    #[test]
    fn a_count_is_spread_and_takes_nothing_twice() {
        let among: Vec<_> = (0..10).collect();
        let spread = |count| spread(&among, count).collect::<Vec<_>>();
        assert!(spread(0).is_empty());
        assert_eq!(spread(1), [5]);
        assert_eq!(spread(2), [2, 7]);
        assert_eq!(spread(10), among);
    }

    #[test]
    fn words_mean_tasks() {
        let named = |text: &str| text.parse::<Selection>().expect(text).named(5);
        assert_eq!(named("even"), [0, 2, 4]);
        assert_eq!(named("odd"), [1, 3]);
        assert_eq!(named("all"), [0, 1, 2, 3, 4]);
        assert_eq!(named("at:3,0"), [3, 0]);
        assert!(named("3").is_empty());
        for text in ["", "some", "-1", "at:", "at:1,", "at:x", "1.5"] {
            let why = text.parse::<Selection>().expect_err(text).to_string();
            assert!(why.contains("at:0,7"), "{text}: {why}");
        }
    }
}
