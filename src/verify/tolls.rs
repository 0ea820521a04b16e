//! Bounds from tolls: outer rules and inner runs are settled with each other by prices.
//!
//! Let `b_h = 1` when hole `h` of an outer group is bridged, and `s = 1` when a run is served in some
//! way; then `s ≤ b_h` for each hole on the way. For tolls `τ ≥ 0` and prices `t ≥ 0` of units no
//! cover costs less than
//!
//! ```text
//! Σ_g min { Σ_h (c_h − Σ τ) b_h + Σ_j toll of j, if left out + t · units } − t · R
//! ```
//!
//! where each group goes for itself: a run is in one of its rules or pays the tolls of its cheapest
//! way, and holes that are decided need none. The least for a group is a shortest path over its
//! runs, found here with a queue, O(m). Any tolls and prices give a true bound.

use std::collections::{HashMap, VecDeque};

use crate::problem::certificate::{Toll, Tolls};
use crate::problem::instance::relaxation::{Choice, Choices, Merged, Service};
use crate::problem::zones::Family;

use super::Checker;
use super::hole::find;
use super::ledger::Ledger;
use super::violation::Violation;

/// What is paid and given back, by the runs and holes of a merged instance.
struct Accounts {
    /// For each group and run what it takes to leave it out; none where no way is open.
    fares: Vec<Vec<Option<i128>>>,
    /// For each group and hole what bridging it brings.
    rebates: Vec<Vec<i128>>,
}

/// The bound that tolls prove under some choices; the largest number when a limit forbids these.
pub(super) fn bound(
    service: &Service<'_>,
    choices: &Choices,
    tolls: &Tolls,
) -> Result<u64, Violation> {
    let scale = i128::from(tolls.scale);
    if scale == 0 {
        return Err(Violation::NoScale);
    }
    let Some(merged) = service.merge(choices) else {
        return Ok(u64::MAX);
    };
    let accounts = Accounts::new(service, choices, &merged, &tolls.tolls)?;
    let checker = Checker::new(&merged.instance);
    let groups = merged.instance.groups();
    // Costs are below 2^63 and tolls below 2^64, fewer than 2^40 of each; prices below 2^64 meet
    // units below 2^50: every sum fits i128.
    let mut total = 0;
    for (i, ledger) in checker.ledgers.iter().enumerate() {
        let terms = groups[i].terms();
        let prices: i128 = terms.quota.families().map(|family| price(tolls, family)).sum();
        let rule = prices * i128::from(terms.units);
        total += least(ledger, scale, rule, &accounts.fares[i], &accounts.rebates[i]);
    }
    // Units beyond a rule for each run are of no use.
    let budget = merged.instance.budget().min(merged.instance.units_of_all_runs());
    for family in Family::ALL {
        total -= price(tolls, family) * budget.of(family) as i128;
    }
    let whole = total.div_euclid(scale) + i128::from(total.rem_euclid(scale) > 0);
    Ok(u64::try_from(whole.max(0)).unwrap_or(u64::MAX).saturating_add(merged.base))
}

fn price(tolls: &Tolls, family: Family) -> i128 {
    i128::from(match family {
        Family::Ipv4 => tolls.ipv4,
        Family::Ipv6 => tolls.ipv6,
    })
}

impl Accounts {
    fn new(
        service: &Service<'_>,
        choices: &Choices,
        merged: &Merged,
        tolls: &[Toll],
    ) -> Result<Self, Violation> {
        let instance = service.instance();
        let kept_before = choices.kept_before();
        let groups = merged.instance.groups();
        let mut rebates: Vec<Vec<i128>> =
            groups.iter().map(|group| vec![0; group.runs().len() - 1]).collect();
        // What a run pays in one of its ways.
        let mut paid: HashMap<(usize, usize, usize), i128> = HashMap::new();
        for toll in tolls {
            let no_way = || Violation::NoWay(*toll);
            let group = instance.groups().get(toll.group).ok_or_else(no_way)?;
            let run = group.runs().binary_search_by_key(&toll.run, |run| run.from());
            let run = run.map_err(|_| no_way())?;
            let hole = find(instance, toll.outer, toll.hole).ok_or_else(no_way)?;
            let mut ways = service.ways(toll.group, run).iter();
            let way = ways.find(|way| way.outer == toll.outer && way.holes.contains(&hole));
            let way = way.ok_or_else(no_way)?;
            if way.is_open(&kept_before) && choices.of(toll.outer, hole) == Choice::Undecided {
                *paid.entry((toll.group, run, toll.outer)).or_default() += i128::from(toll.toll);
                rebates[toll.outer][merged.runs[toll.outer][hole]] += i128::from(toll.toll);
            }
        }
        let mut fares: Vec<Vec<Option<i128>>> =
            groups.iter().map(|group| vec![None; group.runs().len()]).collect();
        for (i, group) in instance.groups().iter().enumerate() {
            for run in 0..group.runs().len() {
                if choices.merge(i, run) {
                    continue;
                }
                let open = service.ways(i, run).iter().filter(|way| way.is_open(&kept_before));
                let fare = open.map(|way| paid.get(&(i, run, way.outer)).copied().unwrap_or(0));
                fares[i][merged.runs[i][run]] = fare.min();
            }
        }
        Ok(Self { fares, rebates })
    }
}

/// The least that a group pays: in rules at a price each, for holes less their rebates, in fares.
fn least(
    ledger: &Ledger<'_>,
    scale: i128,
    rule: i128,
    fares: &[Option<i128>],
    rebates: &[i128],
) -> i128 {
    let mut first = 0;
    // The least up to the run that comes next, and what its holes cost before it.
    let (mut reached, mut holes) = (0, 0);
    // Runs that a rule may start from, with the least up to them less what their holes cost.
    let mut starts: VecDeque<(usize, i128)> = VecDeque::new();
    for (run, fare) in fares.iter().enumerate() {
        if run > 0 {
            let cost = i128::from(ledger.cost_before()[run] - ledger.cost_before()[run - 1]);
            holes += scale * cost - rebates[run - 1];
        }
        while first < run && ledger.allowed(first, run).is_err() {
            first += 1;
        }
        let value = reached - holes;
        while starts.pop_back_if(|&mut (_, other)| other >= value).is_some() {}
        starts.push_back((run, value));
        while starts.pop_front_if(|&mut (start, _)| start < first).is_some() {}
        let in_rule = starts.front().map_or(i128::MAX, |&(_, start)| start + holes + rule);
        reached = fare.map_or(in_rule, |fare| in_rule.min(reached + fare));
    }
    reached
}
