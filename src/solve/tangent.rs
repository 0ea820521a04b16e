//! Tangents of the front, which certificates are made of.

use crate::problem::certificate::{Multiplier, Tangent};
use crate::problem::instance::Instance;
use crate::problem::line::Line;

use super::pass::Pass;

/// The tangent at an integer price: the duals of the hitting-set recursion.
///
/// The least weight of kept holes never falls from one run to the next, and rises only where a
/// window ends; by how much it rises is that window's multiplier.
pub(super) fn tangent_at(
    line: &Line,
    instance: &Instance,
    class: usize,
    price: u64,
    pass: &mut Pass,
) -> Tangent {
    pass.run(line, &(0..line.n_runs()), 2 * price);
    let mut before = 0;
    let mut windows = Vec::new();
    for (run, reached) in pass.reached(line, 2 * price).enumerate() {
        let rise = (reached - before) / 2;
        before = reached;
        if rise > 0 && !line.is_boundary(run - 1) {
            let first = line.starts()[run] as usize - 1;
            windows.push(Multiplier {
                rule: line.blocked_rule(instance, first, run),
                multiplier: rise,
            });
        }
    }
    Tangent { class, price, windows }
}
