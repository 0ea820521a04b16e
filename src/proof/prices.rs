//! Prices per unit of each quota, at which all classes together bound the cost.
//!
//! For prices `p` over a scale `d`, no cover of a class has `d C + p q K` below its least over the
//! tangents. The least of all classes together, less the price of what the budgets allow, is `d`
//! times the Lagrangian bound: concave in the prices, so that a search by halves finds the best.

use crate::problem::zones::Quota;

use super::rows::ClassRows;

/// Largest scale: no better one is looked for where units have a larger common multiple.
const LARGEST_SCALE: i128 = 1 << 16;

/// A price per unit of each quota, as multiples of one over the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prices {
    pub(super) scale: i128,
    /// Of the quotas for IPv4 and IPv6.
    pub(super) per_unit: [i128; 2],
}

/// What a class costs at least, for each number of kept holes from the fewest on.
struct Curve {
    units: [i128; 2],
    fewest: i128,
    costs: Vec<i128>,
}

/// The units that something counts in each quota.
pub(super) fn in_quotas(quota: Quota, units: i128) -> [i128; 2] {
    let of = |counts: bool| if counts { units } else { 0 };
    [of(quota != Quota::Ipv6), of(quota != Quota::Ipv4)]
}

pub(super) fn dot(a: [i128; 2], b: [i128; 2]) -> i128 {
    a[0] * b[0] + a[1] * b[1]
}

impl Prices {
    /// What a rule of a class takes at these prices.
    pub(super) fn of(&self, class: &ClassRows<'_>) -> i128 {
        dot(self.per_unit, in_quotas(class.class.quota, class.units()))
    }

    /// The prices with the best bound under these slacks, within the scale.
    pub(super) fn best(classes: &[ClassRows<'_>], slack: [i128; 2]) -> Self {
        let curves: Vec<Curve> = classes.iter().map(Curve::new).collect();
        let lcm = |a: i128, b: i128| a / gcd(a, b) * b;
        let fine =
            |scale: i128, class: &ClassRows<'_>| lcm(scale, class.units()).min(LARGEST_SCALE);
        let scale = classes.iter().fold(1, fine);
        let prices = classes.iter().flat_map(|class| &class.lines).map(|line| line.price);
        let most = prices.max().unwrap_or(0) * scale + 1;
        let bound = |per_unit: [i128; 2]| -> i128 {
            let classes: i128 = curves.iter().map(|curve| curve.least(scale, per_unit)).sum();
            classes - dot(per_unit, slack)
        };
        let best_ipv4 = |ipv6: i128| highest(most, |ipv4| bound([ipv4, ipv6]));
        let ipv6 = highest(most, |ipv6| bound([best_ipv4(ipv6), ipv6]));
        Self { scale, per_unit: [best_ipv4(ipv6), ipv6] }
    }
}

pub(super) fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The first place of the highest value of a concave function on `0..=most`.
fn highest(most: i128, value: impl Fn(i128) -> i128) -> i128 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if value(middle) < value(middle + 1) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl Curve {
    fn new(class: &ClassRows<'_>) -> Self {
        let kept = class.fewest..=class.n_holes();
        Self {
            units: in_quotas(class.class.quota, class.units()),
            fewest: class.fewest,
            costs: kept.map(|n_kept| class.cost(n_kept).0).collect(),
        }
    }

    /// The least of what the class costs and takes together.
    fn least(&self, scale: i128, per_unit: [i128; 2]) -> i128 {
        let rule = dot(per_unit, self.units);
        // Each further rule saves less than the one before.
        let (mut low, mut high) = (0, self.costs.len() - 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if scale * (self.costs[middle] - self.costs[middle + 1]) > rule {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        scale * self.costs[low] + rule * (self.fewest + low as i128)
    }
}
