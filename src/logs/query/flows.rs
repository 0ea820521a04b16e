//! The query that aggregates flow logs to what the evidence needs, once over the table.
//!
//! Records between the same endpoints become one row: with their number, sums, first and last
//! times, one for each set of flags. Where the sums alone would hide what single records show (a
//! knock or a reset, see the evidence), rows stay apart by size as well.
//!
//! A port that many endpoints reach would still have a row for each of them. An endpoint that two
//! addresses are connected with is the interface's own, since the interface's address is in each
//! of its records. So of such an endpoint only some remote ports are needed: the rest are merged
//! by remote address, each under the greatest port of theirs. No port of the interface is lost, no
//! pair of addresses, and no count; a remote service keeps all ports that call it.

use crate::logs::flow::Field;
use crate::problem::quote::quoted;

use super::interface::InterfaceId;
use super::partition::Partitions;
use super::sql::{Dialect, text};
use super::table::{Columns, OPTIONAL, Table, usual};

/// Fewest endpoints of a port that may be kept: so many are what the evidence samples.
pub const LEAST_ENDPOINTS: u32 = 64;

/// What is left of each record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All that the evidence needs, of all endpoints.
    AllEndpoints,
    /// The same, of so many endpoints of a port; others are merged by address.
    Endpoints(u32),
    /// Interface, protocol and this port, [`Field::Srcport`] or [`Field::Dstport`].
    Port(Field),
}

/// What a table is asked for.
#[derive(Debug, Clone)]
pub struct FlowQuery {
    /// The table.
    pub table: Table,
    /// Its columns.
    pub columns: Columns,
    /// What it is partitioned by.
    pub partitions: Partitions,
    /// Only these interfaces; all, where none is named.
    pub interfaces: Vec<InterfaceId>,
    /// Only records that end at this time or later.
    pub since: Option<u32>,
    /// Only records that start before this time.
    pub until: Option<u32>,
    /// What is left of each record.
    pub rows: Rows,
    /// The most rows.
    pub limit: Option<u64>,
    /// How names are quoted.
    pub dialect: Dialect,
}

/// The sums over records, by their columns.
const SUMS: [(Field, &str); 5] = [
    (Field::Count, "sum"),
    (Field::Packets, "sum"),
    (Field::Bytes, "sum"),
    (Field::Start, "min"),
    (Field::End, "max"),
];

/// A factor near 65536 / φ² that spreads consecutive ports over all of them (Fibonacci hashing);
/// their product is below 2³¹.
const SPREAD: u32 = 25_033;

impl FlowQuery {
    /// The query in SQL, in order of all columns so that the answer is the same each time.
    #[must_use]
    pub fn sql(&self) -> String {
        let limit = self.limit.map(|limit| format!("\nLIMIT {limit}")).unwrap_or_default();
        let (rows, n_columns) = self.rows();
        let order: Vec<String> = (1..=n_columns).map(|column| column.to_string()).collect();
        format!("{rows}\nORDER BY {}{limit}\n", order.join(", "))
    }

    /// The statement that writes the rows as Parquet to an empty place in S3.
    /// <https://docs.aws.amazon.com/athena/latest/ug/unload.html>
    #[must_use]
    pub fn unload(&self, place: &str) -> String {
        let select = self.limit.map_or_else(|| self.rows().0, |_| self.sql());
        let select = select.trim_end();
        format!("UNLOAD (\n{select}\n)\nTO {}\nWITH (format = 'PARQUET')\n", text(place))
    }

    /// The query without order, and the number of its columns.
    fn rows(&self) -> (String, usize) {
        let flows = self.flows();
        let n_columns = self.keys().len() + SUMS.len();
        match self.rows {
            Rows::AllEndpoints | Rows::Port(_) => (flows, n_columns),
            Rows::Endpoints(most) => (self.merged(&flows, most), n_columns),
        }
    }

    /// The columns that rows are told apart by.
    fn keys(&self) -> Vec<Field> {
        let kept: &[Field] = match self.rows {
            Rows::Port(Field::Srcport) => &[Field::Interface, Field::Protocol, Field::Srcport],
            Rows::Port(_) => &[Field::Interface, Field::Protocol, Field::Dstport],
            _ => &[
                Field::Interface,
                Field::Protocol,
                Field::Srcaddr,
                Field::Dstaddr,
                Field::Srcport,
                Field::Dstport,
            ],
        };
        let is_port = matches!(self.rows, Rows::Port(_));
        let optional = OPTIONAL
            .into_iter()
            .filter(|&field| self.columns.has(field) && (!is_port || field == Field::Account));
        let last = [Field::Action, Field::LogStatus];
        kept.iter().copied().chain(optional).chain(last).collect()
    }

    /// A column of the table, in quotes.
    fn column(&self, field: Field) -> String {
        let name = self.columns.name(field).map_or_else(|| usual(field), ToString::to_string);
        self.dialect.name(&name)
    }

    /// A column of the result, in quotes.
    fn result(&self, field: Field) -> String {
        self.dialect.name(&usual(field))
    }

    /// Packets or bytes as numbers whose products do not overflow.
    fn wide(&self, field: Field) -> String {
        format!("CAST({} AS bigint)", self.column(field))
    }

    /// The rows of the table, aggregated.
    fn flows(&self) -> String {
        let keys = self.keys();
        let mut columns: Vec<String> = keys
            .iter()
            .map(|&key| format!("{} AS {}", self.column(key), self.result(key)))
            .collect();
        for (field, sum) in SUMS {
            let of = match field {
                Field::Count => "count(*)".to_owned(),
                Field::Packets | Field::Bytes => format!("{sum}({})", self.wide(field)),
                field => format!("{sum}({})", self.column(field)),
            };
            columns.push(format!("{of} AS {}", self.result(field)));
        }
        let mut groups: Vec<String> = (1..=keys.len()).map(|key| key.to_string()).collect();
        match self.rows {
            Rows::Port(_) => {}
            Rows::AllEndpoints => groups.push(self.size()),
            Rows::Endpoints(_) => {
                columns.push(format!("{} AS {}", self.size(), self.dialect.name("size")));
                groups.push(columns.len().to_string());
            }
        }
        format!(
            "SELECT\n  {}\nFROM {}{}\nGROUP BY {}",
            columns.join(",\n  "),
            self.table.quoted(self.dialect),
            self.filter(),
            groups.join(", ")
        )
    }

    /// What tells a knock, a reset and data apart in records of one size, however many are added:
    /// bytes beyond the longest headers, or the shortest, and more than three packets.
    fn size(&self) -> String {
        let (bytes, packets) = (self.wide(Field::Bytes), self.wide(Field::Packets));
        let source = self.column(Field::Srcaddr);
        let headers = format!("CASE WHEN {source} LIKE '%:%' THEN 60 ELSE 40 END");
        format!(
            "CASE WHEN {bytes} > {packets} * ({headers} + 20) THEN 3 \
             WHEN {bytes} > {packets} * {headers} THEN 2 \
             WHEN {packets} > 3 THEN 1 ELSE 0 END"
        )
    }

    fn filter(&self) -> String {
        let mut conditions = self.partitions.conditions(self.since, self.until, self.dialect);
        if !self.interfaces.is_empty() {
            let ids: Vec<String> = self.interfaces.iter().map(|id| text(&id.to_string())).collect();
            let column = self.column(Field::Interface);
            conditions.push(format!("{column} IN ({})", ids.join(", ")));
        }
        let since = self.since.map(|since| format!("{} >= {since}", self.column(Field::End)));
        let until = self.until.map(|until| format!("{} < {until}", self.column(Field::Start)));
        conditions.extend(since.into_iter().chain(until));
        let first = if conditions.is_empty() { "" } else { "\nWHERE " };
        format!("{first}{}", conditions.join("\n  AND "))
    }

    /// The rows with the endpoints of busy ports merged beyond the first ones.
    fn merged(&self, flows: &str, most: u32) -> String {
        let name = |name: &str| self.dialect.name(name);
        let keys = self.keys();
        let ports = [Field::Srcport, Field::Dstport];
        let key = |&key: &Field| {
            let column = self.result(key);
            if ports.contains(&key) { format!("max({column}) AS {column}") } else { column }
        };
        let sums = SUMS.iter().map(|&(field, sum)| {
            let column = self.result(field);
            format!("{sum}({column}) AS {column}")
        });
        let columns: Vec<String> = keys.iter().map(key).chain(sums).collect();
        let groups = keys.iter().filter(|key| !ports.contains(key)).map(|&key| self.result(key));
        let groups = groups.chain(["size", "kept_srcport", "kept_dstport"].map(name));
        let groups: Vec<String> = groups.collect();
        let [src, dst] = [
            self.is_merged("dst", Field::Srcaddr, most),
            self.is_merged("src", Field::Dstaddr, most),
        ];
        let (srcport, dstport) = (self.result(Field::Srcport), self.result(Field::Dstport));
        format!(
            "WITH flows AS (\n{flows}\n),\nranked AS (\n{}\n),\nmarked AS (\n\
             SELECT ranked.*,\n  CASE WHEN {src} THEN NULL ELSE {srcport} END AS {},\n  \
             CASE WHEN {dst} AND NOT ({src}) THEN NULL ELSE {dstport} END AS {}\nFROM ranked\n)\n\
             SELECT\n  {}\nFROM marked\nGROUP BY {}",
            self.ranked(),
            name("kept_srcport"),
            name("kept_dstport"),
            columns.join(",\n  "),
            groups.join(", ")
        )
    }

    /// Whether the endpoint of one side is the interface's own, and the other one of the many that
    /// are merged.
    fn is_merged(&self, side: &str, remote: Field, most: u32) -> String {
        let name = |what: &str| self.dialect.name(&format!("{side}_{what}"));
        // A record that says which way it goes says whose port it is.
        let way = if remote == Field::Srcaddr { "egress" } else { "ingress" };
        let direction = self.result(Field::FlowDirection);
        let directed = if self.columns.has(Field::FlowDirection) {
            format!(" AND coalesce({direction}, '-') <> '{way}'")
        } else {
            String::new()
        };
        format!("{} > {most} AND {} <> {}{directed}", name("rank"), name("first"), name("last"))
    }

    /// The flows, with what is known of the endpoint of either side: the rank of the other one
    /// among those that it is connected with, and the first and the last address of these.
    fn ranked(&self) -> String {
        let sides = [
            ("dst", Field::Dstaddr, Field::Dstport, Field::Srcaddr, Field::Srcport),
            ("src", Field::Srcaddr, Field::Srcport, Field::Dstaddr, Field::Dstport),
        ];
        let columns = sides.map(|(side, address, port, remote, remote_port)| {
            let name = |what: &str| self.dialect.name(&format!("{side}_{what}"));
            let of = [Field::Interface, Field::Protocol, address, port];
            let of = format!("PARTITION BY {}", of.map(|field| self.result(field)).join(", "));
            let (remote, remote_port) = (self.result(remote), self.result(remote_port));
            format!(
                "  dense_rank() OVER ({of} ORDER BY {remote_port} * {SPREAD} % 65536, {remote}) AS {},\n  \
                 min({remote}) OVER ({of}) AS {},\n  max({remote}) OVER ({of}) AS {}",
                name("rank"),
                name("first"),
                name("last")
            )
        });
        format!("SELECT flows.*,\n{}\nFROM flows", columns.join(",\n"))
    }
}

/// Checks a place in S3 that may stand in a statement.
///
/// # Errors
/// What is wrong with it.
pub fn s3_place(place: &str) -> Result<String, String> {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "-_./=+@!*() ".contains(c);
    let path = place.strip_prefix("s3://").unwrap_or_default();
    let bucket = path.split('/').next().unwrap_or_default();
    if bucket.len() < 3 || !path.chars().all(is_fit) {
        return Err(format!("'{}' is no place in S3; write s3://BUCKET/FOLDER/", quoted(place)));
    }
    Ok(place.to_owned())
}

#[cfg(test)]
mod tests;
