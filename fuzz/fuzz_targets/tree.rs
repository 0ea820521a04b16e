//! Trees of cases, where outer rules serve inner groups.
//!
//! Bytes make limits, a budget, and a tree with tangents and tolls at its leaves: no bound that is
//! accepted is above the optimum, which comes from trying every cover.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rangecover::problem::certificate::{
    BlockedRule, Certificate, Multiplier, Node, Tangent, Toll, Tolls,
};
use rangecover::problem::instance::{Budget, Group, Instance, Terms};
use rangecover::problem::limits::{LimitSpec, Limits};
use rangecover::problem::ports::{Protocol, Span};
use rangecover::problem::zones::Quota;
use rangecover::solve::{Outcome, Stop, solve, solver};
use rangecover::verify;

/// The runs of the outer group and of the inner one.
const OUTER: [(u32, u32); 4] = [(80, 80), (90, 90), (100, 101), (120, 120)];
const INNER: [(u32, u32); 4] = [(85, 85), (95, 96), (100, 100), (110, 112)];

fuzz_target!(|data: &[u8]| {
    let mut numbers = Numbers(data);
    let Some(instance) = instance(&mut numbers) else { return };
    let mut tree = Vec::new();
    while !numbers.0.is_empty() {
        tree.push(numbers.node());
    }
    let certificate = Certificate { tangents: Vec::new(), tree };
    let Ok(bound) = verify::bound(&instance, &certificate) else { return };
    match solve(solver("brute").unwrap(), &instance, Stop::never()).unwrap() {
        Outcome::Optimal { cover, .. } => {
            let facts = verify::cover(&instance, &cover).unwrap();
            assert!(bound <= facts.cost, "a bound of {bound}, the optimum is {}", facts.cost);
        }
        Outcome::Infeasible { .. } => {}
        other => panic!("{other:?}"),
    }
});

fn instance(numbers: &mut Numbers<'_>) -> Option<Instance> {
    let set = numbers.next();
    let mut limit = |bit: u8| (set >> bit & 1 == 1).then(|| numbers.next().into());
    let (max_open_ports, max_hole, max_rule_width) = (limit(0), limit(1), limit(2));
    let spec = LimitSpec { max_open_ports, max_hole, max_rule_width, ..LimitSpec::default() };
    let mut group = |zone: &str, runs: [(u32, u32); 4]| {
        let terms = Terms {
            zone: Some(zone.into()),
            quota: Quota::Ipv4,
            units: 1 + u32::from(numbers.next() % 4),
            weight: u32::from(numbers.next() % 4),
        };
        let runs = runs.map(|(from, to)| Span::new(from, to).expect("in order"));
        Group::new(Protocol::Tcp, terms, runs.to_vec())
    };
    let groups = [group("outer", OUTER), group("inner", INNER)];
    let budget = Budget::from(usize::from(numbers.next() % 32));
    let instance = Instance::of_groups(groups, budget, Limits::from(spec)).ok()?;
    instance.sharing(vec![vec![], vec![0]]).ok()
}

/// Numbers out of bytes; 0 when there are no more.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// A small number, or one at the end of what fits.
    fn large(&mut self) -> u64 {
        match self.next() {
            255 => u64::MAX - u64::from(self.next()),
            254 => u64::from(self.next()) << 32,
            small => small.into(),
        }
    }

    /// The first or the last port of a run, or some other port.
    fn run(&mut self, last: bool) -> u32 {
        let n = self.next();
        let runs = OUTER.iter().chain(&INNER);
        let run = runs.map(|&(from, to)| if last { to } else { from }).nth(n.into());
        run.unwrap_or(n.into())
    }

    fn node(&mut self) -> Node {
        if self.next() % 2 == 0 {
            // Holes begin after a run.
            return Node::Branch { group: usize::from(self.next() % 3), hole: self.run(true) + 1 };
        }
        let tangents = (0..self.next() % 3).map(|_| self.tangent()).collect();
        let tolls = (self.next() % 2 == 0).then(|| self.tolls());
        Node::Leaf { tangents, tolls }
    }

    fn tangent(&mut self) -> Tangent {
        let (class, price) = (usize::from(self.next() % 3), self.large());
        let windows = (0..self.next() % 3).map(|_| Multiplier {
            rule: BlockedRule {
                group: usize::from(self.next() % 3),
                from: self.run(false),
                to: self.run(true),
            },
            multiplier: self.large(),
        });
        let windows = windows.collect();
        Tangent { class, price, windows }
    }

    fn tolls(&mut self) -> Tolls {
        let (scale, ipv4, ipv6) = (self.next().into(), self.large(), self.large());
        let tolls = (0..self.next() % 5).map(|_| Toll {
            group: usize::from(self.next() % 3),
            run: self.run(false),
            outer: usize::from(self.next() % 3),
            hole: self.run(true) + 1,
            toll: self.large(),
        });
        let tolls = tolls.collect();
        Tolls { scale, ipv4, ipv6, tolls }
    }
}
