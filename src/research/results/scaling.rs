//! How time grows with a size: a power law, fitted on logarithms.
//!
//! Ordinary least squares of `ln t = a + b ln n`: the slope `b` is the exponent. Its standard
//! error is `√(RSS / (k − 2) / Σ(x − x̄)²)` for `k` points, `R²` is `1 − RSS / TSS` (Draper & Smith
//! 1998, "Applied regression analysis", chapter 1).
//!
//! The time of a search that a limit cut short is that of the limit: of a solver that proves
//! anything only proven answers count, of a pure heuristic its covers and where it found none.
//! Problems with nothing to cover count for nobody, nor do times at or below the floor of the
//! clock, of a microsecond: these would bend every law towards none.

use serde::Serialize;

use super::problem::Problem;
use super::{LEAST_MILLISECONDS, Outcome, Results, Run, real};

/// The fewest distinct sizes of a fit: a line through two says nothing of how well it fits.
pub const FEWEST_SIZES: usize = 3;

/// The least R² of a law that is told.
pub const LEAST_R2: f64 = 0.5;

/// What is taken as the size of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// Runs of used ports.
    Runs,
    /// The budget, in units.
    Budget,
    /// Groups.
    Groups,
}

impl Size {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Runs, Self::Budget, Self::Groups];

    /// What is counted, in the plural.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Budget => "budget",
            Self::Groups => "groups",
        }
    }

    fn of(self, problem: &Problem) -> Option<u64> {
        match self {
            Self::Runs => problem.n_runs,
            Self::Budget => problem.budget,
            Self::Groups => problem.n_groups,
        }
    }
}

/// `t = factor · n^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PowerLaw {
    /// The power of the size.
    pub exponent: f64,
    /// Standard error of the exponent.
    pub error: f64,
    /// Milliseconds at size 1.
    pub factor: f64,
    /// Share of the variance of `ln t` that the law explains.
    pub r2: f64,
}

impl PowerLaw {
    /// The time that the law gives for a size.
    #[must_use]
    pub fn at(&self, size: f64) -> f64 {
        self.factor * size.powf(self.exponent)
    }
}

/// The times of a solver by size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Growth {
    /// Which of the entrants.
    pub entrant: usize,
    /// Size and milliseconds of each run that came to its own end, by size.
    pub points: Vec<(f64, f64)>,
    /// How many times of runs that did not are left out.
    pub left_out: usize,
    /// How many times at the floor of the clock are left out: they say nothing of growth.
    pub at_floor: usize,
    /// How many sizes there are.
    pub sizes: usize,
    /// The law, where sizes are enough.
    pub law: Option<PowerLaw>,
    /// Whether the law says enough: R² of at least [`LEAST_R2`], and no less than against runs.
    pub is_telling: bool,
}

impl Growth {
    /// The law, where it says enough.
    #[must_use]
    pub fn told(&self) -> Option<PowerLaw> {
        self.law.filter(|_| self.is_telling)
    }
}

/// Time against one size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaling {
    /// What is taken as the size.
    pub size: Size,
    /// Each entrant with times of answers.
    pub growths: Vec<Growth>,
}

impl Scaling {
    /// Whether any law says enough.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        self.growths.iter().any(|growth| growth.is_telling)
    }

    fn r2(&self, entrant: usize) -> Option<f64> {
        let growth = self.growths.iter().find(|growth| growth.entrant == entrant);
        growth.and_then(|growth| Some(growth.law?.r2))
    }
}

/// The times against each size; what grows with the runs is told by runs alone.
#[must_use]
pub fn scalings(results: &Results) -> Vec<Scaling> {
    let runs = scaling(results, Size::Runs);
    let mut all: Vec<Scaling> = Size::ALL.map(|size| scaling(results, size)).into();
    for growth in all.iter_mut().flat_map(|scaling| &mut scaling.growths) {
        let r2 = growth.law.map(|law| law.r2);
        growth.is_telling &= r2 >= runs.r2(growth.entrant);
    }
    all
}

/// The times of all entrants against a size.
#[must_use]
pub fn scaling(results: &Results, size: Size) -> Scaling {
    let growths = (0..results.entrants.len()).filter_map(|entrant| growth(results, size, entrant));
    Scaling { size, growths: growths.collect() }
}

fn growth(results: &Results, size: Size, entrant: usize) -> Option<Growth> {
    let is_trivial = |run: &Run| results.problems[run.problem].is_trivial();
    let runs = || results.of(entrant).filter(|run| !is_trivial(run));
    let timed = || {
        runs().filter_map(|run| {
            // A problem of size 0 has no logarithm.
            let size = size.of(&results.problems[run.problem]).filter(|&size| size > 0)?;
            Some((run, (real(size), run.record.time()?)))
        })
    };
    let is_exact = runs().any(|run| run.record.is_solved());
    let has_ended = |run: &Run| match run.record.outcome {
        Outcome::Feasible | Outcome::Unknown => !is_exact,
        _ => run.record.is_solved(),
    };
    let ended = timed().filter(|(run, _)| has_ended(run));
    let all: Vec<(f64, f64)> = ended.map(|(_, point)| point).collect();
    let n_ended = all.len();
    let (mut points, floor): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, time)| *time > LEAST_MILLISECONDS);
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut sizes: Vec<f64> = points.iter().map(|point| point.0).collect();
    sizes.dedup();
    let law = fit(&points).filter(|_| sizes.len() >= FEWEST_SIZES);
    let left_out = timed().count() - n_ended;
    let is_telling = law.is_some_and(|law| law.r2 >= LEAST_R2);
    let (sizes, at_floor) = (sizes.len(), floor.len());
    let growth = Growth { entrant, points, left_out, at_floor, sizes, law, is_telling };
    let is_said = !growth.points.is_empty() || growth.at_floor > 0 || growth.left_out > 0;
    is_said.then_some(growth)
}

/// The law of least squares; none for fewer than three points or all at one size.
#[must_use]
pub fn fit(points: &[(f64, f64)]) -> Option<PowerLaw> {
    if points.len() < FEWEST_SIZES {
        return None;
    }
    let n = real(points.len() as u64);
    let logs: Vec<(f64, f64)> = points.iter().map(|&(size, time)| (size.ln(), time.ln())).collect();
    let mean_x = logs.iter().map(|log| log.0).sum::<f64>() / n;
    let mean_y = logs.iter().map(|log| log.1).sum::<f64>() / n;
    let sum = |term: &dyn Fn(f64, f64) -> f64| -> f64 {
        logs.iter().map(|&(x, y)| term(x - mean_x, y - mean_y)).sum()
    };
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    if xx <= 0.0 {
        return None;
    }
    let exponent = xy / xx;
    let rss = sum(&|x, y| (y - exponent * x).powi(2));
    Some(PowerLaw {
        exponent,
        error: (rss / (n - 2.0) / xx).sqrt(),
        factor: (mean_y - exponent * mean_x).exp(),
        // Times that are all the same are explained.
        r2: if yy > 0.0 { (1.0 - rss / yy).max(0.0) } else { 1.0 },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::research::results::read;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn a_fit_by_hand() {
        // ln t at ln n = 0, 1, 2 is 0, 2, 1: the slope is 1/2, the residuals −1/2, 1, −1/2.
        let points =
            [(0.0, 0.0), (1.0, 2.0), (2.0, 1.0)].map(|(x, y): (f64, f64)| (x.exp(), y.exp()));
        let law = fit(&points).unwrap();
        assert!(close(law.exponent, 0.5), "{law:?}");
        assert!(close(law.factor, 0.5_f64.exp()));
        assert!(close(law.error, (1.5_f64 / 1.0 / 2.0).sqrt()));
        assert!(close(law.r2, 0.25));
        let flat = fit(&[(1.0, 2.0), (2.0, 2.0), (4.0, 2.0)]).unwrap();
        assert!(close(flat.exponent, 0.0) && close(flat.r2, 1.0) && close(flat.error, 0.0));
    }

    #[test]
    fn too_few_sizes_have_no_law() {
        assert_eq!(fit(&[]), None);
        assert_eq!(fit(&[(1.0, 1.0), (2.0, 2.0)]), None);
        assert_eq!(fit(&[(3.0, 1.0), (3.0, 2.0), (3.0, 4.0)]), None);
        let text = "instance,n_runs,solver,outcome,milliseconds\n\
                    a,10,price,optimal,1\nb,20,price,optimal,2\nc,20,price,optimal,2\n\
                    d,0,price,optimal,1\ne,40,price,unknown,1\nf,80,price,refused,1\n";
        let results = Results::new(read("r.csv", text.as_bytes()).unwrap());
        let growth = &scaling(&results, Size::Runs).growths[0];
        assert_eq!((growth.sizes, growth.points.len(), growth.law), (2, 3, None));
        assert_eq!(growth.left_out, 1, "what was not solved; a refusal has no time");
        assert!(scaling(&results, Size::Budget).growths.is_empty());
    }

    #[test]
    fn times_at_the_floor_of_the_clock_are_counted_and_not_fitted() {
        let text = "instance,n_runs,solver,outcome,milliseconds\n\
                    a,10,price,optimal,0.0002\nb,20,price,optimal,0.001\nc,20,price,optimal,2\n\
                    d,40,price,optimal,4\ne,80,price,optimal,8\na,10,dp,optimal,0.001\n";
        let results = Results::new(read("r.csv", text.as_bytes()).unwrap());
        let growths = scaling(&results, Size::Runs).growths;
        let counts: Vec<_> = growths.iter().map(|of| (of.points.len(), of.at_floor)).collect();
        assert_eq!(counts, [(3, 2), (0, 1)]);
        assert!(close(growths[0].law.unwrap().exponent, 1.0));
    }

    #[test]
    fn of_who_proves_only_proofs_count() {
        let text = "instance,n_runs,n_ports,solver,outcome,milliseconds\n\
                    a,10,20,ilp,optimal,1\nb,20,40,ilp,infeasible,2\nc,40,80,ilp,feasible,9\n\
                    d,80,160,ilp,unknown,9\na,10,20,greedy,feasible,1\nd,80,160,greedy,unknown,2\n\
                    z,5,0,greedy,optimal,1\n";
        let results = Results::new(read("r.csv", text.as_bytes()).unwrap());
        let scaling = scaling(&results, Size::Runs);
        let told: Vec<_> =
            scaling.growths.iter().map(|of| (of.points.len(), of.left_out)).collect();
        assert_eq!(told, [(2, 2), (2, 0)]);
    }

    #[test]
    fn what_runs_tell_better_is_told_by_runs() {
        let mut text = "instance,n_runs,budget,n_groups,solver,outcome,milliseconds\n".to_owned();
        for (i, (n_runs, budget, n_groups)) in
            [(10, 10, 1), (20, 30, 9), (40, 30, 9), (80, 90, 1)].into_iter().enumerate()
        {
            text.extend([
                format!("{i},{n_runs},{budget},{n_groups},price,optimal,{n_runs}\n"),
                format!("{i},,{budget},{n_groups},dp,optimal,{budget}\n"),
            ]);
        }
        let results = Results::new(read("r.csv", text.as_bytes()).unwrap());
        let told: Vec<Vec<bool>> = scalings(&results)
            .iter()
            .map(|of| of.growths.iter().map(|growth| growth.is_telling).collect())
            .collect();
        // Time is proportional to runs for one, to the budget for the other, whose R² is higher.
        assert_eq!(told, [[true, true], [false, true], [false, false]]);
    }

    proptest! {
        #[test]
        fn a_power_law_is_recovered(
            exponent in -3.0_f64..3.0,
            factor in 0.01_f64..100.0,
            sizes in proptest::collection::hash_set(1_u32..10_000, 3..20),
        ) {
            let points: Vec<(f64, f64)> = sizes
                .into_iter()
                .map(|size| (f64::from(size), factor * f64::from(size).powf(exponent)))
                .collect();
            let law = fit(&points).unwrap();
            prop_assert!((law.exponent - exponent).abs() < 1e-6, "{law:?}");
            prop_assert!((law.factor / factor - 1.0).abs() < 1e-5, "{law:?}");
            prop_assert!(law.error < 1e-6);
        }
    }
}
