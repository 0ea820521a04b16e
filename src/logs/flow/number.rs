//! Numbers and times in the ways in which logs, and the tables that are made of them, write them.

use std::time::UNIX_EPOCH;

/// What counts milliseconds is at least so large; as seconds it would be the year 5138.
const LEAST_MILLIS: u64 = 100_000_000_000;

/// A whole number without sign: in decimal, or as spreadsheets write it, `443.0`.
pub(super) fn whole(text: &[u8]) -> Option<u64> {
    decimal(text).or_else(|| integral(text))
}

/// A time in seconds since 1970: a number of them or of milliseconds, or a date with a time of
/// day in UTC.
pub(super) fn time(text: &[u8]) -> Option<u32> {
    match decimal(text).map(u32::try_from) {
        Some(Ok(seconds)) => Some(seconds),
        _ => unusual_time(text),
    }
}

#[cold]
fn integral(text: &[u8]) -> Option<u64> {
    let point = text.iter().position(|&b| b == b'.')?;
    let (digits, fraction) = (&text[..point], &text[point + 1..]);
    let is_whole = !fraction.is_empty() && fraction.iter().all(|&b| b == b'0');
    if is_whole && !digits.is_empty() { decimal(digits) } else { None }
}

#[cold]
fn unusual_time(text: &[u8]) -> Option<u32> {
    let seconds = match whole(text) {
        Some(millis) if millis >= LEAST_MILLIS => millis / 1_000,
        Some(seconds) => seconds,
        None => date(text)?,
    };
    u32::try_from(seconds).ok()
}

/// A date and a time of day, `2026-01-05 01:00:00.000` or `2026-01-05T01:00:00Z`. No offset is UTC,
/// and others than UTC are none that logs have.
fn date(text: &[u8]) -> Option<u64> {
    const UTC: [&str; 3] = ["Z", "+00:00", " UTC"];
    let text = std::str::from_utf8(text).ok()?;
    let local = UTC.iter().find_map(|utc| text.strip_suffix(utc)).unwrap_or(text);
    // The parser takes any offset for UTC after a fraction.
    if !local.bytes().all(|b| b.is_ascii_digit() || b"-: T.".contains(&b)) {
        return None;
    }
    let time = humantime::parse_rfc3339_weak(local).ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(|time| time.as_secs())
}

fn decimal(digits: &[u8]) -> Option<u64> {
    /// So many digits never overflow.
    const SAFE: usize = 19;
    if digits.len() > SAFE {
        return None;
    }
    let (first, rest) = match digits.split_first_chunk() {
        Some((first, rest)) => (eight_digits(*first)?, rest),
        None => (0, digits),
    };
    rest.iter().try_fold(first, |sum, &b| {
        let digit = b.wrapping_sub(b'0');
        (digit < 10).then(|| sum * 10 + u64::from(digit))
    })
}

/// Eight digits at once, as most times have: neighbours are joined three times.
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let digits = u64::from_le_bytes(text) ^ 0x3030_3030_3030_3030;
    // Adding 0x76 sets the high bit of what is above 9.
    if (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & HIGH != 0 {
        return None;
    }
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_the_standard() {
        let mut text = String::new();
        for digit in "12345678901234567890".chars() {
            text.push(digit);
            let expected = if text.len() < 20 { text.parse().ok() } else { None };
            assert_eq!(decimal(text.as_bytes()), expected, "{text}");
            for at in 0..text.len() {
                for wrong in [b'/', b':', b'-', b' ', 0xb5] {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] = wrong;
                    assert_eq!(decimal(&bytes), None, "{bytes:?}");
                }
            }
        }
        assert_eq!(decimal(b"0000000009"), Some(9));
    }

    #[test]
    fn whole_numbers_are_those_of_tables_too() {
        for (text, number) in [("443.0", 443), ("6.00", 6), ("0.0", 0), ("443", 443)] {
            assert_eq!(whole(text.as_bytes()), Some(number), "{text}");
        }
        for text in ["443.5", "443.", ".0", ".", "1e3", "1.0e3", "1.0.0", "-1.0", "443,0", "0x1"] {
            assert_eq!(whole(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn times_are_seconds_or_milliseconds_or_dates() {
        for (text, seconds) in [
            ("0", 0),
            ("4294967295", u32::MAX),
            ("100000000000", 100_000_000),
            ("1767574800123", 1_767_574_800),
            ("1767574800.0", 1_767_574_800),
            ("1767574800123.0", 1_767_574_800),
            ("4294967295999", u32::MAX),
            ("2026-01-05 01:00:00", 1_767_574_800),
            ("2026-01-05 01:00:00.000", 1_767_574_800),
            ("2026-01-05 01:00:00.999 UTC", 1_767_574_800),
            ("2026-01-05T01:00:00Z", 1_767_574_800),
            ("2026-01-05T01:00:00.123456Z", 1_767_574_800),
            ("2026-01-05T01:00:00+00:00", 1_767_574_800),
            ("2106-02-07T06:28:15Z", u32::MAX),
        ] {
            assert_eq!(time(text.as_bytes()), Some(seconds), "{text}");
        }
        for text in [
            "4294967296",
            "9999999999",
            "99999999999",
            "4294967296000",
            "1767574800.5",
            "1.7675748e9",
            "2026-01-05",
            "2026-01-05T01:00:00+02:00",
            "2026-01-05T01:00:00.000+02:00",
            "2026-01-05T01:00:00Zulu",
            "2026-13-05T01:00:00Z",
            "2106-02-07T06:28:16Z",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(time(text.as_bytes()), None, "{text}");
        }
    }
}
