//! What it takes to judge any rule of a group at once.

use crate::instance::Group;
use crate::limits::Limits;
use crate::ports::Span;

use super::Facts;
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
    /// For each run what these ports cost.
    pub(super) cost_before: Vec<u64>,
    /// The holes larger than `max_hole`, by index.
    large: Vec<usize>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(limits: &'a Limits, group: &'a Group) -> Self {
        let runs = group.runs();
        let max_hole = limits.max_hole().unwrap_or(u64::MAX);
        let mut open_before = Vec::with_capacity(runs.len());
        let mut cost_before = Vec::with_capacity(runs.len());
        let mut large = Vec::new();
        let (mut open, mut cost) = (0, 0);
        open_before.push(open);
        cost_before.push(cost);
        for (i, pair) in runs.windows(2).enumerate() {
            let hole = between(pair[0], pair[1]);
            if hole.len() > max_hole {
                large.push(i);
            }
            open += hole.len();
            cost += group.cost(limits, hole);
            open_before.push(open);
            cost_before.push(cost);
        }
        Self { limits, group, runs, open_before, cost_before, large }
    }

    /// Checks that rules cover all runs, each of them allowed, and adds up what they are.
    pub(super) fn cover(&self, rules: &[Span], facts: &mut Facts) -> Result<(), Violation> {
        let group = || self.group.name();
        let mut next_run = 0;
        for &rule in rules {
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
            facts.open_ports += self.open_before[last_run] - self.open_before[next_run];
            facts.cost += self.cost_before[last_run] - self.cost_before[next_run];
            next_run = last_run + 1;
        }
        match self.runs.get(next_run) {
            Some(run) => Err(Violation::Uncovered { group: group(), port: run.from() }),
            None => Ok(()),
        }
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
        let open = self.open_before[last_run] - self.open_before[first_run];
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
        let forbidden = limits.forbidden(group.protocol());
        let next = forbidden.partition_point(|ports| ports.to() < rule.from());
        match forbidden.get(next).and_then(|ports| ports.intersection(rule)) {
            Some(ports) => Err(Violation::Forbidden { group: group.name(), rule, ports }),
            None => Ok(()),
        }
    }
}
