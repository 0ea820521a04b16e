//! Models for other solvers: whoever reads them finds the optimum.

mod command;
mod read;

use proptest::prelude::*;
use rangecover::present::export::{lp::lp, mps::mps, opb::opb};
use rangecover::problem::instance::{Budget, Group, Instance, Terms};
use rangecover::problem::limits::Limits;
use rangecover::problem::model::{Model, ModelError};
use rangecover::problem::ports::Protocol;
use rangecover::problem::program::{Formulation, Program};
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{Stop, solver};

use crate::instances::{any_instance, nested_instance};
use read::Read;

const FORMULATIONS: [Formulation; 2] = [Formulation::Window, Formulation::Prefix];

/// Every file of an instance, as it is read.
fn files(name: &str, instance: &Instance, relaxed: bool) -> Vec<(String, Read)> {
    let model = Model::new(name, instance).unwrap();
    let text = |bytes: Vec<u8>| {
        assert!(bytes.is_ascii());
        String::from_utf8(bytes).unwrap()
    };
    let mut files = vec![("OPB".to_owned(), read::opb(&text(opb(&model))))];
    for formulation in FORMULATIONS {
        let program = Program { model: &model, formulation, relaxed };
        files.push((format!("LP {formulation:?}"), read::lp(&text(lp(&program)))));
        files.push((format!("MPS {formulation:?}"), read::mps(&text(mps(&program)))));
    }
    files
}

fn least_cost(instance: &Instance) -> Option<i64> {
    match answer(solver("brute").unwrap(), instance, Stop::never()).unwrap() {
        Answer::Optimal { facts, .. } => Some(i64::try_from(facts.cost).unwrap()),
        Answer::Infeasible { .. } => None,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_optimum_of_every_file_is_that_of_the_instance(instance in any_instance()) {
        let best = least_cost(&instance);
        for (file, read) in files("any", &instance, false) {
            prop_assert_eq!(read.optimum(), best, "{} {:?}", file, read);
            let integers = read.columns.iter().filter(|(_, column)| column.integer).count();
            let n_holes: usize = instance.groups().iter().map(|group| group.runs().len() - 1).sum();
            prop_assert!(integers == n_holes || file == "OPB" && integers == 1, "{}", file);
        }
    }

    #[test]
    fn a_relaxation_differs_in_integrality_only(instance in any_instance()) {
        let relaxed = files("any", &instance, true);
        for ((file, mut read), (_, relaxed)) in files("any", &instance, false).into_iter().zip(relaxed) {
            if file != "OPB" {
                read.columns.iter_mut().for_each(|(_, column)| column.integer = false);
            }
            prop_assert_eq!(read, relaxed, "{}", file);
        }
    }

    #[test]
    fn a_budget_beyond_all_rules_is_none(instance in any_instance()) {
        let most = instance.with_budget(Budget { ipv4: usize::MAX, ipv6: usize::MAX });
        for (file, read) in files("any", &most, false) {
            prop_assert_eq!(read.optimum(), Some(0), "{}", file);
        }
    }

    #[test]
    fn shared_instances_have_no_such_model(instance in nested_instance()) {
        prop_assert_eq!(Model::new("nested", &instance), Err(ModelError::Shared));
    }

    #[test]
    fn no_name_changes_what_is_read(name in any::<String>()) {
        let four = four(2);
        prop_assert_eq!(files(&name, &four, false), files("four", &four, false));
    }
}

/// Runs 22, 25, 28 and 31, any limits aside.
fn four(budget: usize) -> Instance {
    let used = rangecover::problem::port_list::parse("22,25,28,31").unwrap();
    Instance::from_used(&used, budget, Limits::default()).unwrap()
}

#[test]
fn names_are_one_line_of_text_that_no_reader_obeys() {
    let name = "a\n* #product= 1\r\u{2028}Obj. offset      : 5\u{1b}[2J";
    let model = Model::new(name, &four(2)).unwrap();
    let line = &model.heading()[0];
    assert!(!line.contains(['\n', '\r', '#', '=', '*', '\u{1b}', '\u{2028}']), "{line}");
    assert!(!line.contains("offset      :"), "{line}");
    assert!(Model::new(&"x".repeat(10_000), &four(2)).unwrap().heading()[0].len() < 200);
}

#[test]
fn instances_without_holes_or_ports_have_models_too() {
    let one = Group::new(
        Protocol::Tcp,
        Terms::default(),
        rangecover::problem::port_list::parse("80-86").unwrap()[&Protocol::Tcp].runs(),
    );
    let of = |groups: Vec<Group>, budget: usize| {
        Instance::of_groups(groups, budget, Limits::default()).unwrap()
    };
    for (instance, best) in [
        (of(vec![one.clone()], 1), Some(0)),
        (of(vec![one.clone()], 0), None),
        (of(Vec::new(), 0), Some(0)),
    ] {
        for (file, read) in files("none", &instance, false) {
            assert_eq!(read.optimum(), best, "{file} {read:?}");
        }
    }
}

#[test]
fn costs_too_large_for_floating_point_are_written_exactly() {
    let weights = rangecover::problem::limits::parse_weights("0-65535 4294967295").unwrap();
    let spec = rangecover::problem::limits::LimitSpec { weights, ..Default::default() };
    let used = rangecover::problem::port_list::parse("1,10000,60000").unwrap();
    let instance = Instance::from_used(&used, 2, Limits::from(spec)).unwrap();
    let best = Some(9_998 * 4_294_967_295);
    for (file, read) in files("heavy", &instance, false) {
        assert_eq!(read.optimum(), best, "{file}");
    }
}
