//! Branch and bound where outer rules serve inner groups: which holes of outer groups are bridged.
//!
//! At each node some holes of outer groups are decided. Its relaxation leaves every run that may
//! still be served out of the inner groups: an ordinary instance, which the search for the right
//! price solves with a certificate. If the outer rules of that optimum do serve all runs that were
//! left out, the node is done. If not, its holes in their way are undecided, and one of them makes
//! two nodes: bridged for good, or of no use to inner groups. Until then the bound is raised by
//! [tolls](super::tolls), which see what bridging a hole saves elsewhere. For an upper bound, the
//! service of a cover is taken for decided and everything else solved again.
//!
//! Nodes of the least bound come first. The leaves, with their certificates, are the proof of the
//! least bound among them, whenever the search stops.
//!
//! Land and Doig, "An automatic method of solving discrete programming problems", 1960.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::problem::certificate::{Certificate, Node, Tangent, Witness};
use crate::problem::cover::Cover;
use crate::problem::instance::relaxation::{Choice, Choices, Service, Way};
use crate::problem::instance::{Group, Instance};
use crate::problem::line::Line;
use crate::problem::ports::Span;
use crate::problem::zones::Family;
use crate::verify;

use super::lagrange;
use super::tolls::{Market, Prices};
use super::{Outcome, Problem, Stop};

/// Most nodes of a tree.
const MOST_NODES: usize = 10_000;

/// Most runs in all nodes of a tree together: what it takes to solve, to write and to check them.
const MOST_RUNS: usize = 1_000_000;

/// Steps of the search for tolls at the root.
const ROOT_STEPS: usize = 400;

/// The same in its parts, which go on from there.
const PART_STEPS: usize = 30;

/// A hole, by its group and its place there.
type HoleAt = (usize, usize);

/// A case of the tree.
struct Case {
    /// The case that it is a part of, and what is decided beyond that.
    decided: Option<(usize, HoleAt, Choice)>,
    /// No cover in it costs less.
    bound: u64,
    tangents: Vec<Tangent>,
    /// What the tangents prove.
    relaxed: u64,
    /// Prices that bound it, to go on from in its parts.
    prices: Prices,
    /// The undecided hole to branch on; none when the relaxation's optimum is a cover, or there is
    /// none.
    hole: Option<HoleAt>,
    /// The cases with the hole bridged and kept, once there are any.
    parts: Option<[usize; 2]>,
}

/// The search, with all that is known so far.
struct Search<'a> {
    instance: &'a Instance,
    service: Service<'a>,
    stop: Stop,
    cases: Vec<Case>,
    /// The cases to branch on: the least bound first, then the latest.
    open: BinaryHeap<(Reverse<u64>, usize)>,
    /// The cheapest cover and its cost.
    best: Option<(u64, Cover)>,
}

/// Solves a shared instance.
pub(super) fn search(problem: &Problem<'_>, stop: Stop) -> Outcome {
    let instance = problem.instance;
    let mut search = Search {
        instance,
        service: Service::new(instance),
        stop,
        cases: Vec::new(),
        open: BinaryHeap::new(),
        best: None,
    };
    // With each group on its own there is a cover of this one too.
    if let Outcome::Optimal { cover, .. } | Outcome::Feasible { cover, .. } =
        lagrange::search(problem, stop)
    {
        search.improve(&cover);
        search.offer(cover);
    }
    search.case(None);
    let most = MOST_NODES.min(MOST_RUNS / instance.n_runs());
    while search.cases.len() + 2 <= most && !stop.reached() {
        let Some((Reverse(bound), at)) = search.open.pop() else {
            break;
        };
        if bound >= search.value() {
            break;
        }
        search.branch(at);
    }
    search.outcome()
}

impl Search<'_> {
    /// The cost of the cheapest cover; the largest number while there is none.
    fn value(&self) -> u64 {
        self.best.as_ref().map_or(u64::MAX, |&(cost, _)| cost)
    }

    /// Takes a cover if it is one, and the cheapest so far. Whether it is one.
    fn offer(&mut self, cover: Cover) -> bool {
        // The checker knows the rules of sharing, and leaves nothing to believe.
        let Ok(facts) = verify::cover(self.instance, &cover) else {
            return false;
        };
        if facts.cost < self.value() {
            self.best = Some((facts.cost, cover));
        }
        true
    }

    /// Branches a case into the one where its hole is bridged and the one where it is kept.
    fn branch(&mut self, at: usize) {
        if let Some(hole) = self.cases[at].hole {
            let parts = [Choice::Bridged, Choice::Kept];
            let parts = parts.map(|choice| self.case(Some((at, hole, choice))));
            self.cases[at].parts = Some(parts);
        }
    }

    /// Bounds a case, looks for a cover near its relaxation's, and returns its index.
    fn case(&mut self, decided: Option<(usize, HoleAt, Choice)>) -> usize {
        let choices = self.choices(decided);
        let mut case = Case {
            decided,
            bound: u64::MAX,
            tangents: Vec::new(),
            relaxed: u64::MAX,
            prices: Prices::default(),
            hole: None,
            parts: None,
        };
        if let Some(relaxation) = self.service.relax(&choices)
            && let Some((cover, certificate)) = self.solve(&relaxation.instance)
        {
            let bound = verify::bound(&relaxation.instance, &certificate).unwrap_or(0);
            case.relaxed = bound.saturating_add(relaxation.base);
            case.bound = case.relaxed;
            case.tangents = certificate.tangents;
            let cover = relaxation.cover(self.instance.groups().len(), cover);
            if case.bound < self.value() && !self.offer(cover.clone()) {
                self.improve(&cover);
                case.hole = self.hole_in_the_way(&choices, &cover);
                self.raise(&mut case, &choices, &relaxation.instance);
            }
        }
        let at = self.cases.len();
        if case.hole.is_some() && case.bound < self.value() {
            self.open.push((Reverse(case.bound), at));
        }
        self.cases.push(case);
        at
    }

    /// Raises the bound of a case by tolls, and looks for a cover near what these lead to.
    fn raise(&mut self, case: &mut Case, choices: &Choices, relaxed: &Instance) {
        let Some(market) = Market::new(&self.service, choices) else {
            return;
        };
        let (start, n_steps) = match case.decided {
            Some((whole, ..)) => (self.cases[whole].prices.clone(), PART_STEPS),
            None => (Prices::new(&self.service, unit_prices(relaxed, &case.tangents)), ROOT_STEPS),
        };
        let target = self.best.as_ref().map(|&(cost, _)| cost);
        let found = market.raise(start, target, n_steps, self.stop);
        for cover in found.covers {
            self.improve(&cover);
        }
        let tolls = found.prices.certificate(&self.service);
        let bound = verify::case_bound(&self.service, choices, &[], Some(&tolls)).unwrap_or(0);
        case.bound = case.bound.max(bound);
        case.prices = found.prices;
    }

    /// Everything that is decided in a case.
    fn choices(&self, mut decided: Option<(usize, HoleAt, Choice)>) -> Choices {
        let mut choices = Choices::all(self.instance, Choice::Undecided);
        while let Some((whole, (group, hole), choice)) = decided {
            choices.set(group, hole, choice);
            decided = self.cases[whole].decided;
        }
        choices
    }

    /// A cover of an ordinary instance with a certificate, if there is a cover.
    fn solve(&self, instance: &Instance) -> Option<(Cover, Certificate)> {
        let problem = Problem { instance, line: Line::new(instance) };
        match lagrange::search(&problem, self.stop) {
            Outcome::Optimal { cover, certificate } | Outcome::Feasible { cover, certificate } => {
                Some((cover, certificate.unwrap_or_default()))
            }
            Outcome::Infeasible { .. } | Outcome::Unknown => None,
        }
    }

    /// Offers the best cover in which outer rules serve the runs that those of a cover serve.
    fn improve(&mut self, cover: &Cover) {
        let mut choices = Choices::all(self.instance, Choice::Kept);
        for (group, runs) in self.instance.groups().iter().map(Group::runs).enumerate() {
            for (i, &run) in runs.iter().enumerate() {
                let ways = self.service.ways(group, i);
                let mut taken = ways.iter().filter(|way| cover.contains(way.outer, run));
                // The outermost rule serves the groups between as well.
                if ways.iter().all(|way| !way.holes.is_empty())
                    && let Some(way) = taken.next_back()
                {
                    for hole in way.holes.clone() {
                        choices.set(way.outer, hole, Choice::Bridged);
                    }
                }
            }
        }
        if let Some(relaxation) = self.service.relax(&choices)
            && let Some((cover, _)) = self.solve(&relaxation.instance)
        {
            let is_cover = self.offer(relaxation.cover(self.instance.groups().len(), cover));
            debug_assert!(is_cover, "everything is decided");
        }
    }

    /// The undecided hole in the way of most runs that the rules of a cover leave out.
    fn hole_in_the_way(&self, choices: &Choices, cover: &Cover) -> Option<HoleAt> {
        let groups = self.instance.groups();
        let mut n_runs: Vec<Vec<u64>> =
            groups.iter().map(|group| vec![0; group.runs().len() - 1]).collect();
        let is_bridged = |group: usize, hole: usize| {
            let runs = groups[group].runs();
            cover.contains(group, Span::over(runs[hole], runs[hole + 1]))
        };
        for (group, runs) in groups.iter().map(Group::runs).enumerate() {
            for (i, &run) in runs.iter().enumerate() {
                let ways = self.service.ways(group, i);
                let is_served = cover.contains(group, run)
                    || ways.iter().any(|way| cover.contains(way.outer, run));
                let is_open = |way: &&Way| {
                    way.holes.clone().all(|hole| choices.of(way.outer, hole) != Choice::Kept)
                };
                for way in ways.iter().filter(is_open).filter(|_| !is_served) {
                    for hole in way.holes.clone().filter(|&hole| !is_bridged(way.outer, hole)) {
                        n_runs[way.outer][hole] += 1;
                    }
                }
            }
        }
        let holes = n_runs.iter().enumerate().flat_map(|(group, holes)| {
            holes.iter().enumerate().map(move |(hole, &n)| (n, Reverse((group, hole))))
        });
        holes.filter(|&(n, _)| n > 0).max().map(|(_, Reverse(at))| at)
    }

    fn outcome(self) -> Outcome {
        let leaves = self.cases.iter().filter(|case| case.parts.is_none());
        let bound = leaves.map(|case| case.bound).min().unwrap_or(0);
        let tree = tree(&self.service, self.cases, bound);
        let certificate = |tree| Some(Certificate { tree, ..Certificate::default() });
        match self.best {
            Some((cost, cover)) if bound >= cost => {
                Outcome::Optimal { cover, certificate: certificate(tree) }
            }
            Some((_, cover)) => Outcome::Feasible { cover, certificate: certificate(tree) },
            None if bound == u64::MAX => {
                Outcome::Infeasible { witness: Some(Witness { tree, ..Witness::default() }) }
            }
            None => Outcome::Unknown,
        }
    }
}

/// The cases in preorder, as a certificate has them, with what it takes to prove a bound.
fn tree(service: &Service<'_>, mut cases: Vec<Case>, bound: u64) -> Vec<Node> {
    let groups = service.instance().groups();
    let mut nodes = Vec::with_capacity(cases.len());
    let mut next = vec![0];
    while let Some(at) = next.pop() {
        let case = &mut cases[at];
        nodes.push(match (case.parts, case.hole) {
            (Some([bridged, kept]), Some((group, hole))) => {
                next.extend([kept, bridged]);
                Node::Branch { group, hole: groups[group].runs()[hole].to() + 1 }
            }
            _ if case.relaxed >= bound => {
                Node::Leaf { tangents: std::mem::take(&mut case.tangents), tolls: None }
            }
            _ => {
                let tolls = Some(case.prices.certificate(service));
                Node::Leaf { tangents: Vec::new(), tolls }
            }
        });
    }
    nodes
}

/// What units of each quota cost in a relaxation, by its tangents.
fn unit_prices(relaxed: &Instance, tangents: &[Tangent]) -> [u64; Family::ALL.len()] {
    Family::ALL.map(|family| {
        let classes = tangents.iter().filter_map(|tangent| {
            let class = &relaxed.classes()[tangent.class];
            class.quota.counts_in(family).then(|| tangent.price / u64::from(class.units))
        });
        classes.min().unwrap_or(0)
    })
}
