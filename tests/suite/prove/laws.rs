//! Laws of proofs, on random instances.

use std::path::Path;

use proptest::prelude::*;
use rangecover::present::export::opb::opb;
use rangecover::problem::instance::{Budget, Group, Instance, Terms};
use rangecover::problem::limits::{LimitSpec, Limits, WeightEntry};
use rangecover::problem::model::Model;
use rangecover::problem::port_list::{self, Entry};
use rangecover::problem::ports::{Protocol, Span};
use rangecover::proof::{ProofError, proof};
use rangecover::research::generate::knapsack;
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{Stop, default_solver};

use super::checker::{verified, veripb};
use crate::instances::{
    any_instance, large_instance, large_zoned_instance, nested_instance, zoned_instance,
};

/// A model and a proof, as files hold them, and what they claim.
struct Proven {
    model: Vec<u8>,
    proof: Vec<u8>,
    claim: String,
}

fn prove(instance: &Instance) -> Result<Proven, ProofError> {
    let model = Model::new("a test", instance).unwrap();
    let answer = answer(default_solver(), instance, Stop::never()).unwrap();
    let proof = proof(&model, instance, &answer)?;
    let claim = match answer {
        Answer::Infeasible { .. } => "BOUNDS INF <= obj <= INF".to_owned(),
        Answer::Optimal { facts, .. } => {
            format!("BOUNDS {0} <= obj <= {0}", facts.cost)
        }
        other => panic!("not decided: {other:?}"),
    };
    Ok(Proven { model: opb(&model), proof, claim })
}

/// Every proof is accepted.
fn is_accepted(veripb: &Path, instance: &Instance) -> Result<(), TestCaseError> {
    let proven = prove(instance).unwrap();
    let said = verified(veripb, &proven.model, &proven.proof);
    prop_assert_eq!(said, Some(proven.claim), "{:#?}", instance);
    Ok(())
}

/// The text with the one line changed that a test picks.
fn changed(text: &[u8], is_it: impl Fn(&str) -> bool, change: impl Fn(&str) -> String) -> Vec<u8> {
    let text = std::str::from_utf8(text).unwrap();
    let n_changed = text.lines().filter(|line| is_it(line)).count();
    assert_eq!(n_changed, 1, "{text}");
    let lines = text.lines().map(|line| if is_it(line) { change(line) } else { line.to_owned() });
    (lines.collect::<Vec<_>>().join("\n") + "\n").into_bytes()
}

/// The optimum of a claim, and one more.
fn raised(claim: &str) -> Option<(u64, u64)> {
    let cost: u64 = claim.strip_prefix("BOUNDS ")?.split(' ').next()?.parse().ok()?;
    Some((cost, cost + 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn proofs_of_small_instances_are_accepted(instance in any_instance()) {
        let Some(veripb) = veripb() else { return Ok(()) };
        is_accepted(veripb, &instance)?;
    }

    #[test]
    fn proofs_of_zones_are_accepted(instance in zoned_instance()) {
        let Some(veripb) = veripb() else { return Ok(()) };
        is_accepted(veripb, &instance)?;
    }

    #[test]
    fn a_raised_bound_is_refused(instance in any_instance()) {
        let Some(veripb) = veripb() else { return Ok(()) };
        let Proven { model, proof, claim } = prove(&instance).unwrap();
        let Some((cost, more)) = raised(&claim) else { return Ok(()) };
        let is_conclusion = |line: &str| line.starts_with("conclusion");
        let lower = changed(&proof, is_conclusion, |line| {
            line.replacen(&format!("BOUNDS {cost}"), &format!("BOUNDS {more}"), 1)
        });
        prop_assert_eq!(verified(veripb, &model, &lower), None, "{}\n{}", String::from_utf8_lossy(&model), String::from_utf8_lossy(&proof));
        let both = changed(&lower, is_conclusion, |line| {
            line.replacen(&format!(" {cost} : "), &format!(" {more} : "), 1)
        });
        prop_assert_eq!(verified(veripb, &model, &both), None, "{}\n{}", String::from_utf8_lossy(&model), String::from_utf8_lossy(&proof));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn proofs_of_hundreds_of_ports_are_accepted(instance in large_instance()) {
        let Some(veripb) = veripb() else { return Ok(()) };
        is_accepted(veripb, &instance)?;
    }

    #[test]
    fn proofs_of_hundreds_of_ports_in_zones_are_accepted(instance in large_zoned_instance()) {
        let Some(veripb) = veripb() else { return Ok(()) };
        is_accepted(veripb, &instance)?;
    }

    #[test]
    fn shared_instances_have_no_model(instance in nested_instance()) {
        prop_assert!(Model::new("a test", &instance).is_err());
    }
}

/// What three zones of one, two and two units have to do within nine: a small knapsack.
fn three_zones() -> Proven {
    let group = |zone: &str, units, ports: &str| {
        let terms = Terms { zone: Some(zone.into()), units, ..Terms::default() };
        let used = port_list::parse(ports).unwrap();
        Group::new(Protocol::Tcp, terms, used[&Protocol::Tcp].runs())
    };
    let groups = [group("a", 1, "100,107"), group("b", 2, "200,211"), group("c", 2, "300,311")];
    let instance = Instance::of_groups(groups, Budget::from(5 + 4), Limits::default()).unwrap();
    prove(&instance).unwrap()
}

#[test]
fn a_knapsack_takes_more_than_prices() {
    let text = String::from_utf8(three_zones().proof).unwrap();
    // Some claim is split, by unit propagation over clauses.
    assert!(text.contains(" rup 1 "), "{text}");
    let Some(veripb) = veripb() else { return };
    let Proven { model, proof, claim } = three_zones();
    assert_eq!(claim, "BOUNDS 6 <= obj <= 6");
    assert_eq!(verified(veripb, &model, &proof), Some(claim));
}

#[test]
fn a_changed_line_is_refused() {
    let Some(veripb) = veripb() else { return };
    let Proven { model, proof, .. } = three_zones();
    let text = String::from_utf8(proof.clone()).unwrap();
    // Each claim with one literal less, and each bound on a class one higher, one at a time.
    let mut n_refused = 0;
    for (place, line) in text.lines().enumerate() {
        let change = match line.split(' ').nth(1) {
            Some("rup") if !line.contains("rup >=") => line.replacen("rup 1 ", "rup 0 ", 1),
            Some("pbc") => {
                let (terms, rest) = line.split_once(" >= ").unwrap();
                let (degree, rest) = rest.split_once(' ').unwrap();
                let more = degree.parse::<u64>().unwrap() + 1;
                format!("{terms} >= {more} {rest}")
            }
            _ => continue,
        };
        let changed: Vec<&str> = text
            .lines()
            .enumerate()
            .map(|(i, line)| if i == place { &change[..] } else { line })
            .collect();
        let changed = changed.join("\n") + "\n";
        assert_eq!(verified(veripb, &model, changed.as_bytes()), None, "{line}\n{change}\n{text}");
        n_refused += 1;
    }
    assert!(n_refused >= 4, "{text}");
}

#[test]
fn a_proof_of_another_model_is_refused() {
    let Some(veripb) = veripb() else { return };
    let Proven { model, proof, .. } = three_zones();
    // One more unit in the budget, and a hole that costs one less.
    for (is_it, from, to) in [("-1 x1 ", ">= -4", ">= -5"), ("min:", "+10 ~x3", "+9 ~x3")] {
        let other =
            changed(&model, |line| line.starts_with(is_it), |line| line.replacen(from, to, 1));
        assert_ne!(other, model);
        assert_eq!(verified(veripb, &other, &proof), None);
    }
}

#[test]
fn huge_weights_are_proven_or_refused() {
    let weights = |weight| {
        let port = |from, to| Entry { protocol: None, span: Span::new(from, to).unwrap() };
        vec![
            WeightEntry { ports: port(0, 250), weight },
            WeightEntry { ports: port(251, 400), weight: 1 },
        ]
    };
    for weight in [1, 1 << 20, u32::MAX] {
        for units in [[1, 1], [1, 7], [65_521, 65_536]] {
            let group = |zone: &str, units, ports: &str| {
                let terms =
                    Terms { zone: Some(zone.into()), units, weight: u32::MAX, ..Terms::default() };
                let used = port_list::parse(ports).unwrap();
                Group::new(Protocol::Tcp, terms, used[&Protocol::Tcp].runs())
            };
            let groups = [
                group("a", units[0], "100,107,120,128,200-203,300"),
                group("b", units[1], "100,104,211,230,260"),
            ];
            let spec = LimitSpec { weights: weights(weight), ..LimitSpec::default() };
            let least: u32 = units.iter().sum();
            for more in [0, 1, 3, 10, 65_521, 200_000] {
                let budget = Budget::from((least + more) as usize);
                let limits = Limits::from(spec.clone());
                let Ok(instance) = Instance::of_groups(groups.clone(), budget, limits) else {
                    continue;
                };
                match prove(&instance) {
                    Ok(Proven { model, proof, claim }) => {
                        let Some(veripb) = veripb() else { return };
                        assert_eq!(verified(veripb, &model, &proof), Some(claim));
                    }
                    Err(error) => assert_eq!(error, ProofError::Weights),
                }
            }
        }
    }
}

#[test]
fn proofs_of_generated_policies_are_accepted() {
    let Some(veripb) = veripb() else { return };
    let accepted = |(seed, zones, ports): (u64, u32, u32), budget: usize| {
        let instance = knapsack(seed, zones, ports).unwrap().instance(budget, Limits::default());
        let Proven { model, proof, claim } = prove(&instance.unwrap()).unwrap();
        assert_eq!(
            verified(veripb, &model, &proof),
            Some(claim),
            "{seed} {zones}x{ports} {budget}"
        );
    };
    // What a better cover keeps at least takes more units than there are.
    accepted((1, 30, 40), 1_802);
    for seed in 1..=4 {
        for budget in [80, 130, 200, 333, 700, 1_500, 4_000] {
            accepted((seed, 12, 20), budget);
        }
    }
}
