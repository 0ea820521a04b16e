//! Times of solvers as ratios to those of a baseline, over the problems that both ran on.

use serde::Serialize;

use super::mean::shifted_geometric;
use super::{Results, Run};

/// The mean time of a solver, alone and beside the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Times {
    /// Which of the entrants.
    pub entrant: usize,
    /// How many times there are.
    pub timed: usize,
    /// Their shifted geometric mean, in milliseconds.
    pub mean: Option<f64>,
    /// The ratio over all common problems.
    pub ratio: Option<Ratio>,
}

/// A mean by that of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// Over how many problems.
    pub problems: usize,
    /// Above 1 where the baseline is faster.
    pub ratio: f64,
}

/// The ratios of all entrants in one family.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FamilyRatios {
    /// The family; none for problems without any.
    pub family: Option<String>,
    /// How many problems it has.
    pub problems: usize,
    /// By entrant.
    pub ratios: Vec<Option<Ratio>>,
}

/// The entrant with the least mean time; of equal ones the first.
#[must_use]
pub fn fastest(results: &Results, shift: f64) -> Option<usize> {
    let mean = |entrant| Some((own_mean(results, entrant, shift).1?, entrant));
    let means = (0..results.entrants.len()).filter_map(mean);
    means.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, entrant)| entrant)
}

/// How many times an entrant has, and their mean.
fn own_mean(results: &Results, entrant: usize, shift: f64) -> (usize, Option<f64>) {
    let times: Vec<f64> = results.of(entrant).filter_map(|run| run.record.time()).collect();
    (times.len(), shifted_geometric(&times, shift))
}

/// The means and ratios of all entrants.
#[must_use]
pub fn times(results: &Results, baseline: Option<usize>, shift: f64) -> Vec<Times> {
    let all: Vec<usize> = (0..results.problems.len()).collect();
    let of = |entrant| {
        let (timed, mean) = own_mean(results, entrant, shift);
        let ratio = baseline.and_then(|baseline| ratio(results, entrant, baseline, &all, shift));
        Times { entrant, timed, mean, ratio }
    };
    (0..results.entrants.len()).map(of).collect()
}

/// The ratios in each family, families in the order in which they first stand in the rows.
#[must_use]
pub fn by_family(results: &Results, baseline: usize, shift: f64) -> Vec<FamilyRatios> {
    let mut families: Vec<(Option<String>, Vec<usize>)> = Vec::new();
    for (i, problem) in results.problems.iter().enumerate() {
        match families.iter_mut().find(|(family, _)| *family == problem.family) {
            Some((_, members)) => members.push(i),
            None => families.push((problem.family.clone(), vec![i])),
        }
    }
    let row = |(family, members): (Option<String>, Vec<usize>)| FamilyRatios {
        family,
        problems: members.len(),
        ratios: (0..results.entrants.len())
            .map(|entrant| ratio(results, entrant, baseline, &members, shift))
            .collect(),
    };
    families.into_iter().map(row).collect()
}

fn ratio(
    results: &Results,
    entrant: usize,
    baseline: usize,
    problems: &[usize],
    shift: f64,
) -> Option<Ratio> {
    let (own, base) = (results.by_problem(entrant), results.by_problem(baseline));
    let time = |run: Option<&Run>| run.and_then(|run| run.record.time());
    let both = |&problem: &usize| Some((time(own[problem])?, time(base[problem])?));
    let (own, base): (Vec<f64>, Vec<f64>) = problems.iter().filter_map(both).unzip();
    let least = super::LEAST_MILLISECONDS;
    let mean = |times: &[f64]| Some(shifted_geometric(times, shift)?.max(least));
    Some(Ratio { problems: own.len(), ratio: mean(&own)? / mean(&base)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::results::read;

    const ROWS: &str = "instance,family,solver,outcome,milliseconds\n\
                        a,x,price,optimal,1\na,x,ilp,optimal,7\n\
                        b,x,price,optimal,7\nb,x,ilp,unknown,31\n\
                        c,,price,optimal,3\nc,,ilp,refused,9\n\
                        d,y,price,optimal,0\nd,y,ilp,optimal,2\n\
                        a,x,greedy,feasible,\n";

    #[test]
    fn ratios_are_over_common_problems() {
        let results = Results::new(read("r.csv", ROWS.as_bytes()).unwrap());
        assert_eq!(fastest(&results, 1.0), Some(0));
        let [price, ilp, greedy] = <[Times; 3]>::try_from(times(&results, Some(0), 1.0)).unwrap();
        // (2 · 8 · 4 · 1)^(1/4) − 1.
        assert!((price.mean.unwrap() - (64_f64.powf(0.25) - 1.0)).abs() < 1e-9);
        assert_eq!((price.timed, price.ratio), (4, Some(Ratio { problems: 4, ratio: 1.0 })));
        // On a, b and d: (8 · 32 · 3)^(1/3) − 1 by (2 · 8 · 1)^(1/3) − 1.
        let expected = (768_f64.cbrt() - 1.0) / (16_f64.cbrt() - 1.0);
        let Ratio { problems, ratio } = ilp.ratio.unwrap();
        assert_eq!((ilp.timed, problems), (3, 3));
        assert!((ratio - expected).abs() < 1e-9);
        assert_eq!((greedy.timed, greedy.mean, greedy.ratio), (0, None, None));
    }

    #[test]
    fn each_family_has_its_ratios() {
        let results = Results::new(read("r.csv", ROWS.as_bytes()).unwrap());
        let rows = by_family(&results, 0, 1.0);
        let told: Vec<_> = rows.iter().map(|row| (row.family.as_deref(), row.problems)).collect();
        assert_eq!(told, [(Some("x"), 2), (None, 1), (Some("y"), 1)]);
        // (8 · 32)^(1/2) − 1 = 15 by (2 · 8)^(1/2) − 1 = 3.
        let Ratio { problems, ratio } = rows[0].ratios[1].unwrap();
        assert_eq!(problems, 2);
        assert!((ratio - 5.0).abs() < 1e-9);
        assert_eq!(rows[1].ratios[1], None);
    }
}
