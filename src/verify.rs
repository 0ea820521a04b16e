//! The checker: covers, bounds and witnesses, in O(m), with integers only.
//!
//! It shares no algorithm with the solvers: it reads an [`Instance`], with its runs, limits and
//! weights, and what a solver claims, and works out windows, covers and sums by itself.
//!
//! Why a bound is right: let `x_i = 1` when hole `i` is kept. A cover within the budget keeps at
//! most `R − G` holes and at least one in every window, so for any price `t ≥ 0` and multipliers
//! `y_w ≥ 0`
//!
//! ```text
//! Σ c_i x_i ≤ Σ c_i x_i + t (R − G − Σ x_i) + Σ y_w (Σ_{i in w} x_i − 1)
//!           = t (R − G) − Σ y_w + Σ (c_i − t + load_i) x_i
//!           ≤ t (R − G) − Σ y_w + Σ max(0, c_i − t + load_i)
//! ```
//!
//! where `load_i` is the sum of `y_w` over the windows with hole `i`. What is not kept is opened, so
//! the cost is at least `Σ c_i` less that. Any certificate gives a true bound; a wrong one gives a
//! weaker one.

use thiserror::Error;

use crate::certificate::{BlockedRule, Certificate, Repairs, Witness};
use crate::cover::Cover;
use crate::instance::{Group, Instance};
use crate::limits::Limits;
use crate::ports::{Protocol, Span};

/// What the checker found a cover to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Number of rules.
    pub n_rules: usize,
    /// Unused ports inside rules.
    pub open_ports: u64,
    /// Sum of the weights of the open ports.
    pub cost: u64,
}

/// The first thing that is wrong with a claim.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum Violation {
    #[error("the cover has {rules} groups of rules, the instance has {groups} groups of ports")]
    Groups { rules: usize, groups: usize },
    #[error("{rules} rules are over the budget of {budget}")]
    Budget { rules: usize, budget: usize },
    #[error(
        "rule {protocol}/{rule} does not start at the first used port not yet covered, {expected}"
    )]
    Start { protocol: Protocol, rule: Span, expected: u32 },
    #[error("rule {protocol}/{rule} does not end at the end of a run of used ports")]
    End { protocol: Protocol, rule: Span },
    #[error("used port {protocol}/{port} is in no rule")]
    Uncovered { protocol: Protocol, port: u32 },
    #[error("rule {protocol}/{rule} covers no used port that earlier rules left")]
    Superfluous { protocol: Protocol, rule: Span },
    #[error("rule {protocol}/{rule} breaks {limit}: it has {found}, {most} are allowed")]
    Limit { protocol: Protocol, rule: Span, limit: &'static str, found: u64, most: u64 },
    #[error("rule {protocol}/{rule} opens the forbidden ports {ports}")]
    Forbidden { protocol: Protocol, rule: Span, ports: Span },
    #[error("window {0} does not go from the start of a run to the end of a later one")]
    NoWindow(BlockedRule),
    #[error("window {0} proves nothing: a rule may span it")]
    Allowed(BlockedRule),
    #[error("windows {first} and {second} are not disjoint and in order")]
    Overlap { first: BlockedRule, second: BlockedRule },
    #[error("max_rules {claimed} is not the fewest rules that work, {needed} are")]
    MaxRules { claimed: usize, needed: usize },
    #[error("max_open_ports {} is not the least that works", claimed.map_or("null".to_owned(), |most| most.to_string()))]
    MaxOpenPorts { claimed: Option<u64> },
    #[error("{found} disjoint windows are too few, {needed} are needed")]
    TooFewWindows { found: usize, needed: usize },
}

/// Checks a cover: every used port in a rule, no rule too many, every rule allowed.
///
/// # Errors
/// The first violation.
pub fn cover(instance: &Instance, cover: &Cover) -> Result<Facts, Violation> {
    Checker::new(instance).cover(cover, instance.budget().ipv4)
}

/// The bound on the cost of every cover within the instance's budget.
///
/// # Errors
/// When a window of the certificate is none, or may be spanned by a rule.
pub fn bound(instance: &Instance, certificate: &Certificate) -> Result<u64, Violation> {
    Ok(Checker::new(instance).bounds(certificate)?.at(instance.budget().ipv4))
}

/// Checks that a witness excludes every cover within the budget.
///
/// # Errors
/// The first violation.
pub fn witness(instance: &Instance, witness: &Witness) -> Result<(), Violation> {
    Checker::new(instance).witness(witness, instance.budget().ipv4)
}

/// Checks that repairs of an infeasible instance work and that nothing less does.
///
/// # Errors
/// The first violation.
pub fn repairs(instance: &Instance, repairs: &Repairs) -> Result<(), Violation> {
    let needed = Checker::new(instance).fewest_rules();
    if repairs.max_rules != needed {
        return Err(Violation::MaxRules { claimed: repairs.max_rules, needed });
    }
    let works = |max_open_ports: Option<u64>| {
        let limits = instance.limits().with_max_open_ports(max_open_ports);
        Checker::with_limits(instance, &limits).fewest_rules() <= instance.budget().ipv4
    };
    let claimed = repairs.max_open_ports;
    let holds = match claimed {
        None => !works(None),
        Some(most) => {
            works(Some(most)) && most.checked_sub(1).is_none_or(|less| !works(Some(less)))
        }
    };
    let holds = holds && claimed.is_none() == repairs.reason.is_some();
    if holds { Ok(()) } else { Err(Violation::MaxOpenPorts { claimed }) }
}

/// A checker for many claims about one instance, under any budget.
#[derive(Debug)]
pub struct Checker<'a> {
    ledgers: Vec<Ledger<'a>>,
}

impl<'a> Checker<'a> {
    /// Works out what it takes to judge any rule at once, O(m).
    #[must_use]
    pub fn new(instance: &'a Instance) -> Self {
        Self::with_limits(instance, instance.limits())
    }

    fn with_limits(instance: &'a Instance, limits: &'a Limits) -> Self {
        let groups = instance.groups().iter();
        Self { ledgers: groups.map(|group| Ledger::new(limits, group)).collect() }
    }

    /// The fewest rules of any cover: from the left, each rule as far as it may go.
    fn fewest_rules(&self) -> usize {
        self.ledgers.iter().map(Ledger::fewest_rules).sum()
    }

    /// Checks a cover of at most `budget` rules.
    ///
    /// # Errors
    /// The first violation.
    pub fn cover(&self, cover: &Cover, budget: usize) -> Result<Facts, Violation> {
        let (rules, groups) = (cover.groups.len(), self.ledgers.len());
        if rules != groups {
            return Err(Violation::Groups { rules, groups });
        }
        let mut facts = Facts { n_rules: 0, open_ports: 0, cost: 0 };
        for (ledger, rules) in self.ledgers.iter().zip(&cover.groups) {
            ledger.cover(rules, &mut facts)?;
        }
        if facts.n_rules > budget {
            return Err(Violation::Budget { rules: facts.n_rules, budget });
        }
        Ok(facts)
    }

    /// The bounds that a certificate proves, one for every budget.
    ///
    /// # Errors
    /// When a window of the certificate is none, or may be spanned by a rule.
    pub fn bounds(&self, certificate: &Certificate) -> Result<Bound, Violation> {
        // At most 2^32 holes and windows, and terms below 2^64: every sum fits i128.
        let price = i128::from(certificate.price);
        // loads[g][i] becomes Σ y_w over the windows of group g with hole i, by differences first.
        let mut loads: Vec<Vec<i128>> =
            self.ledgers.iter().map(|ledger| vec![0; ledger.runs.len()]).collect();
        let mut at_no_slots: i128 = 0;
        for weighted in &certificate.windows {
            let y = i128::from(weighted.multiplier);
            let (first_run, last_run) = self.window(weighted.rule)?;
            let loads = &mut loads[weighted.rule.group];
            loads[first_run] += y;
            loads[last_run] -= y;
            at_no_slots += y;
        }
        let mut n_holes = 0;
        for (ledger, loads) in self.ledgers.iter().zip(&loads) {
            let mut load = 0;
            for (sums, change) in ledger.cost_before.windows(2).zip(loads) {
                load += change;
                let cost = i128::from(sums[1] - sums[0]);
                at_no_slots += cost - (cost - price + load).max(0);
                n_holes += 1;
            }
        }
        Ok(Bound { at_no_slots, price, n_groups: self.ledgers.len(), n_holes })
    }

    /// Checks that a witness excludes every cover of at most `budget` rules.
    ///
    /// # Errors
    /// The first violation.
    pub fn witness(&self, witness: &Witness, budget: usize) -> Result<(), Violation> {
        let needed = budget.saturating_add(1).saturating_sub(self.ledgers.len());
        let mut last: Option<(BlockedRule, usize)> = None;
        for &second in &witness.windows {
            let (first_run, last_run) = self.window(second)?;
            if let Some((first, end)) = last
                && (second.group, first_run) < (first.group, end)
            {
                return Err(Violation::Overlap { first, second });
            }
            last = Some((second, last_run));
        }
        let found = witness.windows.len();
        if found < needed {
            return Err(Violation::TooFewWindows { found, needed });
        }
        Ok(())
    }

    /// Finds the first and the last run of a window and checks that the limits block it.
    fn window(&self, rule: BlockedRule) -> Result<(usize, usize), Violation> {
        let BlockedRule { group, from, to } = rule;
        let found = self.ledgers.get(group).and_then(|ledger| {
            let first_run = ledger.runs.binary_search_by_key(&from, |run| run.from()).ok()?;
            let last_run = ledger.runs.binary_search_by_key(&to, |run| run.to()).ok()?;
            (first_run < last_run).then_some((ledger, first_run, last_run))
        });
        let Some((ledger, first_run, last_run)) = found else {
            return Err(Violation::NoWindow(rule));
        };
        match ledger.allowed(first_run, last_run) {
            Err(_) => Ok((first_run, last_run)),
            Ok(()) => Err(Violation::Allowed(rule)),
        }
    }
}

fn between(first: Span, second: Span) -> Span {
    first.hole_before(second).expect("an instance's runs are apart and in order")
}

/// What it takes to judge any rule of a group at once.
#[derive(Debug)]
struct Ledger<'a> {
    limits: &'a Limits,
    protocol: Protocol,
    runs: &'a [Span],
    /// For each run the unused ports between the first run and it.
    open_before: Vec<u64>,
    /// For each run what these ports cost.
    cost_before: Vec<u64>,
    /// The holes larger than `max_hole`, by index.
    large: Vec<usize>,
}

impl<'a> Ledger<'a> {
    fn new(limits: &'a Limits, group: &'a Group) -> Self {
        let (protocol, runs) = (group.protocol(), group.runs());
        let max_hole = limits.max_hole().unwrap_or(u64::MAX);
        let weights = limits.weights(protocol);
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
            cost += weights.cost(hole);
            open_before.push(open);
            cost_before.push(cost);
        }
        Self { limits, protocol, runs, open_before, cost_before, large }
    }

    /// Checks that rules cover all runs, each of them allowed, and adds up what they are.
    fn cover(&self, rules: &[Span], facts: &mut Facts) -> Result<(), Violation> {
        let protocol = self.protocol;
        let mut next_run = 0;
        for &rule in rules {
            let Some(first) = self.runs.get(next_run) else {
                return Err(Violation::Superfluous { protocol, rule });
            };
            if first.from() != rule.from() {
                return Err(Violation::Start { protocol, rule, expected: first.from() });
            }
            let rest = &self.runs[next_run..];
            let n_before = rest.iter().take_while(|run| run.to() < rule.to()).count();
            if rest.get(n_before).is_none_or(|run| run.to() != rule.to()) {
                return Err(Violation::End { protocol, rule });
            }
            let last_run = next_run + n_before;
            self.allowed(next_run, last_run)?;
            facts.n_rules += 1;
            facts.open_ports += self.open_before[last_run] - self.open_before[next_run];
            facts.cost += self.cost_before[last_run] - self.cost_before[next_run];
            next_run = last_run + 1;
        }
        match self.runs.get(next_run) {
            Some(run) => Err(Violation::Uncovered { protocol, port: run.from() }),
            None => Ok(()),
        }
    }

    fn fewest_rules(&self) -> usize {
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
    fn allowed(&self, first_run: usize, last_run: usize) -> Result<(), Violation> {
        let Self { limits, protocol, runs, .. } = *self;
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
                return Err(Violation::Limit { protocol, rule, limit, found, most });
            }
        }
        // No used port is forbidden, so a forbidden port inside the rule is open.
        let forbidden = limits.forbidden(protocol);
        let next = forbidden.partition_point(|ports| ports.to() < rule.from());
        match forbidden.get(next).and_then(|ports| ports.intersection(rule)) {
            Some(ports) => Err(Violation::Forbidden { protocol, rule, ports }),
            None => Ok(()),
        }
    }
}

/// The bound that a certificate proves for each budget: a falling straight line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// `Σ c_i − z + Σ y_w`.
    at_no_slots: i128,
    price: i128,
    n_groups: usize,
    n_holes: usize,
}

impl Bound {
    /// No cover of at most `budget` rules costs less than this.
    #[must_use]
    pub fn at(&self, budget: usize) -> u64 {
        let Some(slots) = budget.checked_sub(self.n_groups) else {
            // There is no such cover.
            return u64::MAX;
        };
        // No cover keeps more holes than there are.
        let slots = slots.min(self.n_holes) as i128;
        // No cost is negative, so neither is the best bound.
        let bound = (self.at_no_slots - self.price * slots).max(0);
        u64::try_from(bound).unwrap_or(u64::MAX)
    }
}
