//! The integer program, solved by an engine of `good_lp`, as MIP and as LP relaxation.
//!
//! `x_i = 1` when hole `i` is kept: maximise what is kept, at least one hole in every window, and
//! all rules within each quota, a row of the units of each. With one unit for each rule all rows
//! are intervals, so the matrix is totally unimodular and the LP has an integral optimum; both
//! forms are here because they are worth comparing. Gaps are set to 0, and only a proven status
//! counts. Where outer rules serve inner groups, it is [another program](super::shared_ilp).

use good_lp::variable::UnsolvedProblem;
use good_lp::{
    Constraint, Expression, ResolutionError, Solution, SolutionStatus, SolverModel, Variable,
    WithMipGap, WithTimeLimit, constraint, variable, variables,
};

use crate::problem::instance::Budget;
use crate::problem::line::Line;
use crate::problem::zones::Family;

use super::shared_ilp::{INTEGRALITY, Model};
use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

/// Most terms in all rows: the model takes about 80 bytes for each, before any engine starts.
const MOST_TERMS: usize = 5_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Microlp,
    #[cfg(feature = "highs")]
    Highs,
}

/// The integer program with one engine, in one form.
#[derive(Debug)]
pub(super) struct Ilp {
    name: &'static str,
    about: &'static str,
    engine: Engine,
    integer: bool,
}

/// The integer program, by microlp.
pub(super) static MICROLP_MIP: Ilp = Ilp {
    name: "ilp",
    about: "integer program by microlp, through good_lp; exact",
    engine: Engine::Microlp,
    integer: true,
};

/// The linear relaxation, by microlp.
pub(super) static MICROLP_LP: Ilp = Ilp {
    name: "ilp-lp",
    about: "its linear relaxation, integral where all rules take one unit, by microlp; exact",
    engine: Engine::Microlp,
    integer: false,
};

/// The integer program, by `HiGHS`.
#[cfg(feature = "highs")]
pub(super) static HIGHS_MIP: Ilp = Ilp {
    name: "ilp-highs",
    about: "integer program by HiGHS, through good_lp; exact",
    engine: Engine::Highs,
    integer: true,
};

/// The linear relaxation, by `HiGHS`.
#[cfg(feature = "highs")]
pub(super) static HIGHS_LP: Ilp = Ilp {
    name: "ilp-highs-lp",
    about: "its linear relaxation, integral where all rules take one unit, by HiGHS; exact",
    engine: Engine::Highs,
    integer: false,
};

/// What an engine answered.
enum Reply {
    /// A value for each variable that was asked for, and whether they were proven the best.
    Values {
        values: Vec<f64>,
        proven: bool,
    },
    Infeasible,
    OutOfTime,
}

impl Solver for Ilp {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Exact
    }

    fn search(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        let Problem { instance, line } = problem;
        let one_each = instance.units_of_one_rule_each();
        if one_each.exceeds(instance.budget()).is_some() {
            return Ok(Outcome::Infeasible { witness: None });
        }
        let slack = instance.budget().less(one_each);
        self.check_size(line)?;
        let (values, proven) = match self.run(problem, slack, stop)? {
            Reply::Values { values, proven } => (values, proven),
            Reply::Infeasible => return Ok(Outcome::Infeasible { witness: None }),
            Reply::OutOfTime => return Ok(problem.out_of_time()),
        };
        let Some(rule_starts) = rule_starts(problem, &values) else {
            if !proven {
                return Ok(problem.out_of_time());
            }
            if !self.integer && instance.classes().len() > 1 {
                return Err(SolveError::Fractional { solver: self.name });
            }
            return Err(self.failed("it called values optimal that are not integral".to_owned()));
        };
        let cover = line.cover(problem.instance, &rule_starts);
        let certificate = None;
        Ok(if proven {
            Outcome::Optimal { cover, certificate }
        } else {
            Outcome::Feasible { cover, certificate }
        })
    }

    fn search_shared(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        if !self.integer {
            return Err(SolveError::Shared { solver: self.name });
        }
        self.check_size(&problem.line)?;
        let Model { program, rows, variables, columns } = Model::new(problem);
        let certificate = None;
        Ok(match self.solve(program, rows, &variables, stop)? {
            Reply::Infeasible => Outcome::Infeasible { witness: None },
            Reply::OutOfTime => problem.out_of_time().without_sharing(),
            Reply::Values { values, proven } => match columns.cover(problem, &values) {
                Some(cover) if proven => Outcome::Optimal { cover, certificate },
                Some(cover) => Outcome::Feasible { cover, certificate },
                None if proven => {
                    let reason = "it called values optimal that are not integral";
                    return Err(self.failed(reason.to_owned()));
                }
                None => problem.out_of_time().without_sharing(),
            },
        })
    }
}

/// The rules of a solution, if it is integral.
fn rule_starts(problem: &Problem<'_>, values: &[f64]) -> Option<Vec<u32>> {
    let line = &problem.line;
    let mut values = values.iter();
    let mut rule_starts = vec![0];
    for hole in 0..line.costs().len() {
        let kept = if line.is_boundary(hole) { 1.0 } else { *values.next()? };
        if (kept - kept.round()).abs() > INTEGRALITY {
            return None;
        }
        if kept > 0.5 {
            rule_starts.push(u32::try_from(hole + 1).expect("runs are u32"));
        }
    }
    Some(rule_starts)
}

impl Ilp {
    fn failed(&self, reason: String) -> SolveError {
        SolveError::Engine { solver: self.name, reason }
    }

    fn check_size(&self, line: &Line) -> Result<(), SolveError> {
        let found = line.windows().map(|window| window.last - window.first + 1).sum();
        let (solver, what, most) = (self.name, "terms in its rows", MOST_TERMS);
        if found > most {
            return Err(SolveError::TooLarge { solver, what, most, found });
        }
        Ok(())
    }

    fn run(&self, problem: &Problem<'_>, slack: Budget, stop: Stop) -> Result<Reply, SolveError> {
        let line = &problem.line;
        let mut model = variables!();
        let bound = if self.integer { variable().binary() } else { variable().min(0).max(1) };
        // A variable for each hole; none where two groups meet.
        let kept: Vec<Option<Variable>> = (0..line.costs().len())
            .map(|hole| (!line.is_boundary(hole)).then(|| model.add(bound.clone())))
            .collect();
        let holes: Vec<Variable> = kept.iter().copied().flatten().collect();
        if holes.is_empty() {
            return Ok(Reply::Values { values: Vec::new(), proven: true });
        }
        #[expect(clippy::cast_precision_loss, reason = "engines work in floating point")]
        let objective: Expression = kept
            .iter()
            .zip(line.costs())
            .filter_map(|(kept, &cost)| kept.map(|kept| cost as f64 * kept))
            .sum();
        // What the rules of each hole's group take of a quota, beyond one rule for each group.
        let budget_row = |family: Family| {
            let classes = problem.instance.classes().iter();
            let mut units = classes.filter(|c| c.quota.counts_in(family)).map(|c| c.units);
            // With the same units everywhere, count rules: that row leaves no fractions.
            let first = units.next().unwrap_or(1);
            let unit = if units.all(|other| other == first) { first } else { 1 };
            let groups = kept.iter().zip(line.groups_of_holes());
            let term = |(kept, group): (&Option<Variable>, Option<usize>)| {
                let terms = problem.instance.groups()[group?].terms();
                let counts = terms.quota.counts_in(family);
                counts.then_some(f64::from(terms.units / unit) * (*kept)?)
            };
            let units: Expression = groups.filter_map(term).sum();
            #[expect(clippy::cast_precision_loss, reason = "a budget beyond 2^53 is no limit")]
            let slack = (slack.of(family) / unit as usize) as f64;
            constraint!(units <= slack)
        };
        let rows = line
            .windows()
            .map(|window| {
                let inside = kept[window.first..=window.last].iter().flatten();
                constraint!(inside.sum::<Expression>() >= 1)
            })
            .chain(problem.instance.families().map(budget_row));
        self.solve(model.maximise(objective), rows.collect(), &holes, stop)
    }

    /// Runs the engine, for the values of some variables.
    fn solve(
        &self,
        program: UnsolvedProblem,
        rows: Vec<Constraint>,
        variables: &[Variable],
        stop: Stop,
    ) -> Result<Reply, SolveError> {
        let seconds = stop.left().map(|left| left.as_secs_f64());
        match self.engine {
            Engine::Microlp => {
                let model = program.using(good_lp::microlp).with_all(rows);
                let model = model.with_mip_gap(0.0).map_err(|e| self.failed(e.to_string()))?;
                let model = match seconds {
                    Some(seconds) => model.with_time_limit(seconds),
                    None => model,
                };
                self.answer(model.solve(), variables, stop)
            }
            #[cfg(feature = "highs")]
            Engine::Highs => {
                let model = program.using(good_lp::highs).with_all(rows);
                // Several interfaces are solved at once, so each engine gets one thread.
                let model = model
                    .set_threads(1)
                    .set_mip_abs_gap(0.0)
                    .and_then(|model| model.set_mip_rel_gap(0.0))
                    .map_err(|e| self.failed(e.to_string()))?;
                let model = match seconds {
                    Some(seconds) => model.with_time_limit(seconds),
                    None => model,
                };
                self.answer(model.solve(), variables, stop)
            }
        }
    }

    fn answer<S: Solution>(
        &self,
        solved: Result<S, ResolutionError>,
        variables: &[Variable],
        stop: Stop,
    ) -> Result<Reply, SolveError> {
        match solved {
            Ok(solution) => Ok(Reply::Values {
                values: variables.iter().map(|&variable| solution.value(variable)).collect(),
                proven: matches!(solution.status(), SolutionStatus::Optimal),
            }),
            Err(ResolutionError::Infeasible) => Ok(Reply::Infeasible),
            Err(_) if stop.reached() => Ok(Reply::OutOfTime),
            Err(error) => Err(self.failed(error.to_string())),
        }
    }
}
