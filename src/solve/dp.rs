//! The layered dynamic program: the least cost for every number of rules.
//!
//! Layer `k` holds for each run the most that can be kept closed before it with `k` rules, the last
//! of which ends there: `d_k(j) = max { d_{k−1}(i−1) + c_{i−1} : a(j) ≤ i ≤ j }`. The window slides,
//! so a monotone queue makes a layer O(m) and all budgets up to R O(mR).
//!
//! Classes of different units are [joined](super::join) over the units beyond the least.
//!
//! The cover is found backwards through stored layers. Only every q-th layer is kept, with q about
//! the root of R, and the layers between are computed again: O(m √R) memory for twice the time.

use std::collections::VecDeque;

use crate::problem::cover::Cover;
use crate::problem::instance::Budget;
use crate::problem::line::Line;

use super::join::{Join, Share};
use super::sweep::fewest_rule_starts;
use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

/// The dynamic program over numbers of rules.
#[derive(Debug)]
pub(super) struct Dp;

/// For each run what is kept closed when a rule ends there; `None` where no cover does.
type Layer = Vec<Option<u64>>;

/// One rule from run 0 to each run.
fn first_layer(line: &Line) -> Layer {
    line.starts().iter().map(|&start| (start == 0).then_some(0)).collect()
}

/// One more rule.
fn next_layer(line: &Line, layer: &Layer) -> Layer {
    let mut queue: VecDeque<(u32, u64)> = VecDeque::new();
    let mut next = Vec::with_capacity(layer.len());
    for (run, &earliest) in (0..).zip(line.starts()) {
        // A rule that starts at this run keeps the hole before it.
        if let Some(before) = (run as usize).checked_sub(1)
            && let Some(kept) = layer[before]
        {
            let kept = kept + line.costs()[before];
            while queue.pop_back_if(|&mut (_, value)| value <= kept).is_some() {}
            queue.push_back((run, kept));
        }
        while queue.pop_front_if(|&mut (start, _)| start < earliest).is_some() {}
        next.push(queue.front().map(|&(_, kept)| kept));
    }
    next
}

/// The least cost with exactly 1, 2, … `most_rules` rules; `None` where there is no such cover.
#[must_use]
pub fn least_costs(line: &Line, most_rules: usize) -> Vec<Option<u64>> {
    let most_rules = most_rules.min(line.n_runs());
    let mut costs = Vec::with_capacity(most_rules);
    let mut layer = first_layer(line);
    for k in 1..=most_rules {
        if k > 1 {
            layer = next_layer(line, &layer);
        }
        let kept = layer.last().copied().flatten();
        costs.push(kept.map(|kept| line.total_cost() - kept));
    }
    costs
}

impl Solver for Dp {
    fn name(&self) -> &'static str {
        "dp"
    }

    fn about(&self) -> &'static str {
        "layered dynamic program over the number of rules, O(mR); exact"
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Exact
    }

    fn search(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        let Problem { instance, line } = problem;
        let least = line.units(instance, &fewest_rule_starts(line));
        if least.exceeds(instance.budget()).is_some() {
            return Ok(Outcome::Infeasible { witness: None });
        }
        let mut cover = Cover::without_rules(instance.groups().len());
        for (line, n_rules) in shared(problem, instance.budget().less(least), stop) {
            match rule_starts(&line, n_rules, stop) {
                Some(rule_starts) => line.place(instance, &rule_starts, &mut cover),
                None => return Ok(problem.out_of_time()),
            }
        }
        let is_whole = cover.groups.iter().all(|rules| !rules.is_empty());
        if !is_whole {
            return Ok(problem.out_of_time());
        }
        Ok(Outcome::Optimal { cover, certificate: None })
    }
}

/// The line of each class, and its number of rules in the best cover; nothing if time is over.
fn shared(problem: &Problem<'_>, slack: Budget, stop: Stop) -> Vec<(Line, usize)> {
    let Problem { instance, line } = problem;
    if let Some(n_rules) = problem.most_rules() {
        return vec![(line.clone(), n_rules)];
    }
    let mut classes = Vec::new();
    let mut shares = Vec::new();
    for class in instance.classes() {
        if stop.reached() {
            return Vec::new();
        }
        let line = Line::of_class(instance, class);
        let fewest = fewest_rule_starts(&line).len();
        let costs = least_costs(
            &line,
            fewest.saturating_add(slack.n_rules(class.quota, class.units as usize)),
        );
        let costs = costs.into_iter().skip(fewest - 1);
        shares.push(Share {
            quota: class.quota,
            units: class.units as usize,
            first: 0,
            costs: costs
                .map(|cost| cost.expect("any number above the fewest has a cover"))
                .collect(),
        });
        classes.push((line, fewest));
    }
    let join = Join::new(shares, slack, || stop.reached());
    let Some(further) = join.and_then(|join| join.further_rules(slack)) else {
        return Vec::new();
    };
    classes.into_iter().zip(further).map(|((line, fewest), more)| (line, fewest + more)).collect()
}

/// The first run of each rule of the best cover with exactly `n_rules` rules; none if time is over.
fn rule_starts(line: &Line, n_rules: usize, stop: Stop) -> Option<Vec<u32>> {
    let stride = n_rules.isqrt().max(1);
    let mut checkpoints = vec![first_layer(line)];
    let mut layer = checkpoints[0].clone();
    for k in 1..n_rules {
        if stop.reached() {
            return None;
        }
        layer = next_layer(line, &layer);
        if k % stride == 0 {
            checkpoints.push(layer.clone());
        }
    }
    let kept = layer.last().copied().flatten()?;
    Some(trace_back(line, &checkpoints, stride, n_rules, kept))
}

/// The first run of each rule of a cover with exactly `n_rules` rules that keeps `kept` closed.
fn trace_back(
    line: &Line,
    checkpoints: &[Layer],
    stride: usize,
    n_rules: usize,
    mut kept: u64,
) -> Vec<u32> {
    let mut rule_starts = vec![0; n_rules];
    let mut end = line.n_runs() - 1;
    let mut layers: Vec<Layer> = Vec::new();
    // Rule k (from 0) ends at `end` and is found from the layer of k rules, number k − 1.
    for k in (1..n_rules).rev() {
        let (block, within) = ((k - 1) / stride, (k - 1) % stride);
        if layers.len() <= within {
            layers = vec![checkpoints[block].clone()];
            for i in 0..within {
                layers.push(next_layer(line, &layers[i]));
            }
        }
        let below = layers.pop().expect("the layers up to this one were just made");
        let earliest = (line.starts()[end] as usize).max(1);
        let before = (earliest - 1..end)
            .rev()
            .find(|&run| below[run].map(|value| value + line.costs()[run]) == Some(kept))
            .expect("the layer above was computed from this one");
        rule_starts[k] = u32::try_from(before + 1).expect("runs are u32");
        kept -= line.costs()[before];
        end = before;
    }
    rule_starts
}
