//! Laws of proofs, on random instances.

use std::path::Path;

use proptest::prelude::*;
use rangecover::answer::{Answer, answer};
use rangecover::export::opb::opb;
use rangecover::instance::Instance;
use rangecover::model::Model;
use rangecover::proof::{ProofError, proof};
use rangecover::solve::{Stop, default_solver};

use super::checker::{veripb, verified};
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

/// The proof with every number at least this raised by one in the lines that match.
fn with_line(text: &[u8], is_it: impl Fn(&str) -> bool, change: impl Fn(&str) -> String) -> Vec<u8> {
    let text = std::str::from_utf8(text).unwrap();
    let mut n_changed = 0;
    let lines = text.lines().map(|line| {
        if is_it(line) {
            n_changed += 1;
            change(line) + "\n"
        } else {
            line.to_owned() + "\n"
        }
    });
    let changed: String = lines.collect();
    assert_eq!(n_changed, 1, "{text}");
    changed.into_bytes()
}

fn raised(claim: &str) -> Option<(u64, u64)> {
    let cost: u64 = claim.strip_prefix("BOUNDS ")?.split(' ').next()?.parse().ok()?;
    Some((cost, cost + 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

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
        let lower = with_line(&proof, is_conclusion, |line| {
            line.replacen(&format!("BOUNDS {cost}"), &format!("BOUNDS {more}"), 1)
        });
        prop_assert_eq!(verified(veripb, &model, &lower), None, "{}\n{}", String::from_utf8_lossy(&model), String::from_utf8_lossy(&proof));
        let both = with_line(&lower, is_conclusion, |line| {
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
