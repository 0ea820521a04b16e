//! What each solver answered: outcomes, how near to the best known values, and memory.

use serde::Serialize;

use super::gap::Gap;
use super::mean::median;
use super::{Outcome, Results, real};

/// The answers of one solver.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answers {
    /// Which of the entrants.
    pub entrant: usize,
    /// How many problems it has a row for.
    pub tried: usize,
    /// How many of each outcome, in the order of [`Outcome::ALL`].
    pub outcomes: [usize; 6],
    /// How many values are the best known ones.
    pub best: usize,
    /// How many values there are that no checker refused.
    pub values: usize,
    /// Absolute gaps: median and largest.
    pub gap: Option<(f64, u64)>,
    /// Gaps relative to the best known value, where that is above 0: median and largest.
    pub relative: Option<(f64, f64)>,
    /// How many answers a checker did not accept, of those for which it was asked.
    pub unverified: usize,
    /// Bytes beyond the instance, where measured: median and most.
    pub memory: Option<(f64, u64)>,
}

impl Answers {
    /// How many rows have an outcome.
    #[must_use]
    pub fn with(&self, outcome: Outcome) -> usize {
        self.outcomes[outcome as usize]
    }
}

/// The answers of all entrants.
#[must_use]
pub fn answers(results: &Results) -> Vec<Answers> {
    (0..results.entrants.len()).map(|entrant| of(results, entrant)).collect()
}

fn of(results: &Results, entrant: usize) -> Answers {
    let records = || results.of(entrant).map(|run| &run.record);
    let gaps: Vec<Gap> = results.of(entrant).filter_map(|run| Gap::of(run, results)).collect();
    let relative: Vec<f64> = gaps.iter().filter_map(|gap| gap.relative).collect();
    let memory: Vec<u64> = records().filter_map(|record| record.memory_bytes).collect();
    Answers {
        entrant,
        tried: records().count(),
        outcomes: Outcome::ALL
            .map(|outcome| records().filter(|record| record.outcome == outcome).count()),
        best: gaps.iter().filter(|gap| gap.gap == 0).count(),
        values: gaps.len(),
        gap: middle_and_most(gaps.iter().map(|gap| gap.gap)),
        relative: median(relative.clone()).zip(relative.into_iter().reduce(f64::max)),
        unverified: records().filter(|record| record.is_refuted()).count(),
        memory: middle_and_most(memory.into_iter()),
    }
}

fn middle_and_most(numbers: impl Iterator<Item = u64> + Clone) -> Option<(f64, u64)> {
    median(numbers.clone().map(real).collect()).zip(numbers.max())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::results::gap::gaps;
    use crate::research::results::read;

    #[test]
    fn answers_and_gaps_by_hand() {
        let text = "instance,solver,outcome,cost,bound,memory_bytes,verified\n\
                    a,price,optimal,10,10,100,true\na,greedy,feasible,15,,,true\n\
                    b,price,optimal,0,0,300,true\nb,greedy,feasible,7,,,\n\
                    c,price,infeasible,,,200,true\nc,greedy,unknown,,,,false\n\
                    d,price,optimal,8,8,,true\nd,greedy,feasible,8,,,true\n\
                    e,price,optimal,8,8,,true\ne,greedy,feasible,7,,,false\n\
                    d,brute,refused,,,,false\n";
        let results = Results::new(read("r.csv", text.as_bytes()).unwrap());
        let [price, greedy, brute] = <[Answers; 3]>::try_from(answers(&results)).unwrap();
        assert_eq!((price.tried, price.outcomes, price.best), (5, [4, 0, 1, 0, 0, 0], 4));
        assert_eq!((price.gap, price.memory), (Some((0.0, 0)), Some((200.0, 300))));
        assert_eq!((greedy.outcomes, greedy.best, greedy.values), ([0, 4, 0, 1, 0, 0], 1, 3));
        // Gaps 5, 7, 0; relative ones 5/10 and 0/8, since nothing is relative to 0.
        assert_eq!((greedy.gap, greedy.relative), (Some((5.0, 7)), Some((0.25, 0.5))));
        assert_eq!((greedy.unverified, greedy.memory), (1, None));
        assert_eq!((brute.with(Outcome::Refused), brute.unverified, brute.gap), (1, 0, None));
        let all = gaps(&results);
        let told: Vec<_> = all.iter().map(|gap| (gap.problem, gap.value, gap.gap)).collect();
        assert_eq!(told, [(0, 15, 5), (1, 7, 7)]);
        assert_eq!((all[0].relative, all[1].relative), (Some(0.5), None));
    }
}
