//! Classes of different units that share quotas: a knapsack with convex classes.
//!
//! The front of each class is convex, so a price per unit decides how many rules each takes: that
//! is the Lagrangian bound. What it leaves of the quota is too little for the next rule, and
//! filling it with smaller ones gives a cover. Where bound and cover differ, only numbers of rules
//! matter whose reduced cost is below the gap, and a [join](super::join) over these decides.
//!
//! The certificate holds the tangents of each class over these numbers and one beyond at either
//! side: so the highest of them is the front where it matters, and above the gap elsewhere.

use std::ops::RangeInclusive;

use crate::problem::certificate::Certificate;
use crate::problem::cover::Cover;
use crate::problem::instance::{Budget, Class, Instance};
use crate::problem::line::Line;
use crate::problem::zones::{Family, Quota};

use super::chords::{Front, OnEdge};
use super::join::{Join, Share};
use super::pass::Pass;
use super::sweep;
use super::tangent::tangent_at;
use super::{Outcome, Problem, Stop};

/// A class with its front.
#[derive(Debug)]
pub(crate) struct ClassFront {
    pub(crate) class: Class,
    pub(crate) line: Line,
    pub(crate) front: Front,
}

impl ClassFront {
    pub(crate) fn new(instance: &Instance, class: &Class) -> Self {
        let line = Line::of_class(instance, class);
        let front = Front::new(&line);
        Self { class: class.clone(), line, front }
    }

    /// Units of each rule.
    pub(crate) fn units(&self) -> usize {
        self.class.units as usize
    }

    /// What the class may take of a range of rules beyond the fewest.
    pub(crate) fn share(&self, further: &RangeInclusive<usize>) -> Share {
        Share {
            quota: self.class.quota,
            units: self.units(),
            first: *further.start(),
            costs: self.front.costs(further),
        }
    }

    /// The most rules that fit into a slack beyond the fewest.
    pub(crate) fn fits(&self, slack: Budget) -> usize {
        slack.n_rules(self.class.quota, self.units())
    }

    /// Puts an optimal cover with so many rules, which is on this edge, into a cover.
    pub(crate) fn place(
        &self,
        instance: &Instance,
        n_rules: usize,
        on_edge: &OnEdge,
        cover: &mut Cover,
    ) {
        self.line.place(instance, &on_edge.cover(n_rules.min(on_edge.most_rules())), cover);
    }
}

/// The units that so many rules of each class take.
pub(crate) fn units(classes: &[ClassFront], n_rules: impl Fn(&ClassFront) -> usize) -> Budget {
    let mut units = Budget::default();
    for class in classes {
        units.add_units(class.class.quota, class.units() * n_rules(class));
    }
    units
}

/// The units that the fewest rules of all classes take.
pub(crate) fn least_units(classes: &[ClassFront]) -> Budget {
    units(classes, |class| class.front.fewest_rules())
}

/// How the classes share their quotas.
struct Plan {
    /// Rules beyond the fewest of each class; none if there was no time.
    further: Option<Vec<usize>>,
    /// The further rules of each class that its tangents have to be right for; none where the
    /// class opens nothing.
    needed: Vec<Option<RangeInclusive<usize>>>,
    /// Whether nothing else costs less.
    is_best: bool,
}

/// Solves an instance of several classes.
pub(super) fn search(problem: &Problem<'_>, stop: Stop) -> Outcome {
    let instance = problem.instance;
    if let Some(witness) = sweep::witness(&problem.line, instance) {
        return Outcome::Infeasible { witness: Some(witness) };
    }
    let mut classes = Vec::new();
    for class in instance.classes() {
        if stop.reached() {
            return problem.out_of_time();
        }
        classes.push(ClassFront::new(instance, class));
    }
    let slack = instance.budget().less(least_units(&classes));
    let plan = if classes.iter().any(|class| class.class.quota == Quota::Both) {
        together(&classes, slack, stop)
    } else {
        apart(&classes, slack, stop)
    };
    let mut pass = Pass::default();
    let mut tangents = Vec::new();
    for (i, (class, needed)) in classes.iter().zip(&plan.needed).enumerate() {
        for price in needed.iter().flat_map(|needed| class.front.prices(needed)) {
            tangents.push(tangent_at(&class.line, instance, i, price, &mut pass));
        }
    }
    let certificate = Some(Certificate::from(tangents));
    let Some(further) = plan.further else {
        return problem.out_of_time().with(certificate);
    };
    let mut cover = Cover::without_rules(instance.groups().len());
    for (class, further) in classes.iter().zip(further) {
        let n_rules = class.front.fewest_rules() + further;
        let on_edge = OnEdge::new(&class.line, class.front.price(n_rules), &mut pass);
        class.place(instance, n_rules, &on_edge, &mut cover);
    }
    if plan.is_best {
        Outcome::Optimal { cover, certificate }
    } else {
        Outcome::Feasible { cover, certificate }
    }
}

/// Quotas that have no class in common: a knapsack each.
fn apart(classes: &[ClassFront], slack: Budget, stop: Stop) -> Plan {
    let mut further = vec![0; classes.len()];
    let mut plan = Plan { further: None, needed: vec![None; classes.len()], is_best: true };
    for family in Family::ALL {
        let knapsack = Knapsack::new(classes, family, slack.of(family));
        plan.is_best &= knapsack.solve(&mut further, &mut plan.needed, stop);
    }
    plan.further = Some(further);
    plan
}

/// Classes that count in both quotas couple them: everything that fits is joined.
fn together(classes: &[ClassFront], slack: Budget, stop: Stop) -> Plan {
    if units(classes, |class| class.front.n_steps()).exceeds(slack).is_none() {
        // Everything fits, so nothing is open that a rule could close.
        let further = Some(classes.iter().map(|class| class.front.n_steps()).collect());
        return Plan { further, needed: vec![None; classes.len()], is_best: true };
    }
    let most = |class: &ClassFront| class.fits(slack).min(class.front.n_steps());
    let needed: Vec<_> = classes.iter().map(|class| 0..=most(class)).collect();
    let shares = classes.iter().zip(&needed).map(|(class, needed)| class.share(needed)).collect();
    let join = Join::new(shares, slack, || stop.reached());
    let further = join.and_then(|join| join.further_rules(slack));
    let is_best = further.is_some();
    Plan { further, needed: needed.into_iter().map(Some).collect(), is_best }
}

/// The classes that count in one quota.
struct Knapsack<'a> {
    /// With their places among all classes.
    classes: Vec<(usize, &'a ClassFront)>,
    family: Family,
    slack: usize,
}

/// The best price per unit, `saving / units`.
#[derive(Clone, Copy)]
struct UnitPrice {
    saving: u64,
    units: u64,
}

impl<'a> Knapsack<'a> {
    fn new(classes: &'a [ClassFront], family: Family, slack: usize) -> Self {
        let all = classes.iter().enumerate();
        let classes = all.filter(|(_, class)| class.class.quota.counts_in(family)).collect();
        Self { classes, family, slack }
    }

    /// Finds the further rules of each class, and what of its front the proof needs. Whether
    /// nothing costs less; always if there is time.
    fn solve(
        &self,
        further: &mut [usize],
        needed: &mut [Option<RangeInclusive<usize>>],
        stop: Stop,
    ) -> bool {
        let (filled, price) = self.fill();
        for (&(place, _), &steps) in self.classes.iter().zip(&filled) {
            further[place] = steps;
        }
        let Some(price) = price else {
            // Everything fits, so nothing is open that a rule could close.
            return true;
        };
        let gap = self.gap(&filled, price);
        // A cover that costs less costs at least 1 less, `units` in terms of the scaled gap.
        let improvement = gap.checked_sub(u128::from(price.units));
        let ranges = self.classes.iter().map(|(_, class)| {
            class.front.within(price.saving, price.units, class.units(), improvement.unwrap_or(0))
        });
        let ranges: Vec<RangeInclusive<usize>> = ranges.collect();
        for (&(place, _), range) in self.classes.iter().zip(&ranges) {
            needed[place] = Some(range.clone());
        }
        if improvement.is_none() {
            return true;
        }
        let shares = self.classes.iter().zip(&ranges);
        let shares = shares.map(|((_, class), range)| class.share(range)).collect();
        let slack = Budget::default().with(self.family, self.slack);
        let mut in_time = true;
        let join = Join::new(shares, slack, || {
            in_time = !stop.reached();
            !in_time
        });
        let better = join.and_then(|join| join.further_rules(slack));
        if let Some(better) = better
            && self.cost(&better) < self.cost(&filled)
        {
            for (&(place, _), steps) in self.classes.iter().zip(better) {
                further[place] = steps;
            }
        }
        in_time
    }

    /// Takes the steps that save most per unit, as long as there are units; then whatever still
    /// fits. With the price of the first step that does not, if there is one.
    fn fill(&self) -> (Vec<usize>, Option<UnitPrice>) {
        let mut steps = Vec::new();
        for (i, (_, class)) in self.classes.iter().enumerate() {
            let edges = class.front.edges().iter().filter(|edge| edge.saving > 0);
            steps.extend(edges.map(|edge| (edge.saving, class.units() as u64, i, edge.n_steps)));
        }
        // Stable, and the edges of a class are in order already.
        steps.sort_by(|a, b| {
            let per_unit = |saving: u64, units: u64| u128::from(saving) * u128::from(units);
            per_unit(b.0, a.1).cmp(&per_unit(a.0, b.1))
        });
        let mut filled = vec![0; self.classes.len()];
        let mut is_full = vec![false; self.classes.len()];
        let mut left = self.slack;
        let mut price = None;
        for (saving, units, class, n_steps) in steps {
            if is_full[class] {
                continue;
            }
            let taken = n_steps.min(left / self.classes[class].1.units());
            filled[class] += taken;
            left -= taken * self.classes[class].1.units();
            if taken < n_steps {
                // Later steps of a class need the earlier ones.
                is_full[class] = true;
                price.get_or_insert(UnitPrice { saving, units });
            }
        }
        (filled, price)
    }

    fn cost(&self, further: &[usize]) -> u64 {
        let costs = self.classes.iter().zip(further).map(|((_, class), &further)| {
            class.front.cost(class.front.fewest_rules() + further).expect("no fewer than possible")
        });
        costs.sum()
    }

    /// The cost of a cover less the Lagrangian bound, times the units of the price.
    fn gap(&self, further: &[usize], price: UnitPrice) -> u128 {
        let scaled = |cost: u64, n_units: usize| {
            u128::from(price.units) * u128::from(cost) + u128::from(price.saving) * n_units as u128
        };
        let bounds = self.classes.iter().map(|(_, class)| {
            // At this number of rules the class's cost and its units together are least.
            let best = *class.front.within(price.saving, price.units, class.units(), 0).start();
            let cost = class.front.cost(class.front.fewest_rules() + best);
            scaled(cost.expect("no fewer than possible"), best * class.units())
        });
        let bound: u128 = bounds.sum();
        // The bound is that less the price of all units, which are as many for the cover.
        scaled(self.cost(further), self.slack) - bound
    }
}
