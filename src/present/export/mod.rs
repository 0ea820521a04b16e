//! Formats: bytes out of answers and fronts. Nothing here reads or prints.

pub mod audit;
pub mod audit_contacts_json;
mod audit_facts;
pub mod audit_json;
pub mod audit_rules_json;
pub mod changes_cli;
pub mod changes_terraform;
pub mod cloudformation;
pub mod document;
mod hcl;
pub mod html;
pub mod ip_permissions;
pub mod json;
pub mod lines;
pub mod lp;
pub mod markdown;
pub mod merging;
pub mod mps;
pub mod opb;
pub mod ports;
pub mod results;
pub mod rules;
pub mod rules_csv;
pub mod rules_markdown;
pub mod table;
pub mod terraform;
pub mod text;
pub mod text_groups;
mod text_summary;

/// The formats of rules, by which the command line names them. To add one, write a file and name it here.
pub static RULE_FORMATS: &[&dyn rules::RuleFormat] = &[
    &ip_permissions::IpPermissions,
    &terraform::Terraform,
    &cloudformation::CloudFormation,
    &rules_csv::Csv,
    &rules_markdown::Markdown,
];
