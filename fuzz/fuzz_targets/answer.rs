//! Files of answers, and the checker: what it accepts is true.
//!
//! Bytes that begin with `{` are a file of answers. Others are numbers, of which limits, a budget
//! and a certificate are made, because few mutations of JSON are JSON. Either way the claims are
//! about one small instance, whose optimum is found here by trying every cover.
#![no_main]

use std::sync::{Arc, OnceLock};

use rangecover::logs::inputs::{self, Reading};
use rangecover::present::report::Report;
use rangecover::problem::certificate::{
    BlockedRule, Certificate, Multiplier, Repairs, Tangent, Witness,
};
use rangecover::problem::instance::Instance;
use rangecover::problem::limits::{LimitSpec, Limits, WeightEntry};
use rangecover::problem::port_list::{Entry, UsedPorts, parse};
use rangecover::problem::ports::Span;
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{Stop, default_solver};
use rangecover::verify;
use rangecover_fuzz::{Guard, file, let_others_unwind};

const USED: &str = "80-82, 85, 86, 90, 100-103, 120, 121, 140\nudp/53, udp/60, udp/67-69";

const LOG: &[u8] = b"2 123456789012 eni-1 10.0.0.2 10.0.0.1 50000 443 6 9 900 100 160 ACCEPT OK\n\
                     2 123456789012 eni-1 10.0.0.3 10.0.0.1 50001 443 6 9 900 100 160 ACCEPT OK\n\
                     2 123456789012 eni-1 10.0.0.1 10.0.0.4 50002 53 17 9 900 100 160 REJECT OK\n";

libfuzzer_sys::fuzz_target!(init: let_others_unwind(), |data: &[u8]| check(data));

fn check(data: &[u8]) {
    let _guard = Guard;
    if data.starts_with(b"{") {
        check_file(data);
    } else {
        check_numbers(data);
    }
}

fn check_file(data: &[u8]) {
    let Ok(report) = serde_json::from_slice::<Report>(data) else { return };
    let written = serde_json::to_string(&report).expect("what was read can be written");
    let again: Report = serde_json::from_str(&written).expect("and read back");
    assert_eq!(serde_json::to_string(&again).ok().as_ref(), Some(&written));
    read_as(&report.reading);
    for record in &report.answers {
        let Some(case) = Case::new(record.limits.clone(), record.budget) else { continue };
        let facts = verify::cover(&case.instance, &record.cover(&case.instance)).ok();
        if let Some(facts) = facts {
            assert!(case.optimum().is_some_and(|optimum| optimum <= facts.cost));
            assert!(facts.n_rules <= record.budget);
        }
        if let Some(certificate) = &record.certificate {
            case.check_bound(certificate);
        }
        if let Some(witness) = &record.witness {
            case.check_witness(witness);
        }
        if let Some(repairs) = &record.repairs {
            case.check_repairs(repairs);
        }
    }
}

/// Reads inputs in the way that the file says, as `check` does.
fn read_as(reading: &Reading) {
    static PATH: OnceLock<String> = OnceLock::new();
    let path = PATH.get_or_init(|| file("log", LOG));
    let _ = inputs::read(std::slice::from_ref(path), reading, &());
}

fn check_numbers(data: &[u8]) {
    let mut numbers = Numbers { bytes: data };
    let limits = numbers.limits();
    let budget = usize::from(numbers.next());
    let Some(case) = Case::new(limits, budget) else { return };
    case.check_solver();
    let prices = [numbers.large(), numbers.large()];
    let windows: Vec<Multiplier> = std::iter::from_fn(|| numbers.window(&case.instance)).collect();
    let rules = windows.iter().map(|window| window.rule).collect();
    // The second tangent has no windows, and may be of a class that there is not.
    let class = usize::from(numbers.next() / 128);
    let tangents = vec![
        Tangent { class: 0, price: prices[0], windows },
        Tangent { class, price: prices[1], windows: Vec::new() },
    ];
    case.check_bound(&Certificate::from(tangents));
    case.check_witness(&Witness { windows: rules, ..Witness::default() });
}

/// Numbers out of bytes; 0 when there are no more.
struct Numbers<'a> {
    bytes: &'a [u8],
}

impl Numbers<'_> {
    fn next(&mut self) -> u8 {
        let Some((&first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        first
    }

    /// A small number, or one at the end of what fits.
    fn large(&mut self) -> u64 {
        match self.next() {
            255 => u64::MAX - u64::from(self.next()),
            254 => u64::from(self.next()) << 32,
            253 => u64::from(self.next()) << 8 | u64::from(self.next()),
            small => small.into(),
        }
    }

    fn limits(&mut self) -> LimitSpec {
        let set = self.next();
        let mut limit = |bit: u8| (set >> bit & 1 == 1).then(|| self.next().into());
        let (max_open_ports, max_hole, max_rule_width) = (limit(0), limit(1), limit(2));
        let forbid = (0..set >> 3 & 3).filter_map(|_| self.entry()).collect();
        let weights = (0..set >> 5 & 3).filter_map(|_| {
            let ports = self.entry()?;
            Some(WeightEntry { ports, weight: u32::try_from(self.large()).unwrap_or(u32::MAX) })
        });
        let weights = weights.collect();
        LimitSpec { max_open_ports, max_hole, max_rule_width, forbid, weights }
    }

    fn entry(&mut self) -> Option<Entry> {
        let from = u32::from(self.next());
        let span = Span::new(from, from + u32::from(self.next())).ok()?;
        Some(Entry { protocol: None, span })
    }

    /// A window from the start of a run to the end of another, or nearly so; none at the end.
    fn window(&mut self, instance: &Instance) -> Option<Multiplier> {
        if self.bytes.is_empty() {
            return None;
        }
        let group = usize::from(self.next() % 4);
        let runs = instance.groups().get(group).map_or(&[][..], |group| group.runs());
        let mut bound = |of: fn(Span) -> u32| {
            let n = self.next();
            runs.get(usize::from(n)).map_or(n.into(), |&run| of(run))
        };
        let (from, to) = (bound(Span::from), bound(Span::to));
        Some(Multiplier { rule: BlockedRule { group, from, to }, multiplier: self.large() })
    }
}

/// The instance under some limits.
struct Case {
    instance: Instance,
    limits: LimitSpec,
}

impl Case {
    /// None where the limits make no instance.
    fn new(limits: LimitSpec, budget: usize) -> Option<Self> {
        static PORTS: OnceLock<UsedPorts> = OnceLock::new();
        let used = PORTS.get_or_init(|| parse(USED).expect("a port list"));
        let shared = Arc::new(Limits::from(limits.clone()));
        let instance = Instance::from_used(used, budget, shared).ok()?;
        Some(Self { instance, limits })
    }

    fn optimum(&self) -> Option<u64> {
        least_costs(&self.instance, &self.limits).at(self.instance.budget().ipv4)
    }

    fn check_bound(&self, certificate: &Certificate) {
        if let Ok(bound) = verify::bound(&self.instance, certificate)
            && let Some(optimum) = self.optimum()
        {
            assert!(bound <= optimum, "a bound of {bound}, the optimum is {optimum}");
        }
    }

    fn check_witness(&self, witness: &Witness) {
        if verify::witness(&self.instance, witness).is_ok() {
            assert_eq!(self.optimum(), None, "a witness that there is no cover, and there is one");
        }
    }

    fn check_repairs(&self, repairs: &Repairs) {
        if verify::repairs(&self.instance, repairs).is_err() {
            return;
        }
        let costs = least_costs(&self.instance, &self.limits);
        assert!(costs.at(repairs.max_rules).is_some());
        assert!(repairs.max_rules.checked_sub(1).is_none_or(|less| costs.at(less).is_none()));
        let works = |max_open_ports: Option<u64>| {
            let limits = LimitSpec { max_open_ports, ..self.limits.clone() };
            least_costs(&self.instance, &limits).at(self.instance.budget().ipv4).is_some()
        };
        assert_eq!(works(repairs.max_open_ports), repairs.max_open_ports.is_some());
        let less = repairs.max_open_ports.and_then(|most| most.checked_sub(1));
        assert!(less.is_none_or(|less| !works(Some(less))));
    }

    /// The checker accepts what the solver says, and that is the optimum.
    fn check_solver(&self) {
        match answer(default_solver(), &self.instance, Stop::never()) {
            Ok(Answer::Optimal { facts, .. }) => assert_eq!(Some(facts.cost), self.optimum()),
            Ok(Answer::Infeasible { witness, repairs }) => {
                self.check_witness(&witness);
                self.check_repairs(&repairs);
                assert_eq!(self.optimum(), None);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The least cost for each number of rules, none where there is no cover.
struct Costs(Vec<Option<u64>>);

impl Costs {
    /// The least cost of at most so many rules.
    fn at(&self, budget: usize) -> Option<u64> {
        self.0.iter().take(budget.saturating_add(1)).flatten().min().copied()
    }
}

/// Tries every cover, port by port: nothing here comes from the checker or the solvers.
fn least_costs(instance: &Instance, limits: &LimitSpec) -> Costs {
    let mut all = vec![Some(0)];
    for group in instance.groups() {
        let runs = group.runs();
        let applies = |entry: &Entry| entry.protocol.is_none_or(|p| group.points() == p.into());
        let cost = |first: usize, last: usize| -> Option<u64> {
            let (mut open, mut widest, mut sum) = (0_u64, 0, 0);
            for hole in runs[first..=last].windows(2) {
                let ports = hole[0].to() + 1..hole[1].from();
                open += ports.len() as u64;
                widest = widest.max(ports.len() as u64);
                for port in ports {
                    let has = |entry: &Entry| applies(entry) && entry.span.contains(port);
                    if limits.forbid.iter().any(has) {
                        return None;
                    }
                    let weight = limits.weights.iter().rev().find(|entry| has(&entry.ports));
                    sum += weight.map_or(1, |entry| u64::from(entry.weight));
                }
            }
            let width = u64::from(runs[last].to() - runs[first].from()) + 1;
            let within = |found: u64, most: Option<u64>| most.is_none_or(|most| found <= most);
            let is_allowed = within(open, limits.max_open_ports)
                && within(widest, limits.max_hole)
                && within(width, limits.max_rule_width);
            is_allowed.then_some(sum)
        };
        let costs: Vec<Vec<Option<u64>>> = (0..runs.len())
            .map(|first| (first..runs.len()).map(|last| cost(first, last)).collect())
            .collect();
        let mut best = vec![None; runs.len() + 1];
        for kept in 0..1_u32 << (runs.len() - 1) {
            let (mut first, mut n_rules, mut sum) = (0, 0, Some(0));
            for last in 0..runs.len() {
                if last + 1 == runs.len() || kept >> last & 1 == 1 {
                    sum = sum.zip(costs[first][last - first]).map(|(a, b)| a + b);
                    n_rules += 1;
                    first = last + 1;
                }
            }
            best[n_rules] = least(best[n_rules], sum);
        }
        all = both(&all, &best);
    }
    Costs(all)
}

fn least(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a.into_iter().chain(b).min()
}

/// The least costs of two groups that share their rules.
fn both(a: &[Option<u64>], b: &[Option<u64>]) -> Vec<Option<u64>> {
    let mut sums = vec![None; a.len() + b.len()];
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate() {
            sums[i + j] = least(sums[i + j], a.zip(*b).map(|(a, b)| a + b));
        }
    }
    sums
}
