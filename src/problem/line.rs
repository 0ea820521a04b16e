//! Runs and holes of all groups in one line: what the solvers work on.
//!
//! The groups stand one after the other. The place between two groups counts as a hole of cost 0
//! that no rule may bridge, so a budget shared by groups whose rules take the same units is the
//! budget of one line.

use std::ops::Range;

use crate::problem::certificate::BlockedRule;
use crate::problem::cover::Cover;
use crate::problem::instance::relaxed::{Hole, Relaxed};
use crate::problem::instance::{Budget, Class, Group, Instance};
use crate::problem::limits::Limits;
use crate::problem::ports::Span;

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
    /// The groups, by their place in the instance.
    groups: Vec<usize>,
    total_cost: u64,
}

fn index(i: usize) -> u32 {
    u32::try_from(i).expect("there are fewer runs than points, and points are u32")
}

impl Line {
    /// The line of all groups of an instance, O(m).
    #[must_use]
    pub fn new(instance: &Instance) -> Self {
        Self::with_limits(instance, instance.limits())
    }

    /// The line of all groups of an instance as it would be under other limits.
    #[must_use]
    pub fn with_limits(instance: &Instance, limits: &Limits) -> Self {
        Self::of_groups(instance, (0..instance.groups().len()).collect(), limits)
    }

    /// The line of the groups of a class.
    #[must_use]
    pub fn of_class(instance: &Instance, class: &Class) -> Self {
        Self::of_groups(instance, class.groups.clone(), instance.limits())
    }

    fn of_groups(instance: &Instance, groups: Vec<usize>, limits: &Limits) -> Self {
        let n_runs = groups.iter().map(|&group| instance.groups()[group].runs().len()).sum();
        let mut line = Self {
            costs: Vec::with_capacity(n_runs),
            starts: Vec::with_capacity(n_runs),
            group_starts: Vec::with_capacity(groups.len()),
            groups,
            total_cost: 0,
        };
        for i in 0..line.groups.len() {
            if !line.starts.is_empty() {
                line.costs.push(0);
            }
            line.push_group(&instance.groups()[line.groups[i]], limits);
        }
        line.total_cost = line.costs.iter().sum();
        line
    }

    /// Appends a group.
    fn push_group(&mut self, group: &Group, limits: &Limits) {
        let runs = group.runs();
        // Plain groups are what is solved; relaxations keep what there is inside of runs and holes.
        match group.relaxed() {
            None => {
                let size = |i: usize| u64::from(runs[i + 1].from() - runs[i].to() - 1);
                let hole = |_: usize, span: Span| Hole {
                    open: span.len(),
                    largest: span.len(),
                    cost: group.cost(limits, span),
                };
                self.push_runs(group, limits, hole, size, |_| 0);
            }
            Some(Relaxed { open_inside, holes }) => {
                let size = |i: usize| holes[i].open;
                self.push_runs(group, limits, |i, _| holes[i], size, |i| open_inside[i]);
            }
        }
    }

    /// Appends the runs of a group: one pass with two pointers, the runs where the widest allowed
    /// rule starts and ends.
    fn push_runs(
        &mut self,
        group: &Group,
        limits: &Limits,
        hole: impl Fn(usize, Span) -> Hole,
        size: impl Fn(usize) -> u64,
        inside: impl Fn(usize) -> u64,
    ) {
        let runs = group.runs();
        let mut forbidden = limits.forbidden(group.points()).iter().peekable();
        let max_open = limits.max_open_ports().unwrap_or(u64::MAX);
        let max_hole = limits.max_hole().unwrap_or(u64::MAX);
        let max_width = limits.max_rule_width().unwrap_or(u64::MAX);
        let base = self.starts.len();
        self.group_starts.push(index(base));
        self.starts.push(index(base));
        let mut first = 0;
        let mut open = inside(0);
        for (i, hole_span) in group.holes().enumerate() {
            let Hole { open: in_hole, largest, cost } = hole(i, hole_span);
            self.costs.push(cost);
            while forbidden.next_if(|f| f.to() < hole_span.from()).is_some() {}
            let walled = forbidden.peek().is_some_and(|f| f.from() <= hole_span.to());
            if walled || largest > max_hole {
                first = i + 1;
                open = inside(first);
            } else {
                open += in_hole + inside(i + 1);
                let end = runs[i + 1].to();
                while open > max_open || u64::from(end - runs[first].from()) >= max_width {
                    open -= inside(first) + size(first);
                    first += 1;
                }
            }
            self.starts.push(index(base + first));
        }
    }

    /// About one in so many runs, in stretches from everywhere that no rule connects.
    pub(crate) fn sample(&self, one_in: usize, n_stretches: usize) -> Self {
        let length = (self.n_runs() / one_in / n_stretches).max(1);
        let mut sample = Self {
            costs: Vec::new(),
            starts: Vec::new(),
            group_starts: vec![0],
            groups: vec![0],
            total_cost: 0,
        };
        for nth in 0..n_stretches {
            let first = self.n_runs() / n_stretches * nth;
            let base = sample.starts.len();
            if base > 0 {
                sample.costs.push(0);
            }
            sample.costs.extend_from_slice(&self.costs[first..first + length - 1]);
            let starts = &self.starts[first..first + length];
            let moved =
                starts.iter().map(|&start| index((start as usize).max(first) - first + base));
            sample.starts.extend(moved);
        }
        sample.total_cost = sample.costs.iter().sum();
        sample
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

    /// What bridging all holes between some runs costs.
    pub(crate) fn cost_between(&self, runs: &Range<usize>) -> u64 {
        if runs.len() == self.n_runs() {
            return self.total_cost;
        }
        self.costs[runs.start..runs.end - 1].iter().sum()
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
        let nth = self.nth_group(first);
        let base = self.group_starts[nth] as usize;
        let group = self.groups[nth];
        let runs = instance.groups()[group].runs();
        BlockedRule { group, from: runs[first - base].from(), to: runs[last - base].to() }
    }

    /// The place in the line of the group that a run belongs to.
    fn nth_group(&self, run: usize) -> usize {
        self.group_starts.partition_point(|&first| first as usize <= run) - 1
    }

    /// For each hole the group that it belongs to, by its place in the instance; none between two
    /// groups.
    pub fn groups_of_holes(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        let ends = self.group_starts.iter().skip(1).map(|&start| start as usize);
        let ends = ends.chain([self.n_runs()]);
        let starts = self.group_starts.iter().map(|&start| start as usize);
        let of_group = |((start, end), &group): ((usize, usize), &usize)| {
            let boundary = (end < self.n_runs()).then_some(None);
            std::iter::repeat_n(Some(group), end - start - 1).chain(boundary)
        };
        starts.zip(ends).zip(&self.groups).flat_map(of_group)
    }

    /// The cover whose rules start at these runs: the first is run 0, and every group's first run
    /// is among them. Groups that are not in the line get no rules.
    #[must_use]
    pub fn cover(&self, instance: &Instance, rule_starts: &[u32]) -> Cover {
        let mut cover = Cover::without_rules(instance.groups().len());
        self.place(instance, rule_starts, &mut cover);
        cover
    }

    /// Puts the rules that start at these runs into a cover.
    pub fn place(&self, instance: &Instance, rule_starts: &[u32], cover: &mut Cover) {
        let mut rest = rule_starts;
        let mut base = 0;
        for &group in &self.groups {
            let runs = instance.groups()[group].runs();
            let end = base + runs.len();
            let n_rules = rest.partition_point(|&start| (start as usize) < end);
            let (starts, later) = rest.split_at(n_rules);
            let ends = starts.iter().skip(1).map(|&next| next as usize).chain([end]);
            let rule = |(&start, end): (&u32, usize)| {
                Span::over(runs[start as usize - base], runs[end - base - 1])
            };
            cover.groups[group] = starts.iter().zip(ends).map(rule).collect();
            (base, rest) = (end, later);
        }
    }

    /// The units that the rules take that start at these runs.
    #[must_use]
    pub fn units(&self, instance: &Instance, rule_starts: &[u32]) -> Budget {
        let mut units = Budget::default();
        let mut rest = rule_starts;
        for (nth, &group) in self.groups.iter().enumerate() {
            let end = self.group_starts.get(nth + 1).copied().unwrap_or(u32::MAX);
            let n_rules = rest.partition_point(|&start| start < end);
            units.add(instance.groups()[group].terms(), n_rules);
            rest = &rest[n_rules..];
        }
        units
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
