//! Performance profiles: who solves how much within a factor of the fastest.
//!
//! For each solver `s` the share of problems that it solves within `τ` times the least time of any
//! solver, as a function of `τ`. Dolan & Moré 2002, "Benchmarking optimization software with
//! performance profiles", Mathematical Programming 91, 201–213.
//!
//! Solved means proven: the optimum, or that there is no cover. The problems are those for which
//! every solver of the profile has a row; one that it did not solve is beyond every factor. Those
//! with nothing to cover say nothing, and are left out.
//!
//! The solvers are those that prove anything, in this order: the baseline, then the others by how
//! many problems they share with it, most first, of equal ones the first in the rows. One that
//! would leave no problem to all of them stays apart.

use std::cmp::Reverse;

use serde::Serialize;

use super::{LEAST_MILLISECONDS, Results, Run, real};

/// The factors of the small table.
pub const FACTORS: [f64; 5] = [1.0, 2.0, 10.0, 100.0, 1000.0];

/// The profiles of solvers over common problems.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Profile {
    /// How many problems.
    pub problems: usize,
    /// How many problems with nothing to cover are left out.
    pub trivial: usize,
    /// A curve for each solver that proves anything in a time that was measured.
    pub curves: Vec<ProfileCurve>,
    /// Entrants with rows that prove nothing, or were not timed.
    pub left_out: Vec<usize>,
    /// Entrants that share no problem with all of the profile.
    pub apart: Vec<usize>,
}

/// A solver's share as a function of the factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProfileCurve {
    /// Which of the entrants.
    pub entrant: usize,
    /// Factors at which the share rises, from 1 up, and the share from there on.
    pub steps: Vec<(f64, f64)>,
}

impl ProfileCurve {
    /// The share of problems solved within a factor of the fastest.
    #[must_use]
    pub fn share(&self, factor: f64) -> f64 {
        let after = self.steps.partition_point(|step| step.0 <= factor);
        after.checked_sub(1).map_or(0.0, |last| self.steps[last].1)
    }
}

/// The time of a proof.
fn solved(run: &Run) -> Option<f64> {
    let time = run.record.time().filter(|_| run.record.is_solved())?;
    Some(time.max(LEAST_MILLISECONDS))
}

/// The profiles of all entrants that prove anything and share problems.
#[must_use]
pub fn profile(results: &Results, baseline: Option<usize>) -> Profile {
    let telling = |run: &&Run| !results.problems[run.problem].is_trivial();
    let is_exact =
        |&entrant: &usize| results.of(entrant).filter(telling).any(|run| solved(run).is_some());
    let (provers, left_out): (Vec<usize>, Vec<usize>) =
        (0..results.entrants.len()).partition(is_exact);
    let trivial = results.problems.iter().filter(|problem| problem.is_trivial()).count();
    let (problems, entrants) = shared(results, &provers, baseline);
    let apart = provers.into_iter().filter(|entrant| !entrants.contains(entrant)).collect();
    let times: Vec<Vec<Option<f64>>> = entrants
        .iter()
        .map(|&entrant| {
            let runs = results.by_problem(entrant);
            problems.iter().map(|&problem| runs[problem].and_then(solved)).collect()
        })
        .collect();
    let curves = entrants.into_iter().zip(curves(&times));
    let curves = curves.map(|(entrant, steps)| ProfileCurve { entrant, steps }).collect();
    Profile { problems: problems.len(), trivial, curves, left_out, apart }
}

/// The problems of all solvers of the profile, and these solvers in the order of the rows.
fn shared(
    results: &Results,
    provers: &[usize],
    baseline: Option<usize>,
) -> (Vec<usize>, Vec<usize>) {
    let of = |entrant: usize| -> Vec<bool> {
        let runs = results.by_problem(entrant).into_iter().zip(&results.problems);
        runs.map(|(run, problem)| run.is_some() && !problem.is_trivial()).collect()
    };
    let both = |one: &[bool], other: &[bool]| -> Vec<bool> {
        one.iter().zip(other).map(|(one, other)| *one && *other).collect()
    };
    let count = |of: &[bool]| of.iter().filter(|is_there| **is_there).count();
    let most = || provers.iter().copied().min_by_key(|&i| Reverse(count(&of(i))));
    let Some(first) = baseline.filter(|i| provers.contains(i)).or_else(most) else {
        return Default::default();
    };
    let base = of(first);
    let mut others: Vec<usize> = provers.iter().copied().filter(|&i| i != first).collect();
    others.sort_by_key(|&i| Reverse(count(&both(&base, &of(i)))));
    let (mut common, mut entrants) = (base, vec![first]);
    for entrant in others {
        let rest = both(&common, &of(entrant));
        if count(&rest) > 0 {
            common = rest;
            entrants.push(entrant);
        }
    }
    entrants.sort_unstable();
    ((0..common.len()).filter(|&problem| common[problem]).collect(), entrants)
}

/// The steps of each solver, from its times of the same problems.
fn curves(times: &[Vec<Option<f64>>]) -> Vec<Vec<(f64, f64)>> {
    let n_problems = times.first().map_or(0, Vec::len);
    let fastest: Vec<Option<f64>> = (0..n_problems)
        .map(|problem| times.iter().filter_map(|of| of[problem]).reduce(f64::min))
        .collect();
    let steps = |of: &Vec<Option<f64>>| {
        let ratio = |(time, least): (&Option<f64>, &Option<f64>)| Some((*time)? / (*least)?);
        let mut ratios: Vec<f64> = of.iter().zip(&fastest).filter_map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for (i, ratio) in ratios.into_iter().enumerate() {
            let share = real(i as u64 + 1) / real(n_problems as u64);
            match steps.last_mut() {
                Some(last) if last.0 >= ratio => last.1 = share,
                _ => steps.push((ratio, share)),
            }
        }
        steps
    };
    times.iter().map(steps).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::research::results::read;

    #[test]
    fn a_profile_by_hand() {
        let (fast, slow) =
            ([Some(1.0), Some(4.0), Some(2.0), None], [Some(2.0), Some(1.0), None, None]);
        let curves = curves(&[fast.to_vec(), slow.to_vec()]);
        assert_eq!(curves[0], [(1.0, 0.5), (4.0, 0.75)]);
        assert_eq!(curves[1], [(1.0, 0.25), (2.0, 0.5)]);
        let curve = ProfileCurve { entrant: 0, steps: curves[0].clone() };
        let shares = [0.5, 1.0, 3.9, 4.0, 1e9].map(|factor| curve.share(factor));
        assert_eq!(shares.to_vec(), [0.0, 0.5, 0.5, 0.75, 0.75]);
    }

    #[test]
    fn problems_are_those_of_all_solvers_that_prove_anything() {
        let text = "instance,solver,outcome,milliseconds\n\
                    a,price,optimal,1\nb,price,infeasible,0\nc,price,optimal,1\n\
                    a,ilp,optimal,3\nb,ilp,refused,\nd,ilp,unknown,9\n\
                    a,greedy,feasible,1\na,dp,optimal,\n";
        let profile = profile(&Results::new(read("r.csv", text.as_bytes()).unwrap()), Some(0));
        assert_eq!((profile.problems, profile.left_out), (2, vec![2, 3]));
        assert_eq!(profile.curves[0].steps, [(1.0, 1.0)]);
        assert_eq!(profile.curves[1].steps, [(3.0, 0.5)]);
    }

    #[test]
    fn a_solver_that_would_leave_no_problem_stays_apart() {
        let text = "instance,solver,outcome,milliseconds\n\
                    a,price,optimal,1\nb,price,optimal,1\nx,scip,optimal,9\ny,scip,optimal,9\n\
                    z,scip,optimal,9\na,dp,optimal,2\nb,ilp,optimal,3\na,ilp,unknown,3\n";
        let results = Results::new(read("r.csv", text.as_bytes()).unwrap());
        let of = |baseline| {
            let profile = profile(&results, baseline);
            let entrants = profile.curves.iter().map(|curve| curve.entrant).collect();
            (profile.problems, entrants, profile.apart)
        };
        assert_eq!(of(Some(0)), (1, vec![0, 2, 3], vec![1]));
        assert_eq!(of(Some(1)), (3, vec![1], vec![0, 2, 3]));
        assert_eq!(of(None), of(Some(1)));
    }

    #[test]
    fn nothing_to_cover_is_no_proof_that_tells() {
        let text = "instance,n_ports,solver,outcome,milliseconds,verified\n\
                    a,9,price,optimal,1,true\nb,0,price,optimal,1,true\n\
                    a,9,greedy,feasible,1,true\nb,0,greedy,optimal,1,true\n\
                    a,9,bad,optimal,1,false\n";
        let profile = profile(&Results::new(read("r.csv", text.as_bytes()).unwrap()), Some(0));
        assert_eq!((profile.problems, profile.trivial, profile.left_out), (1, 1, vec![1, 2]));
    }

    proptest! {
        #[test]
        fn shares_rise_with_the_factor_from_0_to_1_and_some_solver_is_the_fastest(
            times in (1_usize..6).prop_flat_map(|n| {
                let time = proptest::option::of(0.001_f64..1e6);
                proptest::collection::vec(proptest::collection::vec(time, n), 1..5)
            }),
            factors in proptest::collection::vec(1.0_f64..1e9, 2..9),
        ) {
            let curves: Vec<ProfileCurve> = curves(&times)
                .into_iter()
                .map(|steps| ProfileCurve { entrant: 0, steps })
                .collect();
            let mut factors = factors;
            factors.sort_by(f64::total_cmp);
            for curve in &curves {
                let shares: Vec<f64> = factors.iter().map(|&factor| curve.share(factor)).collect();
                prop_assert!(shares.is_sorted());
                prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
                prop_assert!(curve.steps.iter().all(|step| step.0 >= 1.0));
            }
            let n_solved = (0..times[0].len()).filter(|&i| times.iter().any(|of| of[i].is_some()));
            let solved = real(n_solved.count() as u64) / real(times[0].len() as u64);
            let at_once: f64 = curves.iter().map(|curve| curve.share(1.0)).sum();
            prop_assert!(at_once >= solved - 1e-9);
        }
    }
}
