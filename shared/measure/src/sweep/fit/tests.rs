//! Fits of made-up data, with noise from a fixed seed.

use super::*;

const SIZES: [u64; 7] = [10, 32, 100, 316, 1000, 3162, 10_000];

/// Medians of the curve with noise of about this size, and intervals of twice that on
/// either side.
fn made_up(sizes: &[u64], noise: f64, of: impl Fn(f64) -> f64) -> Vec<(f64, Estimate)> {
    let mut random = fastrand::Rng::with_seed(7);
    let point = |n: &u64| {
        let n = *n as f64;
        // The sum of twelve is near to normal, with a standard deviation of 1.
        let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let median = of(n) * (1.0 + noise * normal);
        let interval = Some((median * (1.0 - 2.0 * noise), median * (1.0 + 2.0 * noise)));
        (n, Estimate { median, interval })
    };
    sizes.iter().map(point).collect()
}

fn shapes(points: &[(f64, Estimate)]) -> Vec<&'static str> {
    let growth = fit(points).expect("enough sizes");
    growth
        .curves
        .iter()
        .map(|curve| curve.shape.name())
        .collect()
}

#[test]
fn each_shape_is_found_under_noise() {
    for noise in [0.0, 0.03, 0.06] {
        let of = |curve: fn(f64) -> f64| shapes(&made_up(&SIZES, noise, curve));
        assert_eq!(of(|_| 5e6), ["constant"], "{noise}");
        assert_eq!(of(|n| 1e4 + 5e6 / n), ["1/n"], "{noise}");
        assert_eq!(of(|n| 3.0 * n)[0], "n", "{noise}");
        assert_eq!(of(|n| 1e3 + 7.0 * n * n), ["n²"], "{noise}");
    }
    let exact = |curve: fn(f64) -> f64| shapes(&made_up(&SIZES, 0.0, curve));
    assert_eq!(exact(|n| 3.0 * n), ["n"]);
    assert_eq!(exact(|n| 1e3 + 3.0 * n * n.log2()), ["n log n"]);
    assert_eq!(exact(|n| 1e4 + n.powf(1.5)), ["n√n"]);
    let noisy = made_up(&SIZES, 0.03, |n| 3.0 * n * n.log2());
    assert_eq!(shapes(&noisy), ["n log n"]);
}

#[test]
fn the_cost_of_starting_does_not_hide_the_growth() {
    let points = made_up(&SIZES, 0.02, |n| 2e6 + 500.0 * n);
    let growth = fit(&points).expect("enough sizes");
    let best = growth.curves[0];
    assert_eq!(best.shape, Shape::Linear);
    assert!((best.constant / 2e6 - 1.0).abs() < 0.05, "{best:?}");
    assert!((best.slope / 500.0 - 1.0).abs() < 0.1, "{best:?}");
}

#[test]
fn what_fits_alike_is_not_told_apart() {
    // Half a decade, and noise: n and n log n are the same line here.
    let narrow = made_up(&[1000, 1500, 2000, 2500, 3000], 0.05, |n| 1e5 + 300.0 * n);
    let shapes = shapes(&narrow);
    assert!(shapes.len() > 1, "{shapes:?}");
    assert!(
        shapes.contains(&"n") && shapes.contains(&"n log n"),
        "{shapes:?}"
    );
}

#[test]
fn a_constant_is_not_called_growth_for_its_noise() {
    for seed_size in [20, 50, 90] {
        let sizes: Vec<u64> = SIZES.iter().map(|n| n * seed_size).collect();
        assert_eq!(shapes(&made_up(&sizes, 0.1, |_| 3e6)), ["constant"]);
    }
}

#[test]
fn few_points_say_nothing() {
    assert_eq!(fit(&[]), None);
    assert_eq!(fit(&made_up(&SIZES[..3], 0.0, |n| n)), None);
    assert!(fit(&made_up(&SIZES[..4], 0.0, |n| n)).is_some());
}

#[test]
fn what_no_curve_follows_has_none() {
    let zigzag = |n: f64| {
        if n.log10().round() % 2.0 == 0.0 {
            1e6
        } else {
            9e6
        }
    };
    let growth = fit(&made_up(&SIZES, 0.0, zigzag)).expect("enough sizes");
    assert!(growth.curves.is_empty(), "{growth:?}");
    assert!(growth.error > 0.2);
}

#[test]
fn zeros_and_size_one_are_no_trouble() {
    // log2(1) is zero, and a process may use less CPU than the clock counts.
    let mut points = made_up(&[1, 2, 4, 8, 16], 0.0, |n| 1e3 * n);
    assert_eq!(shapes(&points), ["n"]);
    points[0].1.median = 0.0;
    assert_eq!(shapes(&points), ["n"]);
    // Size zero, at which 1/n is nothing that could be fitted.
    let sizes = [0, 1, 4, 16, 64, 256];
    let of = |curve: fn(f64) -> f64| shapes(&made_up(&sizes, 0.0, curve));
    assert_eq!(of(|_| 5e6), ["constant"]);
    assert_eq!(of(|n| 1e3 + 50.0 * n), ["n"]);
    assert_eq!(of(|n| 1e3 + 50.0 * n * n.max(1.0).log2()), ["n log n"]);
    assert!(of(|n| 1e3 + 1e6 / (n + 0.01)).is_empty());
}
