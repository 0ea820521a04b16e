//! What solvers are compared on.

use rangecover::problem::instance::Instance;
use rangecover::solve::answer::Answer;

use super::row::Case;
use crate::cli::Exit;
use crate::cli::args::{Job, Jobs};
use crate::cli::exit::exit_of;

/// What there is to compare on, in order.
pub(super) trait Instances {
    /// How many there are.
    fn len(&self) -> usize;
    /// The name of one of them.
    fn name(&self, index: usize) -> String;
    /// Whether some of them tell families apart.
    fn with_zones(&self) -> bool;
    /// One of them, with what rows say of it.
    fn get(&self, index: usize) -> anyhow::Result<(Case, Instance)>;
    /// Compares an answer with what is known of one, and says what it means for the exit status.
    fn check(&self, index: usize, answer: &Answer) -> anyhow::Result<Exit>;
}

/// The instances that inputs make.
pub(super) struct Inputs {
    pub(super) jobs: Jobs,
    /// As flags, with those of reading.
    pub(super) limits: String,
}

impl Instances for Inputs {
    fn len(&self) -> usize {
        self.jobs.list.len()
    }

    fn name(&self, index: usize) -> String {
        self.jobs.list[index].source.name().clone()
    }

    fn with_zones(&self) -> bool {
        self.jobs.list.iter().any(|job| job.source.zones.is_some())
    }

    fn get(&self, index: usize) -> anyhow::Result<(Case, Instance)> {
        let Job { source, instance, .. } = &self.jobs.list[index];
        let case = Case::new(source.name(), self.limits.clone(), instance, source.zones.is_some());
        Ok((case, instance.clone()))
    }

    fn check(&self, _: usize, answer: &Answer) -> anyhow::Result<Exit> {
        Ok(exit_of(answer))
    }
}
