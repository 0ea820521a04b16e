//! Flow logs in buckets of an AWS on loopback, and what S3 refuses.

use std::fs;
use std::path::Path;

use super::run;
use crate::binary::{Folder, Said, gzip, project, said};
use crate::recorded::{Recorded, Reply};
use crate::tools::{Moto, isolated, python_tool};

const PLAIN: &str = "AWSLogs/123456789012/vpcflowlogs/eu-west-1";
const HIVE: &str = "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/\
                    aws-region=eu-west-1/year=2026/month=01";

/// A log that is written as Parquet too.
const LOG: &str = "\
version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
2 123456789012 eni-0b 10.9.0.7 10.0.0.1 50000 8443 6 9 900 1767578400 1767578460 ACCEPT OK
2 123456789012 eni-0b 10.0.0.1 10.9.0.7 8443 50000 6 9 900 1767578400 1767578460 ACCEPT OK
2 123456789012 eni-0b 10.9.0.8 10.0.0.1 50001 8443 6 9 900 1767578400 1767578460 ACCEPT OK
";

fn parquet(folder: &Folder, name: &str) {
    let Some(python) = python_tool("python") else { return };
    folder.write("log.txt", LOG);
    let path = folder.write(name, "");
    let script = "\
import duckdb, sys
duckdb.sql(\"create table log as select * from read_csv('log.txt', delim=' ', header=true, types={'account-id': 'VARCHAR'})\")
for column in duckdb.table('log').columns:
    if '-' in column:
        duckdb.sql(f'alter table log rename \"{column}\" to {column.replace(\"-\", \"_\")}')
duckdb.sql(f\"copy log to '{sys.argv[1]}' (format parquet)\")";
    let mut command = isolated(&python);
    said(command.current_dir(folder.path()).args(["-c", script]).arg(path)).exits(0);
}

/// A bucket with what a folder has.
fn upload(moto: &Moto, folder: &Folder, bucket: &str) -> Option<()> {
    let url = format!("s3://{bucket}");
    said(moto.aws()?.args(["s3", "mb", &url])).exits(0);
    let below = folder.path().join("bucket");
    said(moto.aws()?.args(["s3", "cp", "--quiet", "--recursive"]).arg(below).arg(url)).exits(0);
    Some(())
}

/// Logs of both layouts, as text and as Parquet, of two days, and other files.
fn logs() -> Folder {
    let folder = Folder::new();
    let local = project().join("datasets/flow-logs/eu-west-1/2026/01/05");
    let read = |name: &str| fs::read(local.join(name)).expect("it is there");
    let object = |day: &str, minute: &str| {
        let name = format!("123456789012_vpcflowlogs_eu-west-1_fl-0_202601{day}T{minute}Z_ab");
        format!("bucket/{PLAIN}/2026/01/{day}/{name}.log.gz")
    };
    folder.write(&object("05", "0100"), read("fl-1_0100.log.gz"));
    folder.write(&object("05", "0105"), read("fl-1_0105.log.gz"));
    folder.write(&object("09", "0300"), read("fl-3_0300.log.gz"));
    folder.write(&format!("bucket/{HIVE}/day=05/hour=02/fl-2.log"), read("fl-2_0200.log"));
    parquet(&folder, &format!("bucket/{HIVE}/day=05/hour=02/fl-2.log.parquet"));
    folder.write("bucket/AWSLogs/readme.txt", "what this bucket is for\n");
    folder
}

fn ports(folder: &Folder, inputs: &str) -> String {
    folder.run(&format!("ports {inputs} --format csv")).exits(0).stdout
}

#[test]
fn objects_are_read_as_the_same_files_are() {
    let Some(moto) = Moto::shared() else { return };
    let folder = logs();
    let Some(()) = upload(moto, &folder, "both-layouts") else { return };
    let url = moto.endpoint();
    let fetch = |more: &str| -> Said {
        let line = format!("fetch s3 s3://both-layouts/AWSLogs/ --endpoint-url {url} {more}");
        run(folder.path(), &line)
    };
    fetch("-o records.csv").exits(0).notes("5 flow logs with").notes("1 object skipped");
    let local = ports(&folder, "bucket");
    assert!(ports(&folder, "records.csv") == local, "all ports");
    assert!(local.contains("eni-0b,tcp,8443,service"), "the Parquet object is read");
    // Neither threads nor what comes first change a byte.
    let records = folder.read("records.csv");
    for more in ["--threads 1 --at-once 1", "--threads 2 --at-once 5"] {
        assert!(fetch(more).exits(0).stdout.as_bytes() == records, "{more}");
    }
    // One day, of which another one's folder is not even listed.
    let day = "--since 2026-01-05T00:00:00Z --until 2026-01-06";
    let listed = fetch(&format!("{day} --list")).exits(0).notes("5 objects with");
    assert!(!listed.stdout.contains("/09/"), "{listed:?}");
    let listed = fetch("--list").exits(0).notes("6 objects with").stdout;
    assert!(listed.starts_with("key,bytes\nAWSLogs/123456789012/vpcflowlogs/"), "{listed}");
    let of_day = fetch(day).exits(0).stdout;
    folder.write("day.csv", of_day);
    fs::remove_dir_all(folder.path().join("bucket").join(PLAIN).join("2026/01/09")).expect("ours");
    let local = ports(&folder, &format!("bucket {day}"));
    assert!(ports(&folder, "day.csv") == local, "the day's ports");
    let day_dst = fetch(&format!("{day} --port dst")).exits(0).stdout;
    folder.write("dst.csv", day_dst);
    let local = ports(&folder, &format!("bucket {day} --port dst"));
    assert!(ports(&folder, "dst.csv --port dst") == local, "the day's plain ports");
    // Selected here, so that it need not be selected again.
    let of_one = fetch("--interface eni-0b --account 123456789012 --limit 2").exits(0);
    assert_eq!(of_one.stdout.lines().count(), 3);
    let of_one = of_one.notes("--limit has left 1 more out");
    assert!(of_one.stdout.lines().skip(1).all(|row| row.starts_with("eni-0b,")));
}

#[test]
fn a_damaged_object_is_named_and_the_others_are_kept() {
    let Some(moto) = Moto::shared() else { return };
    let folder = Folder::new();
    let whole = gzip(LOG.as_bytes());
    folder.write("bucket/logs/a.log.gz", &whole);
    folder.write("bucket/logs/b.log.gz", &whole[..whole.len() - 12]);
    folder.write("bucket/logs/c.log.parquet", b"PAR1 and nothing of it");
    let Some(()) = upload(moto, &folder, "damaged-logs") else { return };
    let url = moto.endpoint();
    let said = run(folder.path(), &format!("fetch s3 s3://damaged-logs/logs --endpoint-url {url}"));
    let said = said.exits(1).notes("s3://damaged-logs/logs/b.log.gz: ");
    let said = said.notes("s3://damaged-logs/logs/c.log.parquet: ");
    assert!(!said.stderr.contains("a.log.gz"), "{said:?}");
    assert!(said.stdout.contains(",8443,"), "{said:?}");
}

#[test]
fn what_is_not_there_is_said() {
    let Some(moto) = Moto::shared() else { return };
    let folder = Folder::new();
    folder.write("bucket/readme.txt", "no log\n");
    let Some(()) = upload(moto, &folder, "no-logs-here") else { return };
    let url = moto.endpoint();
    let fetch = |place: &str| run(folder.path(), &format!("fetch s3 {place} --endpoint-url {url}"));
    fetch("s3://nobodys-bucket/x")
        .fails_with("s3:ListBucket on s3://nobodys-bucket/x: there is none (NoSuchBucket: ");
    fetch("s3://no-logs-here/other/").fails_with("no object below s3://no-logs-here/other/");
    fetch("s3://no-logs-here").exits(1).notes("no flow log among the objects");
}

#[test]
fn refusals_say_where_to_go_on() {
    let folder = Folder::new();
    let fetch = |server: &Recorded| {
        let line = format!("fetch s3 s3://my-logs/AWSLogs/ --endpoint-url {}", server.url());
        run(folder.path(), &line)
    };
    let list = || Reply::at("GET", "/my-logs");
    let server = Recorded::new([list()
        .xml_error(301, "PermanentRedirect", "The bucket must be addressed otherwise.")
        .header("x-amz-bucket-region", "eu-central-1")]);
    fetch(&server).fails_with("the bucket is in region eu-central-1; give --region eu-central-1");
    let server = Recorded::new([list().xml_error(403, "AccessDenied", "Access Denied")]);
    fetch(&server).fails_with(
        "no permission for s3:ListBucket on s3://my-logs/AWSLogs/ (AccessDenied: Access Denied)",
    );
    let server = Recorded::new([list().xml_error(400, "ExpiredToken", "expired")]);
    fetch(&server).fails_with("the credentials have expired (ExpiredToken)");
}

/// A listing of one object.
fn listed(key: &str, size: usize) -> Reply {
    let body = format!(
        "<ListBucketResult><Name>my-logs</Name><KeyCount>1</KeyCount><IsTruncated>false\
         </IsTruncated><Contents><Key>{key}</Key><Size>{size}</Size></Contents></ListBucketResult>"
    );
    Reply::at("GET", "/my-logs").header("Content-Type", "application/xml").body(body)
}

#[test]
fn whoever_may_list_may_not_always_read() {
    let folder = Folder::new();
    let object = Reply::at("GET", "/my-logs/a.log");
    let server =
        Recorded::new([object.xml_error(403, "AccessDenied", "Access Denied"), listed("a.log", 9)]);
    let line = format!("fetch s3 s3://my-logs --request-payer --endpoint-url {}", server.url());
    let said = run(folder.path(), &line).exits(1);
    server.check();
    said.notes("no permission for s3:GetObject on s3://my-logs/a.log (AccessDenied");
    let header = ("x-amz-request-payer".to_owned(), "requester".to_owned());
    assert!(server.requests().iter().all(|request| request.headers.contains(&header)));
    assert!(Path::new(folder.path()).is_dir());
}
