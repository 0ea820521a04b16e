//! Rules as Markdown, for a review.

use super::document::{Block, Document, Grid};
use super::markdown::markdown;
use super::rules::{ExportError, Holds, RuleFormat, RuleSet};
use crate::problem::number::grouped;

/// For people who are asked to agree.
pub struct Markdown;

impl RuleFormat for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "tables of the rules for a review, with how they were proven"
    }

    fn ending(&self) -> &'static str {
        "md"
    }

    fn holds(&self) -> Holds {
        Holds::Sets
    }

    fn bytes(&self, sets: &[RuleSet]) -> Result<Vec<u8>, ExportError> {
        let document = Document {
            title: "Inbound rules".to_owned(),
            blocks: sets.iter().flat_map(blocks).collect(),
        };
        Ok(markdown(&document, |_| None).into_bytes())
    }
}

fn blocks(set: &RuleSet) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(set.name.clone()), Block::List(set.facts.clone())];
    for (group, rules) in set.groups.iter().enumerate() {
        let named = set.group_name(group);
        if !named.is_empty() {
            blocks.push(Block::Text(format!("Security group {named}")));
        }
        let mut grid = Grid::new(&[
            "protocol",
            "ports",
            "sources",
            "zone",
            "used ports",
            "open ports",
            "units",
        ]);
        for rule in &rules.rules {
            let peers: Vec<String> = rule.peers.iter().map(ToString::to_string).collect();
            grid.rows.push(vec![
                rule.protocol.to_string(),
                rule.span.to_string(),
                peers.join(", "),
                rule.zone.clone().unwrap_or_default(),
                grouped(rule.used_ports),
                grouped(rule.open_ports),
                grouped(rule.units() as u64),
            ]);
        }
        blocks.push(Block::Table(grid));
    }
    blocks
}
