//! The check: every element bit by bit, and the sum within what rounding can do.

use std::sync::{Mutex, PoisonError};

use anyhow::{Result, ensure};
use test_fixtures::Facts;

use crate::{Job, Output, checksum};

pub(crate) fn check(job: &Job, output: &Output) -> Result<Facts> {
    let wanted = job.samples.len();
    let got = output.samples.len();
    ensure!(
        got == wanted,
        "{got} samples, where {wanted} were asked for"
    );
    for (place, sample) in job.samples.iter().zip(&output.samples) {
        let square = square(*place);
        ensure!(
            *sample == square,
            "element {place} is {sample}, not {square}"
        );
    }
    ensure!(
        output.checksum == expected(job.n),
        "some elements are not the squares of their places: the checksum is {}, not {}",
        output.checksum,
        expected(job.n)
    );
    let exact = exact_sum(job.n);
    let off = (output.sum - exact).abs();
    ensure!(
        off <= tolerance(job.n),
        "the sum is {:e}, not {exact:e}: no order of additions is that far off",
        output.sum
    );
    // Nothing adds up to -0.0.
    let sum = output.sum + 0.0;
    let ulps = sum.to_bits().abs_diff(exact.to_bits());
    Ok(Facts::new()
        .text("sum", format!("{sum:e}"))
        .count("ulps off", ulps))
}

fn square(number: usize) -> f64 {
    let exact = number as u128 * number as u128;
    exact as f64
}

/// The sum of the squares of 0 to n - 1, in whole numbers, rounded once.
fn exact_sum(n: usize) -> f64 {
    let n = n as u128;
    let exact = n.saturating_sub(1) * n * (2 * n).saturating_sub(1) / 6;
    exact as f64
}

/// How far a sum of `n` doubles that are not negative may be from the exact one, whatever
/// the order of the additions: each rounds by at most 2⁻⁵³ of what it has come to, and
/// none has come to more than all (Higham, Accuracy and Stability of Numerical
/// Algorithms, 4.2). Squares above 2⁵³ are rounded once more.
fn tolerance(n: usize) -> f64 {
    exact_sum(n) * (n as f64 + 1.0) * (f64::EPSILON / 2.0)
}

/// The checksum of the right array. The last one is kept: all variants are held to it.
fn expected(n: usize) -> u64 {
    static LAST: Mutex<Option<(usize, u64)>> = Mutex::new(None);
    // What a panic elsewhere could have left is either there or not.
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match *last {
        Some((known, sum)) if known == n => sum,
        _ => {
            let sum = checksum((0..n).map(square));
            *last = Some((n, sum));
            sum
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_tables() {
        assert_eq!(exact_sum(0), 0.0);
        assert_eq!(exact_sum(1), 0.0);
        assert_eq!(exact_sum(4), 14.0);
        assert_eq!(exact_sum(10_000_000), 3.33333283333335e20);
    }

    #[test]
    fn a_sum_in_any_order_is_within_the_tolerance() {
        let n = 100_000;
        let forwards: f64 = (0..n).map(square).sum();
        let backwards: f64 = (0..n).rev().map(square).sum();
        for sum in [forwards, backwards] {
            assert!((sum - exact_sum(n)).abs() <= tolerance(n));
        }
        assert!((forwards - square(n - 1) - exact_sum(n)).abs() > tolerance(n));
    }

    #[test]
    fn one_wrong_bit_and_two_exchanged_elements_are_seen() {
        let right: Vec<f64> = (0..1000).map(square).collect();
        let sum = |array: &[f64]| checksum(array.iter().copied());
        assert_eq!(sum(&right), expected(1000));
        let mut wrong = right.clone();
        wrong[500] = f64::from_bits(wrong[500].to_bits() ^ 1);
        assert_ne!(sum(&wrong), expected(1000));
        let mut exchanged = right.clone();
        exchanged.swap(3, 4);
        assert_ne!(sum(&exchanged), expected(1000));
        let mut hole = right;
        hole[700..710].fill(0.0);
        assert_ne!(sum(&hole), expected(1000));
    }
}
