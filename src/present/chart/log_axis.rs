//! Axes by powers of ten, and by shares of a whole.

use super::scale::tick;
use crate::problem::number::significant;

/// No size and no time is beyond these; what is, stands at the end of the axis.
const LEAST: f64 = 1e-15;
const MOST: f64 = 1e18;

/// Where values are on an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ruler {
    /// Equal ratios are equal lengths. Both ends are above 0, the first below the last.
    Log { from: f64, to: f64 },
    /// From 0 to 1, in percent.
    Share,
}

/// A tick and what stands at it; minor ones have no text.
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: Option<String>,
}

impl Ruler {
    /// A logarithmic axis around values above 0, with air at both ends.
    pub(super) fn around(values: impl Iterator<Item = f64> + Clone) -> Self {
        let values = values.filter(|value| *value > 0.0).map(|value| value.clamp(LEAST, MOST));
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let most = values.fold(0.0, f64::max);
        if least > most {
            return Self::Log { from: 1.0, to: 10.0 };
        }
        // A single value stands in the middle of a decade; many get a twentieth of their span.
        let air = (most / least).powf(0.05).max(1.1);
        let air = if most / least < 2.0 { 10_f64.sqrt() } else { air };
        Self::Log { from: least / air, to: most * air }
    }

    /// A logarithmic axis from 1 to a ratio.
    pub(super) fn ratios(most: f64) -> Self {
        Self::Log { from: 1.0, to: most.clamp(2.0, MOST) }
    }

    /// The place of a value, from 0 at the first end to 1 at the last.
    pub(super) fn place(self, value: f64) -> f64 {
        match self {
            Self::Log { from, to } => (value / from).ln() / (to / from).ln(),
            Self::Share => value,
        }
    }

    /// The ticks inside, by value.
    pub(super) fn ticks(self) -> Vec<Tick> {
        let Self::Log { from, to } = self else {
            let share = |percent: u32| Tick {
                value: f64::from(percent) / 100.0,
                label: Some(format!("{percent} %")),
            };
            return (0..=5).map(|i| share(20 * i)).collect();
        };
        let decades = (to / from).log10();
        // On long axes only some decades have room for their text, on short ones their halves too.
        let labelled: &[u32] = match decades {
            d if d <= 1.2 => &[1, 2, 3, 5, 7],
            d if d <= 2.5 => &[1, 2, 5],
            _ => &[1],
        };
        #[expect(clippy::cast_possible_truncation, reason = "an exponent of an f64 is small")]
        let (first, last) = (from.log10().floor() as i32, to.log10().ceil() as i32);
        let every = ((last - first) / 9).max(1);
        // So many fine lines would be a shade.
        let digits = if decades > 5.0 { 1..2_u32 } else { 1..10 };
        let mut ticks = Vec::new();
        for power in first..=last {
            for digit in digits.clone() {
                let value = f64::from(digit) * 10_f64.powi(power);
                if value < from * (1.0 - 1e-9) || value > to * (1.0 + 1e-9) {
                    continue;
                }
                let told =
                    labelled.contains(&digit) && (every == 1 || power.rem_euclid(every) == 0);
                ticks.push(Tick { value, label: told.then(|| number(value)) });
            }
        }
        ticks
    }
}

/// A power of ten, or a digit before one.
fn number(value: f64) -> String {
    if value < 0.999_999 {
        let text = significant(value);
        let trimmed = text.trim_end_matches('0').trim_end_matches('.');
        return if value < 1e-4 { format!("{value:.0e}") } else { trimmed.to_owned() };
    }
    tick(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ruler: Ruler) -> Vec<String> {
        ruler.ticks().into_iter().filter_map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_as_many_as_there_is_room_for() {
        let decades = labels(Ruler::Log { from: 0.01, to: 1_000.0 });
        assert_eq!(decades, ["0.01", "0.1", "1", "10", "100", "1,000"]);
        assert_eq!(labels(Ruler::ratios(10.0)), ["1", "2", "3", "5", "7", "10"]);
        assert_eq!(labels(Ruler::ratios(50.0)), ["1", "2", "5", "10", "20", "50"]);
        assert!(labels(Ruler::Log { from: 1e-9, to: 1e30 }).len() <= 10);
        assert_eq!(labels(Ruler::Share), ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]);
    }

    #[test]
    fn equal_ratios_are_equal_lengths() {
        let ruler = Ruler::Log { from: 1.0, to: 10_000.0 };
        for (value, place) in [(1.0, 0.0), (10.0, 0.25), (100.0, 0.5), (10_000.0, 1.0)] {
            assert!((ruler.place(value) - place).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn an_axis_ends_somewhere() {
        let ruler = Ruler::around([1e-300, f64::INFINITY, f64::NAN].into_iter());
        assert!(ruler.ticks().len() < 40, "{ruler:?}");
    }

    #[test]
    fn an_axis_has_air_around_its_values_whatever_they_are() {
        for values in [vec![], vec![5.0], vec![0.0, 1.0], vec![1e-9, 1e17], vec![2.0, 900.0]] {
            let Ruler::Log { from, to } = Ruler::around(values.iter().copied()) else {
                panic!("it is logarithmic")
            };
            assert!(from > 0.0 && from < to && to.is_finite(), "{values:?}: {from} to {to}");
            let inside = |value: &&f64| **value > 0.0 && (**value < from || **value > to);
            assert_eq!(values.iter().filter(inside).count(), 0, "{values:?}: {from} to {to}");
        }
    }
}
