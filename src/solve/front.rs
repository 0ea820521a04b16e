//! The whole trade-off: the least cost for every budget of one quota, checked and proven.
//!
//! Where all rules take one unit the front is convex. Otherwise the classes of different units are
//! joined, and the convex bound beneath is what a price per unit proves; budgets whose cost is on
//! the bound are *supported*.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use thiserror::Error;

use crate::problem::cover::Cover;
use crate::problem::instance::{Budget, Instance};
use crate::problem::zones::Family;
use crate::solve::answer::AnswerError;
use crate::solve::chords::OnEdge;
use crate::solve::join::Join;
use crate::solve::pass::Pass;
use crate::solve::quota::{ClassFront, least_units, units};
use crate::solve::tangent::tangent_at;
use crate::verify::{Checker, Facts, Joined, Violation};

pub use crate::solve::chords::{Edge, Front};

/// Most budgets of a front.
pub const MOST_BUDGETS: usize = 1_000_000;

/// Budgets whose covers are made at once.
const AT_ONCE: usize = 1_024;

/// Why there is no trade-off.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrontError {
    /// Groups that are not on their own.
    #[error("fronts are for zones on their own; leave --share-outer out")]
    Shared,
    /// More budgets than can be listed.
    #[error("{0} budgets are more than {MOST_BUDGETS}; say how far to go with --up-to")]
    TooMany(usize),
}

/// The least cost for each budget of one quota, while the other is held fixed.
#[derive(Debug)]
pub struct Tradeoff {
    /// With a budget of the other quota that is enough.
    instance: Instance,
    family: Family,
    classes: Vec<ClassFront>,
    least: Budget,
    most: usize,
    join: Join,
    /// The cost for each budget from the least on.
    costs: Vec<u64>,
    /// The corners of the convex bound, as budget and cost.
    hull: Vec<(usize, u64)>,
}

/// A checked point of the front; its cost is proven to be the least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontPoint {
    /// The budget.
    pub budget: usize,
    /// An optimal cover.
    pub cover: Cover,
    /// What the checker found the cover to be.
    pub facts: Facts,
}

impl Tradeoff {
    /// The trade-off for the budgets of a family, from the least to that beyond which units are of
    /// no use; only up to a given one where these are more than [`MOST_BUDGETS`]. The bound is then
    /// that of these budgets.
    ///
    /// The other budget is that of the instance, or [what is needed](Self::held) if that is more.
    ///
    /// # Errors
    /// When there are too many budgets, or outer rules serve inner groups.
    #[expect(clippy::missing_panics_doc, reason = "the fewest rules fit into the slack")]
    pub fn new(
        instance: &Instance,
        family: Family,
        up_to: Option<usize>,
    ) -> Result<Self, FrontError> {
        if instance.is_shared() {
            return Err(FrontError::Shared);
        }
        let classes = instance.classes().iter().map(|class| ClassFront::new(instance, class));
        let classes: Vec<ClassFront> = classes.collect();
        let least = least_units(&classes);
        let other = family.other();
        let held = instance.budget().of(other).max(least.of(other));
        let instance = instance.with_budget(instance.budget().with(other, held));
        let most = units(&classes, |class| class.line.n_runs()).of(family);
        let first = least.of(family);
        let end = match up_to {
            Some(up_to) if most - first >= MOST_BUDGETS => up_to.clamp(first, most),
            _ => most,
        };
        if end - first >= MOST_BUDGETS {
            return Err(FrontError::TooMany(end - first + 1));
        }
        let slack = instance.budget().with(family, end).less(least);
        let share =
            |class: &ClassFront| class.share(&(0..=class.fits(slack).min(class.front.n_steps())));
        let join = Join::new(classes.iter().map(share).collect(), slack, || false)
            .expect("nothing is taken at least, and nothing stops it");
        let cost = |units: usize| join.cost(slack.with(family, units)).expect("there are units");
        let costs: Vec<u64> = (0..=end - first).map(cost).collect();
        let hull = hull(first, &costs);
        Ok(Self { instance, family, classes, least, most, join, costs, hull })
    }

    /// The budget of the other family that is held fixed.
    #[must_use]
    pub fn held(&self) -> usize {
        self.instance.budget().of(self.family.other())
    }

    /// The least budget under which a cover exists.
    #[must_use]
    pub fn least_budget(&self) -> usize {
        self.least.of(self.family)
    }

    /// The budget beyond which units are of no use.
    #[must_use]
    pub fn most_budget(&self) -> usize {
        self.most
    }

    /// The last budget whose cost is known: that beyond which units are of no use, as a rule.
    #[must_use]
    pub fn last_budget(&self) -> usize {
        self.least_budget() + self.costs.len() - 1
    }

    /// The least cost under a budget, up to the last one; `None` where no cover exists.
    #[must_use]
    pub fn cost(&self, budget: usize) -> Option<u64> {
        let units = budget.checked_sub(self.least_budget())?;
        Some(self.costs[units.min(self.costs.len() - 1)])
    }

    /// The convex bound under a budget, rounded up; `None` where no cover exists.
    #[must_use]
    pub fn bound(&self, budget: usize) -> Option<u64> {
        if budget < self.least_budget() {
            return None;
        }
        let after = self.hull.partition_point(|&(at, _)| at < budget);
        let Some(&(end, below)) = self.hull.get(after) else {
            return self.hull.last().map(|&(_, cost)| cost);
        };
        let Some(&(start, above)) = after.checked_sub(1).and_then(|before| self.hull.get(before))
        else {
            return Some(below);
        };
        let rise = u128::from(above - below) * (end - budget) as u128;
        let rise = rise.div_ceil((end - start) as u128);
        Some(below + u64::try_from(rise).unwrap_or(u64::MAX))
    }

    /// Whether the cost under a budget is on the convex bound.
    #[must_use]
    pub fn is_supported(&self, budget: usize) -> bool {
        let after = self.hull.partition_point(|&(at, _)| at < budget);
        match (after.checked_sub(1).map(|before| self.hull[before]), self.hull.get(after)) {
            (Some((start, above)), Some(&(end, below))) => self.cost(budget).is_some_and(|cost| {
                let (rise, width) = (u128::from(above - below), (end - start) as u128);
                u128::from(cost - below) * width == rise * (end - budget) as u128
            }),
            // At either end of the bound, and beyond it, where units are of no use.
            (_, corner) => corner.is_none_or(|&(at, _)| at == budget),
        }
    }

    /// The corners of the convex bound as budget and cost, in order of the budget; at least one.
    #[must_use]
    pub fn vertices(&self) -> &[(usize, u64)] {
        &self.hull
    }

    /// The budgets at which the cost falls, with the cost, in order; the least budget first.
    #[must_use]
    pub fn drops(&self) -> Vec<(usize, u64)> {
        let mut drops: Vec<(usize, u64)> = Vec::new();
        for (budget, &cost) in (self.least_budget()..).zip(&self.costs) {
            if drops.last().is_none_or(|&(_, last)| cost < last) {
                drops.push((budget, cost));
            }
        }
        drops
    }

    /// The corner farthest below the straight line between the two ends, both axes scaled to 1:
    /// a budget after which units buy much less than before it. `None` without a bend.
    ///
    /// Satopää, Albrecht, Irwin and Raghavan, "Finding a kneedle in a haystack", 2011.
    #[must_use]
    pub fn knee(&self) -> Option<(usize, u64)> {
        knee(&self.hull)
    }

    /// What `read` makes of the optimal covers of some budgets, each checked and proven.
    ///
    /// Budgets come in rising order; those below the least are left out, and one beyond the last
    /// gets the cover of that.
    /// A cover is dropped once it is read, since all of them together would need O(m²) memory.
    /// Covers are made in parallel.
    ///
    /// # Errors
    /// When the checker refuses a cover or a bound, which would be a defect of this module.
    pub fn points<T: Send>(
        &self,
        budgets: impl IntoIterator<Item = usize>,
        read: impl Fn(&FrontPoint) -> T + Sync,
    ) -> Result<Vec<T>, AnswerError> {
        let budgets: Vec<usize> =
            budgets.into_iter().filter(|&budget| budget >= self.least_budget()).collect();
        let checker = Checker::new(&self.instance);
        let bounds = self.bounds(&checker)?;
        let mut points = Vec::with_capacity(budgets.len());
        for budgets in budgets.chunks(AT_ONCE) {
            let taken: Vec<Vec<usize>> =
                budgets.iter().map(|&budget| self.n_rules(budget)).collect();
            let edges = self.edges(&taken);
            let made: Result<Vec<T>, AnswerError> = budgets
                .par_iter()
                .zip(&taken)
                .map(|(&budget, n_rules)| {
                    let cover = self.cover(n_rules, &edges);
                    Ok(read(&self.checked(budget, cover, &checker, &bounds)?))
                })
                .collect();
            points.extend(made?);
        }
        Ok(points)
    }

    /// The bounds that all tangents of all classes prove, as far as the budgets reach.
    fn bounds(&self, checker: &Checker<'_>) -> Result<Joined, AnswerError> {
        let mut pass = Pass::default();
        let budget = self.instance.budget().with(self.family, self.last_budget());
        let slack = budget.less(self.least);
        let tangents = self.classes.iter().enumerate().flat_map(|(i, class)| {
            let reach = 0..=class.fits(slack);
            class.front.prices(&reach).map(move |price| (i, class, price)).collect::<Vec<_>>()
        });
        let tangents = tangents
            .map(|(i, class, price)| tangent_at(&class.line, &self.instance, i, price, &mut pass));
        Ok(checker.bounds(tangents).map_err(refused)?.up_to(budget))
    }

    /// The number of rules of each class in the optimal cover of a budget.
    fn n_rules(&self, budget: usize) -> Vec<usize> {
        let budget = budget.min(self.last_budget());
        let slack = self.instance.budget().with(self.family, budget).less(self.least);
        let further = self.join.further_rules(slack).expect("the budget is not below the least");
        let classes = self.classes.iter().zip(further);
        classes.map(|(class, further)| class.front.fewest_rules() + further).collect()
    }

    /// The covers at both ends of each edge that some numbers of rules are on.
    fn edges(&self, taken: &[Vec<usize>]) -> HashMap<(usize, u64), OnEdge> {
        let price = |(i, &n_rules): (usize, &usize)| (i, self.classes[i].front.price(n_rules));
        let needed: BTreeSet<(usize, u64)> =
            taken.iter().flat_map(|n_rules| n_rules.iter().enumerate().map(price)).collect();
        needed
            .into_par_iter()
            .map_init(Pass::default, |pass, (i, price)| {
                ((i, price), OnEdge::new(&self.classes[i].line, price, pass))
            })
            .collect()
    }

    fn cover(&self, n_rules: &[usize], edges: &HashMap<(usize, u64), OnEdge>) -> Cover {
        let mut cover = Cover::without_rules(self.instance.groups().len());
        for (i, (class, &n_rules)) in self.classes.iter().zip(n_rules).enumerate() {
            let on_edge = &edges[&(i, class.front.price(n_rules))];
            class.place(&self.instance, n_rules, on_edge, &mut cover);
        }
        cover
    }

    fn checked(
        &self,
        budget: usize,
        cover: Cover,
        checker: &Checker<'_>,
        bounds: &Joined,
    ) -> Result<FrontPoint, AnswerError> {
        let units = self.instance.budget().with(self.family, budget);
        let facts = checker.cover(&cover, units).map_err(refused)?;
        let bound = bounds.at(units.with(self.family, budget.min(self.last_budget())));
        if facts.cost != bound {
            return Err(AnswerError::Disagree { solver: "front", cost: facts.cost, bound });
        }
        Ok(FrontPoint { budget, cover, facts })
    }
}

fn refused(violation: Violation) -> AnswerError {
    AnswerError::Refused { solver: "front", violation }
}

/// The lower convex hull of costs that never rise: Andrew's monotone chain, 1979.
fn hull(first: usize, costs: &[u64]) -> Vec<(usize, u64)> {
    let mut hull: Vec<(usize, u64)> = Vec::new();
    for (at, &cost) in (first..).zip(costs) {
        while let [.., (a, cost_a), (b, cost_b)] = hull[..] {
            // Whether b is not below the straight line from a to here.
            let down = u128::from(cost_a - cost_b) * (at - a) as u128;
            if down > u128::from(cost_a - cost) * (b - a) as u128 {
                break;
            }
            hull.pop();
        }
        hull.push((at, cost));
    }
    // Beyond the last corner nothing falls.
    if let [.., (_, before), (_, last)] = hull[..]
        && before == last
    {
        hull.pop();
    }
    hull
}

fn knee(vertices: &[(usize, u64)]) -> Option<(usize, u64)> {
    let (first, last) = (*vertices.first()?, *vertices.last()?);
    let width = (last.0 - first.0) as i128;
    let height = i128::from(first.1 - last.1);
    let depth = |&(budget, cost): &(usize, u64)| {
        let x = (budget - first.0) as i128 * height;
        let y = i128::from(cost - last.1) * width;
        width * height - x - y
    };
    // Of two equally deep vertices the one with fewer units.
    let knee = vertices.iter().rev().max_by_key(|vertex| depth(vertex))?;
    (depth(knee) > 0).then_some(*knee)
}
