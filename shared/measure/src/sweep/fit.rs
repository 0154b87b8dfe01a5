//! Growth: which of a few curves the medians follow.
//!
//! Each curve is c0 + c1·f(n), with neither coefficient below zero: the constant is what
//! starting costs, which rules at small sizes, and it is never owed. The fit is by least
//! squares of relative errors, as a sweep spans decades and its largest size would decide
//! alone. Curves are chosen by the Bayesian information criterion. Errors below what the
//! medians are known to are not counted, so a curve can't win by noise.

use serde::{Deserialize, Serialize};

use crate::statistics::Estimate;

/// Sizes from which a curve of two coefficients can be wrong.
pub const FEWEST: usize = 4;
/// Medians are not trusted beyond this, however near to each other the samples are.
const PRECISION: f64 = 0.01;
/// The relative error of a median that has no interval.
const UNKNOWN: f64 = 0.05;
/// Curves whose criteria are nearer than this can't be told apart (Kass and Raftery,
/// 1995: below 2, not worth more than a bare mention).
const TOLD_APART: f64 = 2.0;
/// A curve that is farther off than this, as a root mean square, is none.
const FITS: f64 = 0.2;

/// How a quantity grows with the size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// The curves that can't be told apart, the best first. Empty if none fits.
    pub curves: Vec<Curve>,
    /// By how much the best is off, as the root mean square of relative errors.
    pub error: f64,
}

/// constant + slope·shape(n).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// What is multiplied.
    pub shape: Shape,
    /// What it takes at size zero.
    pub constant: f64,
    /// What the shape is multiplied by.
    pub slope: f64,
}

/// What is multiplied by the slope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// It does not grow.
    Constant,
    /// It falls: more permits, fewer turns.
    Inverse,
    /// It grows with the size.
    Linear,
    /// n·log2(n).
    Linearithmic,
    /// n·√n: trial division of all numbers up to n.
    Root,
    /// It grows with the square of the size.
    Quadratic,
}

impl Shape {
    const ALL: [Self; 6] = [
        Self::Constant,
        Self::Inverse,
        Self::Linear,
        Self::Linearithmic,
        Self::Root,
        Self::Quadratic,
    ];

    /// As it is written: `n log n`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Inverse => "1/n",
            Self::Linear => "n",
            Self::Linearithmic => "n log n",
            Self::Root => "n√n",
            Self::Quadratic => "n²",
        }
    }

    /// Its value at a size.
    pub fn at(self, n: f64) -> f64 {
        match self {
            Self::Constant => 0.0,
            Self::Inverse => n.recip(),
            Self::Linear => n,
            // Nothing at zero, which it comes near to.
            Self::Linearithmic => n * n.max(1.0).log2(),
            Self::Root => n * n.sqrt(),
            Self::Quadratic => n * n,
        }
    }

    fn coefficients(self) -> f64 {
        if self == Self::Constant { 1.0 } else { 2.0 }
    }
}

impl Curve {
    /// Its value at a size.
    pub fn at(&self, n: f64) -> f64 {
        self.constant + self.slope * self.shape.at(n)
    }
}

/// The growth that these sizes and medians show; `None` where there are too few.
pub fn fit(points: &[(f64, Estimate)]) -> Option<Growth> {
    let medians: Vec<(f64, f64)> = points
        .iter()
        .map(|(n, estimate)| (*n, estimate.median))
        .filter(|(_, median)| *median > 0.0)
        .collect();
    if medians.len() < FEWEST {
        return None;
    }
    let count = medians.len() as f64;
    let known_to = known_to(points);
    let mut fits: Vec<(f64, f64, Curve)> = Shape::ALL
        .into_iter()
        .filter_map(|shape| curve(shape, &medians))
        .map(|curve| {
            let error = mean_square(&curve, &medians);
            let coefficients = curve.shape.coefficients();
            let criterion = count * error.max(known_to).ln() + coefficients * count.ln();
            (criterion, error, curve)
        })
        .collect();
    fits.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let best = fits.first()?.0;
    fits.retain(|(criterion, ..)| criterion - best < TOLD_APART);
    // What grows must show that it does: if a constant does as well, it is constant.
    if let Some(constant) = fits.iter().position(|fit| fit.2.shape == Shape::Constant) {
        fits = vec![fits.swap_remove(constant)];
    }
    let error = fits[0].1.sqrt();
    if error > FITS {
        fits.clear();
    }
    let curves = fits.into_iter().map(|(.., curve)| curve).collect();
    Some(Growth { curves, error })
}

/// The mean square of the medians' own relative errors: an interval of 95 % is about two
/// standard errors to either side.
fn known_to(points: &[(f64, Estimate)]) -> f64 {
    let squares = points.iter().map(|(_, Estimate { median, interval })| {
        let error = interval.map_or(UNKNOWN, |(low, high)| (high - low) / (4.0 * median));
        let error = if error.is_finite() { error } else { UNKNOWN };
        error * error
    });
    let mean = squares.sum::<f64>() / points.len() as f64;
    mean.max(PRECISION * PRECISION)
}

/// The curve of that shape with the least mean square of relative errors; `None` if the
/// fit has not that shape.
fn curve(shape: Shape, medians: &[(f64, f64)]) -> Option<Curve> {
    // Relative errors: divided by the median, every median is 1. So 1 is to be met by
    // constant·(1/y) + slope·(f/y), by the normal equations.
    let terms = medians.iter().map(|(n, y)| (y.recip(), shape.at(*n) / y));
    let [mut aa, mut ab, mut bb, mut a, mut b] = [0.0; 5];
    for (one, of_size) in terms {
        aa += one * one;
        ab += one * of_size;
        bb += of_size * of_size;
        a += one;
        b += of_size;
    }
    let constant_alone = Curve {
        shape,
        constant: a / aa,
        slope: 0.0,
    };
    if shape == Shape::Constant {
        return Some(constant_alone);
    }
    let determinant = aa * bb - ab * ab;
    let (constant, slope) = (
        (a * bb - b * ab) / determinant,
        (b * aa - a * ab) / determinant,
    );
    let curve = match constant >= 0.0 {
        true => Curve {
            shape,
            constant,
            slope,
        },
        // The least on the edge of what is allowed.
        false => Curve {
            shape,
            constant: 0.0,
            slope: b / bb,
        },
    };
    (curve.slope.is_finite() && curve.slope > 0.0).then_some(curve)
}

fn mean_square(curve: &Curve, medians: &[(f64, f64)]) -> f64 {
    let square = |(n, y): &(f64, f64)| ((curve.at(*n) - y) / y).powi(2);
    medians.iter().map(square).sum::<f64>() / medians.len() as f64
}

#[cfg(test)]
mod tests;
