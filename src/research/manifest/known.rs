//! What is known of a data set, and what contradicts it.

use thiserror::Error;

use crate::problem::instance::{Group, Instance};
use crate::solve::answer::Answer;

use super::{DataSet, Digest};

/// What is known of the covers of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// There are some.
    Cover {
        /// The least cost that was found.
        value: u64,
        /// No cover costs less than this.
        bound: u64,
    },
    /// There are none.
    Infeasible,
}

/// How large an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Used ports of all groups.
    pub n_ports: u64,
    /// Runs of all groups.
    pub n_runs: u64,
    /// Groups with used ports.
    pub n_groups: u64,
}

impl Size {
    /// The size of an instance.
    #[must_use]
    pub fn of(instance: &Instance) -> Self {
        Self {
            n_ports: instance.groups().iter().map(Group::n_used_ports).sum(),
            n_runs: instance.n_runs() as u64,
            n_groups: instance.groups().len() as u64,
        }
    }
}

/// Something that was found and is not what the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say what the cases are")]
pub enum Contradiction {
    #[error("sha256 is {found}, the manifest says {stated}")]
    Digest { found: Digest, stated: Digest },
    #[error("{column} is {found}, the manifest says {stated}")]
    Size { column: &'static str, found: u64, stated: u64 },
    #[error("a cover costs {cost}, better than the manifest's value {value}; update the manifest")]
    Beaten { cost: u64, value: u64 },
    #[error("a cover costs {cost}, less than the bound {bound} of the manifest")]
    BelowBound { cost: u64, bound: u64 },
    #[error("no cover costs less than {bound}, the value of the manifest is {value}")]
    AboveValue { bound: u64, value: u64 },
    #[error("a cover costs {cost}, the manifest says that there is none")]
    Feasible { cost: u64 },
    #[error("there is no cover, the manifest says that one costs {value}")]
    Infeasible { value: u64 },
}

impl Contradiction {
    /// Whether the answer is right all the same, and more is known now.
    #[must_use]
    pub fn is_progress(&self) -> bool {
        matches!(self, Self::Beaten { .. })
    }
}

impl DataSet {
    /// Compares the data with the checksum.
    ///
    /// # Errors
    /// When they differ.
    pub fn check_digest(&self, found: Digest) -> Result<(), Contradiction> {
        let stated = self.digest;
        if found == stated { Ok(()) } else { Err(Contradiction::Digest { found, stated }) }
    }

    /// Compares the size of the instance.
    ///
    /// # Errors
    /// The first difference.
    pub fn check_size(&self, found: Size) -> Result<(), Contradiction> {
        let stated = self.size;
        for (column, found, stated) in [
            ("n_ports", found.n_ports, stated.n_ports),
            ("n_runs", found.n_runs, stated.n_runs),
            ("n_groups", found.n_groups, stated.n_groups),
        ] {
            if found != stated {
                return Err(Contradiction::Size { column, found, stated });
            }
        }
        Ok(())
    }

    /// Compares a checked answer, which may be worse than what is known.
    ///
    /// # Errors
    /// When both cannot be true, or the answer is better.
    pub fn check_answer(&self, answer: &Answer) -> Result<(), Contradiction> {
        let cost = answer.cover().map(|(_, facts)| facts.cost);
        match (self.known, cost) {
            (Known::Infeasible, Some(cost)) => Err(Contradiction::Feasible { cost }),
            (Known::Infeasible, None) => Ok(()),
            (Known::Cover { value, .. }, None) => match answer {
                Answer::Infeasible { .. } => Err(Contradiction::Infeasible { value }),
                _ => Ok(()),
            },
            (Known::Cover { bound, .. }, Some(cost)) if cost < bound => {
                Err(Contradiction::BelowBound { cost, bound })
            }
            (Known::Cover { value, .. }, Some(cost)) if cost < value => {
                Err(Contradiction::Beaten { cost, value })
            }
            (Known::Cover { value, .. }, Some(_)) => match answer.bound() {
                Some(bound) if bound > value => Err(Contradiction::AboveValue { bound, value }),
                _ => Ok(()),
            },
        }
    }
}
