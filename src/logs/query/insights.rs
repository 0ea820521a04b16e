//! The query of `CloudWatch` Logs Insights that aggregates flow logs.
//!
//! Records are taken apart by their format and not by the fields that Insights discovers, whose
//! names are not those of the records, and which custom formats do not have.
//!
//! What is relied on: `stats` takes what `parse` finds as numbers
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html>, which
//! averages a latency); `greatest` and `least` are functions of numbers, `strcontains` is 1 or 0
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html>).

use std::fmt::Write;

use crate::logs::flow::{
    Detail, Field, Layout, LayoutError, Malformed, Record, ServicePort, Values,
};

use super::InterfaceId;

/// Rows that an answer has at most; one that has so many is taken for cut.
///
/// Some regions take a limit of up to 100,000 by now, others still say 10,000, so this is what all
/// take: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html>.
pub const MOST_ROWS: usize = 10_000;

/// A record is dated by its window, which is at most so long, in seconds.
const LONGEST_WINDOW: u32 = 600;

/// What the names of all fields begin with, so that none is one that Insights discovers.
const PREFIX: &str = "r_";

/// Which records are asked for, and what of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsightsQuery {
    layout: Layout,
    /// The port that counts.
    pub port: ServicePort,
    /// Only these interfaces; all if empty.
    pub interfaces: Vec<InterfaceId>,
    /// Only records that end at this time or later, in seconds since 1970.
    pub since: u32,
    /// Only records that start before this time.
    pub until: u32,
    /// At most so many rows, those of the most records first.
    pub limit: Option<u64>,
}

/// Seconds since 1970, both included, as Insights counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds {
    /// First second.
    pub from: i64,
    /// Last second.
    pub to: i64,
}

impl Seconds {
    /// Two ranges that together are this one and share nothing; none for a single second.
    #[must_use]
    pub fn halves(self) -> Option<[Self; 2]> {
        let Self { from, to } = self;
        let middle = from + (to - from) / 2;
        (from < to).then_some([Self { from, to: middle }, Self { from: middle + 1, to }])
    }
}

impl InsightsQuery {
    /// A query of records with these fields, where this port of them counts.
    ///
    /// # Errors
    /// When the fields do not say what that takes.
    pub fn new(
        layout: Layout,
        port: ServicePort,
        (since, until): (u32, u32),
    ) -> Result<Self, LayoutError> {
        layout.require(port)?;
        layout.require_selectable(true, false)?;
        Ok(Self { layout, port, interfaces: Vec::new(), since, until, limit: None })
    }

    /// The seconds whose log events may be records that are asked for.
    #[must_use]
    pub fn seconds(&self) -> Seconds {
        Seconds {
            from: self.since.saturating_sub(LONGEST_WINDOW).into(),
            to: i64::from(self.until) - 1 + i64::from(LONGEST_WINDOW),
        }
    }

    /// Rows that the answer has at most.
    #[must_use]
    pub fn most_rows(&self) -> usize {
        // One more than the limit tells that there are more.
        let wanted = self.limit.and_then(|limit| usize::try_from(limit + 1).ok());
        wanted.map_or(MOST_ROWS, |wanted| wanted.min(MOST_ROWS))
    }

    /// Whether all rows are asked for, so that an answer may be cut.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.most_rows() == MOST_ROWS
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let columns = 0..self.layout.n_columns();
        let stars = vec!["*"; columns.len()].join(" ");
        let names: Vec<String> = columns.map(|i| self.column(i)).collect();
        let mut text = format!("parse @message \"{stars}\"\n    as {}\n", names.join(", "));
        for condition in self.conditions() {
            let _ = writeln!(text, "| filter {condition}");
        }
        let mut by: Vec<String> =
            self.keys().into_iter().filter(|&field| self.layout.has(field)).map(name).collect();
        let bulk = self.bulk();
        if !bulk.is_empty() {
            let shown: Vec<String> =
                bulk.iter().map(|(name, value)| format!("{value} as {name}")).collect();
            let _ = writeln!(text, "| fields {}", shown.join(",\n    "));
            by.extend(bulk.into_iter().map(|(name, _)| name.to_owned()));
        }
        let _ = writeln!(text, "| stats {}\n    by {}", self.sums().join(", "), by.join(", "));
        if !self.is_unlimited() {
            text.push_str("| sort n_records desc\n");
        }
        let _ = writeln!(text, "| limit {}", self.most_rows());
        text
    }

    /// The name of a column.
    fn column(&self, column: usize) -> String {
        match self.layout.field(column) {
            Some(field) => name(field),
            None => format!("{PREFIX}skipped_{}", column + 1),
        }
    }

    fn conditions(&self) -> Vec<String> {
        let mut conditions = Vec::new();
        if self.layout.has(Field::LogStatus) {
            let status = name(Field::LogStatus);
            conditions.push(format!("{status} in [\"OK\", \"NODATA\", \"SKIPDATA\"]"));
        }
        if !self.interfaces.is_empty() {
            let ids: Vec<String> = self.interfaces.iter().map(|id| format!("\"{id}\"")).collect();
            conditions.push(format!("{} in [{}]", name(Field::Interface), ids.join(", ")));
        }
        // Whether as numbers or as text of ten digits, these compare alike.
        let (start, end) = (name(Field::Start), name(Field::End));
        conditions.push(format!("{end} >= {} and {start} < {}", self.since, self.until));
        conditions
    }

    /// What the records of a row agree in.
    fn keys(&self) -> Vec<Field> {
        let plain = [Field::Interface, Field::Protocol, Field::Action, Field::LogStatus];
        let more: &[Field] = match self.port {
            ServicePort::Dst => &[Field::Dstport],
            ServicePort::Src => &[Field::Srcport],
            ServicePort::Service => &[
                Field::Srcaddr,
                Field::Dstaddr,
                Field::PktSrcaddr,
                Field::PktDstaddr,
                Field::Srcport,
                Field::Dstport,
                Field::TcpFlags,
                Field::FlowDirection,
            ],
        };
        plain.into_iter().chain(more.iter().copied()).collect()
    }

    /// What the size of a record says, as [`Bulk`](crate::logs::flow::Bulk) has it, each 0 or 1.
    fn bulk(&self) -> Vec<(&'static str, String)> {
        let needed = [Field::Packets, Field::Bytes, Field::Srcaddr];
        let is_known = needed.into_iter().all(|field| self.layout.has(field));
        if self.port != ServicePort::Service || !is_known {
            return Vec::new();
        }
        let [packets, bytes, srcaddr] = needed.map(name);
        // An IPv6 header is 20 bytes longer than one of IPv4.
        let more = |headers: u32| {
            let headers = format!("({headers} + 20 * strcontains({srcaddr}, \":\"))");
            format!("least(greatest({bytes} - {packets} * {headers}, 0), 1)")
        };
        vec![
            ("is_many", format!("least(floor({packets} / 4), 1)")),
            ("is_loaded", more(40)),
            ("has_data", more(60)),
        ]
    }

    fn sums(&self) -> Vec<String> {
        let mut sums = vec!["count(*) as n_records".to_owned()];
        if self.port == ServicePort::Service {
            for (field, sum) in [(Field::Packets, "n_packets"), (Field::Bytes, "n_bytes")] {
                if self.layout.has(field) {
                    sums.push(format!("sum({}) as {sum}", name(field)));
                }
            }
        }
        sums.push(format!("min({}) as first_start", name(Field::Start)));
        sums.push(format!("max({}) as last_end", name(Field::End)));
        sums
    }

    /// The record that a row of the answer is, from its fields.
    ///
    /// # Errors
    /// When a field has a value that it cannot have.
    pub fn record<'a>(
        &self,
        fields: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Record<'a>, Malformed> {
        let mut values = Values::default();
        for (name, value) in fields {
            let field = match name {
                "n_records" => Some(Field::Count),
                "n_packets" => Some(Field::Packets),
                "n_bytes" => Some(Field::Bytes),
                "first_start" => Some(Field::Start),
                "last_end" => Some(Field::End),
                _ => name.strip_prefix(PREFIX).and_then(Field::named),
            };
            if let Some(field) = field {
                values.set(field, value.as_bytes());
            }
        }
        values.record(Detail::Evidence)
    }
}

/// The name of a field in the query.
fn name(field: Field) -> String {
    format!("{PREFIX}{}", field.name().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::logs::flow::Status;

    fn query(port: ServicePort) -> InsightsQuery {
        InsightsQuery::new(Layout::default(), port, (1_767_571_200, 1_767_657_600)).unwrap()
    }

    #[test]
    fn the_query_of_the_default_format() {
        let mut query = query(ServicePort::Dst);
        query.interfaces = vec!["eni-1234567890".parse().unwrap(), "eni-2".parse().unwrap()];
        query.limit = Some(10);
        let expected = "\
parse @message \"* * * * * * * * * * * * * *\"
    as r_skipped_1, r_account_id, r_interface_id, r_srcaddr, r_dstaddr, r_srcport, r_dstport, \
r_protocol, r_packets, r_bytes, r_start, r_end, r_action, r_log_status
| filter r_log_status in [\"OK\", \"NODATA\", \"SKIPDATA\"]
| filter r_interface_id in [\"eni-1234567890\", \"eni-2\"]
| filter r_end >= 1767571200 and r_start < 1767657600
| stats count(*) as n_records, min(r_start) as first_start, max(r_end) as last_end
    by r_interface_id, r_protocol, r_action, r_log_status, r_dstport
| sort n_records desc
| limit 11
";
        assert_eq!(query.text(), expected);
        query.limit = None;
        query.port = ServicePort::Service;
        let text = query.text();
        assert!(text.ends_with("| limit 10000\n") && !text.contains("sort"), "{text}");
        assert!(text.contains("least(floor(r_packets / 4), 1) as is_many,"), "{text}");
        assert!(text.contains("r_srcport, r_dstport, is_many, is_loaded, has_data\n"), "{text}");
    }

    #[test]
    fn nothing_of_a_format_gets_into_the_query() {
        let fields = "interface-id srcport dstport srcaddr dstaddr start end \"|limit";
        let layout = Layout::parse(fields, &[]).unwrap();
        let query = InsightsQuery::new(layout, ServicePort::Service, (0, 9)).unwrap();
        let text = query.text();
        assert!(text.contains(", r_start, r_end, r_skipped_8\n"), "{text}");
        assert!(!text.contains("log_status") && !text.contains("is_many"), "{text}");
        let bare = Layout::parse("dstport", &[]).unwrap();
        assert!(InsightsQuery::new(bare, ServicePort::Dst, (0, 9)).is_err());
    }

    #[test]
    fn a_row_is_a_record() {
        let row = [
            ("r_interface_id", "eni-1"),
            ("r_srcaddr", "10.0.0.1"),
            ("r_dstport", "443"),
            ("r_protocol", "6"),
            ("r_action", "REJECT"),
            ("r_log_status", "OK"),
            ("is_many", "1"),
            ("n_records", "12"),
            ("n_bytes", "480.0"),
            ("first_start", "1767571200"),
        ];
        let record = query(ServicePort::Service).record(row.into_iter()).unwrap();
        assert_eq!((record.status, record.count, record.bytes), (Status::Rejected, 12, Some(480)));
        assert_eq!((record.dstport, record.start), (Some(443), Some(1_767_571_200)));
        assert_eq!((record.packets, record.end), (None, None));
        let error = query(ServicePort::Dst).record([("r_dstport", "x")].into_iter()).unwrap_err();
        assert_eq!(error.to_string(), "dstport 'x' is not a port, 0 to 65535");
    }

    proptest! {
        #[test]
        fn halves_leave_no_gap_and_share_nothing(from in 0_i64..1 << 33, length in 0_i64..1 << 20) {
            let whole = Seconds { from, to: from + length };
            match whole.halves() {
                None => prop_assert_eq!(length, 0),
                Some([first, second]) => {
                    prop_assert_eq!((first.from, second.to), (whole.from, whole.to));
                    prop_assert_eq!(first.to + 1, second.from);
                    prop_assert!(first.from <= first.to && second.from <= second.to);
                }
            }
        }
    }
}
