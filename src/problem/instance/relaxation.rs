//! Relaxations of a shared instance: ordinary instances that no cover of it beats.
//!
//! Choices say of some holes of outer groups that a rule bridges them, of others that they are
//! *kept*: no run counts on a rule over them. Every run that may then still be served is left to
//! its outer groups, and its ports are free inside rules of its own group; all other runs are for
//! their own group. Holes that are bridged for good merge the runs around them. Any cover in which
//! the bridged holes are bridged, and the kept ones are not, covers what the relaxation asks for
//! once its rules are cut to that: no rule grows, so no limit breaks, and nothing costs more. So
//! the optimum of the relaxation and the cost of the merged holes bound its cost.
//!
//! A run may be served when the limits allow a rule of an outer group over it that bridges no kept
//! hole. Once all holes in its way are bridged, or there are none, it is served for sure: the outer
//! group has a rule there, or is itself served by one that contains it.

use std::ops::Range;
use std::sync::Arc;

use super::relaxed::{Hole, Relaxed};
use super::{Group, Instance, classes};
use crate::problem::cover::Cover;
use crate::problem::limits::Limits;
use crate::problem::points::Points;
use crate::problem::ports::Span;

/// What is decided of a hole of an outer group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Nothing.
    #[default]
    Undecided,
    /// A rule contains it.
    Bridged,
    /// No run counts on a rule that contains it.
    Kept,
}

/// What is decided of each hole of each group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choices(Vec<Vec<Choice>>);

impl Choices {
    /// The same choice for every hole.
    pub(crate) fn all(instance: &Instance, choice: Choice) -> Self {
        let n_holes = instance.groups().iter().map(|group| group.runs().len() - 1);
        Self(n_holes.map(|n_holes| vec![choice; n_holes]).collect())
    }

    /// What is decided of a hole; nothing where there is no such hole.
    pub(crate) fn of(&self, group: usize, hole: usize) -> Choice {
        self.0.get(group).and_then(|group| group.get(hole)).copied().unwrap_or_default()
    }

    /// Whether a hole beside a run is bridged for good, so that the run is a part of a larger one.
    pub(crate) fn merge(&self, group: usize, run: usize) -> bool {
        let is_bridged = |hole| self.of(group, hole) == Choice::Bridged;
        is_bridged(run) || run.checked_sub(1).is_some_and(is_bridged)
    }

    /// Decides on a hole.
    pub(crate) fn set(&mut self, group: usize, hole: usize, choice: Choice) {
        self.0[group][hole] = choice;
    }

    /// For each group and hole the number of kept holes before it, and after the last.
    pub(crate) fn kept_before(&self) -> Vec<Vec<usize>> {
        let of_group = |holes: &Vec<Choice>| {
            let mut n_kept = 0;
            let counts = holes.iter().map(|&choice| {
                n_kept += usize::from(choice == Choice::Kept);
                n_kept
            });
            std::iter::once(0).chain(counts).collect()
        };
        self.0.iter().map(of_group).collect()
    }
}

/// A way for a run to be served: by a rule of an outer group over at least these runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// The outer group.
    pub(crate) outer: usize,
    /// The holes that the rule bridges, if any.
    pub(crate) holes: Range<usize>,
}

impl Way {
    /// Whether no hole is kept in it.
    pub(crate) fn is_open(&self, kept_before: &[Vec<usize>]) -> bool {
        let kept = &kept_before[self.outer];
        kept[self.holes.end] == kept[self.holes.start]
    }
}

/// A shared instance with all ways to serve each run.
#[derive(Debug)]
pub(crate) struct Service<'a> {
    instance: &'a Instance,
    ways: Vec<Vec<Vec<Way>>>,
}

/// A shared instance without the holes that are bridged for good.
#[derive(Debug)]
pub(crate) struct Merged {
    /// Its runs and holes, each group on its own.
    pub(crate) instance: Instance,
    /// The cost of the holes that are bridged.
    pub(crate) base: u64,
    /// For each group and run the run that it is, or is a part of. Hole `i` is the one after the
    /// run with run `i` in it.
    pub(crate) runs: Vec<Vec<usize>>,
}

/// A relaxation.
#[derive(Debug)]
pub(crate) struct Relaxation {
    /// The ordinary instance; groups all of whose runs may be served are not in it.
    pub(crate) instance: Instance,
    /// The cost of the holes that are bridged for good.
    pub(crate) base: u64,
    /// The places of its groups among those of the shared instance.
    groups: Vec<usize>,
}

impl<'a> Service<'a> {
    /// Finds the ways to serve each run, those of the innermost group first.
    pub(crate) fn new(instance: &'a Instance) -> Self {
        let of_group = |(i, group): (usize, &Group)| {
            let way = |run: Span, &outer: &usize| way(instance, outer, run);
            let ways = |&run| instance.outer(i).iter().filter_map(|o| way(run, o)).collect();
            group.runs().iter().map(ways).collect()
        };
        Self { instance, ways: instance.groups().iter().enumerate().map(of_group).collect() }
    }

    /// The shared instance.
    pub(crate) fn instance(&self) -> &'a Instance {
        self.instance
    }

    /// The ways to serve a run of a group, those of the innermost group first.
    pub(crate) fn ways(&self, group: usize, run: usize) -> &[Way] {
        &self.ways[group][run]
    }

    /// The relaxation under some choices; none when a limit forbids what they bridge.
    pub(crate) fn relax(&self, choices: &Choices) -> Option<Relaxation> {
        let kept_before = choices.kept_before();
        let is_open = |way: &Way| way.is_open(&kept_before);
        let mut relaxed = Vec::new();
        let mut places = Vec::new();
        let mut base: u64 = 0;
        for i in 0..self.ways.len() {
            let (cost, group) = self.part(choices, i, |ways| ways.iter().any(is_open))?;
            base = base.saturating_add(cost);
            if let Some(group) = group {
                relaxed.push(group);
                places.push(i);
            }
        }
        Some(Relaxation { instance: self.ordinary(relaxed), base, groups: places })
    }

    /// All runs, those around holes that are bridged for good as one; none when a limit forbids it.
    pub(crate) fn merge(&self, choices: &Choices) -> Option<Merged> {
        let mut merged = Vec::new();
        let mut base: u64 = 0;
        for i in 0..self.ways.len() {
            let (cost, group) = self.part(choices, i, |_| false)?;
            base = base.saturating_add(cost);
            merged.extend(group);
        }
        let runs = choices.0.iter().map(|holes| {
            let mut run = 0;
            let next = holes.iter().map(|&choice| {
                run += usize::from(choice != Choice::Bridged);
                run
            });
            std::iter::once(0).chain(next).collect()
        });
        Some(Merged { instance: self.ordinary(merged), base, runs: runs.collect() })
    }

    /// A group with its bridged holes merged, without runs that are left out, and the cost of the
    /// former.
    fn part(
        &self,
        choices: &Choices,
        i: usize,
        leaves_out: impl Fn(&[Way]) -> bool,
    ) -> Option<(u64, Option<Group>)> {
        let group = &self.instance.groups()[i];
        let mut builder = Builder::new(self.instance.limits(), group);
        for (run, ways) in self.ways[i].iter().enumerate() {
            let is_bridged = |hole| choices.of(i, hole) == Choice::Bridged;
            let is_merged = run.checked_sub(1).is_some_and(is_bridged);
            let is_required = is_bridged(run) || !leaves_out(ways);
            builder.push(group.runs()[run], is_merged, is_required)?;
        }
        Some((builder.base, builder.group()))
    }

    fn ordinary(&self, groups: Vec<Group>) -> Instance {
        let classes = classes(&groups).into();
        let (budget, limits) = (self.instance.budget, Arc::clone(&self.instance.limits));
        Instance { groups: groups.into(), classes, budget, limits, outer: None }
    }
}

impl Relaxation {
    /// A cover of the relaxation, with the groups of the shared instance.
    pub(crate) fn cover(&self, n_groups: usize, cover: Cover) -> Cover {
        let mut groups = vec![Vec::new(); n_groups];
        for (&place, rules) in self.groups.iter().zip(cover.groups) {
            groups[place] = rules;
        }
        Cover { groups }
    }
}

fn way(instance: &Instance, outer: usize, run: Span) -> Option<Way> {
    let group = &instance.groups()[outer];
    let runs = group.runs();
    let first = runs.partition_point(|r| r.from() <= run.from()).checked_sub(1)?;
    let last = runs.partition_point(|r| r.to() < run.to());
    let inside = runs.get(first..=last)?;
    let mut hole = Hole::default();
    for pair in inside.windows(2) {
        hole.add(pair[0].hole_before(pair[1])?.len(), 0);
    }
    let rule = Span::over(runs[first], runs[last]);
    allows(instance.limits(), group.points(), rule, hole)
        .then_some(Way { outer, holes: first..last })
}

/// Whether the limits allow a rule with these unused ports.
fn allows(limits: &Limits, points: Points, rule: Span, unused: Hole) -> bool {
    let within = |most: Option<u64>, n: u64| most.is_none_or(|most| n <= most);
    let forbidden = limits.forbidden(points);
    let next = forbidden.partition_point(|ports| ports.to() < rule.from());
    within(limits.max_open_ports(), unused.open)
        && within(limits.max_hole(), unused.largest)
        && within(limits.max_rule_width(), rule.len())
        // No used port is forbidden.
        && forbidden.get(next).is_none_or(|ports| ports.from() > rule.to())
}

/// A group of a relaxation, run by run.
struct Builder<'a> {
    limits: &'a Limits,
    group: &'a Group,
    runs: Vec<Span>,
    /// What is bridged inside each run.
    inside: Vec<Hole>,
    holes: Vec<Hole>,
    /// What is unused after the last run.
    gap: Hole,
    last: Option<Span>,
    base: u64,
}

impl<'a> Builder<'a> {
    fn new(limits: &'a Limits, group: &'a Group) -> Self {
        let (runs, inside, holes) = (Vec::new(), Vec::new(), Vec::new());
        let gap = Hole::default();
        Self { limits, group, runs, inside, holes, gap, last: None, base: 0 }
    }

    /// The next run; none when a limit forbids to merge it with the one before.
    fn push(&mut self, run: Span, is_merged: bool, is_required: bool) -> Option<()> {
        let block = self.last.and_then(|last| last.hole_before(run));
        self.last = Some(run);
        let cost = block.map_or(0, |block| self.group.cost(self.limits, block));
        let size = block.map_or(0, Span::len);
        if is_merged {
            // A run beside a bridged hole is required, so the one before is the last.
            let (merged, inside) = self.runs.last_mut().zip(self.inside.last_mut())?;
            *merged = Span::over(*merged, run);
            inside.add(size, cost);
            self.base = self.base.saturating_add(cost);
            return allows(self.limits, self.group.points(), *merged, *inside).then_some(());
        }
        self.gap.add(size, cost);
        if is_required {
            let gap = std::mem::take(&mut self.gap);
            if !self.runs.is_empty() {
                self.holes.push(gap);
            }
            self.runs.push(run);
            self.inside.push(Hole::default());
        }
        Some(())
    }

    /// The group; none without runs.
    fn group(self) -> Option<Group> {
        let Self { group, runs, inside, holes, .. } = self;
        if runs.is_empty() {
            return None;
        }
        let is_plain = runs.len() == group.runs().len();
        let open_inside = inside.iter().map(|inside| inside.open).collect();
        let relaxed = (!is_plain).then(|| Box::new(Relaxed { open_inside, holes }));
        Some(Group { relaxed, ..Group::new(group.points, group.terms.clone(), runs) })
    }
}
