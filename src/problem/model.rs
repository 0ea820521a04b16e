//! The integer program of an instance, as rows over holes: what files for other programs hold.
//!
//! `x_i = 1` when hole `i` is kept: the least `Σ c_i (1 − x_i)`, a row of each quota, and at least
//! one hole of every minimal window. An instance where outer rules serve inner groups has another
//! program, which has no such form.

use std::ops::Range;

use thiserror::Error;

use crate::problem::instance::{Group, Instance};
use crate::problem::limits::{Limits, WeightEntry};
use crate::problem::line::{Line, Window};
use crate::problem::zones::Family;

/// A hole, with its variable: that of `holes[i]` is called `x{i + 1}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// The group that it is in, by its place in the instance.
    pub group: usize,
    /// Its place in the [line](Line) of all groups, which has places between groups too.
    pub place: usize,
    /// What bridging it costs, `c_i`.
    pub cost: u64,
}

/// What the kept holes take of a quota, beyond one rule for each group: `Σ q_g x_i ≤ slack`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// The quota.
    pub family: Family,
    /// For each group the units of a rule, `q_g`; 0 where its rules do not count in the quota.
    pub units: Vec<u32>,
    /// `R − Σ q_g`, below 0 when the budget is less than one rule for each group; never more than
    /// all holes take together.
    pub slack: i64,
}

/// Why an instance has no such program.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// Outer rules serve inner groups.
    #[error("where outer rules serve inner zones there is no such model; leave out --share-outer")]
    Shared,
}

/// The integer program of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    holes: Vec<Hole>,
    groups: Vec<Range<usize>>,
    budgets: Vec<BudgetRow>,
    windows: Vec<Window>,
    heading: Vec<String>,
}

impl Model {
    /// The program of an instance, O(m), with a name for its heading.
    ///
    /// # Errors
    /// When outer rules serve inner groups.
    pub fn new(name: &str, instance: &Instance) -> Result<Self, ModelError> {
        if instance.is_shared() {
            return Err(ModelError::Shared);
        }
        let line = Line::new(instance);
        let mut holes: Vec<Hole> = Vec::with_capacity(line.costs().len());
        let mut groups = vec![0..0; instance.groups().len()];
        // For each place in the line the number of holes before it.
        let mut before = Vec::with_capacity(line.costs().len());
        for (place, (group, &cost)) in line.groups_of_holes().zip(line.costs()).enumerate() {
            before.push(holes.len());
            if let Some(group) = group {
                holes.push(Hole { group, place, cost });
            }
        }
        let mut end = 0;
        for (holes, group) in groups.iter_mut().zip(instance.groups()) {
            *holes = end..end + group.runs().len() - 1;
            end = holes.end;
        }
        let in_holes = |w: Window| Window { first: before[w.first], last: before[w.last] };
        Ok(Self {
            holes,
            groups,
            budgets: instance.families().map(|family| budget_row(instance, family)).collect(),
            windows: line.windows().map(in_holes).collect(),
            heading: heading(name, instance),
        })
    }

    /// The holes of all groups in order; hole `i` has the variable `x{i + 1}`.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// For each group its holes.
    #[must_use]
    pub fn groups(&self) -> &[Range<usize>] {
        &self.groups
    }

    /// The budget rows, IPv4 first; one for each quota in which rules of some group count.
    #[must_use]
    pub fn budgets(&self) -> &[BudgetRow] {
        &self.budgets
    }

    /// The minimal windows in order, as indices of [holes](Model::holes): a kept hole in each.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The terms of a budget row: holes and units, without those of no units.
    pub fn budget_terms<'a>(&'a self, row: &'a BudgetRow) -> impl Iterator<Item = (usize, u32)> {
        let units = self.holes.iter().map(|hole| row.units[hole.group]);
        units.enumerate().filter(|&(_, units)| units > 0)
    }

    /// The terms of all rows in window form, which may be very many.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        let in_windows: usize = self.windows.iter().map(|w| w.last - w.first + 1).sum();
        in_windows + self.budgets.len() * self.holes.len()
    }

    /// What a file says at its top, in lines of printable ASCII.
    #[must_use]
    pub fn heading(&self) -> &[String] {
        &self.heading
    }
}

fn budget_row(instance: &Instance, family: Family) -> BudgetRow {
    let units = |units: usize| i64::try_from(units).unwrap_or(i64::MAX);
    // A budget beyond what all rules take is no limit, and its number may be too large for readers.
    let budget = instance.budget().min(instance.units_of_all_runs()).of(family);
    let terms = instance.groups().iter().map(Group::terms);
    BudgetRow {
        family,
        units: terms.map(|t| if t.quota.counts_in(family) { t.units } else { 0 }).collect(),
        slack: units(budget) - units(instance.units_of_one_rule_each().of(family)),
    }
}

fn heading(name: &str, instance: &Instance) -> Vec<String> {
    let budgets = instance.families().map(|family| {
        let (budget, units) = (instance.budget().of(family), instance.units_of(family));
        format!("{budget} {units}")
    });
    let budgets: Vec<String> = budgets.collect();
    let budget = format!("budget {}", budgets.join(" and "));
    let mut limits = vec![if budgets.is_empty() { "no used ports".to_owned() } else { budget }];
    limits.extend(limits_of(instance.limits()));
    vec![
        format!("rangecover {}: {}", env!("CARGO_PKG_VERSION"), ascii(name)),
        limits.join(", "),
        "x_i = 1 when hole i is kept, counted over all groups; the value is what bridged holes cost".to_owned(),
    ]
}

fn limits_of(limits: &Limits) -> impl Iterator<Item = String> {
    let spec = limits.spec();
    let numbers = spec.numbers().map(|(name, most)| format!("{name} {most}"));
    let forbid = spec.forbid.iter().map(|ports| format!("forbid {ports}"));
    let weights = spec
        .weights
        .iter()
        .map(|WeightEntry { ports, weight }| format!("weight {weight} of {ports}"));
    numbers.chain(forbid).chain(weights)
}

/// Text that no reader takes for anything but a comment: SCIP, for one, looks for marks such as
/// `#product=` and `Obj. offset :` in the comments of OPB files.
fn ascii(name: &str) -> String {
    const SHOWN: usize = 100;
    let plain = |c: char| c.is_ascii_alphanumeric() || " ./_-,+@".contains(c);
    let escaped = |c: char| if plain(c) { c.to_string() } else { c.escape_unicode().to_string() };
    let mut text: String = name.chars().take(SHOWN).map(escaped).collect();
    if name.chars().nth(SHOWN).is_some() {
        text.push_str("...");
    }
    text
}
