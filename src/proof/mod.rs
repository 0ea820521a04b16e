//! Proofs for VeriPB, a checker that knows nothing of ports: of an optimum, or that there is none.
//!
//! In: an instance and its checked answer. Out: the text of a proof. It may use the wings before it.
//!
//! A proof is about the pseudo-Boolean [model](crate::problem::model) as `export::opb` writes it. Every line
//! is one that VeriPB derives again by itself, so nothing here needs to be trusted: a wrong line is
//! refused. What has to be trusted is the checker, and that the model is the problem.
//!
//! - Groups whose rules take the same units (`linear`): one line. The windows times their
//!   multipliers, the budget times its price, and the axioms `0 ≤ x_i ≤ 1` add up to
//!   `Σ c_i (1 − x_i) ≥ bound`, as linear programming duality says.
//! - No cover (`infeasible`): disjoint windows, times the units of their rules, add up to more than a
//!   budget: `0 ≥ 1`, or more.
//! - Rules of several units (`join`): if a cover costs less than the known one, then prices per unit
//!   leave a range for what each class keeps (`ranges`), which makes it items of a knapsack
//!   (`counts`); that these cannot save enough is shown state by state (`knapsack`, `steps`), as the
//!   dynamic program of the checker would. Variables that count are introduced by definition.
//!
//! Sources: Gocht and Nordström, "Certifying parity reasoning efficiently using pseudo-Boolean
//! proofs", 2021, for proofs by redundance; Demirović, `McCreesh`, `McIlree`, Nordström, Oertel and
//! Sidorov, "Pseudo-Boolean reasoning about states and transitions to certify dynamic programming
//! and decision diagram algorithms", 2024, for states. The format is that of VeriPB 3.0,
//! <https://gitlab.com/MIAOresearch/software/VeriPB>.

mod counts;
mod infeasible;
mod join;
mod knapsack;
mod linear;
mod prices;
mod ranges;
mod rows;
mod script;
mod steps;

use thiserror::Error;

use crate::problem::cover::Cover;
use crate::problem::instance::Instance;
use crate::problem::model::Model;
use crate::solve::answer::Answer;

pub use knapsack::MOST_TERMS;
use rows::Rows;
use script::{Literal, Script, Sum, Variable};

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// Neither an optimum nor infeasible.
    #[error("only an optimum, or that there is no cover, can be proven")]
    Undecided,
    /// The knapsack of the classes is too large.
    #[error(
        "the proof of how rules of different units share the quotas would take more than {MOST_TERMS} terms"
    )]
    TooLarge,
    /// Sums of the proof do not fit the arithmetic.
    #[error("the weights are too large for a proof over rules of different units; scale them down")]
    Weights,
    /// The answer is not the instance's, or its certificate does not prove it.
    #[error("the certificate does not prove the answer")]
    NotImplied,
}

/// The proof of an answer about the model of an instance, which have to be of each other.
///
/// # Errors
/// When the answer is neither an optimum nor that there is none, its certificate does not prove it,
/// or its proof would be too large.
///
/// # Panics
/// When the model is that of another instance.
pub fn proof(model: &Model, instance: &Instance, answer: &Answer) -> Result<Vec<u8>, ProofError> {
    let rows = Rows { model, instance };
    let mut script = Script::new(model.budgets().len() + model.windows().len());
    for line in model.heading() {
        script.comment(line);
    }
    match answer {
        Answer::Optimal { cover, facts, certificate } => {
            let solution = solution(rows, cover);
            let tangents = &certificate.tangents;
            let row = match instance.classes() {
                // No cost is below 0.
                _ if facts.cost == 0 => script.pol(&Sum::default()),
                [class] => {
                    let class = rows.of_class(class, tangents.iter());
                    linear::bound(rows, &class, facts.cost, &mut script)?
                }
                _ => {
                    let known = (facts.cost, &solution[..]);
                    join::contradiction(rows, tangents, known, &mut script)?
                }
            };
            Ok(script.optimum(facts.cost, row, &solution))
        }
        Answer::Infeasible { witness, .. } => {
            let row = infeasible::contradiction(rows, witness, &mut script);
            Ok(script.no_solution(row.ok_or(ProofError::NotImplied)?))
        }
        Answer::Feasible { .. } | Answer::Unknown => Err(ProofError::Undecided),
    }
}

/// A literal for each hole: whether a rule of the cover ends before it.
fn solution(rows: Rows<'_>, cover: &Cover) -> Vec<Literal> {
    let mut solution = Vec::with_capacity(rows.model.holes().len());
    for (group, rules) in rows.instance.groups().iter().zip(&cover.groups) {
        let mut rules = rules.iter().peekable();
        for pair in group.runs().windows(2) {
            let ends = rules.next_if(|rule| rule.to() <= pair[0].to()).is_some();
            let hole = Variable::Hole(solution.len());
            solution.push(if ends { hole.yes() } else { hole.no() });
        }
    }
    if solution.is_empty() {
        // The one variable that the model has without holes.
        solution.push(Variable::Hole(0).no());
    }
    solution
}
