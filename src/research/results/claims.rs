//! Claims that contradict one another: then some solver, or some file, is wrong.

use std::fmt;

use serde::Serialize;

use super::{Outcome, Place, Record, Results, Run};

/// Who claims something, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Name of the entrant.
    pub entrant: String,
    /// The row.
    pub place: Place,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.entrant, self.place)
    }
}

/// A problem about which not all that is claimed can be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// Name of the problem.
    pub problem: String,
    /// What is claimed.
    pub clash: Clash,
}

/// Claims that cannot both be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is told by its message")]
pub enum Clash {
    /// A cover costs less than another row proves.
    Bound { value: u64, of: Claim, bound: u64, by: Claim },
    /// There is a cover where another row proves that there is none.
    Feasibility { cover: Claim, none: Claim },
    /// An optimum above its own bound.
    Unproven { value: u64, bound: u64, by: Claim },
    /// A gap that is not the cost less the bound.
    Gap { gap: u64, value: u64, bound: u64, by: Claim },
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.problem)?;
        match &self.clash {
            Clash::Bound { value, of, bound, by } => {
                write!(f, "{of} has a cover of cost {value}, but {by} proves at least {bound}")
            }
            Clash::Feasibility { cover, none } => {
                write!(f, "{cover} has a cover, but {none} proves that there is none")
            }
            Clash::Unproven { value, bound, by } => {
                write!(f, "{by} calls {value} optimal with a bound of {bound}")
            }
            Clash::Gap { gap, value, bound, by } => {
                write!(
                    f,
                    "{by} states a gap of {gap} between the cost {value} and the bound {bound}"
                )
            }
        }
    }
}

/// All contradictions, by problem; rows that stand for nothing else count too.
#[must_use]
pub fn contradictions(results: &Results) -> Vec<Contradiction> {
    let mut runs: Vec<Vec<&Run>> = vec![Vec::new(); results.problems.len()];
    for run in results.runs.iter().chain(&results.repeated) {
        runs[run.problem].push(run);
    }
    let mut found = Vec::new();
    for (problem, runs) in results.problems.iter().zip(&runs) {
        let claim = |run: &Run| Claim {
            entrant: results.entrants[run.entrant].name.clone(),
            place: run.record.place.clone(),
        };
        let alone = runs.iter().flat_map(|run| alone(&run.record, &claim(run)));
        let among = values(runs, claim).into_iter().chain(covers(runs, claim));
        let clashes = alone.chain(among);
        found.extend(clashes.map(|clash| Contradiction { problem: problem.name.clone(), clash }));
    }
    found
}

/// What a row says against itself.
fn alone(record: &Record, by: &Claim) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let (Some(value), Some(bound)) = (record.value(), record.bound) else { return clashes };
    if record.outcome == Outcome::Optimal && bound < value {
        clashes.push(Clash::Unproven { value, bound, by: by.clone() });
    }
    // A bound above the value is found by comparing all rows.
    if let Some(gap) = record.gap.filter(|&gap| bound <= value && gap != value - bound) {
        clashes.push(Clash::Gap { gap, value, bound, by: by.clone() });
    }
    clashes
}

/// The best cover against every bound above its cost.
fn values(runs: &[&Run], claim: impl Fn(&Run) -> Claim) -> Vec<Clash> {
    let valued = runs.iter().filter_map(|run| Some((run.record.value()?, *run)));
    let Some((value, best)) = valued.min_by_key(|(value, _)| *value) else { return Vec::new() };
    let clash = |run: &&Run| {
        let bound = run.record.proven().filter(|&bound| bound > value)?;
        Some(Clash::Bound { value, of: claim(best), bound, by: claim(run) })
    };
    runs.iter().filter_map(clash).collect()
}

/// The first cover against every proof that there is none.
fn covers(runs: &[&Run], claim: impl Fn(&Run) -> Claim) -> Vec<Clash> {
    let has_cover =
        |run: &&&Run| matches!(run.record.outcome, Outcome::Optimal | Outcome::Feasible);
    let Some(cover) = runs.iter().find(has_cover) else { return Vec::new() };
    let none = runs.iter().filter(|run| run.record.outcome == Outcome::Infeasible);
    none.map(|none| Clash::Feasibility { cover: claim(cover), none: claim(none) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::results::read;

    fn said(rows: &str) -> Vec<String> {
        let head = "instance,n_runs,solver,outcome,cost,bound,gap,seed\n";
        let records = read("r.csv", format!("{head}{rows}").as_bytes()).unwrap();
        contradictions(&Results::new(records)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_that_agree_are_left_in_peace() {
        let rows = "a,3,price,optimal,5,5,0,7\na,3,dp,optimal,5,,,\na,,greedy,feasible,6,5,1,\n\
                    a,3,lp,unknown,,4,,\nb,3,price,infeasible,,,,\nb,3,greedy,unknown,,,,\n\
                    a,3,brute,refused,,,,\n";
        assert_eq!(said(rows), [""; 0]);
    }

    #[test]
    fn claims_that_cannot_both_be_true_are_told() {
        assert_eq!(
            said("a,3,price,optimal,5,5,0,\na,3,dp,optimal,6,6,0,\n"),
            ["a: price (r.csv:2) has a cover of cost 5, but dp (r.csv:3) proves at least 6"]
        );
        assert_eq!(
            said("a,3,price,optimal,5,,,\na,3,greedy,feasible,4,2,,\n"),
            ["a: greedy (r.csv:3) has a cover of cost 4, but price (r.csv:2) proves at least 5"]
        );
        assert_eq!(
            said("a,3,price,infeasible,,,,\na,3,greedy,feasible,,,,\n"),
            ["a: greedy (r.csv:3) has a cover, but price (r.csv:2) proves that there is none"]
        );
        assert_eq!(
            said("a,3,price,optimal,5,3,1,\n"),
            [
                "a: price (r.csv:2) calls 5 optimal with a bound of 3",
                "a: price (r.csv:2) states a gap of 1 between the cost 5 and the bound 3"
            ]
        );
        assert_eq!(
            said("a,3,price,optimal,5,6,0,\n"),
            ["a: price (r.csv:2) has a cover of cost 5, but price (r.csv:2) proves at least 6"]
        );
        assert_eq!(said("a,3,price,optimal,5,5,0,1\na,4,dp,optimal,7,7,0,2\n"), [""; 0]);
    }

    #[test]
    fn a_repeated_row_still_claims_what_it_claims() {
        let told = said("a,3,price,optimal,5,5,0,\na,3,price,optimal,6,6,0,\n");
        assert_eq!(told.len(), 1);
        assert!(told[0].ends_with("price (r.csv:3) proves at least 6"), "{told:?}");
    }
}
