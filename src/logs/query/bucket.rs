//! Objects in a bucket: where they are, and of which time.

use std::fmt;
use std::str::FromStr;
use std::time::UNIX_EPOCH;

use thiserror::Error;

use crate::problem::quote::quoted;

/// What `s3://bucket/prefix` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// What the keys begin with; may be empty.
    pub prefix: String,
}

/// What is wrong with a location.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "'{0}' is no place in S3; write s3://BUCKET/PREFIX, the bucket with 3 to 63 of a-z, 0-9, - and ."
)]
pub struct LocationError(String);

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let wrong = || LocationError(quoted(text));
        let path = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let is_letter = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_');
        let is_name = (3..=63).contains(&bucket.len()) && bucket.bytes().all(is_letter);
        let is_prefix = prefix.len() <= 1_024 && !prefix.contains(char::is_control);
        if is_name && is_prefix {
            Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
        } else {
            Err(wrong())
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// From a second on until before another one, since 1970.
type Period = (u64, u64);

/// The time that records are asked of, as far as keys tell it.
///
/// Objects are named by when they were delivered, in minutes after the end of their records, but
/// that is best effort. So those of an hour before and after are looked at too, which is the day
/// after where folders are days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// From this second on.
    pub since: Option<u32>,
    /// Before this one.
    pub until: Option<u32>,
}

impl Days {
    const MARGIN: u64 = 3_600;

    /// Whether any time is left out.
    #[must_use]
    pub fn are_some(self) -> bool {
        self != Self::default()
    }

    /// Whether a folder, or an object, may have records of this time.
    #[must_use]
    pub fn may_be_in(self, key: &str) -> bool {
        let period = if key.ends_with('/') { of_folders(key) } else { of_object(key) };
        let Some((from, to)) = period else { return true };
        let since = self.since.map_or(0, u64::from);
        let until = self.until.map_or(u64::MAX, u64::from);
        to.saturating_add(Self::MARGIN) > since && from < until.saturating_add(Self::MARGIN)
    }
}

/// The period of an object: the minute in its name, `…_20260105T0305Z_….log.gz`, else that of its
/// folders.
fn of_object(key: &str) -> Option<Period> {
    let name = key.rsplit('/').next()?;
    let minute = name.split('_').find_map(|word| {
        let (date, time) = word.strip_suffix('Z')?.split_once('T')?;
        if date.len() != 8 || time.len() != 4 || !(date.is_ascii() && time.is_ascii()) {
            return None;
        }
        let number = |digits: &str| whole(digits);
        let day = start(number(&date[..4])?, number(&date[4..6])?, number(&date[6..])?)?;
        Some(day + number(&time[..2])? * 3_600 + number(&time[2..])? * 60)
    });
    match minute {
        Some(minute) => Some((minute, minute + 60)),
        None => of_folders(&key[..key.len() - name.len()]),
    }
}

/// The period of dated folders: `vpcflowlogs/REGION/2026/01/05/03/`, or
/// `year=2026/month=01/day=05/hour=03/`, or the beginning of one of them.
fn of_folders(key: &str) -> Option<Period> {
    let folders: Vec<&str> = key.split('/').filter(|name| !name.is_empty()).collect();
    let hive = |name: &str| {
        let of_name = |folder: &&str| folder.strip_prefix(name)?.strip_prefix('=').and_then(whole);
        folders.iter().find_map(of_name)
    };
    if let Some(year) = hive("year") {
        return period([Some(year), hive("month"), hive("day"), hive("hour")]);
    }
    let at = folders.iter().position(|&folder| folder == "vpcflowlogs")?;
    let plain = |i: usize, length: usize| {
        folders.get(at + 2 + i).filter(|folder| folder.len() == length).and_then(|f| whole(f))
    };
    period([plain(0, 4), plain(1, 2), plain(2, 2), plain(3, 2)])
}

/// A year, or its month, or its day, or its hour.
fn period(parts: [Option<u64>; 4]) -> Option<Period> {
    match parts {
        [Some(y), None, ..] => Some((start(y, 1, 1)?, start(y + 1, 1, 1)?)),
        [Some(y), Some(12), None, _] => Some((start(y, 12, 1)?, start(y + 1, 1, 1)?)),
        [Some(y), Some(m), None, _] => Some((start(y, m, 1)?, start(y, m + 1, 1)?)),
        [Some(y), Some(m), Some(d), hour] => {
            let day = start(y, m, d)?;
            Some(match hour {
                Some(hour) => (day + hour * 3_600, day + (hour + 1) * 3_600),
                None => (day, day + 86_400),
            })
        }
        _ => None,
    }
}

fn whole(digits: &str) -> Option<u64> {
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// When a day begins, if there is such a day.
fn start(year: u64, month: u64, day: u64) -> Option<u64> {
    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
    let time = humantime::parse_rfc3339(&text).ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(|time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-05T00:00:00Z.
    const DAY: u32 = 1_767_571_200;

    #[test]
    fn places_in_s3() {
        let location: Location = "s3://my-logs/AWSLogs/1/".parse().unwrap();
        assert_eq!(location.to_string(), "s3://my-logs/AWSLogs/1/");
        assert_eq!("s3://my-logs".parse::<Location>().unwrap().prefix, "");
        for wrong in ["", "my-logs/x", "s3://", "s3://My Logs/", "s3://a/", "s3://logs/\u{1b}"] {
            assert!(wrong.parse::<Location>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn folders_of_other_days_are_left_out() {
        let days = Days { since: Some(DAY), until: Some(DAY + 86_400) };
        let plain = "AWSLogs/123456789012/vpcflowlogs/eu-west-1/";
        let hive = "AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=eu-west-1/";
        for (folder, expected) in [
            ("", true),
            ("2025/", false),
            ("2024/", false),
            ("2027/", false),
            ("2026/", true),
            ("2026/01/", true),
            ("2026/02/", false),
            ("2025/12/", false),
            ("2026/01/03/", false),
            ("2026/01/04/", true),
            ("2026/01/05/", true),
            ("2026/01/06/", true),
            ("2026/01/07/", false),
            ("2026/01/04/22/", false),
            ("2026/01/04/23/", true),
            ("2026/01/06/00/", true),
            ("2026/01/06/01/", false),
            ("2026/01/05/1_vpcflowlogs_eu-west-1_fl-0_20260105T0305Z_ab.log.gz", true),
            ("2026/01/06/1_vpcflowlogs_eu-west-1_fl-0_20260106T0105Z_ab.log.gz", false),
            ("2026/01/06/other", true),
            ("2026/01/08/other", false),
            ("2026/13/", true),
        ] {
            assert_eq!(days.may_be_in(&format!("{plain}{folder}")), expected, "{folder}");
            let names = ["year=", "month=", "day=", "hour="];
            let parts = folder.split_inclusive('/').enumerate();
            let dated = |(i, part): (usize, &str)| {
                let name = names.get(i).filter(|_| part.len() <= 5).unwrap_or(&"");
                format!("{name}{part}")
            };
            let folder: String = parts.map(dated).collect();
            assert_eq!(days.may_be_in(&format!("{hive}{folder}")), expected, "{folder}");
        }
        assert!(Days::default().may_be_in("vpcflowlogs/eu-west-1/1999/"));
        assert!(!Days { since: Some(DAY), until: None }.may_be_in("year=2025/month=1/"));
    }
}
