//! How many holes each class keeps in any cover that is better than the known one.
//!
//! At the [prices](super::prices) per unit each class has a row `d C + p q K ≥ ℓ`. Those of all
//! classes but one, the budgets, and what a better cover may cost bound that sum for the last class
//! from above. A steep tangent of it is above that bound when few holes are kept, a flat one when
//! many are: which leaves a range.

use super::ProofError;
use super::prices::{Prices, gcd};
use super::rows::{ClassRows, Rows};
use super::script::{Row, Script, Sum, Variable};

/// What a better cover than the known one has to satisfy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Better {
    /// Its row: the cost is at most this.
    pub(super) row: Row,
    pub(super) cost: i128,
    /// The budget rows, and what they allow.
    pub(super) budgets: [Option<Row>; 2],
    pub(super) slack: [i128; 2],
}

/// The kept holes of a class, with the rows that say so, where they say anything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) least: i128,
    pub(super) least_row: Option<Row>,
    pub(super) most: i128,
    pub(super) most_row: Option<Row>,
}

/// What the classes keep, or a contradiction.
pub(super) enum Ranges {
    Of(Vec<Range>),
    Contradiction(Row),
}

/// The row `d C + p q K ≥ least` of a class.
struct Least {
    row: Row,
    least: i128,
}

/// Derives the range of each class.
pub(super) fn ranges(
    rows: Rows<'_>,
    classes: &mut [ClassRows<'_>],
    better: Better,
    prices: Prices,
    script: &mut Script,
) -> Result<Ranges, ProofError> {
    let least: Option<Vec<Least>> =
        classes.iter_mut().map(|class| least(rows, class, prices, script)).collect();
    let least = least.ok_or(ProofError::Weights)?;
    let all: i128 = least.iter().map(|least| least.least).sum();
    let paid = super::prices::dot(prices.per_unit, better.slack);
    // What is left for the sum of all classes beyond their least.
    let left = prices.scale * better.cost + paid - all;
    let mut others = Sum::default();
    others.add(better.row, prices.scale);
    for (budget, price) in better.budgets.into_iter().zip(prices.per_unit) {
        if let Some(budget) = budget {
            others.add(budget, price);
        }
    }
    if left < 0 {
        for least in &least {
            others.add(least.row, 1);
        }
        script.comment("the bound at prices per unit is enough");
        return Ok(Ranges::Contradiction(script.pol(&others)));
    }
    let mut ranges = Vec::new();
    for (i, class) in classes.iter_mut().enumerate() {
        let mut sum = others.clone();
        let rest = least.iter().enumerate().filter(|&(j, _)| j != i);
        rest.for_each(|(_, least)| sum.add(least.row, 1));
        let range = range(rows, class, (sum, left + least[i].least), prices, script);
        if range.least > range.most {
            let mut sum = Sum::default();
            range.least_row.iter().chain(&range.most_row).for_each(|&row| sum.add(row, 1));
            script.comment("no number of kept holes is left for a class");
            return Ok(Ranges::Contradiction(script.pol(&sum)));
        }
        ranges.push(range);
    }
    Ok(Ranges::Of(ranges))
}

/// A bound on what a class costs and takes together: tangents times factors, over a divisor.
struct Together {
    least: i128,
    lines: Vec<(usize, i128)>,
    divisor: i128,
    /// How many times the row of the fewest kept holes.
    rise: i128,
}

/// The best such bound: of a tangent that rises from the fewest kept holes on, or of two that cross
/// where the sum is least. None where numbers grow too large.
fn together(class: &ClassRows<'_>, prices: Prices) -> Option<Together> {
    let (scale, rule) = (prices.scale, prices.of(class));
    let slope = |line: usize| rule - scale * class.lines[line].price;
    let at = |line: usize, n_kept: i128| scale * class.lines[line].at_none + slope(line) * n_kept;
    let (rising, falling): (Vec<usize>, Vec<usize>) =
        (0..class.lines.len()).partition(|&line| slope(line) >= 0);
    let highest =
        |lines: &[usize], n_kept: i128| lines.iter().copied().max_by_key(|&line| at(line, n_kept));
    let edge = highest(&rising, class.fewest).expect("that of no price does not fall");
    let mut best = Together {
        least: at(edge, class.fewest),
        lines: vec![(edge, scale)],
        divisor: 1,
        rise: slope(edge),
    };
    let place = first(class.fewest, class.n_holes(), |n_kept| slope(class.cost(n_kept).1) >= 0);
    for place in [place - 1, place] {
        let (Some(right), Some(left)) = (highest(&rising, place), highest(&falling, place)) else {
            continue;
        };
        let (up, down) = (slope(right), -slope(left));
        let steeper = class.lines[left].price - class.lines[right].price;
        let common = gcd(gcd(up, down), steeper);
        let (up, down, divisor) = (up / common, down / common, steeper / common);
        let of_left = up.checked_mul(class.lines[left].at_none)?;
        let of_right = down.checked_mul(class.lines[right].at_none)?;
        let least = ceil(of_left.checked_add(of_right)?, divisor);
        if least > best.least {
            best = Together { least, lines: vec![(left, up), (right, down)], divisor, rise: 0 };
        }
    }
    Some(best)
}

/// Derives that bound; none where numbers grow too large.
fn least(
    rows: Rows<'_>,
    class: &mut ClassRows<'_>,
    prices: Prices,
    script: &mut Script,
) -> Option<Least> {
    let Together { least, lines, divisor, rise } = together(class, prices)?;
    let mut sum = Sum::default();
    for (line, factor) in lines {
        if factor > 0 {
            sum.add(class.line(line, rows, script), factor);
        }
    }
    match class.fewest_row(rows, script) {
        Some(row) => sum.add(row, rise),
        None => class.holes.iter().for_each(|&hole| sum.shift(Variable::Hole(hole), rise)),
    }
    sum.divide(divisor);
    Some(Least { row: script.pol(&sum), least })
}

/// Derives the range of a class from a sum that leaves so much for what it costs and takes.
fn range(
    rows: Rows<'_>,
    class: &mut ClassRows<'_>,
    (sum, most_together): (Sum, i128),
    prices: Prices,
    script: &mut Script,
) -> Range {
    let (scale, rule) = (prices.scale, prices.of(class));
    let mut range = Range {
        least: class.fewest,
        least_row: class.fewest_row(rows, script),
        most: class.n_holes(),
        most_row: None,
    };
    let (mut steep, mut flat) = (None, None);
    for (i, line) in class.lines.iter().enumerate() {
        let left = most_together - scale * line.at_none;
        match rule - scale * line.price {
            slope if slope < 0 && ceil(-left, -slope) > range.least => {
                range.least = ceil(-left, -slope);
                steep = Some((i, -slope));
            }
            slope if slope > 0 && left.div_euclid(slope) < range.most => {
                range.most = left.div_euclid(slope);
                flat = Some((i, slope));
            }
            _ => {}
        }
    }
    let mut derive = |(line, slope): (usize, i128)| {
        let mut sum = sum.clone();
        sum.add(class.line(line, rows, script), scale);
        sum.divide(slope);
        script.pol(&sum)
    };
    if let Some(steep) = steep {
        range.least_row = Some(derive(steep));
    }
    if let Some(flat) = flat {
        range.most_row = Some(derive(flat));
    }
    range
}

/// The first of a range from which on something is so, or its end.
fn first(from: i128, to: i128, is_so: impl Fn(i128) -> bool) -> i128 {
    let (mut low, mut high) = (from, to);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Division that rounds up.
pub(super) fn ceil(a: i128, b: i128) -> i128 {
    -(-a).div_euclid(b)
}
