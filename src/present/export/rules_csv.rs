//! Rules as CSV: a row for each rule and source.

use serde::Serialize;

use super::rules::{ExportError, Holds, RuleFormat, RuleSet, SingleRule};
use super::table::csv;

/// For spreadsheets and scripts.
pub struct Csv;

impl RuleFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "a row for each rule and source"
    }

    fn ending(&self) -> &'static str {
        "csv"
    }

    fn holds(&self) -> Holds {
        Holds::Sets
    }

    fn bytes(&self, sets: &[RuleSet]) -> Result<Vec<u8>, ExportError> {
        let rows = sets.iter().flat_map(|set| set.single_rules().map(|rule| Row::new(set, rule)));
        Ok(csv(&rows.collect::<Vec<_>>()).expect("every row is flat"))
    }
}

#[derive(Serialize)]
struct Row<'a> {
    input: Option<&'a str>,
    interface: Option<&'a str>,
    security_group: String,
    protocol: &'static str,
    from_port: u32,
    to_port: u32,
    source: String,
    zone: Option<&'a str>,
    used_ports: u64,
    open_ports: u64,
    description: String,
}

impl<'a> Row<'a> {
    fn new(set: &'a RuleSet, single: SingleRule<'a>) -> Self {
        let SingleRule { rule, peer, group } = single;
        Self {
            input: set.input.as_deref(),
            interface: set.interface.as_deref(),
            security_group: set.group_name(group),
            protocol: rule.protocol.name(),
            from_port: rule.span.from(),
            to_port: rule.span.to(),
            source: peer.to_string(),
            zone: rule.zone.as_deref(),
            used_ports: rule.used_ports,
            open_ports: rule.open_ports,
            description: set.description(rule).to_string(),
        }
    }
}
