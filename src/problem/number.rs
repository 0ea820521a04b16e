//! Numbers for people.

use crate::problem::instance::Budget;
use crate::problem::zones::Family;

/// A number with a comma after every three digits.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 rule`, `2 rules`, `2 addresses`, `2 queries`.
#[must_use]
pub fn counted(n: u64, noun: &str) -> String {
    let (stem, ending) = match noun.strip_suffix('y') {
        _ if n == 1 => (noun, ""),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => (stem, "ies"),
        None if noun.ends_with('s') => (noun, "es"),
        _ => (noun, "s"),
    };
    format!("{} {stem}{ending}", grouped(n))
}

/// A share as a percentage with one decimal, rounded: `12.5 %`. What is less than all never reads as
/// `100.0 %`, and what is more than nothing never as `0.0 %`: `> 99.9 %`, `< 0.1 %`.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    let thousandths = (2 * part * 1_000 + whole) / (2 * whole);
    match thousandths {
        0 if part > 0 => "< 0.1 %".to_owned(),
        1_000 if part < whole => "> 99.9 %".to_owned(),
        _ => format!("{}.{} %", thousandths / 10, thousandths % 10),
    }
}

/// A duration by its two largest units: `59m 10s`, `3h 16s`, `1 day 2h`, `671 days`.
///
/// Months and years differ in length, so days are the largest unit; of 100 days or more the hours
/// are left out.
#[must_use]
pub fn duration(seconds: u32) -> String {
    let days = seconds / 86_400;
    let small = [(seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let small = small.into_iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}"));
    let large = (days > 0).then(|| counted(days.into(), "day"));
    let n_shown = if days >= 100 { 1 } else { 2 };
    let shown: Vec<String> = large.into_iter().chain(small).take(n_shown).collect();
    if shown.is_empty() { "0s".to_owned() } else { shown.join(" ") }
}

/// A number of at least 0 to three digits that count: `0.0123`, `1.20`, `45.6`, `1,230`.
///
/// Scientific where noughts would drown the digits: `1.20e-9`, `3.40e15`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, whole and far below 2^64 in this branch"
)]
pub fn significant(value: f64) -> String {
    const DIGITS: i32 = 3;
    if value == 0.0 {
        return "0".to_owned();
    }
    // The power after rounding: 9.996 is 10.0.
    let scientific = format!("{value:.2e}");
    let Some(power) = scientific.rsplit_once('e').and_then(|(_, power)| power.parse::<i32>().ok())
    else {
        return scientific;
    };
    if !(-6..15).contains(&power) {
        return scientific;
    }
    if let Ok(decimals) = usize::try_from(DIGITS - 1 - power) {
        return format!("{value:.decimals$}");
    }
    let rounded: f64 = scientific.parse().unwrap_or(value);
    grouped(rounded as u64)
}

/// A time to three digits, in milliseconds or seconds.
#[must_use]
pub fn milliseconds(ms: f64) -> String {
    // What rounds to 1,000 ms is a second.
    if ms < 999.5 {
        format!("{} ms", significant(ms))
    } else {
        format!("{} s", significant(ms / 1e3))
    }
}

/// A number of bytes to three digits, in units of 1,024.
#[must_use]
pub fn bytes(n: f64) -> String {
    const STEP: f64 = 1_024.0;
    let mut value = n;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < STEP {
            return format!("{} {unit}", significant(value));
        }
        value /= STEP;
    }
    format!("{} TiB", significant(value))
}

/// A share as a percentage to three digits.
#[must_use]
pub fn share(share: f64) -> String {
    format!("{} %", significant(100.0 * share))
}

/// A number to two decimals; what rounds to 0 has no sign.
#[must_use]
pub fn hundredths(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

/// Units of the quotas that are not 0: `1 more IPv4 unit and 2 more IPv6 units`.
#[must_use]
pub fn units(units: Budget, more: &str) -> String {
    let families = Family::ALL.into_iter().filter(|&family| units.of(family) > 0);
    let units = families
        .map(|family| counted(units.of(family) as u64, &format!("{more}{} unit", family.title())));
    units.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_have_their_plurals() {
        let all = ["rule", "address", "query"].map(|noun| [1, 2].map(|n| counted(n, noun)));
        let expected =
            [["1 rule", "2 rules"], ["1 address", "2 addresses"], ["1 query", "2 queries"]];
        assert_eq!(all, expected);
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let cases = [
            (0, "0s"),
            (59, "59s"),
            (3_550, "59m 10s"),
            (10_816, "3h 16s"),
            (86_400, "1 day"),
            (93_600, "1 day 2h"),
            (2 * 86_400 + 61, "2 days 1m"),
            (671 * 86_400 + 7_200, "671 days"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn shares_are_rounded_and_never_claim_nothing_or_all() {
        let cases = [
            ((0, 0), "0.0 %"),
            ((0, 9), "0.0 %"),
            ((1, 1_601), "0.1 %"),
            ((1, 100_000), "< 0.1 %"),
            ((2, 3), "66.7 %"),
            ((1_999, 2_000), "> 99.9 %"),
            ((9, 9), "100.0 %"),
        ];
        for ((part, whole), text) in cases {
            assert_eq!(percent(part, whole), text, "{part} of {whole}");
        }
        assert_eq!(percent(u64::MAX - 1, u64::MAX), "> 99.9 %");
    }

    #[test]
    fn numbers_have_three_digits_that_count() {
        let cases = [
            (0.0, "0"),
            (0.000_123_45, "0.000123"),
            (0.012_34, "0.0123"),
            (1.0, "1.00"),
            (9.996, "10.0"),
            (45.649, "45.6"),
            (999.4, "999"),
            (999.6, "1,000"),
            (12_345.0, "12,300"),
        ];
        for (value, text) in cases {
            assert_eq!(significant(value), text, "{value}");
        }
        assert_eq!(significant(1e14), "100,000,000,000,000");
        assert_eq!(
            [1e-6, 1.234e-7, 9.996e14].map(significant),
            ["0.00000100", "1.23e-7", "1.00e15"]
        );
        assert_eq!(
            [1e-320, 1e300, f64::MAX].map(significant),
            ["1.00e-320", "1.00e300", "1.80e308"]
        );
        assert_eq!(significant(f64::INFINITY), "inf");
    }

    #[test]
    fn units_follow_the_size() {
        assert_eq!(
            [0.5, 999.4, 999.5, 61_234.0].map(milliseconds),
            ["0.500 ms", "999 ms", "1.00 s", "61.2 s"]
        );
        assert_eq!(
            [0.0, 1_023.0, 1_024.0, 3.5e6].map(bytes),
            ["0 B", "1,020 B", "1.00 KiB", "3.34 MiB"]
        );
        assert_eq!([0.0, 0.5, 1.0].map(share), ["0 %", "50.0 %", "100 %"]);
        assert_eq!([-0.001, -1.0, 2.345].map(hundredths), ["0.00", "-1.00", "2.35"]);
    }
}
