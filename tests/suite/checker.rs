//! The checker stands on its own, and no bytes make it accept what is false.

use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rangecover::problem::certificate::{Certificate, Witness};
use rangecover::problem::instance::Budget;
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{Stop, default_solver, solver};
use rangecover::verify;

use crate::binary::project;
use crate::instances::any_instance;

#[test]
fn the_checker_uses_no_solver() {
    let uses = |text: &str| -> Vec<String> {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.flat_map(|line| {
            let names = line.split("crate::").skip(1);
            names.map(|name| name.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned())
        })
        .collect()
    };
    let mut n_files = 0;
    for entry in fs::read_dir(project().join("src/verify")).unwrap() {
        let path = entry.unwrap().path();
        for module in uses(&fs::read_to_string(&path).unwrap()) {
            assert_eq!(module, "problem", "{} uses {module}", path.display());
        }
        n_files += 1;
    }
    assert_eq!(n_files, 8);
    assert_eq!(uses("use crate::solve::Stop;\n// crate::logs"), ["solve"]);
}

/// A change of some bytes: where, what with, and whether a byte is put in, taken out or replaced.
fn changes() -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    // Mostly digits, so that much of what comes out is still a certificate.
    let byte = prop_oneof![8 => b'0'..=b'9', 1 => any::<u8>()];
    vec((any::<Index>(), byte, 0..3_u8), 1..6)
}

fn changed(mut bytes: Vec<u8>, changes: &[(Index, u8, u8)]) -> Vec<u8> {
    for &(at, byte, how) in changes {
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ if bytes.len() > 1 => drop(bytes.remove(at)),
            _ => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_bytes_a_proof_holds_it_proves_nothing_false(
        instance in any_instance(),
        changes in changes(),
    ) {
        let best = match answer(solver("brute").unwrap(), &instance, Stop::never()).unwrap() {
            Answer::Optimal { facts, .. } => Some(facts.cost),
            Answer::Infeasible { .. } => None,
            other => panic!("brute force decides: {other:?}"),
        };
        match answer(default_solver(), &instance, Stop::never()).unwrap() {
            Answer::Optimal { certificate, .. } => {
                let bytes = changed(serde_json::to_vec(&certificate).unwrap(), &changes);
                if let Ok(read) = serde_json::from_slice::<Certificate>(&bytes)
                    && let Ok(bound) = verify::bound(&instance, &read)
                {
                    prop_assert!(Some(bound) <= best, "{bound} is above {best:?}");
                }
            }
            Answer::Infeasible { witness, repairs } => {
                let bytes = changed(serde_json::to_vec(&witness).unwrap(), &changes);
                // Under the least budget that works it has to be refused, however it is changed.
                let ipv6 = repairs.max_rules_ipv6.unwrap_or(0);
                let least = instance.with_budget(Budget { ipv4: repairs.max_rules, ipv6 });
                if let Ok(read) = serde_json::from_slice::<Witness>(&bytes) {
                    prop_assert!(verify::witness(&least, &read).is_err());
                }
            }
            other => panic!("price decides: {other:?}"),
        }
    }
}
