//! Tools that are not ours take what is written: the AWS CLI, cfn-lint, python-hcl2, Terraform.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::reading::{descriptions, ip_permissions, names, read};
use super::{EVIL, FLAGS, ZONES, fixture, table};
use crate::binary::{Folder, command_in, said};
use crate::hcl::terraform;
use crate::tools::{Moto, isolated, python_tool};

/// The account of every group on loopback.
const ACCOUNT: &str = "123456789012";

/// A network of one's own, in which groups are made.
struct Network<'a> {
    moto: &'a Moto,
    vpc: String,
}

impl<'a> Network<'a> {
    fn new(moto: &'a Moto) -> Option<Self> {
        let said = said(moto.aws()?.args(["ec2", "create-vpc", "--cidr-block", "10.9.0.0/16"]));
        let vpc = said.exits(0).json()["Vpc"]["VpcId"].as_str().unwrap().to_owned();
        Some(Self { moto, vpc })
    }

    fn aws(&self, words: &str) -> Command {
        let mut aws = self.moto.aws().expect("it was there before");
        aws.args(words.split(' '));
        aws
    }

    fn group(&self, name: &str) -> String {
        let words = format!("ec2 create-security-group --description d --vpc-id {}", self.vpc);
        let said = said(self.aws(&words).arg("--group-name").arg(name)).exits(0);
        said.json()["GroupId"].as_str().unwrap().to_owned()
    }

    fn authorize(&self, group: &str, file: &Path) {
        let words = format!("ec2 authorize-security-group-ingress --group-id {group}");
        let permissions = format!("file://{}", file.display());
        let mut aws = self.aws(&words);
        let said = said(aws.arg("--ip-permissions").arg(permissions)).exits(0);
        assert_eq!(said.json()["Return"], Value::Bool(true), "{said:#?}");
    }

    fn permissions(&self, group: &str) -> Value {
        let words = format!("ec2 describe-security-groups --group-ids {group}");
        let described = said(&mut self.aws(&words)).exits(0).json();
        described["SecurityGroups"][0]["IpPermissions"].clone()
    }
}

#[test]
fn the_aws_cli_applies_what_is_written_and_reads_the_same_back() {
    let Some(moto) = Moto::shared() else { return };
    let Some(network) = Network::new(moto) else { return };
    let near = network.group("near");
    let own = format!("{ACCOUNT}/{}", network.group("app"));
    // Whoever is referenced has to exist.
    let zones = ZONES
        .replace("123456789012/sg-0123456789abcdef0", &own)
        .replace("sg-01234567\"", &format!("{ACCOUNT}/{near}\""));
    let folder = Folder::with(&[("zones.toml", &zones), ("used.csv", &table(EVIL))]);
    for n_groups in [1, 3] {
        let quota = 60 / n_groups;
        let flags = format!("--zones zones.toml --max-rules {quota} --security-groups {n_groups}");
        let out = format!("out-{n_groups}");
        folder.run(&format!("solve used.csv {flags} --format ip-permissions -o {out}/")).exits(0);
        let csv = folder.run(&format!("solve used.csv {flags} --format csv")).exits(0).stdout;
        let mut applied = Vec::new();
        let files = sorted(&folder.path().join(&out));
        assert!(files.len() <= n_groups && !files.is_empty());
        for (i, file) in files.iter().enumerate() {
            let group = network.group(&format!("rules-{n_groups}-{i}"));
            network.authorize(&group, file);
            let permissions = network.permissions(&group);
            let file = std::fs::read(file).unwrap();
            let said: Value = serde_json::from_slice(&file).unwrap();
            // Moto forgets what is said of prefix lists and groups.
            let of_networks = |(_, id, _): &(u64, String, String)| id.contains(['.', ':']);
            let mut said = descriptions(&said);
            said.retain(of_networks);
            let mut kept = descriptions(&permissions);
            kept.retain(of_networks);
            assert_eq!(kept, said);
            let described = ip_permissions(&permissions);
            let written = read("ip-permissions", &file);
            assert_eq!(BTreeSet::from_iter(&described), BTreeSet::from_iter(&written));
            assert_eq!(described.len(), written.len());
            applied.extend(described);
        }
        applied.sort();
        let mut expected = read("csv", csv.as_bytes());
        expected.sort();
        assert_eq!(applied, expected);
    }
}

/// The files of a folder, in order.
fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The rules of the fixture in a format, for each way to name groups.
fn written(format: &str, ending: &str) -> (Folder, Vec<PathBuf>) {
    let folder = fixture();
    let groups = ["", "--security-group sg-0123456789abcdef0", "--security-groups 3"];
    let files = groups.iter().enumerate().map(|(i, groups)| {
        let file = folder.path().join(format!("rules-{i}.{ending}"));
        let quota = if i == 2 { FLAGS.replace("60", "24") } else { FLAGS.to_owned() };
        let line = format!("solve *.csv {quota} {groups} --format {format}");
        said(command_in(folder.path()).args(line.split_whitespace()).arg("-o").arg(&file)).exits(0);
        file
    });
    let files = files.collect();
    (folder, files)
}

#[test]
fn cfn_lint_has_nothing_to_say_of_templates() {
    let Some(cfn_lint) = python_tool("cfn-lint") else { return };
    let (_folder, files) = written("cloudformation", "json");
    for file in &files {
        let said = said(isolated(&cfn_lint).args(["--regions", "us-east-1", "-t"]).arg(file));
        assert_eq!((said.status, said.stdout.as_str()), (Some(0), ""), "{said:#?}");
    }
    // It does look at them.
    let broken = String::from_utf8(std::fs::read(&files[0]).unwrap()).unwrap();
    std::fs::write(&files[0], broken.replace("\"GroupId\"", "\"GroupName\"").replace("Ref", "Rex"))
        .unwrap();
    let refused = said(isolated(&cfn_lint).args(["--regions", "us-east-1", "-t"]).arg(&files[0]));
    assert_ne!(refused.status, Some(0), "{refused:#?}");
}

#[test]
fn python_hcl2_reads_the_same_resources() {
    let Some(hcl2) = python_tool("hcl2tojson") else { return };
    let (_folder, files) = written("terraform", "tf");
    for file in &files {
        let document = said(isolated(&hcl2).arg(file)).exits(0).json();
        let plain = |text: &str| text.trim_matches('"').to_owned();
        let mut found = BTreeSet::new();
        for block in document["resource"].as_array().unwrap() {
            let (kind, named) = block.as_object().unwrap().iter().next().unwrap();
            assert_eq!(plain(kind), "aws_vpc_security_group_ingress_rule");
            let (name, body) = named.as_object().unwrap().iter().next().unwrap();
            assert!(found.insert(plain(name)), "{name} comes twice");
            let description = body["description"].as_str().unwrap();
            assert!(plain(description).starts_with("rangecover: "), "{description}");
            assert!(!description.contains(['$', '%']), "{description}");
        }
        assert_eq!(found, names("terraform", &std::fs::read(file).unwrap()));
    }
}

#[test]
fn terraform_would_format_nothing() {
    // Not validated: that needs the provider of AWS, which `terraform init` would download.
    let Some(terraform) = terraform() else { return };
    let (_folder, files) = written("terraform", "tf");
    for file in &files {
        let said = said(isolated(Path::new(terraform)).args(["fmt", "-check", "-diff"]).arg(file));
        assert_eq!((said.status, said.stdout.as_str()), (Some(0), ""), "{said:#?}");
    }
    let crooked = files[0].with_file_name("crooked.tf");
    std::fs::write(&crooked, "variable \"a\" {\n type=string\n}\n").unwrap();
    let said = said(isolated(Path::new(terraform)).args(["fmt", "-check"]).arg(&crooked));
    assert_eq!(said.status, Some(3), "{said:#?}");
}
