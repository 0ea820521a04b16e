//! The columns by which a table is partitioned, and what they are in the times asked for.
//!
//! Only partitions that fit are scanned, and paid for. Folders bear the time at which AWS wrote
//! their files: after a record has ended, mostly by minutes.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, UNIX_EPOCH};

use thiserror::Error;

use crate::problem::quote::quoted;

use super::sql::{Dialect, Identifier, NameError, text};

/// How long after its start a record is looked for: it lasts up to ten minutes, and is written
/// some minutes later, as best AWS can.
const DELIVERY: u32 = 3_600;

/// The parts of a time, the coarsest first, with what Hive's folders call them.
const PARTS: [(char, &str); 4] = [('Y', "year"), ('m', "month"), ('d', "day"), ('H', "hour")];

/// A column by which a table is partitioned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    column: Identifier,
    holds: Holds,
    /// Whether its type is a number, which engines do not compare with text.
    is_number: bool,
}

/// What such a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holds {
    /// A time, in a format with `%Y`, `%m`, `%d` and `%H`.
    Time(String),
    /// The same everywhere in what is asked for.
    Value(String),
}

/// The columns by which a table is partitioned, as far as they are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partitions {
    /// Those of the time from the coarsest on.
    times: Vec<Key>,
    fixed: Vec<Key>,
}

/// What is wrong with the description of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PartitionError {
    /// Not the name of a column.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A name alone that says nothing.
    #[error(
        "'{0}' does not say what it holds; write {0}=%Y/%m/%d for dates (%Y, %m, %d, %H), or {0}=VALUE; year, month, day and hour stand for themselves"
    )]
    Unknown(String),
    /// Text where a number should be.
    #[error("'{0}' is no whole number; a column with :int holds digits and %Y, %m, %d, %H alone")]
    Number(String),
    /// A character that no partition has.
    #[error("'{0}' is no value of a partition; use letters, digits and _-./:=+@ and spaces")]
    Value(String),
    /// Parts of times that are in no order.
    #[error(
        "the times of the partitions do not go from the year on: {0}; text sorts by time only as %Y, %m, %d, %H, each once"
    )]
    Order(String),
    /// A column that stands twice.
    #[error("partition column '{0}' stands twice")]
    Twice(String),
}

impl Key {
    fn is_time(&self) -> bool {
        matches!(self.holds, Holds::Time(_))
    }

    /// The parts of the time that it holds, in order.
    fn parts(&self) -> Vec<char> {
        match &self.holds {
            Holds::Time(format) => {
                format.split('%').skip(1).filter_map(|p| p.chars().next()).collect()
            }
            Holds::Value(_) => Vec::new(),
        }
    }

    /// What it holds at a time, as a value of SQL.
    fn at(&self, time: u32) -> String {
        let shown = match &self.holds {
            Holds::Value(value) => value.clone(),
            Holds::Time(format) => {
                let time = UNIX_EPOCH + Duration::from_secs(time.into());
                // 2026-01-05T10:00:00Z
                let time = humantime::format_rfc3339_seconds(time).to_string();
                let places = [("%Y", 0..4), ("%m", 5..7), ("%d", 8..10), ("%H", 11..13)];
                places
                    .into_iter()
                    .fold(format.clone(), |shown, (part, place)| shown.replace(part, &time[place]))
            }
        };
        match shown.trim_start_matches('0') {
            _ if !self.is_number => text(&shown),
            "" => "0".to_owned(),
            number => number.to_owned(),
        }
    }
}

impl FromStr for Key {
    type Err = PartitionError;

    fn from_str(item: &str) -> Result<Self, PartitionError> {
        let (name, value) = item.split_once('=').map_or((item, None), |(n, v)| (n, Some(v)));
        let (name, is_number) = name.strip_suffix(":int").map_or((name, false), |n| (n, true));
        let value = value.map_or_else(|| by_name(name), |value| Ok(value.to_owned()))?;
        let column = name.parse()?;
        check(&value, is_number)?;
        let is_time = value.contains('%');
        let holds = if is_time { Holds::Time(value) } else { Holds::Value(value) };
        Ok(Self { column, holds, is_number })
    }
}

/// Checks what a column is said to hold.
fn check(value: &str, is_number: bool) -> Result<(), PartitionError> {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "_-./:=+@% ".contains(c);
    if value.is_empty() || !value.chars().all(is_fit) {
        return Err(PartitionError::Value(quoted(value)));
    }
    let mut parts = value.split('%');
    let first = parts.next().unwrap_or_default();
    let is_part = |rest: &str| PARTS.iter().any(|part| rest.starts_with(part.0));
    if !parts.clone().all(is_part) {
        return Err(PartitionError::Order(quoted(value)));
    }
    // A part is one letter of ASCII.
    let mut plain = [first].into_iter().chain(parts.map(|rest| &rest[1..]));
    if is_number && !plain.all(|rest| rest.bytes().all(|b| b.is_ascii_digit())) {
        return Err(PartitionError::Number(quoted(value)));
    }
    Ok(())
}

/// What a column of this name holds: `%Y` that is called year.
fn by_name(name: &str) -> Result<String, PartitionError> {
    let part = PARTS.iter().find(|part| part.1.eq_ignore_ascii_case(name));
    part.map(|part| format!("%{}", part.0)).ok_or_else(|| PartitionError::Unknown(quoted(name)))
}

impl FromStr for Partitions {
    type Err = PartitionError;

    /// Parses `day=%Y/%m/%d`, `year,month,day`, `region=eu-west-1,date=%Y-%m-%d`, `year:int`.
    fn from_str(items: &str) -> Result<Self, PartitionError> {
        let keys: Result<Vec<Key>, _> = items.split(',').map(|item| item.trim().parse()).collect();
        Self::of(keys?)
    }
}

impl Partitions {
    fn of(keys: Vec<Key>) -> Result<Self, PartitionError> {
        for (i, key) in keys.iter().enumerate() {
            let name = key.column.to_string();
            if keys[..i].iter().any(|other| other.column.to_string().eq_ignore_ascii_case(&name)) {
                return Err(PartitionError::Twice(name));
            }
        }
        let (mut times, fixed): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(Key::is_time);
        let rank = |part: &char| PARTS.iter().position(|known| known.0 == *part);
        times.sort_by_key(|key| key.parts().first().and_then(rank));
        let parts: Vec<char> = times.iter().flat_map(Key::parts).collect();
        let is_in_order = parts.len() <= PARTS.len()
            && parts.iter().zip(PARTS).all(|(part, known)| *part == known.0);
        if !is_in_order {
            let shown: Vec<String> = parts.iter().map(|part| format!("%{part}")).collect();
            return Err(PartitionError::Order(shown.join(" ")));
        }
        Ok(Self { times, fixed })
    }

    /// Those of several descriptions together.
    ///
    /// # Errors
    /// When a column stands twice, or the times are in no order.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Result<Self, PartitionError> {
        Self::of(all.into_iter().flat_map(|one| [one.times, one.fixed].concat()).collect())
    }

    /// Whether none is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty() && self.fixed.is_empty()
    }

    /// Whether times can be told by them.
    #[must_use]
    pub fn has_times(&self) -> bool {
        !self.times.is_empty()
    }

    /// The conditions for records that end at `since` or later and start before `until`.
    pub(super) fn conditions(
        &self,
        since: Option<u32>,
        until: Option<u32>,
        dialect: Dialect,
    ) -> Vec<String> {
        let is = |key: &Key| Condition::compare(key, "=", 0, dialect);
        let mut conditions: Vec<String> = self.fixed.iter().map(is).collect();
        // The last second before `until`, and what is written later.
        let last = until.map(|until| until.saturating_sub(1).saturating_add(DELIVERY));
        let between = Condition { keys: &self.times, dialect }.between(since, last);
        conditions.extend(between);
        conditions
    }
}

/// Bounds of several columns in lexicographic order.
#[derive(Clone, Copy)]
struct Condition<'a> {
    keys: &'a [Key],
    dialect: Dialect,
}

impl Condition<'_> {
    fn compare(key: &Key, sign: impl fmt::Display, time: u32, dialect: Dialect) -> String {
        format!("{} {sign} {}", dialect.name(&key.column.to_string()), key.at(time))
    }

    /// The condition that the columns are in these bounds, if there are any.
    fn between(self, since: Option<u32>, last: Option<u32>) -> Option<String> {
        let (key, rest) = self.keys.split_first()?;
        let rest = Self { keys: rest, ..self };
        let is = |sign: &str, time: u32| Self::compare(key, sign, time, self.dialect);
        let (low, high) = match (since, last) {
            (None, None) => return None,
            (Some(low), Some(high)) if key.at(low) == key.at(high) => {
                return Some(all([Some(is("=", low)), rest.between(since, last)]));
            }
            _ if rest.keys.is_empty() => {
                let bounds = [since.map(|low| is(">=", low)), last.map(|high| is("<=", high))];
                return Some(all(bounds));
            }
            bounds => bounds,
        };
        let first = low.map(|low| all([Some(is("=", low)), rest.between(since, None)]));
        let inner = all([low.map(|low| is(">", low)), high.map(|high| is("<", high))]);
        let end = high.map(|high| all([Some(is("=", high)), rest.between(None, last)]));
        let parts: Vec<String> = [first, Some(inner), end].into_iter().flatten().collect();
        Some(format!("({})", parts.join(" OR ")))
    }
}

fn all(conditions: [Option<String>; 2]) -> String {
    match conditions {
        [Some(one), Some(other)] => format!("({one} AND {other})"),
        [one, other] => one.or(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-05T00:00:00Z.
    const DAY: u32 = 1_767_571_200;

    fn conditions(text: &str, since: Option<u32>, until: Option<u32>) -> String {
        let partitions: Partitions = text.parse().unwrap();
        partitions.conditions(since, until, Dialect::Standard).join(" AND ")
    }

    #[test]
    fn a_date_is_compared_as_text() {
        let two_days = conditions("day=%Y/%m/%d", Some(DAY), Some(DAY + 86_400));
        // What starts a second before midnight is written on the next day.
        assert_eq!(two_days, "(\"day\" >= '2026/01/05' AND \"day\" <= '2026/01/06')");
        let one = conditions("date=%Y-%m-%d", Some(DAY), Some(DAY + 80_000));
        assert_eq!(one, "\"date\" = '2026-01-05'");
        assert_eq!(conditions("date=%Y-%m-%d", Some(DAY), None), "\"date\" >= '2026-01-05'");
        assert_eq!(conditions("date=%Y-%m-%d", None, None), "");
        assert_eq!(conditions("region=eu-west-1", None, Some(1)), "\"region\" = 'eu-west-1'");
    }

    #[test]
    fn keys_are_compared_from_the_year_on() {
        let expected = "(\"year\" = '2026' AND (\"month\" = '01' AND \
                        (\"day\" >= '05' AND \"day\" <= '06')))";
        for keys in ["year,month,day", "day,month,year"] {
            assert_eq!(conditions(keys, Some(DAY), Some(DAY + 86_400)), expected);
        }
        let across = conditions("year,month,day", Some(DAY - 6 * 86_400), Some(DAY));
        let expected = "((\"year\" = '2025' AND ((\"month\" = '12' AND \"day\" >= '30') OR \
                        \"month\" > '12')) OR (\"year\" > '2025' AND \"year\" < '2026') OR \
                        (\"year\" = '2026' AND (\"month\" < '01' OR \
                        (\"month\" = '01' AND \"day\" <= '05'))))";
        assert_eq!(across, expected);
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let keys = conditions("year:int,month:int,day:int", Some(DAY), Some(DAY + 80_000));
        assert_eq!(keys, "(\"year\" = 2026 AND (\"month\" = 1 AND \"day\" = 5))");
        let day = conditions("day:int=%Y%m%d", Some(DAY), None);
        assert_eq!(day, "\"day\" >= 20260105");
        let fixed = conditions("shard:int=007,zero:int=0", None, Some(1));
        assert_eq!(fixed, "\"shard\" = 7 AND \"zero\" = 0");
    }

    #[test]
    fn what_is_no_partition_is_said() {
        for (text, said) in [
            ("", "'' does not say what it holds"),
            ("zone", "'zone' does not say what it holds"),
            ("day=%d-%m-%Y", "do not go from the year on: %d %m %Y"),
            ("month,day", "do not go from the year on: %m %d"),
            ("day=%Y/%j", "do not go from the year on"),
            ("year,year", "'year' stands twice"),
            ("a b=1", "is no name of a column"),
            ("region=' OR 1=1 --", "is no value of a partition"),
            ("region=a\\", "is no value of a partition"),
            ("region=", "is no value of a partition"),
            ("day:int=%Y-%m-%d", "is no whole number"),
            ("shard:int=a", "is no whole number"),
            ("day:date=%Y", "is no name of a column"),
        ] {
            let error = text.parse::<Partitions>().unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
