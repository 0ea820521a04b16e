//! Numbers for people.

use std::time::Duration;

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

/// `1 rule`, `2 rules`, `2 addresses`.
#[must_use]
pub fn counted(n: u64, noun: &str) -> String {
    let ending = match n {
        1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {noun}{ending}", grouped(n))
}

/// A share as a percentage with one decimal.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    let thousandths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

/// A duration by its two largest units: `1day 2h`, `59m 10s`.
#[must_use]
pub fn duration(seconds: u32) -> String {
    let whole = humantime::format_duration(Duration::from_secs(seconds.into())).to_string();
    whole.split(' ').take(2).collect::<Vec<_>>().join(" ")
}
