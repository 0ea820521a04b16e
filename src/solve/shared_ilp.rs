//! The integer program where outer rules serve inner groups.
//!
//! `b_h = 1` when hole `h` is bridged, `y_j = 1` when run `j` is in a rule of its own group (always
//! so in groups that none serves), `s_{j,o} = 1` when outer group `o` serves run `j`:
//!
//! ```text
//! minimise   Σ c_h b_h
//! subject to y_j + Σ_o s_{j,o} ≥ 1
//!            s_{j,o} ≤ b_h                  for each hole h of o that a rule over j bridges
//!            s_{j,o} ≤ y_r                  where j is inside the run r of o
//!            b_h ≤ y_i, b_h ≤ y_{i+1}       for the runs beside hole h
//!            Σ_{h in w} b_h ≤ |w| − 1       for each minimal window w
//!            Σ_g q_g (Σ_j y_j − Σ_h b_h) ≤ R
//! ```

use good_lp::variable::UnsolvedProblem;
use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable};

use crate::problem::cover::Cover;
use crate::problem::instance::relaxation::Service;
use crate::problem::ports::Span;
use crate::problem::zones::Family;

use super::Problem;

/// A value this near to 0 or 1 counts as that; engines work in floating point.
pub(super) const INTEGRALITY: f64 = 1e-6;

/// The program.
pub(super) struct Model {
    pub(super) program: UnsolvedProblem,
    pub(super) rows: Vec<Constraint>,
    /// The variables that make a cover: those of the holes, then those of the runs.
    pub(super) variables: Vec<Variable>,
    pub(super) columns: Columns,
}

/// The variables that make a cover.
#[derive(Default)]
pub(super) struct Columns {
    /// For each hole of the line, but those between two groups.
    bridged: Vec<Option<Variable>>,
    /// For each run of the line that may be served.
    own: Vec<Option<Variable>>,
}

impl Model {
    /// The program of a shared instance.
    pub(super) fn new(problem: &Problem<'_>) -> Self {
        let mut program = ProblemVariables::new();
        let mut rows = Vec::new();
        let columns = Columns::new(problem, &mut program);
        columns.add_service(problem, &mut program, &mut rows);
        columns.add_holes(problem, &mut rows);
        let families = problem.instance.families();
        rows.extend(families.map(|family| columns.budget(problem, family)));
        let holes = columns.bridged.iter().zip(problem.line.costs());
        #[expect(clippy::cast_precision_loss, reason = "engines work in floating point")]
        let cost: Expression =
            holes.filter_map(|(bridged, &cost)| Some(cost as f64 * (*bridged)?)).sum();
        let variables = columns.bridged.iter().chain(&columns.own).copied().flatten().collect();
        Self { program: program.minimise(cost), rows, variables, columns }
    }
}

impl Columns {
    fn new(problem: &Problem<'_>, program: &mut ProblemVariables) -> Self {
        let Problem { instance, line } = problem;
        let mut binary = |is_there: bool| is_there.then(|| program.add(variable().binary()));
        let holes = 0..line.costs().len();
        let bridged = holes.map(|hole| binary(!line.is_boundary(hole))).collect();
        let mut own = Vec::new();
        for (i, group) in instance.groups().iter().enumerate() {
            let may_be_served = !instance.outer(i).is_empty();
            own.extend(group.runs().iter().map(|_| binary(may_be_served)));
        }
        Self { bridged, own }
    }

    /// The cover that the values of the variables stand for; none if one is no integer.
    pub(super) fn cover(&self, problem: &Problem<'_>, values: &[f64]) -> Option<Cover> {
        if values.iter().any(|value| (value - value.round()).abs() > INTEGRALITY) {
            return None;
        }
        let mut values = values.iter().map(|&value| value > 0.5);
        let mut of = |columns: &[Option<Variable>]| -> Option<Vec<bool>> {
            columns.iter().map(|column| column.map_or(Some(true), |_| values.next())).collect()
        };
        let (bridged, own) = (of(&self.bridged)?, of(&self.own)?);
        let mut cover = Cover { groups: Vec::new() };
        for (group, &base) in problem.instance.groups().iter().zip(problem.line.group_starts()) {
            let mut rules: Vec<Span> = Vec::new();
            for (run, &span) in (base as usize..).zip(group.runs()) {
                match rules.last_mut() {
                    Some(last) if bridged[run - 1] => *last = Span::over(*last, span),
                    _ if own[run] => rules.push(span),
                    _ => {}
                }
            }
            cover.groups.push(rules);
        }
        Some(cover)
    }

    fn add_service(
        &self,
        problem: &Problem<'_>,
        program: &mut ProblemVariables,
        rows: &mut Vec<Constraint>,
    ) {
        let service = Service::new(problem.instance);
        let bases = problem.line.group_starts();
        for (i, group) in problem.instance.groups().iter().enumerate() {
            for run in 0..group.runs().len() {
                let Some(own) = self.own[bases[i] as usize + run] else { continue };
                let mut served = Expression::from(own);
                for way in service.ways(i, run) {
                    let by = program.add(variable().binary());
                    served += by;
                    let first = bases[way.outer] as usize + way.holes.start;
                    let holes = &self.bridged[first..first + way.holes.len()];
                    rows.extend(holes.iter().flatten().map(|&hole| constraint!(by <= hole)));
                    let around = self.own[first].filter(|_| way.holes.is_empty());
                    rows.extend(around.map(|around| constraint!(by <= around)));
                }
                rows.push(constraint!(served >= 1));
            }
        }
    }

    fn add_holes(&self, problem: &Problem<'_>, rows: &mut Vec<Constraint>) {
        for (hole, bridged) in self.bridged.iter().enumerate() {
            let Some(bridged) = *bridged else { continue };
            let beside = self.own[hole..=hole + 1].iter().flatten();
            rows.extend(beside.map(|&own| constraint!(bridged <= own)));
        }
        for window in problem.line.windows() {
            let inside = self.bridged[window.first..=window.last].iter().flatten();
            #[expect(clippy::cast_precision_loss, reason = "engines work in floating point")]
            let most = (window.last - window.first) as f64;
            rows.push(constraint!(inside.sum::<Expression>() <= most));
        }
    }

    fn budget(&self, problem: &Problem<'_>, family: Family) -> Constraint {
        let Problem { instance, line } = problem;
        let mut units = Expression::from(0.0);
        for (group, &base) in instance.groups().iter().zip(line.group_starts()) {
            if !group.terms().quota.counts_in(family) {
                continue;
            }
            let per_rule = f64::from(group.terms().units);
            let runs = base as usize..base as usize + group.runs().len();
            for own in &self.own[runs.clone()] {
                match *own {
                    Some(own) => units += per_rule * own,
                    None => units += per_rule,
                }
            }
            for &bridged in self.bridged[runs.start..runs.end - 1].iter().flatten() {
                units -= per_rule * bridged;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a budget beyond 2^53 is no limit")]
        let budget = instance.budget().of(family) as f64;
        constraint!(units <= budget)
    }
}
