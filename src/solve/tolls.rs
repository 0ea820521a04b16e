//! Tolls for service: a Lagrangian relaxation in which each group goes for itself.
//!
//! A run that is left out of its group's rules pays for the holes that an outer rule has to bridge
//! for it, and the outer group gets what all runs pay for a hole: what a rule is worth to others
//! comes into its own sums. At given tolls and prices of units the best that a group can do is a
//! shortest path over its runs, O(m). Tolls rise where runs count on a hole that is not bridged,
//! and fall where more is bridged than is counted on; prices of units likewise. Integers only, in
//! fractions of a unit of cost.
//!
//! Held, Wolfe and Crowder, "Validation of subgradient optimization", 1974.

use std::collections::VecDeque;

use crate::problem::certificate::{Toll, Tolls};
use crate::problem::cover::Cover;
use crate::problem::instance::relaxation::{Choice, Choices, Service, Way};
use crate::problem::instance::{Budget, Instance};
use crate::problem::line::Line;
use crate::problem::ports::Span;
use crate::problem::zones::{Family, Quota};

use super::Stop;

/// Fractions of a unit of cost.
const SCALE: u32 = 256;

/// A full step, in the fractions that steps are shortened by.
const FULL_STEP: i128 = 64;

/// Steps without gain before they are halved.
const PATIENCE: usize = 8;

/// Steps from one cover that is worth a look to the next.
const COVER_STEPS: usize = 25;

/// Prices of units, and the toll of each run for each hole in each of its ways.
#[derive(Debug, Clone, Default)]
pub(super) struct Prices {
    units: [i128; Family::ALL.len()],
    tolls: Vec<i128>,
}

/// The best prices that were found, and what the groups do at them and on the way.
pub(super) struct Found {
    pub(super) prices: Prices,
    /// Rules of outer groups that runs may count on; no covers where they do so in vain.
    pub(super) covers: Vec<Cover>,
}

/// A run that may be left out, in a merged line, with the tolls and holes of each way.
struct Passenger {
    run: usize,
    ways: Vec<Vec<(usize, usize)>>,
}

/// The groups of a case, ready for any prices.
pub(super) struct Market {
    instance: Instance,
    line: Line,
    base: i128,
    passengers: Vec<Passenger>,
    /// What there is of each quota, without what is of no use.
    budget: Budget,
}

/// What the groups do.
#[derive(Default)]
struct Plan {
    value: i128,
    /// The first and the last run of each rule, in the merged line.
    rules: Vec<(usize, usize)>,
    /// For each hole of the line whether it is bridged.
    bridged: Vec<bool>,
    /// The way of each passenger that is left out.
    taken: Vec<Option<usize>>,
    units: Budget,
}

impl Prices {
    /// Prices to start from: no tolls, and what units cost without any service.
    pub(super) fn new(service: &Service<'_>, units: [u64; Family::ALL.len()]) -> Self {
        let n_tolls = each_toll(service).count();
        let units = units.map(|price| i128::from(price) * i128::from(SCALE));
        Self { units, tolls: vec![0; n_tolls] }
    }

    /// What stands in a certificate.
    pub(super) fn certificate(&self, service: &Service<'_>) -> Tolls {
        let groups = service.instance().groups();
        let tolls = each_toll(service).zip(&self.tolls).filter(|&(_, &toll)| toll > 0);
        let whole = |n: i128| u64::try_from(n).unwrap_or(u64::MAX);
        let toll =
            |((group, run, outer, hole), &toll): ((usize, usize, usize, usize), &i128)| Toll {
                group,
                run: groups[group].runs()[run].from(),
                outer,
                hole: groups[outer].runs()[hole].to() + 1,
                toll: whole(toll),
            };
        let [ipv4, ipv6] = self.units.map(whole);
        Tolls { scale: SCALE, ipv4, ipv6, tolls: tolls.map(toll).collect() }
    }
}

/// Group, run, outer group and hole of every toll.
fn each_toll(service: &Service<'_>) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    let groups = service.instance().groups().iter().enumerate();
    let runs = groups.flat_map(|(i, group)| (0..group.runs().len()).map(move |run| (i, run)));
    runs.flat_map(|(i, run)| {
        let holes = move |way: &Way| {
            let outer = way.outer;
            way.holes.clone().map(move |hole| (i, run, outer, hole))
        };
        service.ways(i, run).iter().flat_map(holes)
    })
}

impl Market {
    /// The groups under some choices; none when a limit forbids these.
    pub(super) fn new(service: &Service<'_>, choices: &Choices) -> Option<Self> {
        let merged = service.merge(choices)?;
        let line = Line::new(&merged.instance);
        let kept_before = choices.kept_before();
        let bases = line.group_starts();
        let mut passengers = Vec::new();
        let mut next = 0;
        for (i, group) in service.instance().groups().iter().enumerate() {
            for run in 0..group.runs().len() {
                let is_merged = choices.merge(i, run);
                let mut ways = Vec::new();
                for way in service.ways(i, run) {
                    let first = next;
                    next += way.holes.len();
                    if is_merged || !way.is_open(&kept_before) {
                        continue;
                    }
                    let holes = (first..).zip(way.holes.clone());
                    let open =
                        holes.filter(|&(_, hole)| choices.of(way.outer, hole) == Choice::Undecided);
                    let place = |(toll, hole): (usize, usize)| {
                        (toll, bases[way.outer] as usize + merged.runs[way.outer][hole])
                    };
                    ways.push(open.map(place).collect());
                }
                if !ways.is_empty() {
                    let run = bases[i] as usize + merged.runs[i][run];
                    passengers.push(Passenger { run, ways });
                }
            }
        }
        let budget = merged.instance.budget().min(merged.instance.units_of_all_runs());
        let base = i128::from(merged.base) * i128::from(SCALE);
        Some(Self { instance: merged.instance, line, base, passengers, budget })
    }

    /// Searches for prices at which the groups together pay most, towards the cost of a cover.
    pub(super) fn raise(
        &self,
        mut prices: Prices,
        target: Option<u64>,
        n_steps: usize,
        stop: Stop,
    ) -> Found {
        let mut plan = self.plan(&prices);
        let mut best = (plan.value, prices.clone(), plan.rules.clone());
        let mut covers = Vec::new();
        let mut length = FULL_STEP;
        let mut without_gain = 0;
        let target = target.map(|cost| i128::from(cost) * i128::from(SCALE));
        for nth in 1..n_steps {
            // Without a cover, a little more than there is.
            let more = i128::from(SCALE) + plan.value.abs() / 16;
            let wanted = target.map_or(more, |target| target - plan.value);
            if wanted <= 0 || stop.reached() || !self.step(&mut prices, &plan, wanted * length) {
                break;
            }
            plan = self.plan(&prices);
            if plan.value > best.0 {
                best = (plan.value, prices.clone(), plan.rules.clone());
                without_gain = 0;
            } else {
                without_gain += 1;
            }
            if without_gain == PATIENCE {
                (length, without_gain) = ((length / 2).max(1), 0);
            }
            if nth % COVER_STEPS == 0 {
                covers.push(self.cover(&plan.rules));
            }
        }
        covers.push(self.cover(&best.2));
        Found { prices: best.1, covers }
    }

    /// Moves all prices in the direction of what they fail to settle; whether there is any.
    fn step(&self, prices: &mut Prices, plan: &Plan, length: i128) -> bool {
        let mut demand = vec![0_i128; prices.tolls.len()];
        for (passenger, taken) in self.passengers.iter().zip(&plan.taken) {
            for (way, tolls) in passenger.ways.iter().enumerate() {
                for &(toll, hole) in tolls {
                    demand[toll] = i128::from(*taken == Some(way)) - i128::from(plan.bridged[hole]);
                }
            }
        }
        let excess =
            |family: Family| plan.units.of(family) as i128 - self.budget.of(family) as i128;
        let units = Family::ALL.map(excess);
        // Prices of units and tolls are of different kinds, so each kind has a step of its own.
        let of_units = moves(&mut prices.units, &units, length);
        moves(&mut prices.tolls, &demand, length) || of_units
    }

    /// What the groups do at some prices.
    fn plan(&self, prices: &Prices) -> Plan {
        let n_runs = self.line.n_runs();
        let mut holes: Vec<i128> =
            self.line.costs().iter().map(|&cost| i128::from(cost) * i128::from(SCALE)).collect();
        let mut fares: Vec<Option<(i128, usize, usize)>> = vec![None; n_runs];
        for (nth, passenger) in self.passengers.iter().enumerate() {
            for (way, tolls) in passenger.ways.iter().enumerate() {
                let fare: i128 = tolls.iter().map(|&(toll, _)| prices.tolls[toll]).sum();
                for &(toll, hole) in tolls {
                    holes[hole] -= prices.tolls[toll];
                }
                let best = &mut fares[passenger.run];
                if best.is_none_or(|(least, ..)| fare < least) {
                    *best = Some((fare, nth, way));
                }
            }
        }
        let mut plan = Plan {
            value: self.base,
            bridged: vec![false; holes.len()],
            taken: vec![None; self.passengers.len()],
            ..Plan::default()
        };
        let bases = self.line.group_starts();
        for (i, group) in self.instance.groups().iter().enumerate() {
            let first = bases[i] as usize;
            let end = first + group.runs().len();
            let terms = group.terms();
            let rule = unit_price(prices, terms.quota) * i128::from(terms.units);
            let n_before = plan.rules.len();
            plan.value += self.path((first, end), rule, &holes, &fares, &mut plan);
            plan.units.add(terms, plan.rules.len() - n_before);
        }
        for (family, price) in Family::ALL.into_iter().zip(prices.units) {
            plan.value -= price * self.budget.of(family) as i128;
        }
        plan
    }

    /// The least that a group pays, and how.
    fn path(
        &self,
        (first, end): (usize, usize),
        rule: i128,
        holes: &[i128],
        fares: &[Option<(i128, usize, usize)>],
        plan: &mut Plan,
    ) -> i128 {
        // For each run the least up to it, and the first run of the rule that ends there.
        let mut reached: Vec<(i128, Option<usize>)> = Vec::with_capacity(end - first);
        let mut sum = 0;
        let mut queue: VecDeque<(usize, i128)> = VecDeque::new();
        for run in first..end {
            let before = reached.last().map_or(0, |&(value, _)| value);
            if run > first {
                sum += holes[run - 1];
            }
            let value = before - sum;
            while queue.pop_back_if(|&mut (_, other)| other >= value).is_some() {}
            queue.push_back((run, value));
            let earliest = self.line.starts()[run] as usize;
            while queue.pop_front_if(|&mut (start, _)| start < earliest).is_some() {}
            let (start, value) = queue.front().copied().unwrap_or((run, value));
            let in_rule = value + sum + rule;
            reached.push(match fares[run] {
                Some((fare, ..)) if before + fare < in_rule => (before + fare, None),
                _ => (in_rule, Some(start)),
            });
        }
        let least = reached.last().map_or(0, |&(value, _)| value);
        let mut next = end;
        while next > first {
            let run = next - 1;
            next = match (reached[run - first].1, fares[run]) {
                (Some(start), _) => {
                    plan.rules.push((start, run));
                    plan.bridged[start..run].fill(true);
                    start
                }
                (None, Some((_, nth, way))) => {
                    plan.taken[nth] = Some(way);
                    run
                }
                (None, None) => run,
            };
        }
        least
    }

    /// The rules of a plan.
    fn cover(&self, rules: &[(usize, usize)]) -> Cover {
        let groups = self.instance.groups().iter().zip(self.line.group_starts());
        let groups = groups.map(|(group, &base)| {
            let (runs, base) = (group.runs(), base as usize);
            let own = |&&(start, _): &&(usize, usize)| (base..base + runs.len()).contains(&start);
            let span =
                |&(start, last): &(usize, usize)| Span::over(runs[start - base], runs[last - base]);
            let mut spans: Vec<Span> = rules.iter().filter(own).map(span).collect();
            spans.reverse();
            spans
        });
        Cover { groups: groups.collect() }
    }
}

/// Moves prices in proportion to what more is wanted; whether any moves.
fn moves(prices: &mut [i128], wanted: &[i128], length: i128) -> bool {
    // What is 0 already does not fall.
    let moving = prices.iter().zip(wanted).filter(|&(&price, &more)| more > 0 || price > 0);
    let norm: i128 = moving.map(|(_, &more)| more * more).sum();
    if norm == 0 {
        return false;
    }
    for (price, more) in prices.iter_mut().zip(wanted) {
        *price = (*price + more * length / (2 * norm * FULL_STEP)).max(0);
    }
    true
}

fn unit_price(prices: &Prices, quota: Quota) -> i128 {
    quota.families().map(|family| prices.units[family as usize]).sum()
}
