//! Letters, held against the ties that they stand for.

use measure::{
    mock::{Machine, compare},
    progress::Progress,
};

use super::*;

/// Results whose rows have these names, and these ties by their places.
fn results(count: usize, ties: &[(usize, usize)]) -> ModelResults {
    let mut results = compare(Machine::EXACT, &[], 1, 1, &Progress::shown());
    let row = results.rows[0].clone();
    let named = |name: usize| {
        let mut row = row.clone();
        row.name = format!("row {name}");
        row
    };
    results.rows = (0..count).map(named).collect();
    let name = |place: usize| results.rows[place].name.clone();
    results.ties = ties.iter().map(|(a, b)| (name(*a), name(*b))).collect();
    results
}

/// The letters of each row, in order.
fn of(count: usize, ties: &[(usize, usize)]) -> Option<Vec<String>> {
    let results = results(count, ties);
    let letters = letters(&results)?;
    let of = |row: &measure::results::Row| letters.get(&*row.name).cloned();
    let rows = results.rows.iter();
    Some(rows.map(|row| of(row).unwrap_or_default()).collect())
}

fn everybody(count: usize) -> Vec<(usize, usize)> {
    (0..count)
        .flat_map(|a| (a + 1..count).map(move |b| (a, b)))
        .collect()
}

#[test]
fn all_that_tie_are_one_group() {
    assert_eq!(of(3, &everybody(3)).expect("few"), ["a", "a", "a"]);
    assert_eq!(of(2, &[]).expect("few"), ["", ""]);
    assert_eq!(of(4, &[(1, 3)]).expect("few"), ["", "a", "", "a"]);
}

#[test]
fn a_tie_says_nothing_of_a_third_row() {
    assert_eq!(of(3, &[(0, 1), (1, 2)]).expect("few"), ["a", "ab", "b"]);
    let square = [(0, 1), (1, 2), (2, 3), (0, 3)];
    assert_eq!(of(4, &square).expect("few"), ["ab", "ac", "cd", "bd"]);
}

/// Every graph of five rows, and random ones of ten.
#[test]
fn two_rows_share_a_letter_where_they_tie_and_only_there() {
    let five = everybody(5);
    let ten_rows = 10;
    let ten = everybody(ten_rows);
    let graphs = (0..1_u64 << five.len()).map(|graph| (5, &five, graph));
    // Multiples of an odd number near to 2^64 divided by the golden ratio: their bits look
    // like random ones.
    let bits = |seed: u64| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 19;
    let random = (1..200).map(|seed| (ten_rows, &ten, bits(seed)));
    let graphs: Vec<_> = graphs.chain(random).collect();
    let mut told = 0;
    for (count, pairs, graph) in graphs {
        let is_in = |at: &usize| graph >> at & 1 == 1;
        let ties: Vec<_> = (0..pairs.len()).filter(is_in).map(|at| pairs[at]).collect();
        let Some(letters) = of(count, &ties) else {
            continue;
        };
        told += 1;
        for (a, b) in pairs {
            let share = letters[*a]
                .chars()
                .any(|letter| letters[*b].contains(letter));
            assert_eq!(share, ties.contains(&(*a, *b)), "{ties:?}: {letters:?}");
        }
    }
    assert!(told > 1000, "{told}");
}

/// Whatever the file says, nothing here runs without end.
#[test]
fn too_many_groups_are_none() {
    // Three by three not tied, and all else: three to the power of twenty groups.
    let apart: Vec<_> = everybody(60)
        .into_iter()
        .filter(|(a, b)| a / 3 != b / 3)
        .collect();
    assert_eq!(of(60, &apart), None);
    let mut strange = results(2, &[(0, 1)]);
    strange.ties.push(("row 0".to_owned(), "nobody".to_owned()));
    assert_eq!(letters(&strange), None);
    strange.ties = vec![("row 0".to_owned(), "row 0".to_owned())];
    assert_eq!(letters(&strange).map(|letters| letters.len()), Some(0));
}
