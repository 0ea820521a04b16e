//! Runs and holes of all groups in one line: what the solvers work on.
//!
//! The groups stand one after the other. The place between two groups counts as a hole of cost 0
//! that no rule may bridge, so a budget shared by groups is the budget of one line.

use crate::certificate::BlockedRule;
use crate::cover::Cover;
use crate::instance::{Group, Instance};
use crate::limits::Limits;
use crate::ports::Span;

/// The holes that no rule may bridge together: a minimal window, by the indices of its holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First hole.
    pub first: usize,
    /// Last hole.
    pub last: usize,
}

/// All runs of an instance in one line. Hole `i` lies between the runs `i` and `i + 1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// For each hole the cost of bridging it, `c_i`; 0 between two groups.
    costs: Vec<u64>,
    /// For each run `j` the first run that a rule ending at `j` may start from, `a(j)`.
    starts: Vec<u32>,
    /// The first run of each group, in order.
    group_starts: Vec<u32>,
    total_cost: u64,
}

fn index(i: usize) -> u32 {
    u32::try_from(i).expect("there are fewer runs than points, and points are u32")
}

impl Line {
    /// The line of an instance, O(m).
    #[must_use]
    pub fn new(instance: &Instance) -> Self {
        Self::with_limits(instance, instance.limits())
    }

    /// The line of an instance as it would be under other limits.
    #[must_use]
    pub fn with_limits(instance: &Instance, limits: &Limits) -> Self {
        let n_runs = instance.n_runs();
        let mut line = Self {
            costs: Vec::with_capacity(n_runs.saturating_sub(1)),
            starts: Vec::with_capacity(n_runs),
            group_starts: Vec::with_capacity(instance.groups().len()),
            total_cost: 0,
        };
        for group in instance.groups() {
            if !line.starts.is_empty() {
                line.costs.push(0);
            }
            line.push_group(group, limits);
        }
        line.total_cost = line.costs.iter().sum();
        line
    }

    /// Appends a group: one pass with two pointers, the runs where the widest allowed rule starts
    /// and ends.
    fn push_group(&mut self, group: &Group, limits: &Limits) {
        let runs = group.runs();
        let mut forbidden = limits.forbidden(group.protocol()).iter().peekable();
        let max_open = limits.max_open_ports().unwrap_or(u64::MAX);
        let max_hole = limits.max_hole().unwrap_or(u64::MAX);
        let max_width = limits.max_rule_width().unwrap_or(u64::MAX);
        let base = self.starts.len();
        self.group_starts.push(index(base));
        self.starts.push(index(base));
        let hole = |i: usize| u64::from(runs[i + 1].from() - runs[i].to() - 1);
        let mut first = 0;
        let mut open = 0;
        for (i, hole_span) in group.holes().enumerate() {
            self.costs.push(group.cost(limits, hole_span));
            while forbidden.next_if(|f| f.to() < hole_span.from()).is_some() {}
            let walled = forbidden.peek().is_some_and(|f| f.from() <= hole_span.to());
            if walled || hole_span.len() > max_hole {
                first = i + 1;
                open = 0;
            } else {
                open += hole_span.len();
                let end = runs[i + 1].to();
                while open > max_open || u64::from(end - runs[first].from()) >= max_width {
                    open -= hole(first);
                    first += 1;
                }
            }
            self.starts.push(index(base + first));
        }
    }

    /// Number of runs, `m`.
    #[must_use]
    pub fn n_runs(&self) -> usize {
        self.starts.len()
    }

    /// Number of groups, `G`.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.group_starts.len()
    }

    /// For each hole the cost of bridging it, `c_i`; 0 between two groups.
    #[must_use]
    pub fn costs(&self) -> &[u64] {
        &self.costs
    }

    /// For each run `j` the first run that a rule ending at `j` may start from, `a(j)`.
    #[must_use]
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Sum of the costs of all holes.
    #[must_use]
    pub fn total_cost(&self) -> u64 {
        self.total_cost
    }

    /// The first run of each group, in order.
    #[must_use]
    pub fn group_starts(&self) -> &[u32] {
        &self.group_starts
    }

    /// Whether hole `i` is the place between two groups.
    #[must_use]
    pub fn is_boundary(&self, hole: usize) -> bool {
        self.group_starts.binary_search(&index(hole + 1)).is_ok()
    }

    /// The minimal windows of holes, in order, without the places between groups.
    pub fn windows(&self) -> impl Iterator<Item = Window> + '_ {
        let ends = 1..self.starts.len();
        ends.filter(|&j| self.starts[j] > self.starts[j - 1] && !self.is_boundary(j - 1))
            .map(|j| Window { first: self.starts[j] as usize - 1, last: j - 1 })
    }

    /// The rule over the runs `first..=last`, which no limit allows.
    #[must_use]
    pub fn blocked_rule(&self, instance: &Instance, first: usize, last: usize) -> BlockedRule {
        let group = self.group_starts.partition_point(|&g| g as usize <= first) - 1;
        let base = self.group_starts[group] as usize;
        let runs = instance.groups()[group].runs();
        BlockedRule { group, from: runs[first - base].from(), to: runs[last - base].to() }
    }

    /// The cover whose rules start at these runs: the first is run 0, and every group's first run
    /// is among them.
    #[must_use]
    pub fn cover(&self, instance: &Instance, rule_starts: &[u32]) -> Cover {
        let mut rest = rule_starts;
        let mut base = 0;
        let rules_of = |group: &Group| {
            let runs = group.runs();
            let end = base + runs.len();
            let n_rules = rest.partition_point(|&start| (start as usize) < end);
            let (starts, later) = rest.split_at(n_rules);
            let ends = starts.iter().skip(1).map(|&next| next as usize).chain([end]);
            let rules = starts
                .iter()
                .zip(ends)
                .map(|(&start, end)| Span::over(runs[start as usize - base], runs[end - base - 1]))
                .collect();
            (base, rest) = (end, later);
            rules
        };
        Cover { groups: instance.groups().iter().map(rules_of).collect() }
    }

    /// What the cover with these rule starts costs.
    #[must_use]
    pub fn cover_cost(&self, rule_starts: &[u32]) -> u64 {
        let kept: u64 = rule_starts
            .iter()
            .filter_map(|&start| (start as usize).checked_sub(1))
            .map(|hole| self.costs[hole])
            .sum();
        self.total_cost - kept
    }
}
