//! Instances whose outer rules serve inner groups.

mod command;
mod laws;
mod worked;

use rangecover::problem::instance::Instance;
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{Stop, solver};

fn answer_of(name: &str, instance: &Instance) -> Answer {
    answer(solver(name).unwrap(), instance, Stop::never()).unwrap()
}

/// The same with each group on its own.
fn on_its_own(instance: &Instance) -> Instance {
    let limits = instance.limits().clone();
    Instance::of_groups(instance.groups().iter().cloned(), instance.budget(), limits).unwrap()
}
