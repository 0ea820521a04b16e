//! The checker: covers, bounds and witnesses, in O(m), with integers only.
//!
//! It shares nothing with the solvers: it reads an [`Instance`] and what a solver claims, and works
//! out holes, costs and limits by itself.
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

use crate::certificate::{BlockedRule, Certificate, Witness};
use crate::cover::Cover;
use crate::instance::{Group, Instance};
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
    #[error("{found} disjoint windows are too few, {needed} are needed")]
    TooFewWindows { found: usize, needed: usize },
}

/// Checks a cover: every used port in a rule, no rule too many, every rule allowed.
///
/// # Errors
/// The first violation.
pub fn cover(instance: &Instance, cover: &Cover) -> Result<Facts, Violation> {
    let groups = instance.groups();
    if cover.groups.len() != groups.len() {
        return Err(Violation::Groups { rules: cover.groups.len(), groups: groups.len() });
    }
    let mut facts = Facts { n_rules: 0, open_ports: 0, cost: 0 };
    for (group, rules) in groups.iter().zip(&cover.groups) {
        let protocol = group.protocol();
        let ledger = Ledger::new(instance, group);
        let mut runs = 0..group.runs().len();
        for &rule in rules {
            let Some(first) = group.runs().get(runs.start) else {
                return Err(Violation::Superfluous { protocol, rule });
            };
            if first.from() != rule.from() {
                let expected = first.from();
                return Err(Violation::Start { protocol, rule, expected });
            }
            let rest = &group.runs()[runs.clone()];
            let n_inside = rest.iter().take_while(|run| run.to() <= rule.to()).count();
            if n_inside == 0 || rest[n_inside - 1].to() != rule.to() {
                return Err(Violation::End { protocol, rule });
            }
            let last_run = runs.start + n_inside - 1;
            ledger.allowed(runs.start, last_run)?;
            facts.open_ports += ledger.open_ports(runs.start, last_run);
            for pair in rest[..n_inside].windows(2) {
                let hole = between(pair[0], pair[1]);
                facts.cost += instance.limits().weights(protocol).cost(hole);
            }
            facts.n_rules += 1;
            runs.start = last_run + 1;
        }
        let runs = &group.runs()[runs];
        if let Some(run) = runs.first() {
            let port = run.from();
            return Err(Violation::Uncovered { protocol, port });
        }
    }
    if facts.n_rules > instance.budget() {
        return Err(Violation::Budget { rules: facts.n_rules, budget: instance.budget() });
    }
    Ok(facts)
}

fn between(first: Span, second: Span) -> Span {
    first.hole_before(second).expect("an instance's runs are apart and in order")
}

/// What it takes to judge any rule of a group at once.
struct Ledger<'a> {
    instance: &'a Instance,
    group: &'a Group,
    /// For each run the unused ports between the first run and it.
    open_before: Vec<u64>,
    /// The holes larger than `max_hole`, by index.
    large: Vec<usize>,
}

impl<'a> Ledger<'a> {
    fn new(instance: &'a Instance, group: &'a Group) -> Self {
        let max_hole = instance.limits().max_hole().unwrap_or(u64::MAX);
        let mut open_before = Vec::with_capacity(group.runs().len());
        let mut large = Vec::new();
        let mut open = 0;
        open_before.push(open);
        for (i, pair) in group.runs().windows(2).enumerate() {
            let size = between(pair[0], pair[1]).len();
            if size > max_hole {
                large.push(i);
            }
            open += size;
            open_before.push(open);
        }
        Self { instance, group, open_before, large }
    }

    /// The unused ports of the rule over these runs.
    fn open_ports(&self, first_run: usize, last_run: usize) -> u64 {
        self.open_before[last_run] - self.open_before[first_run]
    }

    /// Checks the rule over these runs against every limit.
    fn allowed(&self, first_run: usize, last_run: usize) -> Result<(), Violation> {
        let limits = self.instance.limits();
        let protocol = self.group.protocol();
        let runs = self.group.runs();
        let rule = Span::new(runs[first_run].from(), runs[last_run].to())
            .expect("an instance's runs are in order");
        let next_large = self.large.partition_point(|&hole| hole < first_run);
        let large = match self.large.get(next_large) {
            Some(&hole) if hole < last_run => between(runs[hole], runs[hole + 1]).len(),
            _ => 0,
        };
        for (limit, found, most) in [
            ("max_open_ports", self.open_ports(first_run, last_run), limits.max_open_ports()),
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

fn ledgers(instance: &Instance) -> Vec<Ledger<'_>> {
    let groups = instance.groups().iter();
    groups.map(|group| Ledger::new(instance, group)).collect()
}

/// Finds the first and the last run of a window and checks that the limits block it.
fn window(ledgers: &[Ledger<'_>], rule: BlockedRule) -> Result<(usize, usize), Violation> {
    let BlockedRule { group, from, to } = rule;
    let found = ledgers.get(group).and_then(|ledger| {
        let runs = ledger.group.runs();
        let first_run = runs.binary_search_by_key(&from, |run| run.from()).ok()?;
        let last_run = runs.binary_search_by_key(&to, |run| run.to()).ok()?;
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

/// The bound on the cost of every cover within the instance's budget.
///
/// # Errors
/// When a window of the certificate is none, or may be spanned by a rule.
pub fn bound(instance: &Instance, certificate: &Certificate) -> Result<u64, Violation> {
    Ok(bounds(instance, certificate)?.at(instance.budget()))
}

/// The bounds that a certificate proves for every budget.
///
/// # Errors
/// As [`bound`].
pub fn bounds(instance: &Instance, certificate: &Certificate) -> Result<Bound, Violation> {
    // At most 2^32 holes and windows, and terms below 2^64: every sum fits i128.
    let price = i128::from(certificate.price);
    let groups = instance.groups();
    // loads[g][i] becomes Σ y_w over the windows of group g with hole i, by differences first.
    let mut loads: Vec<Vec<i128>> = groups.iter().map(|g| vec![0; g.runs().len()]).collect();
    let mut at_no_slots: i128 = 0;
    let ledgers = ledgers(instance);
    for weighted in &certificate.windows {
        let y = i128::from(weighted.multiplier);
        let (first_run, last_run) = window(&ledgers, weighted.rule)?;
        let loads = &mut loads[weighted.rule.group];
        loads[first_run] += y;
        loads[last_run] -= y;
        at_no_slots += y;
    }
    for (group, loads) in groups.iter().zip(&loads) {
        let weights = instance.limits().weights(group.protocol());
        let mut load = 0;
        for (pair, change) in group.runs().windows(2).zip(loads) {
            load += change;
            let cost = i128::from(weights.cost(between(pair[0], pair[1])));
            at_no_slots += cost - (cost - price + load).max(0);
        }
    }
    Ok(Bound {
        at_no_slots,
        price,
        n_groups: groups.len(),
        n_holes: instance.n_runs() - groups.len(),
    })
}

/// Checks that a witness excludes every cover within the budget.
///
/// # Errors
/// The first violation.
pub fn witness(instance: &Instance, witness: &Witness) -> Result<(), Violation> {
    let needed = (instance.budget() + 1).saturating_sub(instance.groups().len());
    let ledgers = ledgers(instance);
    let mut last: Option<(BlockedRule, usize)> = None;
    for &second in &witness.windows {
        let (first_run, last_run) = window(&ledgers, second)?;
        if let Some((first, end)) = last
            && (second.group, first_run) < (first.group, end)
        {
            return Err(Violation::Overlap { first, second });
        }
        last = Some((second, last_run));
    }
    if witness.windows.len() < needed {
        return Err(Violation::TooFewWindows { found: witness.windows.len(), needed });
    }
    Ok(())
}
