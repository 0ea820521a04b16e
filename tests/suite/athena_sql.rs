//! The SQL of `fetch athena`, run by `DuckDB` over the records of logs.

use std::process::Command;

use crate::binary::{Folder, command_in, run, said};
use crate::tools::{isolated, python_tool};

/// Makes a table of a log as Athena has it, partitioned by the time at which AWS writes a record,
/// and runs a query over it.
const DUCKDB: &str = r#"
import sys, duckdb
log, query, out = sys.argv[1:]
names = open(log).readline().split()
text = {"account-id", "interface-id", "srcaddr", "dstaddr", "action", "log-status", "flow-direction"}
column = lambda n: f'"{n}"' if n in text else f'TRY_CAST("{n}" AS {"BIGINT" if n in ("packets", "bytes", "start", "end") else "INTEGER"})'
columns = ", ".join(f'{column(n)} AS "{n.replace("-", "_")}"' for n in names)
parts = ", ".join(f"strftime(make_timestamp((CAST(\"end\" AS BIGINT) + 300) * 1000000), '{f}') AS \"{n}\""
    for n, f in [("date", "%Y-%m-%d"), ("year", "%Y"), ("month", "%m"), ("day", "%d"), ("hour", "%H")])
parts += f", CAST(year AS INTEGER) AS y, CAST(month AS INTEGER) AS m, CAST(day AS INTEGER) AS d"
db = duckdb.connect()
db.execute('CREATE SCHEMA "my-logs"')
db.execute(f"""CREATE TABLE "my-logs"."vpc" AS SELECT {columns}, {parts}, 'eu-west-1' AS region
    FROM read_csv('{log}', delim=' ', header=true, all_varchar=true)""")
query = open(query).read()[:-1]
if out.endswith(".parquet"):
    # Sums are wider than Athena's, and Parquet has no such numbers.
    wide = [n for n, t in zip(*(lambda r: (r.columns, r.types))(db.sql(query))) if t == "HUGEINT"]
    wide = ", ".join(f'CAST("{n}" AS BIGINT) AS "{n}"' for n in wide)
    db.execute(f"COPY (SELECT * {f'REPLACE ({wide})' if wide else ''} FROM ({query})) TO '{out}' (FORMAT parquet)")
    sys.exit()
db.execute(query)
rows = db.fetchall()
with open(out, "w") as f:
    f.write(",".join(d[0] for d in db.description) + "\n")
    for row in rows:
        f.write(",".join("" if c is None else str(c) for c in row) + "\n")
"#;

/// Flags of `generate flow-log`, and the optional columns of its logs.
const LOGS: [(&str, &str); 5] = [
    ("--records 4000 --seed 1", ""),
    ("--records 6000 --seed 2 --ports 6 --replies --calls 30 --reuse 30 --probes 5", ""),
    (
        "--records 6000 --seed 3 --ports 8 --replies --calls 40 --lonely 20 --long 20 --ipv6 20 --fields extended",
        "--with tcp-flags,flow-direction",
    ),
    (
        "--records 9000 --seed 4 --ports 5 --interfaces 2 --replies --calls 50 --reuse 60 --probes 10 --loss 5 --fields extended",
        "--with tcp-flags",
    ),
    (
        "--records 9000 --seed 5 --ports 4 --interfaces 2 --calls 50 --reuse 60 --probes 10",
        "--with none",
    ),
];

/// A folder with a log, and what is asked of it.
pub(crate) struct Asked(pub(crate) Folder);

impl Asked {
    pub(crate) fn of(flags: &str) -> Self {
        let folder = Folder::new();
        run(&format!("generate flow-log {flags} -o {}", folder.path().join("raw.log").display()))
            .exits(0);
        Self(folder)
    }

    /// Runs the query of these flags; the rows are in `rows.csv`.
    pub(crate) fn fetch(&self, flags: &str) -> Option<String> {
        self.query(flags, "rows.csv")?;
        Some(self.text("rows.csv"))
    }

    /// Runs the query of these flags over `raw.log`, and writes its rows to a file, as its name ends.
    pub(crate) fn query(&self, flags: &str, out: &str) -> Option<()> {
        let python = python_tool("python")?;
        let query = "fetch athena --database my-logs --table vpc --print-query";
        let query = run(&format!("{query} {flags}")).exits(0).stdout;
        self.0.write("query.sql", query);
        let mut command: Command = isolated(&python);
        command.args(["-c", DUCKDB]);
        command.args(["raw.log", "query.sql", out].map(|name| self.0.path().join(name)));
        said(&mut command).exits(0);
        Some(())
    }

    fn text(&self, file: &str) -> String {
        String::from_utf8(self.0.read(file)).unwrap()
    }

    /// The table of ports of a file, with the given flags.
    fn ports(&self, file: &str, flags: &str) -> String {
        let mut command = command_in(self.0.path());
        command.args(["ports", file, "--format", "csv"]).args(flags.split_ascii_whitespace());
        said(&mut command).exits(0).stdout
    }
}

/// Interface, protocol, port and class of the ports that are services.
fn services(table: &str) -> Vec<String> {
    let row = |line: &str| line.split(',').take(4).collect::<Vec<_>>().join(",");
    let services = table.lines().map(row).filter(|row| row.ends_with(",service"));
    services.collect()
}

#[test]
fn aggregated_records_say_the_same_as_all_of_them() {
    for (flags, with) in LOGS {
        let asked = Asked::of(flags);
        let Some(rows) = asked.fetch(&format!("{with} --endpoints all")) else { return };
        // What the optional columns say is left out where they are not asked for.
        let ignore = if with.contains("flags") { "" } else { "--ignore-flags" };
        let expected = asked.ports("raw.log", ignore);
        assert_eq!(asked.ports("rows.csv", ignore), expected, "{flags}");
        let n_records = asked.text("raw.log").lines().count();
        assert!(rows.lines().count() <= n_records, "{flags}");
        for most in ["--endpoints 64", ""] {
            let few = asked.fetch(&format!("{with} {most}")).unwrap();
            assert!(few.lines().count() <= rows.lines().count(), "{flags}");
            let merged = asked.ports("rows.csv", ignore);
            assert_eq!(services(&merged), services(&expected), "{flags} {most}");
            // No port is lost, and no record.
            let counts = |table: &str| -> Vec<String> {
                let row = |line: &str| {
                    let cells: Vec<&str> = line.split(',').collect();
                    [&cells[..3], &cells[6..]].concat().join(",")
                };
                table.lines().map(row).collect()
            };
            assert_eq!(counts(&merged), counts(&expected), "{flags} {most}");
        }
    }
}

#[test]
fn busy_ports_are_bounded() {
    let asked = Asked::of("--records 30000 --seed 7 --ports 2 --interfaces 1 --replies --calls 20");
    let Some(all) = asked.fetch("--with none --endpoints all") else { return };
    let few = asked.fetch("--with none --endpoints 64").unwrap();
    let (all, few) = (all.lines().count(), few.lines().count());
    assert!(few * 3 < all * 2, "{few} of {all} rows are left");
}

#[test]
fn one_port_alone_can_be_asked_for() {
    let asked = Asked::of("--records 3000 --seed 8 --ports 20 --calls 30 --replies");
    for port in ["dst", "src"] {
        let Some(_) = asked.fetch(&format!("--port {port}")) else { return };
        let flags = format!("--port {port}");
        let only = |table: String| -> Vec<String> {
            table
                .lines()
                .map(|line| line.split(',').take(7).collect::<Vec<_>>().join(","))
                .collect()
        };
        assert_eq!(only(asked.ports("rows.csv", &flags)), only(asked.ports("raw.log", &flags)));
    }
}

#[test]
fn partitions_leave_no_record_out() {
    let asked = Asked::of("--records 4000 --seed 9 --replies");
    let window = "--with none --since 2026-01-05T03:10:00Z --until 2026-01-06";
    let Some(expected) = asked.fetch(window) else { return };
    assert!(expected.lines().count() > 100, "{}", expected.lines().count());
    for partition in [
        "date=%Y-%m-%d",
        "year,month,day",
        "year,month,day,hour",
        "region=eu-west-1,date=%Y-%m-%d",
        "date=%Y-%m-%d --partition region=eu-west-1",
        "y:int=%Y,m:int=%m,d:int=%d",
    ] {
        let rows = asked.fetch(&format!("{window} --partition {partition}"));
        assert_eq!(rows.as_ref(), Some(&expected), "{partition}");
    }
    let none = asked.fetch(&format!("{window} --partition region=us-east-1")).unwrap();
    assert_eq!(none.lines().count(), 1);
}

#[test]
fn a_limit_keeps_the_first_rows() {
    let asked = Asked::of("--records 1000 --seed 10");
    let Some(all) = asked.fetch("--with none") else { return };
    let some = asked.fetch("--with none --limit 10").unwrap();
    let first: Vec<&str> = all.lines().take(12).collect();
    assert_eq!(some.lines().collect::<Vec<_>>(), first);
}

#[test]
fn nothing_gets_out_of_its_place_in_a_query() {
    let command = |flag: &str, value: &str| {
        let mut command = command_in(crate::binary::project());
        command.args(["fetch", "athena", "--print-query"]);
        for (name, usual) in [("--database", "logs"), ("--table", "vpc")] {
            command.args([name, if name == flag { value } else { usual }]);
        }
        if !["--database", "--table"].contains(&flag) {
            command.args([flag, value]);
        }
        if flag == "--output-location" {
            command.arg("--unload");
        }
        said(&mut command)
    };
    for end in [
        "'",
        "\"",
        "`",
        "; DROP TABLE x",
        "' OR 1=1 --",
        "\" UNION SELECT 1",
        "\\",
        "\n",
        "\u{1b}[2J",
    ] {
        for (flag, value) in [
            ("--interface", "eni-1"),
            ("--database", "logs"),
            ("--table", "vpc"),
            ("--catalog", "AwsDataCatalog"),
            ("--partition", "region=a"),
            ("--partition", "day=%Y/%m/%d"),
            ("--partition", "year"),
            ("--column", "dstport=port"),
            ("--since", "2026-01-05"),
            ("--limit", "1"),
            ("--endpoints", "64"),
            ("--output-location", "s3://results/a"),
        ] {
            let said = command(flag, &format!("{value}{end}"));
            // A line end around the name of a column is no part of it.
            let is_trimmed = ["--column", "--partition"].contains(&flag) && end == "\n";
            assert!(
                is_trimmed || matches!(said.status, Some(1 | 2)),
                "{flag} {value}{end}: {said:#?}"
            );
            assert!(is_trimmed || said.stdout.is_empty(), "{flag} {value}{end}: {said:#?}");
            assert!(!said.stderr.contains("\u{1b}[2J"), "{flag}: {said:#?}");
        }
    }
}
