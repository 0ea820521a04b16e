use super::*;

fn query() -> FlowQuery {
    FlowQuery {
        table: Table { database: "my-logs".parse().unwrap(), name: "vpc".parse().unwrap() },
        columns: Columns::new(false, &[], &[]).unwrap(),
        partitions: Partitions::default(),
        interfaces: Vec::new(),
        since: None,
        until: None,
        rows: Rows::AllEndpoints,
        limit: None,
        dialect: Dialect::Standard,
    }
}

#[test]
fn one_port_is_all_that_the_published_tool_asks() {
    let columns = Columns::new(true, &[], &[]).unwrap();
    let interfaces = vec!["eni-1234567890".parse().unwrap()];
    let rows = Rows::Port(Field::Srcport);
    let query = FlowQuery { columns, interfaces, rows, limit: Some(11), ..query() };
    let expected = "\
SELECT
  \"interfaceid\" AS \"interface_id\",
  \"protocol\" AS \"protocol\",
  \"sourceport\" AS \"srcport\",
  \"action\" AS \"action\",
  \"logstatus\" AS \"log_status\",
  count(*) AS \"records\",
  sum(CAST(\"numpackets\" AS bigint)) AS \"packets\",
  sum(CAST(\"numbytes\" AS bigint)) AS \"bytes\",
  min(\"starttime\") AS \"start\",
  max(\"endtime\") AS \"end\"
FROM \"my-logs\".\"vpc\"
WHERE \"interfaceid\" IN ('eni-1234567890')
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
LIMIT 11
";
    assert_eq!(query.sql(), expected);
    let spark = FlowQuery { dialect: Dialect::Spark, ..query };
    assert_eq!(spark.sql(), expected.replace('"', "`"));
}

#[test]
fn every_column_of_the_result_is_a_field() {
    let columns = Columns::new(false, &OPTIONAL, &[]).unwrap();
    for rows in [Rows::AllEndpoints, Rows::Endpoints(64), Rows::Port(Field::Dstport)] {
        let query = FlowQuery { columns: columns.clone(), rows, ..query() };
        for field in query.keys().into_iter().chain(SUMS.map(|sum| sum.0)) {
            assert_eq!(Field::named(&usual(field)), Some(field));
        }
    }
}

#[test]
fn times_filter_records_and_partitions() {
    let partitions = "date=%Y-%m-%d,region=eu-west-1".parse().unwrap();
    let (since, until) = (Some(1_767_571_200), Some(1_767_574_800));
    let sql = FlowQuery { partitions, since, until, ..query() }.sql();
    let expected = "WHERE \"region\" = 'eu-west-1'\n  AND \"date\" = '2026-01-05'\n  \
                    AND \"end\" >= 1767571200\n  AND \"start\" < 1767574800\n";
    assert!(sql.contains(expected), "{sql}");
}

#[test]
fn results_can_be_unloaded() {
    let sql = query().unload("s3://results/a/");
    assert!(sql.starts_with("UNLOAD (\nSELECT\n"), "{sql}");
    assert!(sql.ends_with(")\nTO 's3://results/a/'\nWITH (format = 'PARQUET')\n"), "{sql}");
    assert!(!sql.contains("ORDER BY"), "{sql}");
}

#[test]
fn places_have_no_quotes() {
    assert!(s3_place("s3://my-results/athena/2026=1/").is_ok());
    for place in
        ["", "s3://", "s3:///a", "results", "s3://res'ults/", "https://a.b/", "s3://abc/\n"]
    {
        assert!(s3_place(place).is_err(), "{place}");
    }
}
