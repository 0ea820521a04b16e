//! Port sets that a heuristic is bad at, whatever the seed.
//!
//! A `greedy-trap` has room for some 3,000 ports: beyond, the last parts fall off the end, and
//! ports drawn from everywhere take their place.

use super::dice::Dice;
use super::draft::Draft;
use crate::problem::ports::N_PORTS;

/// Series of a `threshold-trap`, one for so many ports.
const PORTS_OF_SERIES: u32 = 100;

/// Series of ports at equal distances, each with a distance of its own.
///
/// All holes of a series tie: one threshold bridges all of them or none, so a budget that ends
/// within the widest series leaves it a single rule.
pub(super) fn threshold_trap(dice: &mut Dice, draft: &mut Draft) {
    let wanted = draft.wanted();
    let most = N_PORTS / wanted;
    let mut port = dice.below(most.clamp(1, 100));
    for first in (0..wanted).step_by(PORTS_OF_SERIES as usize) {
        let step = dice.between((most / 2).max(1), most);
        for _ in first..wanted.min(first + PORTS_OF_SERIES) {
            draft.add(port);
            port += step;
        }
    }
}

/// The limit that sets a `greedy-trap`: `--max-open-ports 18`.
const LIMIT: u32 = 18;
/// Ports between the parts, more than any rule opens.
const APART: u32 = 2 * LIMIT;

/// Blocks of three holes `a, b, a` with `b < a ≤ 18 < a + b`, and pairs of ports around a hole of
/// 16 to 18.
///
/// Where a rule opens at most 18 ports, `b` is bridged first and then neither `a` can be, although
/// the two of them save a rule more, for `2a − b ≤ 17`. So the pairs are bridged at 16 to 18 each,
/// most of them too early, and then there is nothing left to bridge.
pub(super) fn greedy_trap(dice: &mut Dice, draft: &mut Draft) {
    /// Ports of a block and a pair.
    const PORTS: u32 = 6;
    /// A block opens at most 31 ports, a pair 18.
    const SPAN: u32 = PORTS + 31 + LIMIT;
    let n_parts = draft.wanted().div_ceil(PORTS);
    let room = (N_PORTS / n_parts).saturating_sub(SPAN) / 2;
    let mut port = dice.below(room.max(1));
    for _ in 0..n_parts {
        let b = dice.between(7, 9);
        let a = LIMIT + 1 - b;
        for hole in [a, b, a] {
            draft.add(port);
            port += hole + 1;
        }
        draft.add(port);
        port += dice.between(APART, room.max(APART));
        draft.add(port);
        port += dice.between(LIMIT - 2, LIMIT) + 1;
        draft.add(port);
        port += dice.between(APART, room.max(APART));
    }
}
