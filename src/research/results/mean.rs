//! Shifted geometric mean, and the median.
//!
//! The geometric mean of `t + s`, less the shift `s`: it gives no instance weight for being slow,
//! and the shift keeps times of next to nothing from ruling it. Achterberg 2007, "Constraint
//! integer programming" (thesis, TU Berlin), reports in it, as do Mittelmann's "Benchmarks for
//! optimization software".

use super::real;

/// The shift in milliseconds unless another is asked for.
///
/// Their instances take seconds, and their shift is 10 s; instances here take microseconds.
pub const SHIFT: f64 = 1.0;

/// The mean of values of at least 0, of which there is at least one.
#[must_use]
pub fn shifted_geometric(values: &[f64], shift: f64) -> Option<f64> {
    let logs: f64 = values.iter().map(|value| (value + shift).ln()).sum();
    let mean = (logs / real(values.len() as u64)).exp() - shift;
    // Rounding must not lead out of the range of the values.
    let least = values.iter().copied().reduce(f64::min)?;
    let most = values.iter().copied().reduce(f64::max)?;
    Some(mean.clamp(least, most))
}

/// The middle value, or halfway between the two in the middle.
#[must_use]
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-9 * one.abs().max(1.0)
    }

    #[test]
    fn means_by_hand() {
        assert!(close(shifted_geometric(&[2.0, 8.0], 0.0).unwrap(), 4.0));
        // (1 + 1)(7 + 1) = 16, its root 4, less the shift.
        assert!(close(shifted_geometric(&[1.0, 7.0], 1.0).unwrap(), 3.0));
        // (0 + 1)(0 + 1)(26 + 1) = 27, its third root 3.
        assert!(close(shifted_geometric(&[0.0, 0.0, 26.0], 1.0).unwrap(), 2.0));
        assert_eq!(shifted_geometric(&[], 1.0), None);
    }

    #[test]
    fn medians_by_hand() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(vec![7.0]), Some(7.0));
        assert_eq!(median(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn a_mean_is_between_least_and_most_and_grows_with_every_value(
            values in proptest::collection::vec(0.0_f64..1e9, 1..20),
            shift in 0.001_f64..1e3,
            more in 0.0_f64..1e6,
        ) {
            let mean = shifted_geometric(&values, shift).unwrap();
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(0.0, f64::max);
            prop_assert!(least <= mean && mean <= most);
            let mut slower = values.clone();
            slower[0] += more;
            let grown = shifted_geometric(&slower, shift).unwrap();
            prop_assert!(grown >= mean * (1.0 - 1e-9) - 1e-9);
            let mut turned = values;
            turned.reverse();
            let turned = shifted_geometric(&turned, shift).unwrap();
            prop_assert!((turned - mean).abs() <= 1e-9 * (mean + shift));
        }
    }
}
