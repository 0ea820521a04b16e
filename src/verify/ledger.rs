//! What it takes to judge any rule of a group at once.

use crate::problem::instance::Group;
use crate::problem::instance::relaxed::Hole;
use crate::problem::limits::Limits;
use crate::problem::ports::Span;

use super::facts::Facts;
use super::violation::Violation;

fn between(first: Span, second: Span) -> Span {
    first.hole_before(second).expect("an instance's runs are apart and in order")
}

/// What it takes to judge any rule of a group at once.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    limits: &'a Limits,
    group: &'a Group,
    pub(super) runs: &'a [Span],
    /// For each run the unused ports between the first run and it.
    open_before: Vec<u64>,
    /// For each run what these ports cost; empty where each costs 1.
    cost_before: Vec<u64>,
    /// The holes larger than `max_hole`, by index.
    large: Vec<usize>,
    /// For each run the unused ports inside it; empty where there are none.
    inside: &'a [u64],
}

impl<'a> Ledger<'a> {
    pub(super) fn new(limits: &'a Limits, group: &'a Group) -> Self {
        let runs = group.runs();
        let n_runs = runs.len();
        let mut ledger = Self {
            limits,
            group,
            runs,
            open_before: Vec::with_capacity(n_runs),
            cost_before: Vec::new(),
            large: Vec::new(),
            inside: group.relaxed().map_or(&[], |relaxed| &relaxed.open_inside),
        };
        if group.relaxed().is_some() || !group.costs_one(limits) {
            ledger.cost_before.reserve_exact(n_runs);
            ledger.cost_before.push(0);
        }
        match group.relaxed() {
            None => ledger.add_up(runs.windows(2).map(|pair| {
                let hole = between(pair[0], pair[1]);
                let (open, largest) = (hole.len(), hole.len());
                Hole { open, largest, cost: group.cost(limits, hole) }
            })),
            Some(relaxed) => {
                let inside = relaxed.open_inside.iter();
                ledger.add_up(relaxed.holes.iter().zip(inside).map(|(&hole, inside)| {
                    // The ports inside a run come before the next one.
                    Hole { open: hole.open + inside, ..hole }
                }));
            }
        }
        ledger
    }

    fn add_up(&mut self, holes: impl Iterator<Item = Hole>) {
        let max_hole = self.limits.max_hole().unwrap_or(u64::MAX);
        let (mut open, mut cost) = (0, 0);
        self.open_before.push(open);
        let has_costs = !self.cost_before.is_empty();
        for (i, hole) in holes.enumerate() {
            if hole.largest > max_hole {
                self.large.push(i);
            }
            open += hole.open;
            cost += hole.cost;
            self.open_before.push(open);
            if has_costs {
                self.cost_before.push(cost);
            }
        }
    }

    /// For each run what the unused ports between the first run and it cost.
    pub(super) fn cost_before(&self) -> &[u64] {
        if self.cost_before.is_empty() { &self.open_before } else { &self.cost_before }
    }

    /// Checks that rules cover all runs that are not served, each of them allowed, and adds up what
    /// they are.
    pub(super) fn cover(
        &self,
        rules: &[Span],
        is_served: impl Fn(Span) -> bool,
        facts: &mut Facts,
    ) -> Result<(), Violation> {
        let group = || self.group.name();
        let mut next_run = 0;
        for &rule in rules {
            let passed = |run: &&Span| run.from() < rule.from() && is_served(**run);
            next_run += self.runs[next_run..].iter().take_while(passed).count();
            let Some(first) = self.runs.get(next_run) else {
                return Err(Violation::Superfluous { group: group(), rule });
            };
            if first.from() != rule.from() {
                return Err(Violation::Start { group: group(), rule, expected: first.from() });
            }
            let rest = &self.runs[next_run..];
            let n_before = rest.iter().take_while(|run| run.to() < rule.to()).count();
            if rest.get(n_before).is_none_or(|run| run.to() != rule.to()) {
                return Err(Violation::End { group: group(), rule });
            }
            let last_run = next_run + n_before;
            self.allowed(next_run, last_run)?;
            facts.n_rules += 1;
            facts.units.add(self.group.terms(), 1);
            facts.open_ports += self.open(next_run, last_run);
            facts.cost += self.cost_before()[last_run] - self.cost_before()[next_run];
            next_run = last_run + 1;
        }
        match self.runs[next_run..].iter().find(|&&run| !is_served(run)) {
            Some(run) => Err(Violation::Uncovered { group: group(), port: run.from() }),
            None => Ok(()),
        }
    }

    /// The unused ports inside the rule over these runs.
    fn open(&self, first_run: usize, last_run: usize) -> u64 {
        let inside = self.inside.get(last_run).copied().unwrap_or(0);
        self.open_before[last_run] - self.open_before[first_run] + inside
    }

    /// The fewest rules of any cover: from the left, each rule as far as it may go.
    pub(super) fn fewest_rules(&self) -> usize {
        let mut first_run = 0;
        let mut n_rules = 1;
        for run in 1..self.runs.len() {
            if self.allowed(first_run, run).is_err() {
                first_run = run;
                n_rules += 1;
            }
        }
        n_rules
    }

    /// Checks the rule over these runs against every limit.
    pub(super) fn allowed(&self, first_run: usize, last_run: usize) -> Result<(), Violation> {
        let Self { limits, group, runs, .. } = *self;
        let rule = Span::over(runs[first_run], runs[last_run]);
        let open = self.open(first_run, last_run);
        let next_large = self.large.partition_point(|&hole| hole < first_run);
        let large = match self.large.get(next_large) {
            Some(&hole) if hole < last_run => between(runs[hole], runs[hole + 1]).len(),
            _ => 0,
        };
        for (limit, found, most) in [
            ("max_open_ports", open, limits.max_open_ports()),
            ("max_hole", large, limits.max_hole()),
            ("max_rule_width", rule.len(), limits.max_rule_width()),
        ] {
            if let Some(most) = most
                && found > most
            {
                let group = group.name();
                return Err(Violation::Limit { group, rule, limit, found, most });
            }
        }
        // No used port is forbidden, so a forbidden port inside the rule is open.
        let forbidden = limits.forbidden(group.points());
        let next = forbidden.partition_point(|ports| ports.to() < rule.from());
        match forbidden.get(next).and_then(|ports| ports.intersection(rule)) {
            Some(ports) => Err(Violation::Forbidden { group: group.name(), rule, ports }),
            None => Ok(()),
        }
    }
}
