//! `rangecover fetch athena`: an aggregating query of a table of flow logs.

use std::path::Path;

use clap::ValueEnum;

use rangecover::logs::flow::{ColumnName, Field};
use rangecover::logs::query::{
    Columns, DatabaseName, Dialect, FlowQuery, Identifier, LEAST_ENDPOINTS, Partitions, Rows,
    Table, s3_place,
};

use super::super::inputs::PortArg;
use super::super::{Exit, examples, output, usage};
use super::args::{PlaceArgs, RECORDS, WhatArgs, check_window};

/// Endpoints of a port that are kept, unless told: enough for a sample of every kind of caller.
const ENDPOINTS: u32 = 256;

/// Fetch records from a table of Athena
///
/// One query aggregates the records, scans the table once, and is as plain as DuckDB and Spark
/// take it too.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover fetch athena --database logs --table vpc --output-location s3://results/ -o records.csv",
    "rangecover fetch athena --database logs --table vpc --interface eni-1234567890 --since 2026-01-05",
    "rangecover fetch athena --database logs --table vpc --partition year,month,day --print-query",
]))]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) table: TableArgs,
    #[command(flatten)]
    pub(super) what: WhatArgs,
    /// Which port counts: service keeps what the evidence needs, dst and src that port alone
    #[arg(long, value_enum, default_value = "service", help_heading = RECORDS, hide_short_help = true)]
    pub(super) port: PortArg,
    /// Remote endpoints that are kept of each port, or all; others are merged by address
    #[arg(long, value_name = "N|all", help_heading = RECORDS, hide_short_help = true, value_parser = endpoints, default_value_t = Endpoints(Some(ENDPOINTS)))]
    pub(super) endpoints: Endpoints,
    #[command(flatten)]
    pub(super) query: QueryArgs,
    #[command(flatten)]
    pub(super) place: PlaceArgs,
}

/// The table, and its columns.
#[derive(clap::Args)]
#[command(next_help_heading = "Table")]
pub(super) struct TableArgs {
    /// The database
    #[arg(long, value_name = "NAME")]
    pub(super) database: DatabaseName,
    /// The table in it
    #[arg(long, visible_alias = "tablename", value_name = "NAME")]
    pub(super) table: Identifier,
    /// The catalog of the database
    #[arg(long, value_name = "NAME", default_value = "AwsDataCatalog", hide_short_help = true)]
    pub(super) catalog: DatabaseName,
    /// The columns have the names of older guides: interfaceid, sourceport, starttime
    #[arg(long, hide_short_help = true)]
    pub(super) old_columns: bool,
    /// A column that is called something else: dstport=destinationport
    #[arg(long, value_name = "FIELD=NAME", value_delimiter = ',', hide_short_help = true)]
    pub(super) column: Vec<ColumnName>,
    /// Columns beyond version 2 that the table has [default: Athena is asked]
    #[arg(long, value_enum, value_name = "COLUMNS", value_delimiter = ',', hide_short_help = true)]
    pub(super) with: Option<Vec<OptionalColumn>>,
    /// What the table is partitioned by: year,month,day or day=%Y/%m/%d
    ///
    /// Only the times asked for are scanned then. %Y, %m, %d and %H stand for parts of a time; fixed
    /// values are written as region=eu-west-1, and year:int where a column is a number.
    #[arg(long, value_name = "COLUMNS")]
    pub(super) partition: Vec<Partitions>,
}

/// How the query is run.
#[derive(clap::Args)]
#[command(next_help_heading = "Query")]
pub(super) struct QueryArgs {
    /// Where Athena writes results; some workgroups say so themselves
    #[arg(long, value_name = "s3://…", value_parser = s3_place)]
    pub(super) output_location: Option<String>,
    /// The workgroup
    #[arg(long, value_name = "NAME")]
    pub(super) workgroup: Option<String>,
    /// Stop the query after this time, at Athena too
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..), hide_short_help = true)]
    pub(super) timeout: Option<u32>,
    /// How results are read: by pages, or as the object that Athena writes, for many rows
    #[arg(long, value_enum, default_value = "pages", hide_short_help = true)]
    pub(super) results: ResultsArg,
    /// Let Athena write Parquet below --output-location, and fetch these files to the folder of -o
    #[arg(long, requires = "output_location", conflicts_with = "results", hide_short_help = true)]
    pub(super) unload: bool,
    /// The names of the query as another engine quotes them, with --print-query
    #[arg(long, value_enum, default_value = "trino", hide_short_help = true)]
    pub(super) dialect: DialectArg,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OptionalColumn {
    None,
    AccountId,
    PktSrcaddr,
    PktDstaddr,
    TcpFlags,
    FlowDirection,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ResultsArg {
    Pages,
    Object,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DialectArg {
    /// Athena, Trino and DuckDB
    Trino,
    /// Spark
    Spark,
}

/// How many endpoints of a port are kept; none means all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Endpoints(Option<u32>);

impl std::fmt::Display for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(most) => most.fmt(f),
            None => f.write_str("all"),
        }
    }
}

fn endpoints(text: &str) -> Result<Endpoints, String> {
    if text == "all" {
        return Ok(Endpoints(None));
    }
    let most = text.parse().ok().filter(|most| *most >= LEAST_ENDPOINTS);
    most.map(|most| Endpoints(Some(most))).ok_or_else(|| {
        format!(
            "not a number from {LEAST_ENDPOINTS} on (so many are what services are told by), or all"
        )
    })
}

impl OptionalColumn {
    pub(super) fn field(self) -> Option<Field> {
        match self {
            Self::None => None,
            Self::AccountId => Some(Field::Account),
            Self::PktSrcaddr => Some(Field::PktSrcaddr),
            Self::PktDstaddr => Some(Field::PktDstaddr),
            Self::TcpFlags => Some(Field::TcpFlags),
            Self::FlowDirection => Some(Field::FlowDirection),
        }
    }
}

impl Args {
    /// The file that is written.
    pub(crate) fn written(&self) -> Option<&Path> {
        self.what.output.as_deref()
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    args.check();
    if args.what.print_query {
        let query = args.query(&args.told())?;
        args.note_scan();
        let path = args.what.output.as_deref().filter(|_| !args.query.unload);
        output::write(path, args.statement(&query, "UNIQUE").as_bytes())?;
        return Ok(Exit::Answered);
    }
    args.ask()
}

impl Args {
    /// Ends the command where its flags make no sense together.
    fn check(&self) {
        let Self { what, query, .. } = self;
        check_window(what.since, what.until);
        if query.dialect == DialectArg::Spark && !what.print_query {
            usage("--dialect spark is for --print-query; Athena takes trino");
        }
        if query.unload && what.limit.is_some() {
            usage("--limit is not for --unload, whose files nobody counts; leave one of them out");
        }
        let is_folder = what.output.as_ref().is_some_and(|path| path.to_str() != Some("-"));
        if query.unload && !is_folder && !what.print_query {
            usage("--unload fetches several files; name the folder for them with -o DIR");
        }
    }

    /// The optional columns that the user names.
    pub(super) fn told(&self) -> Vec<Field> {
        let named = self.table.with.iter().flatten();
        named.filter_map(|column| column.field()).collect()
    }

    /// The query of a table with these optional columns.
    pub(super) fn query(&self, with: &[Field]) -> anyhow::Result<FlowQuery> {
        let Self { table, what, .. } = self;
        let partitions = Partitions::together(table.partition.iter().cloned())?;
        if partitions.has_times() && what.since.is_none() && what.until.is_none() {
            output::note("neither --since nor --until: every partition of the time is scanned");
        }
        let rows = match (self.port, self.endpoints) {
            (PortArg::Dst, _) => Rows::Port(Field::Dstport),
            (PortArg::Src, _) => Rows::Port(Field::Srcport),
            (PortArg::Service, Endpoints(None)) => Rows::AllEndpoints,
            (PortArg::Service, Endpoints(Some(most))) => Rows::Endpoints(most),
        };
        Ok(FlowQuery {
            table: Table { database: table.database.clone(), name: table.table.clone() },
            columns: Columns::new(table.old_columns, with, &table.column)?,
            partitions,
            interfaces: what.interface.clone(),
            since: what.since,
            until: what.until,
            rows,
            // One more shows that there are more.
            limit: what.limit.map(|limit| limit + 1),
            dialect: match self.query.dialect {
                DialectArg::Trino => Dialect::Standard,
                DialectArg::Spark => Dialect::Spark,
            },
        })
    }

    /// What Athena is asked; files are written to a folder of this name.
    pub(super) fn statement(&self, query: &FlowQuery, unique: &str) -> String {
        match &self.query.output_location {
            Some(place) if self.query.unload => {
                let place = place.trim_end_matches('/');
                query.unload(&format!("{place}/rangecover-{unique}/"))
            }
            _ => query.sql(),
        }
    }

    pub(super) fn note_scan(&self) {
        if self.table.partition.is_empty() {
            output::note(
                "no --partition: the whole table is scanned, and paid for; name what it is partitioned by, with --since and --until",
            );
        }
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_self, reason = "it has the form of the one that asks")]
    fn ask(&self) -> anyhow::Result<Exit> {
        Err(super::args::unavailable())
    }
}
