//! The lines of a [plan](super::knapsack): variables for units and savings, and a clause a claim.

use std::collections::HashMap;

use super::knapsack::{Item, Layer, Plan, Reason};
use super::prices::Prices;
use super::script::{Constraint, Literal, Row, Script, Sum, Variable};

/// A variable with its two rows.
#[derive(Debug, Clone, Copy)]
struct Defined {
    variable: Variable,
    if_true: Row,
    if_false: Row,
}

/// The clauses of a plan, while they are written.
pub(super) struct Steps<'a> {
    plan: &'a Plan,
    script: &'a mut Script,
    /// By quota, number of items that count in it, and units: whether these take more.
    over: HashMap<(usize, usize, i128), Defined>,
    /// By number of items and savings: whether these save no more.
    within: HashMap<(usize, i128), Defined>,
    /// For each number of items how many of them count in each quota.
    counting: Vec<[usize; 2]>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(plan: &'a Plan, script: &'a mut Script) -> Self {
        let mut counting = vec![[0; 2]];
        for item in &plan.items {
            let [ipv4, ipv6] = counting[counting.len() - 1];
            let [more_ipv4, more_ipv6] = item.units.map(|units| usize::from(units > 0));
            counting.push([ipv4 + more_ipv4, ipv6 + more_ipv6]);
        }
        let (over, within) = (HashMap::new(), HashMap::new());
        Self { plan, script, over, within, counting }
    }

    /// Derives all claims, and from the last one, the budgets and what has to be saved that there
    /// is no choice.
    pub(super) fn contradiction(
        mut self,
        units: [i128; 2],
        budgets: [Option<Row>; 2],
        wanted: Row,
    ) -> Row {
        let mut rows: Vec<HashMap<[i128; 2], Row>> = vec![HashMap::new()];
        for n in 1..=self.plan.items.len() {
            let mut claims = HashMap::new();
            for (&units, state) in &self.plan.layers[n].states {
                let claim = match state.reason {
                    Reason::All => continue,
                    Reason::Prices(prices) => self.by_prices(n, units, state.saved, prices),
                    Reason::Split => self.split(n, units, state.saved, &rows[n - 1]),
                };
                claims.insert(units, claim);
            }
            rows.push(claims);
        }
        let n = self.plan.items.len();
        let last: &Layer = &self.plan.layers[n];
        let (units, state) = last.state(units);
        let Some(&claim) = rows[n].get(&units) else {
            // All items together do not save what is wanted.
            return wanted;
        };
        let mut hints = Vec::new();
        for (quota, budget) in budgets.into_iter().enumerate() {
            if let (Some(over), Some(budget)) = (self.over(n, quota, units[quota]), budget) {
                hints.push(self.sum([over.if_true, budget]));
            }
        }
        let within = self.within(n, state.saved).expect("that of all needs no claim");
        hints.push(self.sum([within.if_true, wanted]));
        hints.push(claim);
        self.script.rup(&Constraint { terms: Vec::new(), at_least: 1 }, &hints)
    }

    fn sum(&mut self, rows: [Row; 2]) -> Row {
        let mut sum = Sum::default();
        for row in rows {
            sum.add(row, 1);
        }
        sum.saturate();
        self.script.pol(&sum)
    }

    /// Whether the first items take more units of a quota; none where they never do.
    fn over(&mut self, n: usize, quota: usize, units: i128) -> Option<Defined> {
        let all = self.plan.layers[n].units[quota];
        if units >= all {
            return None;
        }
        let key = (quota, self.counting[n][quota], units);
        if let Some(&defined) = self.over.get(&key) {
            return Some(defined);
        }
        let items = || self.plan.items[..n].iter().filter(|item| item.units[quota] > 0);
        let yes = items().map(|item| (item.units[quota], item.variable.yes())).collect();
        let no = items().map(|item| (item.units[quota], item.variable.no())).collect();
        let more = Constraint { terms: yes, at_least: units + 1 };
        let no_more = Constraint { terms: no, at_least: all - units };
        let variable = Variable::Over(self.over.len());
        let [if_true, if_false] = self.script.define(variable, &more, &no_more);
        let defined = Defined { variable, if_true, if_false };
        self.over.insert(key, defined);
        Some(defined)
    }

    /// Whether the first items save no more than this; none where they never do.
    fn within(&mut self, n: usize, saved: i128) -> Option<Defined> {
        let all = self.plan.layers[n].saved;
        if saved >= all {
            return None;
        }
        if let Some(&defined) = self.within.get(&(n, saved)) {
            return Some(defined);
        }
        let items = || self.plan.items[..n].iter().filter(|item| item.saved > 0);
        let yes = items().map(|item| (item.saved, item.variable.yes())).collect();
        let no = items().map(|item| (item.saved, item.variable.no())).collect();
        let more = Constraint { terms: yes, at_least: saved + 1 };
        let no_more = Constraint { terms: no, at_least: all - saved };
        let variable = Variable::Within(self.within.len());
        let [if_true, if_false] = self.script.define(variable, &no_more, &more);
        let defined = Defined { variable, if_true, if_false };
        self.within.insert((n, saved), defined);
        Some(defined)
    }

    /// The literals of a claim.
    fn claim(&mut self, n: usize, units: [i128; 2], saved: i128) -> Vec<Literal> {
        let over = [0, 1].map(|quota| self.over(n, quota, units[quota]));
        let defined = over.into_iter().chain([self.within(n, saved)]).flatten();
        defined.map(|defined| defined.variable.yes()).collect()
    }

    /// A claim at prices per unit: units beyond the price and savings below it are left out.
    fn by_prices(&mut self, n: usize, units: [i128; 2], saved: i128, prices: Prices) -> Row {
        let mut sum = Sum::default();
        let within = self.within(n, saved).expect("that of all needs no prices");
        sum.add(within.if_false, prices.scale);
        let mut per_unit = [0; 2];
        for quota in [0, 1] {
            if let Some(over) = self.over(n, quota, units[quota]) {
                per_unit[quota] = prices.per_unit[quota];
                sum.add(over.if_false, per_unit[quota]);
            }
        }
        for item in &self.plan.items[..n] {
            let taken = super::prices::dot(per_unit, item.units);
            sum.shift(item.variable, taken - prices.scale * item.saved);
        }
        sum.saturate();
        self.script.pol(&sum)
    }

    /// A claim from those about one item less.
    fn split(
        &mut self,
        n: usize,
        units: [i128; 2],
        saved: i128,
        before: &HashMap<[i128; 2], Row>,
    ) -> Row {
        let item = self.plan.items[n - 1];
        let layer: &Layer = &self.plan.layers[n - 1];
        let rest = [units[0] - item.units[0], units[1] - item.units[1]];
        let mut hints = Vec::new();
        // Without the item.
        let (without_units, without) = layer.state(units);
        hints.extend(self.units_steps(n, units, without_units, false));
        hints.extend(before.get(&without_units));
        hints.push(self.saved_step(n, saved, without.saved, false));
        // With it.
        if rest.iter().all(|&units| units >= 0) {
            let (with_units, with) = layer.state(rest);
            hints.extend(self.units_steps(n, units, with_units, true));
            hints.extend(before.get(&with_units));
            hints.push(self.saved_step(n, saved, with.saved, true));
        } else {
            for quota in [0, 1] {
                if rest[quota] < 0 {
                    hints.extend(self.no_room(n, quota, units[quota], item));
                }
            }
        }
        let claim = Constraint::clause(self.claim(n, units, saved));
        self.script.rup(&claim, &hints)
    }

    /// If the first items, with or without the last one, take no more than these units, those before
    /// it take no more than those.
    fn units_steps(
        &mut self,
        n: usize,
        units: [i128; 2],
        before: [i128; 2],
        with: bool,
    ) -> Vec<Row> {
        let item = self.plan.items[n - 1];
        let mut steps = Vec::new();
        for quota in [0, 1] {
            if item.units[quota] == 0 {
                // It is the same variable.
                continue;
            }
            let Some(over_before) = self.over(n - 1, quota, before[quota]) else { continue };
            let Some(over) = self.over(n, quota, units[quota]) else { continue };
            let mut sum = Sum::default();
            sum.add(over.if_false, 1);
            sum.add(over_before.if_true, 1);
            if !with {
                sum.shift(item.variable, item.units[quota]);
            }
            sum.saturate();
            steps.push(self.script.pol(&sum));
        }
        steps
    }

    /// If the first items save more than this, those before the last one save more than that:
    /// unless, without it, it is chosen.
    fn saved_step(&mut self, n: usize, saved: i128, before: i128, with: bool) -> Row {
        let item = self.plan.items[n - 1];
        let within = self.within(n, saved).expect("that of all is not split");
        let mut sum = Sum::default();
        sum.add(within.if_false, 1);
        match self.within(n - 1, before) {
            Some(within_before) => sum.add(within_before.if_true, 1),
            None => {
                for item in &self.plan.items[..n - 1] {
                    sum.shift(item.variable, -item.saved);
                }
            }
        }
        if with {
            sum.shift(item.variable, -item.saved);
        }
        sum.saturate();
        self.script.pol(&sum)
    }

    /// Where there are fewer units than the last item takes, it is not chosen.
    fn no_room(&mut self, n: usize, quota: usize, units: i128, item: Item) -> Option<Row> {
        let over = self.over(n, quota, units)?;
        let mut sum = Sum::default();
        sum.add(over.if_false, 1);
        for other in &self.plan.items[..n - 1] {
            sum.shift(other.variable, other.units[quota]);
        }
        debug_assert!(item.units[quota] > units, "there is room for the item");
        sum.saturate();
        Some(self.script.pol(&sum))
    }
}
