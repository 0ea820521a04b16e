//! What any partition of many groups into K clusters must open, at least.
//!
//! Let `D(h)` be what a group `h` opens, `C(i)` what is let in at an interface `i` with the groups
//! `s(i)`, and `M(g)` the cluster of `g`. At `i`, everything of `D(h)` that is not in `C(i)` is newly
//! open for every `h` in `M(g)` and every `g` in `s(i)`. The whole is at least the mean of any of its
//! parts, one for each `g` in `s(i)`; summed over all interfaces, with
//!
//! > `e(g, h) = Σ over i with g in s(i) of |D(h) \ C(i)| / |s(i)|`,
//!
//! a partition costs at least the sum over `g` of the largest `e(g, h)` with `h` in `M(g)`, since `h`
//! may be chosen for each `g`, but for all interfaces of it at once. Among the `s − 1` others of a
//! cluster of `s` groups the largest is at least the `(s − 1)`-th smallest of all: `q(g, s)`, with
//! `q(g, 1) = 0`. So the cost is at least `Σ q(g, s(g))` for the sizes `s(g)` of the clusters, about
//! which two things are known:
//!
//! 1. With K < n clusters, at least n − K + 1 groups are not alone: clusters of `s` groups take
//!    `s − 1` merges, there are n − K of these, and at least one such cluster. The sum of the
//!    n − K + 1 smallest `q(g, 2)` is a bound.
//! 2. `Σ 1/s(g) = K`, as the groups of a cluster sum up to 1. So for every price `t ≥ 0` of a
//!    cluster, `Σ over g of min over s of (q(g, s) + t/s)`, less `t K`, is a bound: a Lagrangian
//!    relaxation.
//!
//! All in integers, fractions rounded down. O(n² A) time for A atoms of a group, O(n²) memory.

use super::atoms::Network;

/// What 1 is counted as, so that a share of it for each of up to 12 groups is exact.
const WHOLE: u64 = 27_720;

/// For each number of clusters, from 0, what any partition costs at least.
pub(super) fn bounds(network: &Network) -> Vec<u64> {
    let n = network.n_groups();
    let least: Vec<Vec<u64>> = (0..n).map(|group| others(network, group)).collect();
    let mut bounds = not_alone(&least, n);
    for (bound, other) in bounds.iter_mut().zip(priced(&least, n)) {
        *bound = (*bound).max(other).div_ceil(u128::from(WHOLE));
    }
    bounds.into_iter().map(|bound| u64::try_from(bound).unwrap_or(u64::MAX)).collect()
}

/// What each group that may join another opens on its interfaces, in ascending order.
fn others(network: &Network, group: usize) -> Vec<u64> {
    let joins = |&other: &usize| other != group && network.may_join(group, other);
    let opened = |other: usize| {
        let sets = network.carried[group].iter().map(|&at| {
            let interfaces = &network.interfaces[at];
            let new = network.newly_open(&network.members[other].opens, at);
            let all = WHOLE.saturating_mul(interfaces.count).saturating_mul(new);
            all / interfaces.groups.len() as u64
        });
        sets.fold(0, u64::saturating_add)
    };
    let mut opened: Vec<u64> = (0..network.n_groups()).filter(joins).map(opened).collect();
    opened.sort_unstable();
    opened
}

/// The first bound, times [`WHOLE`].
fn not_alone(least: &[Vec<u64>], n: usize) -> Vec<u128> {
    let mut cheapest: Vec<u64> =
        least.iter().filter_map(|others| others.first().copied()).collect();
    cheapest.sort_unstable();
    // Too few groups that may join any: there is no such partition, and any bound holds.
    let of = |n_clusters: usize| {
        let n_joined = if n_clusters < n { n - n_clusters + 1 } else { 0 };
        cheapest.iter().take(n_joined).map(|&opened| u128::from(opened)).sum()
    };
    (0..=n).map(of).collect()
}

/// The second bound, times [`WHOLE`], at prices that grow by a quarter.
fn priced(least: &[Vec<u64>], n: usize) -> Vec<u128> {
    let dearest = least.iter().filter_map(|others| others.last()).max().copied().unwrap_or(0);
    // Beyond it, every group is in the largest cluster that there can be.
    let highest = u128::from(dearest).saturating_mul((n * n) as u128).saturating_mul(2);
    let mut bounds = vec![0; n + 1];
    let mut price = u128::from(WHOLE);
    while price <= highest {
        let sum: u128 = least.iter().map(|others| at_price(others, price)).sum();
        for (n_clusters, bound) in bounds.iter_mut().enumerate() {
            *bound = sum.saturating_sub(price * n_clusters as u128).max(*bound);
        }
        price += price / 4;
    }
    bounds
}

/// The least over the sizes of its cluster of what a group costs, with its share of the price.
fn at_price(others: &[u64], price: u128) -> u128 {
    let sizes = (2_u128..).zip(others);
    let joined = sizes.map(|(size, &opened)| u128::from(opened) + price / size);
    joined.fold(price, u128::min)
}
