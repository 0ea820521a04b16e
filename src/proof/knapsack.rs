//! No choice of items within the quotas saves enough: dynamic programming as a proof.
//!
//! With `U_n` and `P_n` the units and the savings of the first `n` chosen items, a state is a claim
//! `U_n ≤ u ⇒ P_n ≤ v`. It follows from the claims about `n − 1` items at `(u, v)` and at
//! `(u − q_n, v − s_n)`, or at once, where a price per unit bounds what so many units save. From
//! the claim that is wanted, only those that it needs are looked for; of several about the same
//! units, only the strongest is kept.
//!
//! The claims are clauses over variables for `U_n ≥ u + 1` and `P_n ≤ v`: see
//! [`steps`](super::steps), after Demirović, `McCreesh`, `McIlree`, Nordström, Oertel and Sidorov,
//! "Pseudo-Boolean reasoning about states and transitions to certify dynamic programming and
//! decision diagram algorithms", 2024.

use std::collections::BTreeMap;

use super::ProofError;
use super::prices::{Prices, dot, gcd};
use super::script::Variable;

/// Most terms of all claims of a proof, one for each item that a claim is about: each is written
/// several times, so that files stay below some 200 MB.
pub const MOST_TERMS: usize = 5_000_000;

/// Something that may be chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) variable: Variable,
    /// What it takes of each quota.
    pub(super) units: [i128; 2],
    /// What it saves.
    pub(super) saved: i128,
}

/// A claim, by its units; how it is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// `v`.
    pub(super) saved: i128,
    pub(super) reason: Reason,
}

/// Why a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// All items together save no more.
    All,
    /// At these prices.
    Prices(Prices),
    /// By the claims about one item less.
    Split,
}

/// Items in order, and for each number of them the claims about so many.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
    pub(super) layers: Vec<Layer>,
}

/// The claims about the first items.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    /// What they take and save all together.
    pub(super) units: [i128; 2],
    pub(super) saved: i128,
    pub(super) states: BTreeMap<[i128; 2], State>,
}

impl Layer {
    /// The same units, but no more than all items take.
    pub(super) fn capped(&self, units: [i128; 2]) -> [i128; 2] {
        [units[0].min(self.units[0]), units[1].min(self.units[1])]
    }

    /// The claim that a claim about one item more needs.
    pub(super) fn state(&self, units: [i128; 2]) -> ([i128; 2], State) {
        let units = self.capped(units);
        (units, self.states[&units])
    }
}

impl Plan {
    /// Plans the proof that items within these units save no more than this.
    pub(super) fn new(
        mut items: Vec<Item>,
        units: [i128; 2],
        saved: i128,
        prices: Prices,
    ) -> Result<Self, ProofError> {
        // First come the items of one quota, then those of the other, then those of both: so that
        // only units of one quota vary at a time. Of each, first those near the price.
        let reduced = |item: &Item| prices.scale * item.saved - dot(prices.per_unit, item.units);
        items.sort_by_key(|item| {
            let kind = if item.units[0] == 0 { 0 } else { 1 + i32::from(item.units[1] > 0) };
            (kind, reduced(item).abs())
        });
        let mut layers = vec![Layer::default()];
        for item in &items {
            let Layer { units, saved, .. } = layers[layers.len() - 1];
            layers.push(Layer {
                units: [units[0] + item.units[0], units[1] + item.units[1]],
                saved: saved + item.saved,
                states: BTreeMap::new(),
            });
        }
        let mut plan = Self { items, layers };
        let last = plan.items.len();
        plan.request(last, units, saved);
        let mut n_terms = 0;
        for n in (0..=last).rev() {
            n_terms += n * plan.layers[n].states.len();
            if n_terms > MOST_TERMS {
                return Err(ProofError::TooLarge);
            }
            plan.reason(n, prices)?;
        }
        Ok(plan)
    }

    /// Asks for a claim.
    fn request(&mut self, n: usize, units: [i128; 2], saved: i128) {
        let units = self.layers[n].capped(units);
        let state = State { saved, reason: Reason::Split };
        let states = &mut self.layers[n].states;
        let state = states.entry(units).or_insert(state);
        state.saved = state.saved.min(saved);
    }

    /// Finds out why the claims about `n` items hold, and asks for those that they need.
    fn reason(&mut self, n: usize, prices: Prices) -> Result<(), ProofError> {
        let states: Vec<_> = self.layers[n].states.iter().map(|(&u, s)| (u, s.saved)).collect();
        for (units, saved) in states {
            let reason = if saved >= self.layers[n].saved {
                Reason::All
            } else if let Some(prices) = self.bounding(n, units, saved, prices) {
                Reason::Prices(prices)
            } else if let Some(item) = n.checked_sub(1).map(|last| self.items[last]) {
                self.request(n - 1, units, saved);
                let rest = [units[0] - item.units[0], units[1] - item.units[1]];
                if rest.iter().all(|&units| units >= 0) {
                    self.request(n - 1, rest, saved - item.saved);
                }
                Reason::Split
            } else {
                return Err(ProofError::NotImplied);
            };
            self.layers[n].states.insert(units, State { saved, reason });
        }
        Ok(())
    }

    /// Prices that prove a claim at once, if they are found: those that are given, or better ones.
    fn bounding(
        &self,
        n: usize,
        units: [i128; 2],
        saved: i128,
        mut prices: Prices,
    ) -> Option<Prices> {
        let items = &self.items[..n];
        for quota in [None, Some(0), Some(1)] {
            if let Some(quota) = quota {
                prices = better(items, units, prices, quota)?;
            }
            let profits = items.iter().map(|item| {
                i128::max(0, prices.scale * item.saved - dot(prices.per_unit, item.units))
            });
            let bound = profits.sum::<i128>() + dot(prices.per_unit, units);
            if bound < prices.scale * (saved + 1) {
                return Some(prices);
            }
        }
        None
    }
}

/// Prices with the best one for a quota, given that of the other: what the items that save most per
/// unit leave is taken by the item whose savings are the price. None where numbers grow too large.
fn better(items: &[Item], units: [i128; 2], prices: Prices, quota: usize) -> Option<Prices> {
    let Prices { scale, per_unit } = prices;
    let profit = |item: &Item| scale * item.saved - per_unit[1 - quota] * item.units[1 - quota];
    let takes = |item: &&Item| item.units[quota] > 0 && profit(item) > 0;
    let mut taking: Vec<&Item> = items.iter().filter(takes).collect();
    // No cost is above 2^63, no item takes more than 2^16 units, and prices are below 2^80.
    let cross = |a: &Item, b: &Item| profit(a) * b.units[quota];
    taking.sort_by(|a, b| cross(b, a).cmp(&cross(a, b)));
    let mut left = units[quota];
    let breaking = taking.into_iter().find(|item| {
        left -= item.units[quota];
        left < 0
    });
    let (price, times) = breaking.map_or((0, 1), |item| (profit(item), item.units[quota]));
    let mut prices = Prices { scale: scale.checked_mul(times)?, per_unit: [price; 2] };
    prices.per_unit[1 - quota] = per_unit[1 - quota].checked_mul(times)?;
    let common = gcd(gcd(prices.scale, prices.per_unit[0]), prices.per_unit[1]);
    prices.scale /= common;
    prices.per_unit = prices.per_unit.map(|price| price / common);
    let is_small = prices.scale < 1 << 40 && prices.per_unit.iter().all(|&price| price < 1 << 80);
    is_small.then_some(prices)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(nth: usize, units: i128, saved: i128) -> Item {
        Item { variable: Variable::Count(nth), units: [units, 0], saved }
    }

    const NO_PRICES: Prices = Prices { scale: 1, per_unit: [0, 0] };

    #[test]
    fn a_claim_that_is_wrong_has_no_plan() {
        let items = vec![item(0, 1, 6), item(1, 2, 10), item(2, 2, 10)];
        assert!(Plan::new(items.clone(), [4, 0], 20, NO_PRICES).is_ok());
        let wrong = Plan::new(items, [4, 0], 19, NO_PRICES);
        assert_eq!(wrong.unwrap_err(), ProofError::NotImplied);
    }

    #[test]
    fn plans_that_grow_too_large_are_refused() {
        // As many odd numbers of units as fit, each with the same saving more than it takes.
        let items =
            |n: usize| (0..n).map(|i| item(i, 10_000 + 2 * i as i128, 10_100 + 2 * i as i128));
        let plan = |n: usize| {
            let most = n as i128 / 2;
            let units = 10_000 * most + most * most + 5_001;
            Plan::new(items(n).collect(), [units, 0], units + 100 * most - 1, NO_PRICES)
        };
        assert_eq!(plan(800).unwrap_err(), ProofError::TooLarge);
    }
}
