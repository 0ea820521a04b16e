//! Problems: instances under limits, and what all rows together know of them.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::Record;

/// An instance under limits and a budget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Name of the instance, with the limits where others have the same name.
    pub name: String,
    /// Name of the instance alone.
    pub instance: String,
    /// As flags; empty where not known.
    pub limits: String,
    /// The IPv4 units.
    pub budget: Option<u64>,
    /// The family in the manifest.
    pub family: Option<String>,
    /// How many used ports.
    pub n_ports: Option<u64>,
    /// How many runs.
    pub n_runs: Option<u64>,
    /// How many groups.
    pub n_groups: Option<u64>,
    /// What generated it.
    pub seed: Option<String>,
    /// Whether another instance of other sizes has the same name, limits and budget.
    pub has_double: bool,
    /// The least cost of any cover that no checker refused.
    pub best: Option<u64>,
    /// The greatest bound that any row claims, but for those that a checker refused.
    pub bound: Option<u64>,
}

/// By instance, limits and budget.
type Key<'a> = (&'a str, Option<&'a str>, Option<u64>);

/// What an instance measures, and its seed; rows need not know all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Form<'a> {
    sizes: [Option<u64>; 3],
    seed: Option<&'a str>,
}

impl<'a> Form<'a> {
    fn of(record: &'a Record) -> Self {
        let sizes = [record.n_ports, record.n_runs, record.n_groups];
        Self { sizes, seed: record.seed.as_deref() }
    }

    /// Both in one; none where they differ in what both know.
    fn with(self, other: Self) -> Option<Self> {
        let mut both = self;
        for (size, other) in both.sizes.iter_mut().zip(other.sizes) {
            if size.zip(other).is_some_and(|(one, other)| one != other) {
                return None;
            }
            *size = size.or(other);
        }
        if self.seed.zip(other.seed).is_some_and(|(one, other)| one != other) {
            return None;
        }
        both.seed = self.seed.or(other.seed);
        Some(both)
    }
}

impl Problem {
    fn key(record: &Record) -> Key<'_> {
        (&record.instance, record.limits.as_deref(), record.budget)
    }

    /// Whether there is nothing to cover.
    #[must_use]
    pub fn is_trivial(&self) -> bool {
        self.n_ports == Some(0) || self.n_runs == Some(0)
    }

    fn learn(&mut self, record: &Record) {
        self.family = self.family.take().or_else(|| record.family.clone());
        self.n_ports = self.n_ports.or(record.n_ports);
        self.n_runs = self.n_runs.or(record.n_runs);
        self.n_groups = self.n_groups.or(record.n_groups);
        self.seed = self.seed.take().or_else(|| record.seed.clone());
        if record.verified == Some(false) {
            return;
        }
        let values = [self.best, record.value()];
        self.best = values.into_iter().flatten().min();
        self.bound = self.bound.max(record.proven());
    }

    /// The limits, the budget unless they say it, and sizes where these tell doubles apart.
    fn terms(&self) -> String {
        let mut terms = vec![self.limits.clone()];
        if let Some(budget) = self.budget.filter(|_| !self.limits.contains("--max-rules ")) {
            terms.push(format!("budget {budget}"));
        }
        if self.has_double {
            let sizes = [("ports", self.n_ports), ("runs", self.n_runs), ("groups", self.n_groups)];
            let known = sizes.into_iter().filter_map(|(what, n)| Some(format!("{} {what}", n?)));
            let seed = self.seed.iter().map(|seed| format!("seed {seed}"));
            let known: Vec<String> = known.chain(seed).collect();
            let all = if known.is_empty() { "not known".to_owned() } else { known.join(", ") };
            terms.push(format!("({all})"));
        }
        terms.retain(|term| !term.is_empty());
        terms.join(" ")
    }
}

/// Problems, and the one of each row.
pub(super) struct Problems {
    pub(super) list: Vec<Problem>,
    pub(super) of: Vec<usize>,
}

/// The keys whose rows cannot all be about one instance.
fn doubles(records: &[Record]) -> HashSet<Key<'_>> {
    let mut forms: HashMap<Key<'_>, Option<Form<'_>>> = HashMap::new();
    for record in records {
        let form = Form::of(record);
        let whole = forms.entry(Problem::key(record)).or_insert(Some(form));
        *whole = whole.and_then(|whole| whole.with(form));
    }
    forms.into_iter().filter(|(_, whole)| whole.is_none()).map(|(key, _)| key).collect()
}

/// Rows are about the same where instance, limits and budget are, and no sizes or seeds differ.
///
/// Where some differ, each combination is a problem of its own: which of them a row without sizes
/// is about is not known.
pub(super) fn problems(records: &[Record]) -> Problems {
    let doubles = doubles(records);
    let mut known = HashMap::new();
    let (mut list, mut of) = (Vec::new(), Vec::new());
    for record in records {
        let key = Problem::key(record);
        let has_double = doubles.contains(&key);
        let form = has_double.then(|| Form::of(record));
        let i = *known.entry((key, form)).or_insert_with(|| {
            list.push(Problem {
                instance: record.instance.clone(),
                limits: record.limits.clone().unwrap_or_default(),
                budget: record.budget,
                has_double,
                ..Problem::default()
            });
            list.len() - 1
        });
        list[i].learn(record);
        of.push(i);
    }
    let mut namesakes: HashMap<String, usize> = HashMap::new();
    for problem in &list {
        *namesakes.entry(problem.instance.clone()).or_default() += 1;
    }
    for problem in &mut list {
        problem.name.clone_from(&problem.instance);
        if namesakes[&problem.instance] > 1 {
            let name = format!("{} {}", problem.instance, problem.terms());
            name.trim_end().clone_into(&mut problem.name);
        }
    }
    Problems { list, of }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::results::read;

    fn problems_of(rows: &str) -> Vec<Problem> {
        let head = "instance,n_ports,n_runs,seed,solver,outcome,cost,bound,verified\n";
        problems(&read("r.csv", format!("{head}{rows}").as_bytes()).unwrap()).list
    }

    #[test]
    fn rows_that_know_less_are_about_the_same() {
        let of = problems_of(
            "a,9,,,price,optimal,5,5,true\na,,3,7,ilp,optimal,5,5,\na,,,,lp,unknown,,4,\n",
        );
        assert_eq!(of.len(), 1);
        assert_eq!((of[0].name.as_str(), of[0].n_ports, of[0].n_runs), ("a", Some(9), Some(3)));
    }

    #[test]
    fn other_sizes_or_seeds_are_other_instances() {
        let of = problems_of(
            "a,9,3,1,price,optimal,5,5,true\na,9,4,1,price,optimal,7,7,true\n\
             a,9,4,2,price,optimal,8,8,true\na,,,,ilp,optimal,6,6,\n",
        );
        let told: Vec<_> = of.iter().map(|problem| (problem.name.as_str(), problem.best)).collect();
        assert_eq!(
            told,
            [
                ("a (9 ports, 3 runs, seed 1)", Some(5)),
                ("a (9 ports, 4 runs, seed 1)", Some(7)),
                ("a (9 ports, 4 runs, seed 2)", Some(8)),
                ("a (not known)", Some(6)),
            ]
        );
    }

    #[test]
    fn what_a_checker_refused_is_not_known() {
        let of = problems_of(
            "a,9,3,,price,feasible,5,4,true\na,9,3,,bad,optimal,2,2,false\n\
             a,9,3,,worse,feasible,9,5,false\n",
        );
        assert_eq!((of[0].best, of[0].bound), (Some(5), Some(4)));
    }
}
