//! The checker: covers, bounds and witnesses, with integers only.
//!
//! In: an instance, and what somebody claims of it. Out: what a cover is, the bound that a
//! certificate proves, or the first violation. It may use the problem alone. To read in this order:
//! `facts`, `violation`, `ledger` (covers), `bound` (certificates), `shared` and `tolls` (where outer
//! rules serve inner groups).
//!
//! It shares no algorithm with the solvers: it reads an [`Instance`], with its runs, limits and
//! weights, and what a solver claims, and works out windows, covers and sums by itself.
//!
//! Why a tangent is right: take the `G` groups of a class, and let `x_i = 1` when hole `i` is kept.
//! A cover with `k` rules in these groups keeps `k − G` holes, at least one in every window, so for
//! any price `t ≥ 0` and multipliers `y_w ≥ 0`
//!
//! ```text
//! Σ c_i x_i ≤ Σ c_i x_i + t (k − G − Σ x_i) + Σ y_w (Σ_{i in w} x_i − 1)
//!           = t (k − G) − Σ y_w + Σ (c_i − t + load_i) x_i
//!           ≤ t (k − G) − Σ y_w + Σ max(0, c_i − t + load_i)
//! ```
//!
//! where `load_i` is the sum of `y_w` over the windows with hole `i`. What is not kept is opened, so
//! the class costs at least `Σ c_i` less that: a straight line over `k`. Any tangent gives a true
//! bound; a wrong one gives a weaker one.
//!
//! Several classes share a quota. Each costs at least the highest of its tangents, which is convex
//! in its number of rules; the least sum over all ways to share the quota is a bound on the cost
//! of every cover. That is [`bound`]'s join, over the units beyond the fewest rules of each class,
//! which a sweep from the left finds.
//!
//! Where outer rules serve inner groups, `shared` walks a tree of cases, each with a relaxation
//! that is an ordinary instance.

mod bound;
mod facts;
mod hole;
mod ledger;
mod shared;
mod tolls;
mod violation;

use std::borrow::Borrow;

use crate::problem::certificate::{BlockedRule, Certificate, Repairs, Tangent, Witness};
use crate::problem::cover::Cover;
use crate::problem::instance::{Budget, Instance};
use crate::problem::limits::Limits;
use crate::problem::zones::Family;

pub use bound::{Bounds, Joined};
use bound::{ClassBound, Slope};
pub use facts::Facts;
use ledger::Ledger;
pub(crate) use shared::leaf as case_bound;
pub use violation::Violation;

/// Checks a cover: every used port in a rule, no rule too many, every rule allowed.
///
/// # Errors
/// The first violation.
pub fn cover(instance: &Instance, cover: &Cover) -> Result<Facts, Violation> {
    Checker::new(instance).cover(cover, instance.budget())
}

/// The bound on the cost of every cover within the instance's budget.
///
/// # Errors
/// When a window of the certificate is none, or may be spanned by a rule.
pub fn bound(instance: &Instance, certificate: &Certificate) -> Result<u64, Violation> {
    Checker::new(instance).bound(certificate)
}

/// Checks that a witness excludes every cover within the budget.
///
/// # Errors
/// The first violation.
pub fn witness(instance: &Instance, witness: &Witness) -> Result<(), Violation> {
    Checker::new(instance).excludes(witness)
}

/// Checks that repairs of an infeasible instance work and that nothing less does.
///
/// Where outer rules serve inner groups, only that a budget works, with each group on its own.
///
/// # Errors
/// The first violation.
pub fn repairs(instance: &Instance, repairs: &Repairs) -> Result<(), Violation> {
    let needed = Checker::new(instance).least_budget();
    let has_ipv6 = instance.counts_in(Family::Ipv6);
    let claimed = Budget { ipv4: repairs.max_rules, ipv6: repairs.max_rules_ipv6.unwrap_or(0) };
    if has_ipv6 != repairs.max_rules_ipv6.is_some() || claimed != needed {
        return Err(Violation::LeastBudget { claimed, needed });
    }
    if instance.is_shared() {
        let claimed = repairs.max_open_ports;
        let is_open = claimed.is_none() && repairs.reason.is_some();
        return if is_open { Ok(()) } else { Err(Violation::MaxOpenPorts { claimed }) };
    }
    let works = |max_open_ports: Option<u64>| {
        let limits = instance.limits().with_max_open_ports(max_open_ports);
        let least = Checker::with_limits(instance, &limits).least_budget();
        least.exceeds(instance.budget()).is_none()
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
    instance: &'a Instance,
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
        Self { instance, ledgers: groups.map(|group| Ledger::new(limits, group)).collect() }
    }

    /// The least budget under which there is a cover.
    fn least_budget(&self) -> Budget {
        self.instance.units(self.ledgers.iter().map(Ledger::fewest_rules))
    }

    /// Checks a cover within a budget.
    ///
    /// # Errors
    /// The first violation.
    pub fn cover(&self, cover: &Cover, budget: Budget) -> Result<Facts, Violation> {
        let (rules, groups) = (cover.groups.len(), self.ledgers.len());
        if rules != groups {
            return Err(Violation::Groups { rules, groups });
        }
        let mut facts = Facts { n_rules: 0, units: Budget::default(), open_ports: 0, cost: 0 };
        for (i, (ledger, rules)) in self.ledgers.iter().zip(&cover.groups).enumerate() {
            let outer = self.instance.outer(i);
            let is_served = |run| outer.iter().any(|&outer| cover.contains(outer, run));
            ledger.cover(rules, is_served, &mut facts)?;
        }
        if let Some(family) = facts.units.exceeds(budget) {
            let (taken, budget) = (facts.units.of(family), budget.of(family));
            let what = self.instance.units_of(family);
            return Err(Violation::Budget { what, taken, budget });
        }
        Ok(facts)
    }

    /// The bound on the cost of every cover within the instance's budget.
    ///
    /// # Errors
    /// When a window of the certificate is none, or may be spanned by a rule.
    pub fn bound(&self, certificate: &Certificate) -> Result<u64, Violation> {
        let Self { instance, .. } = *self;
        if instance.is_shared() || !certificate.tree.is_empty() {
            return shared::bound(instance, &certificate.tree, &certificate.tangents);
        }
        Ok(self.bounds(&certificate.tangents)?.at(instance.budget()))
    }

    /// The bounds that tangents prove, one for every budget, where each group is on its own.
    ///
    /// # Errors
    /// When a window of the certificate is none, or may be spanned by a rule.
    pub fn bounds<T: Borrow<Tangent>>(
        &self,
        tangents: impl IntoIterator<Item = T>,
    ) -> Result<Bounds, Violation> {
        let classes = self.instance.classes();
        let mut slopes = vec![Vec::new(); classes.len()];
        for (i, tangent) in tangents.into_iter().enumerate() {
            let tangent = tangent.borrow();
            let class = tangent.class;
            let Some(slopes) = slopes.get_mut(class) else {
                let classes = classes.len();
                return Err(Violation::NoClass { tangent: i, class, classes });
            };
            slopes.push(self.slope(tangent, &classes[class].groups)?);
        }
        // The sweep is only needed to share a quota.
        let shared = classes.len() > 1;
        let classes = classes.iter().zip(slopes).map(|(class, slopes)| {
            let ledgers = || class.groups.iter().map(|&group| &self.ledgers[group]);
            let n_groups = class.groups.len();
            ClassBound {
                quota: class.quota,
                units: class.units as usize,
                n_groups,
                n_runs: ledgers().map(|ledger| ledger.runs.len()).sum(),
                fewest: if shared { ledgers().map(Ledger::fewest_rules).sum() } else { n_groups },
                slopes,
            }
        });
        Ok(Bounds { classes: classes.collect() })
    }

    /// The straight line of a tangent.
    fn slope(&self, tangent: &Tangent, groups: &[usize]) -> Result<Slope, Violation> {
        // At most 2^32 holes and windows, and terms below 2^64: every sum fits i128.
        let price = i128::from(tangent.price);
        // For each group Σ y_w over the windows with hole i, by differences first.
        let mut loads: Vec<Vec<i128>> = vec![Vec::new(); groups.len()];
        let mut at_no_slots: i128 = 0;
        for weighted in &tangent.windows {
            let y = i128::from(weighted.multiplier);
            let (first_run, last_run) = self.window(weighted.rule)?;
            let Ok(nth) = groups.binary_search(&weighted.rule.group) else {
                let (rule, class) = (weighted.rule, tangent.class);
                return Err(Violation::OtherClass { rule, class });
            };
            let loads = &mut loads[nth];
            loads.resize(self.ledgers[weighted.rule.group].runs.len(), 0);
            loads[first_run] += y;
            loads[last_run] -= y;
            at_no_slots += y;
        }
        for (&group, loads) in groups.iter().zip(&loads) {
            let mut load = 0;
            let mut changes = loads.iter();
            for sums in self.ledgers[group].cost_before().windows(2) {
                load += changes.next().copied().unwrap_or(0);
                let cost = i128::from(sums[1] - sums[0]);
                at_no_slots += cost - (cost - price + load).max(0);
            }
        }
        Ok(Slope { at_no_slots, price })
    }

    /// Checks that a witness excludes every cover within the instance's budget.
    ///
    /// # Errors
    /// The first violation.
    pub fn excludes(&self, witness: &Witness) -> Result<(), Violation> {
        let Self { instance, .. } = *self;
        if instance.is_shared() || !witness.tree.is_empty() {
            return match shared::bound(instance, &witness.tree, &[])? {
                u64::MAX => Ok(()),
                bound => Err(Violation::NotExcluded(bound)),
            };
        }
        self.witness(witness, instance.budget())
    }

    /// Checks that a witness excludes every cover within a budget.
    ///
    /// # Errors
    /// The first violation.
    pub fn witness(&self, witness: &Witness, budget: Budget) -> Result<(), Violation> {
        let groups = self.instance.groups();
        // Each group needs a rule, and each window one more of its group.
        let mut n_rules = vec![1; groups.len()];
        let mut last: Option<(BlockedRule, usize)> = None;
        for &second in &witness.windows {
            let (first_run, last_run) = self.window(second)?;
            if let Some((first, end)) = last
                && (second.group, first_run) < (first.group, end)
            {
                return Err(Violation::Overlap { first, second });
            }
            last = Some((second, last_run));
            n_rules[second.group] += 1;
        }
        let needed = self.instance.units(n_rules);
        match needed.exceeds(budget) {
            Some(_) => Ok(()),
            None => Err(Violation::TooFewWindows { needed, budget }),
        }
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
