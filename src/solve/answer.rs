//! Answers: what a solver said, after the checker has accepted it.

use thiserror::Error;

use crate::problem::certificate::{Certificate, Repairs, Witness};
use crate::problem::cover::Cover;
use crate::problem::instance::Instance;
use crate::problem::line::Line;
use crate::solve::{self, Outcome, SolveError, Solver, Stop};
use crate::verify::{self, Checker, Facts, Violation};

/// Instances with fewer runs than this are checked by the thread that solves them.
const LONG: usize = 1 << 18;

/// A checked outcome: [`answer`] and [`checked`] make one once the checker has accepted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A cover whose cost equals a proven bound.
    Optimal {
        /// The cover.
        cover: Cover,
        /// What the checker found it to be.
        facts: Facts,
        /// The proof of the bound.
        certificate: Certificate,
    },
    /// A cover, and a proven bound that may be below its cost.
    Feasible {
        /// The cover.
        cover: Cover,
        /// What the checker found it to be.
        facts: Facts,
        /// No cover within the budget costs less than this.
        bound: u64,
        /// The proof of the bound.
        certificate: Certificate,
    },
    /// No cover stays within the budget.
    Infeasible {
        /// The proof.
        witness: Witness,
        /// What would help.
        repairs: Repairs,
    },
    /// The solver found no cover and excluded none.
    Unknown,
}

impl Answer {
    /// The cover and what the checker found it to be, if there is one.
    #[must_use]
    pub fn cover(&self) -> Option<(&Cover, Facts)> {
        match self {
            Self::Optimal { cover, facts, .. } | Self::Feasible { cover, facts, .. } => {
                Some((cover, *facts))
            }
            _ => None,
        }
    }

    /// The proof of its bound, if there is one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Optimal { certificate, .. } | Self::Feasible { certificate, .. } => {
                Some(certificate)
            }
            _ => None,
        }
    }

    /// The proven bound on the cost.
    #[must_use]
    pub fn bound(&self) -> Option<u64> {
        match self {
            Self::Optimal { facts, .. } => Some(facts.cost),
            Self::Feasible { bound, .. } => Some(*bound),
            _ => None,
        }
    }
}

/// Why there is no answer. Each case but the first is a defect of a solver.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// The solver gave no outcome.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// The checker refused what the solver said.
    #[error("{solver} gave a wrong answer: {violation}")]
    Refused {
        /// The solver.
        solver: &'static str,
        /// The first violation.
        violation: Violation,
    },
    /// A cover that is called optimal costs more, or less, than the proven bound.
    #[error("{solver} calls a cost of {cost} optimal, the proven bound is {bound}")]
    Disagree {
        /// The solver.
        solver: &'static str,
        /// Cost of its cover.
        cost: u64,
        /// The bound.
        bound: u64,
    },
    /// A solver that excludes every cover, and no witness for it.
    #[error("{solver} says that no cover stays within the budget, but one exists")]
    NoWitness {
        /// The solver.
        solver: &'static str,
    },
}

/// Solves an instance and checks the outcome.
///
/// A solver without duals has its value proven by the certificate of `price`.
///
/// # Errors
/// When the solver fails, or the checker refuses its outcome.
pub fn answer(solver: &dyn Solver, instance: &Instance, stop: Stop) -> Result<Answer, AnswerError> {
    let solve = || solve::solve(solver, instance, stop);
    if instance.n_runs() < LONG {
        return checked(solver.name(), instance, solve()?, stop);
    }
    // The checker's sums do not depend on what the solver says.
    let (outcome, checker) = rayon::join(solve, || Checker::new(instance));
    checked_by(&checker, solver.name(), instance, outcome?, stop)
}

/// Checks what a solver said; as [`answer`], for an outcome that is there already.
///
/// # Errors
/// When the checker refuses the outcome.
pub fn checked(
    solver: &'static str,
    instance: &Instance,
    outcome: Outcome,
    stop: Stop,
) -> Result<Answer, AnswerError> {
    if outcome == Outcome::Unknown {
        // Nothing to check, so no sums to make for it.
        return Ok(Answer::Unknown);
    }
    checked_by(&Checker::new(instance), solver, instance, outcome, stop)
}

fn checked_by(
    checker: &Checker<'_>,
    solver: &'static str,
    instance: &Instance,
    outcome: Outcome,
    stop: Stop,
) -> Result<Answer, AnswerError> {
    let refused = |violation| AnswerError::Refused { solver, violation };
    match outcome {
        Outcome::Optimal { cover, certificate } => {
            let is_proven_here = certificate.is_none();
            let certificate = certificate.unwrap_or_else(|| prove(instance, Stop::never()));
            let (facts, bound) =
                claims(checker, instance, &cover, &certificate).map_err(refused)?;
            // A tree of cases may stop before it proves what an engine found; no more is claimed.
            if bound < facts.cost && instance.is_shared() && is_proven_here {
                return Ok(Answer::Feasible { cover, facts, bound, certificate });
            }
            if bound != facts.cost {
                let cost = facts.cost;
                return Err(AnswerError::Disagree { solver, cost, bound });
            }
            Ok(Answer::Optimal { cover, facts, certificate })
        }
        Outcome::Feasible { cover, certificate } => {
            let certificate = certificate.unwrap_or_else(|| prove(instance, stop));
            let (facts, bound) =
                claims(checker, instance, &cover, &certificate).map_err(refused)?;
            if bound > facts.cost {
                let cost = facts.cost;
                return Err(AnswerError::Disagree { solver, cost, bound });
            }
            Ok(Answer::Feasible { cover, facts, bound, certificate })
        }
        Outcome::Infeasible { witness } => {
            let line = Line::new(instance);
            let witness = match witness {
                Some(witness) => witness,
                None if instance.is_shared() => match prove_infeasible(instance) {
                    Some(Outcome::Infeasible { witness }) => witness.unwrap_or_default(),
                    Some(_) => return Err(AnswerError::NoWitness { solver }),
                    None => return Ok(Answer::Unknown),
                },
                None => solve::witness(&line, instance).ok_or(AnswerError::NoWitness { solver })?,
            };
            checker.excludes(&witness).map_err(refused)?;
            let repairs = solve::repairs(&line, instance);
            verify::repairs(instance, &repairs).map_err(refused)?;
            Ok(Answer::Infeasible { witness, repairs })
        }
        Outcome::Unknown => Ok(Answer::Unknown),
    }
}

/// What a cover is found to be, and the bound that a certificate proves.
fn claims(
    checker: &Checker<'_>,
    instance: &Instance,
    cover: &Cover,
    certificate: &Certificate,
) -> Result<(Facts, u64), Violation> {
    let facts = || checker.cover(cover, instance.budget());
    let bound = || checker.bound(certificate);
    let (facts, bound) =
        if instance.n_runs() < LONG { (facts(), bound()) } else { rayon::join(facts, bound) };
    Ok((facts?, bound?))
}

/// What `price` says of an instance that another solver calls infeasible; none if it is undecided.
fn prove_infeasible(instance: &Instance) -> Option<Outcome> {
    let outcome = solve::solve(solve::default_solver(), instance, Stop::never()).ok()?;
    (outcome != Outcome::Unknown).then_some(outcome)
}

/// The certificate of `price`; the empty one proves a bound of 0.
fn prove(instance: &Instance, stop: Stop) -> Certificate {
    let certificate = match solve::solve(solve::default_solver(), instance, stop) {
        Ok(Outcome::Optimal { certificate, .. } | Outcome::Feasible { certificate, .. }) => {
            certificate
        }
        _ => None,
    };
    certificate.unwrap_or_default()
}
