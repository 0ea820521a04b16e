//! What a rule may do, and what opening a port costs.
//!
//! Every limit is hereditary: each part of an allowed rule is allowed too. That is what makes one
//! exact engine serve all of them in any mixture.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::points::Points;
use crate::problem::port_list::{self, Entry, EntryError, LineError};
use crate::problem::ports::{PortSet, Protocol, Span};
use crate::problem::quote::quoted;

/// Limits on one rule, and weights, as files and flags state them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSpec {
    /// A rule opens at most this many unused ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_open_ports: Option<u64>,
    /// A rule bridges no hole of more ports than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_hole: Option<u64>,
    /// A rule spans at most this many ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rule_width: Option<u64>,
    /// Ports that no rule may open; no protocol means every protocol.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forbid: Vec<Entry>,
    /// What opening a port costs where that is not 1; a later entry overrides an earlier one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<WeightEntry>,
}

impl LimitSpec {
    /// The limits that are numbers and are set, by the names of their fields.
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("max_open_ports", self.max_open_ports),
            ("max_hole", self.max_hole),
            ("max_rule_width", self.max_rule_width),
        ]
        .into_iter()
        .filter_map(|(name, most)| Some((name, most?)))
    }
}

/// The cost of opening one of some ports; no protocol means every protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightEntry {
    /// The ports.
    pub ports: Entry,
    /// Cost of opening one of them.
    pub weight: u32,
}

/// What is wrong with a line of weights.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WeightError {
    /// One word only.
    #[error("'{0}' has no weight; write PORTS WEIGHT")]
    Missing(String),
    /// A weight that is no number.
    #[error("weight '{0}' is not a whole number from 0 to {max}", max = u32::MAX)]
    NotANumber(String),
    /// Ports that are none.
    #[error(transparent)]
    Ports(#[from] EntryError),
}

/// The weights in lines of `PORTS WEIGHT`; `#` starts a comment.
///
/// # Errors
/// The first bad line.
pub fn parse_weights(text: &str) -> Result<Vec<WeightEntry>, LineError<WeightError>> {
    let mut weights = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let entries = weight_line(line).map_err(|error| LineError { line: i + 1, error })?;
        weights.extend(entries);
    }
    Ok(weights)
}

fn weight_line(line: &str) -> Result<Vec<WeightEntry>, WeightError> {
    let line = port_list::content(line);
    if line.is_empty() {
        return Ok(Vec::new());
    }
    let missing = || WeightError::Missing(quoted(line));
    let (ports, weight) = line.rsplit_once(char::is_whitespace).ok_or_else(missing)?;
    let weight = weight.parse().map_err(|_| WeightError::NotANumber(quoted(weight)))?;
    let entries = port_list::parse_line(ports)?;
    Ok(entries.into_iter().map(|ports| WeightEntry { ports, weight }).collect())
}

/// The cost of opening each point, as steps: 1 where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// From this point on (until the next step), a point costs this much. The first step is at 0.
    steps: Vec<(u32, u32)>,
}

impl Default for Weights {
    fn default() -> Self {
        Self { steps: vec![(0, 1)] }
    }
}

impl Weights {
    /// Sets the weight of each point of a span.
    pub fn set(&mut self, span: Span, weight: u32) {
        let first = self.steps.partition_point(|&(at, _)| at < span.from());
        let (after, resumed) = match span.to().checked_add(1) {
            None => (self.steps.len(), None),
            Some(next) => {
                let after = self.steps.partition_point(|&(at, _)| at <= next);
                // The step in force just after the span; the first one is at 0, before `next`.
                (after, Some((next, self.steps[after - 1].1)))
            }
        };
        self.steps.splice(first..after, [(span.from(), weight)].into_iter().chain(resumed));
    }

    /// Whether every point costs 1.
    #[must_use]
    pub fn are_one(&self) -> bool {
        self.steps == [(0, 1)]
    }

    /// Sum of the weights of the points of a span.
    #[must_use]
    pub fn cost(&self, span: Span) -> u64 {
        // Most instances have no weights, and costs are asked for every hole.
        if let [(_, weight)] = self.steps[..] {
            return u64::from(weight) * span.len();
        }
        self.cost_over_steps(span)
    }

    fn cost_over_steps(&self, span: Span) -> u64 {
        let mut i = self.steps.partition_point(|&(at, _)| at <= span.from()) - 1;
        let mut cost = 0;
        let mut from = span.from();
        loop {
            let end = match self.steps.get(i + 1) {
                Some(&(next, _)) if next <= span.to() => next - 1,
                _ => span.to(),
            };
            cost += u64::from(self.steps[i].1) * (u64::from(end - from) + 1);
            if end == span.to() {
                return cost;
            }
            from = end + 1;
            i += 1;
        }
    }
}

/// Limits ready for use: what [`LimitSpec`] says, by protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    spec: LimitSpec,
    forbidden: [Vec<Span>; Points::ALL.len()],
    weights: [Weights; Points::ALL.len()],
}

fn entries_of<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    protocol: Protocol,
) -> impl Iterator<Item = Span> {
    entries.filter(move |entry| entry.is_about(protocol)).map(|entry| entry.span)
}

impl From<LimitSpec> for Limits {
    fn from(spec: LimitSpec) -> Self {
        let forbidden = Points::ALL.map(|points| match points {
            Points::Ports(protocol) => {
                entries_of(spec.forbid.iter(), protocol).collect::<PortSet>().runs()
            }
            Points::Addresses => Vec::new(),
        });
        let weights = Points::ALL.map(|points| {
            let mut weights = Weights::default();
            for entry in &spec.weights {
                if points.protocol().is_some_and(|protocol| entry.ports.is_about(protocol)) {
                    weights.set(entry.ports.span, entry.weight);
                }
            }
            weights
        });
        Self { spec, forbidden, weights }
    }
}

impl Limits {
    /// What was stated.
    #[must_use]
    pub fn spec(&self) -> &LimitSpec {
        &self.spec
    }

    /// A rule opens at most this many unused ports.
    #[must_use]
    pub fn max_open_ports(&self) -> Option<u64> {
        self.spec.max_open_ports
    }

    /// A rule bridges no hole of more ports than this.
    #[must_use]
    pub fn max_hole(&self) -> Option<u64> {
        self.spec.max_hole
    }

    /// A rule spans at most this many ports.
    #[must_use]
    pub fn max_rule_width(&self) -> Option<u64> {
        self.spec.max_rule_width
    }

    /// The ports of one protocol that no rule may open, as maximal spans in order; no addresses.
    #[must_use]
    pub fn forbidden(&self, points: impl Into<Points>) -> &[Span] {
        &self.forbidden[points.into().index()]
    }

    /// What opening a port of one protocol, or an address, costs; an address costs 1.
    #[must_use]
    pub fn weights(&self, points: impl Into<Points>) -> &Weights {
        &self.weights[points.into().index()]
    }

    /// The same limits with another `max_open_ports`.
    #[must_use]
    pub fn with_max_open_ports(&self, max_open_ports: Option<u64>) -> Self {
        let mut limits = self.clone();
        limits.spec.max_open_ports = max_open_ports;
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_agree_with_a_table() {
        let span = |from, to| Span::new(from, to).unwrap();
        let mut weights = Weights::default();
        let mut table = [1_u32; 40];
        for (from, to, weight) in [
            (5, 9, 3),
            (0, 2, 7),
            (8, 20, 0),
            (9, 9, 4),
            (0, 39, 2),
            (10, 39, 5),
            (39, 39, 6),
            (0, 0, 9),
        ] {
            weights.set(span(from, to), weight);
            table[from as usize..=to as usize].fill(weight);
            for a in 0..40 {
                for b in a..40 {
                    let expected: u32 = table[a..=b].iter().sum();
                    let hole = span(u32::try_from(a).unwrap(), u32::try_from(b).unwrap());
                    assert_eq!(weights.cost(hole), u64::from(expected), "{hole}");
                }
            }
        }
        weights.set(span(0, u32::MAX), 2);
        assert_eq!(weights.cost(span(0, u32::MAX)), 2 << 32);
    }
}
