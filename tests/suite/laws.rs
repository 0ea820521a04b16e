//! Laws that hold for every instance.

use proptest::prelude::*;
use rangecover::answer::{Answer, answer};
use rangecover::certificate::{BlockedRule, Certificate, Multiplier};
use rangecover::instance::Instance;
use rangecover::line::Line;
use rangecover::solve::{self, Guarantee, SOLVERS, Stop, solver};
use rangecover::verify;

use crate::instances::instance;

fn exact_cost(name: &str, instance: &Instance) -> Option<u64> {
    match answer(solver(name).unwrap(), instance, Stop::never()).unwrap() {
        Answer::Optimal { facts, .. } => Some(facts.cost),
        Answer::Infeasible { .. } => None,
        other => panic!("{name} is exact but answered {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn exact_solvers_agree_with_brute_force(instance in instance(6)) {
        let best = exact_cost("brute", &instance);
        for solver in SOLVERS.iter().filter(|s| s.guarantee() == Guarantee::Exact) {
            prop_assert_eq!(exact_cost(solver.name(), &instance), best, "{}", solver.name());
        }
    }
}
