//! `rangecover fetch`: what is asked of AWS, and what becomes of the answers.

#[cfg(feature = "aws")]
mod logs;
#[cfg(feature = "aws")]
mod s3;

use std::path::Path;

use crate::binary::{Folder, Said, said};
use crate::tools::isolated;

/// What must never be seen anywhere.
const SECRET: &str = "secret-that-nobody-sees";

/// Runs a command with test credentials and nothing of the user's own.
fn run(folder: &Path, line: &str) -> Said {
    let mut command = isolated(Path::new(env!("CARGO_BIN_EXE_rangecover")));
    command.current_dir(folder).env("HOME", folder).env("AWS_SECRET_ACCESS_KEY", SECRET);
    let words = line.split(' ').filter(|word| !word.is_empty());
    let said = said(command.args(words.map(|word| word.replace('~', " "))));
    assert!(!format!("{said:?}").contains(SECRET), "{said:?}");
    said
}

#[test]
fn queries_are_shown_without_credentials() {
    let folder = Folder::new();
    let line = "fetch logs --log-group grp1 --eni=eni-1234567890 --limit=10 --port dst \
                --since 2026-01-05 --until 2026-01-06 --print-query";
    let text = run(folder.path(), line).exits(0).stdout;
    assert!(text.starts_with("parse @message \"* * "), "{text}");
    assert!(text.contains("| filter r_interface_id in [\"eni-1234567890\"]\n"), "{text}");
    assert!(text.ends_with("| limit 11\n"), "{text}");
    let text = run(folder.path(), "fetch s3 s3://my-logs/AWSLogs/ --print-query").exits(0).stdout;
    assert!(text.starts_with("s3:ListBucket on s3://my-logs/AWSLogs/\n"), "{text}");
}

#[test]
fn nothing_gets_into_a_query() {
    let folder = Folder::new();
    let usual = "fetch logs --log-group grp1 --since 2026-01-05 --until 2026-01-06 --print-query";
    let refused = |more: &str, message: &str| {
        run(folder.path(), &format!("{usual} {more}")).exits(2).notes(message);
    };
    refused("--interface eni-1\"]|limit~1", "is no interface id");
    refused("--log-group grp1|limit~1", "is no log group");
    let said = run(folder.path(), &format!("{usual} --log-format interface-id~dstport~x\"|limit"));
    said.fails_with("--log-format");
    run(folder.path(), "fetch logs --log-group grp1 --print-query").exits(2).notes("--since");
    run(folder.path(), "fetch s3 my-logs --print-query").exits(2).notes("is no place in S3");
}

#[test]
fn flags_that_make_no_sense_together_are_refused() {
    let folder = Folder::new();
    let athena = "fetch athena --database logs --table vpc --print-query";
    for place in [athena, "fetch logs --log-group grp1", "fetch s3 s3://my-logs/"] {
        let line = format!("{place} --since 2026-01-06 --until 2026-01-06");
        run(folder.path(), &line).exits(2).notes("--until is not after --since");
    }
    let unload = format!("{athena} --unload --output-location s3://results/");
    run(folder.path(), &format!("{unload} --limit 5"))
        .exits(2)
        .notes("--limit is not for --unload");
    run(folder.path(), &format!("{unload} --results object")).exits(2).notes("--results");
    run(folder.path(), &format!("{athena} -o query.sql")).exits(0);
    assert!(folder.read("query.sql").starts_with(b"WITH flows AS ("));
}

#[cfg(not(feature = "aws"))]
#[test]
fn a_build_without_aws_says_so() {
    let folder = Folder::new();
    for line in [
        "fetch s3 s3://my-logs/",
        "fetch logs --log-group grp1 --since 2026-01-05",
        "fetch athena --database logs --table vpc",
    ] {
        run(folder.path(), line).fails_with("--features aws");
    }
}
