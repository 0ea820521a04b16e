//! From flow logs in an AWS on loopback to rules that it applies, and an audit of what was applied.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::athena_sql::Asked;
use crate::binary::{Folder, Said, project, said};
use crate::tools::{Moto, isolated};

/// An interface of the flow logs, and its address.
const INTERFACE: [&str; 2] = ["eni-01a8125d48c6fea14", "10.95.0.4"];

/// The files of the flow logs, two of them compressed.
fn logs() -> Vec<PathBuf> {
    let folder = project().join("datasets/flow-logs/eu-west-1/2026/01/05");
    let files = fs::read_dir(folder).expect("it is there");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("it is there").path()).collect();
    files.sort();
    files
}

/// The loopback AWS, and a folder in which everything is run.
struct World {
    moto: &'static Moto,
    folder: Folder,
}

impl World {
    /// With a bucket that has the flow logs; none without the tools.
    fn new(bucket: &str) -> Option<Self> {
        let moto = Moto::shared()?;
        let world = Self { moto, folder: Folder::new() };
        let url = format!("s3://{bucket}");
        said(moto.aws()?.args(["s3", "mb", &url])).exits(0);
        let below = format!("{url}/AWSLogs/123456789012/vpcflowlogs/");
        let mut copy = moto.aws()?;
        copy.args(["s3", "cp", "--quiet", "--recursive"]).arg(project().join("datasets/flow-logs"));
        said(copy.arg(below)).exits(0);
        Some(world)
    }

    fn run(&self, line: &str) -> Said {
        self.said(line).exits(0)
    }

    fn said(&self, line: &str) -> Said {
        let mut command = isolated(Path::new(env!("CARGO_BIN_EXE_rangecover")));
        command.current_dir(self.folder.path()).env("HOME", self.folder.path());
        let line = line.replace("ENI", INTERFACE[0]).replace("URL", &self.moto.endpoint());
        said(command.args(line.split_ascii_whitespace()))
    }

    fn aws(&self, words: &str) -> Command {
        let mut aws = self.moto.aws().expect("it was there before");
        aws.current_dir(self.folder.path()).args(words.split(' '));
        aws
    }

    /// What the AWS CLI prints.
    fn asked(&self, words: &str) -> Said {
        said(&mut self.aws(words)).exits(0)
    }

    /// A security group that has the rules of a file, as AWS describes it, on the interface.
    fn apply(&self, rules: &str, name: &str) -> String {
        let vpc = self.asked("ec2 create-vpc --cidr-block 10.95.0.0/16").json();
        let vpc = vpc["Vpc"]["VpcId"].as_str().expect("an id");
        let group = format!("--group-name {name} --description d --vpc-id {vpc}");
        let group = self.asked(&format!("ec2 create-security-group {group}")).json();
        let group = group["GroupId"].as_str().expect("an id").to_owned();
        let of_group = format!("--group-id {group} --ip-permissions file://{rules}");
        self.asked(&format!("ec2 authorize-security-group-ingress {of_group}"));
        let described = self.asked(&format!("ec2 describe-security-groups --group-ids {group}"));
        self.folder.write("groups.json", described.stdout);
        let [id, address] = INTERFACE;
        let interface = json!({
            "NetworkInterfaceId": id,
            "PrivateIpAddress": address,
            "Groups": [{ "GroupId": group }],
        });
        let interfaces = json!({ "NetworkInterfaces": [interface] });
        self.folder.write("interfaces.json", interfaces.to_string());
        group
    }

    fn audit(&self, status: i32) -> Value {
        let line = "audit --security-groups groups.json --interfaces interfaces.json records.csv \
                    --interface ENI --max-rules 12 --format json";
        self.said(line).exits(status).json()
    }
}

/// The answers for the interface.
fn answers(solved: &Said) -> Value {
    let answers = solved.json()["answers"].clone();
    assert_eq!(answers.as_array().map(Vec::len), Some(1), "{answers:#}");
    answers
}

#[test]
fn what_is_fetched_solved_and_applied_lets_everything_in_that_was_seen() {
    let Some(world) = World::new("end-to-end") else { return };
    world.run("fetch s3 s3://end-to-end/AWSLogs/ --endpoint-url URL -o records.csv");
    // Its callers have addresses of all kinds.
    let flags = "--interface ENI --max-rules 12 --format ip-permissions";
    world.run(&format!("solve records.csv --source 0.0.0.0/0 {flags} -o rules.json"));
    let group = world.apply("rules.json", "for-all");
    let audit = world.audit(0);
    assert_eq!(audit["groups"][0]["group"], *group);
    let replay = &audit["replay"];
    assert_eq!((&replay["blocked"], &replay["perhaps"]), (&json!(0), &json!(0)));
    assert!(replay["accepted"].as_u64() > Some(1_000), "{replay}");
    let rules = audit["groups"][0]["rules"].as_array().expect("rules are a list");
    assert_eq!(rules.len(), 12);
    assert!(rules.iter().all(|rule| rule["usage"] == "used"), "{rules:#?}");
    let proposal = &audit["groups"][0]["proposal"];
    assert_eq!(proposal["outcome"], "optimal");
    let changes =
        ["keep", "narrow", "add", "remove"].map(|kind| proposal["changes"][kind].as_u64());
    assert_eq!(changes, [12, 0, 0, 0].map(Some));
    let interface = &audit["interfaces"][0];
    assert_eq!((&interface["blocked"], &interface["unknown_groups"]), (&json!([]), &json!([])));
    // An audit that finds nothing can find something.
    world.run(&format!("solve records.csv --source 10.0.0.0/8 {flags} -o fewer.json"));
    world.apply("fewer.json", "for-some");
    let blocked = &world.audit(3)["interfaces"][0]["blocked"];
    assert!(blocked.as_array().is_some_and(|blocked| blocked.len() > 100), "{blocked}");
}

/// The records of the logs that have the default format, one behind the other below one header.
fn joined() -> String {
    let mut joined = String::new();
    for file in logs() {
        let bytes = fs::read(&file).expect("it is there");
        let mut text = String::new();
        if file.extension().is_some_and(|end| end == "gz") {
            let mut unpacked = flate2::read::MultiGzDecoder::new(&bytes[..]);
            std::io::Read::read_to_string(&mut unpacked, &mut text).expect("it is text");
        } else {
            text = String::from_utf8(bytes).expect("it is text");
        }
        let header = text.lines().next().unwrap_or_default().to_owned() + "\n";
        if joined.is_empty() {
            joined.push_str(&header);
        }
        if joined.starts_with(&header) {
            joined.push_str(&text.replace(&header, ""));
        }
    }
    joined
}

/// What the loopback Athena answers next: the rows, the header among them.
fn results(rows: &str) -> Value {
    let mut lines = rows.lines();
    let names: Vec<&str> = lines.clone().next().unwrap_or_default().split(',').collect();
    let cell =
        |text: &str| if text.is_empty() { json!({}) } else { json!({ "VarCharValue": text }) };
    let row = |line: &str| json!({ "Data": line.split(',').map(cell).collect::<Vec<_>>() });
    let columns = names.iter().map(|name| json!({ "Name": name, "Type": "varchar" }));
    let columns: Vec<Value> = columns.collect();
    let rows: Vec<Value> = lines.by_ref().map(row).collect();
    let header = names.iter().map(|name| json!({ "VarCharValue": name })).collect::<Vec<_>>();
    let rows = [vec![json!({ "Data": header })], rows].concat();
    json!({ "results": [{ "rows": rows, "column_info": columns }] })
}

#[test]
fn files_buckets_and_athena_give_the_same_answers() {
    let Some(world) = World::new("same-answers") else { return };
    let asked = Asked(Folder::new());
    asked.0.write("raw.log", joined());
    let Some(rows) = asked.fetch("--with none") else { return };
    assert!(rows.lines().count() > 1_000, "{}", rows.lines().count());
    world.moto.post("/moto-api/static/athena/query-results", &results(&rows));
    world.run(
        "fetch athena --database my-logs --table vpc --with none --endpoint-url URL \
         --output-location s3://same-answers/results/ -o athena.csv",
    );
    world.run("fetch s3 s3://same-answers/AWSLogs/ --endpoint-url URL -o s3.csv");
    let flags = "--interface ENI --max-rules 12 --format json";
    let solve = |inputs: &str| answers(&world.run(&format!("solve {inputs} {flags}")));
    let expected = solve(&project().join("datasets/flow-logs").display().to_string());
    assert_eq!(solve("s3.csv"), expected);
    assert_eq!(solve("athena.csv"), expected);
}
