//! Problems: instances under limits, and what all rows together know of them.

use std::collections::HashMap;

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
    /// The least cost of any cover.
    pub best: Option<u64>,
    /// The greatest bound that any row claims.
    pub bound: Option<u64>,
}

impl Problem {
    /// Whether two rows are about the same: by instance, limits and budget.
    fn key(record: &Record) -> (&str, Option<&str>, Option<u64>) {
        (&record.instance, record.limits.as_deref(), record.budget)
    }

    fn learn(&mut self, record: &Record) {
        self.family = self.family.take().or_else(|| record.family.clone());
        self.n_ports = self.n_ports.or(record.n_ports);
        self.n_runs = self.n_runs.or(record.n_runs);
        self.n_groups = self.n_groups.or(record.n_groups);
        let values = [self.best, record.value()];
        self.best = values.into_iter().flatten().min();
        self.bound = self.bound.max(record.proven());
    }

    /// The limits, and the budget unless they say it.
    fn terms(&self) -> String {
        match self.budget {
            Some(budget) if !self.limits.contains("--max-rules ") => {
                format!("{} budget {budget}", self.limits).trim().to_owned()
            }
            _ => self.limits.clone(),
        }
    }
}

/// Problems, and the one of each row.
pub(super) struct Problems {
    pub(super) list: Vec<Problem>,
    pub(super) of: Vec<usize>,
}

pub(super) fn problems(records: &[Record]) -> Problems {
    let mut known = HashMap::new();
    let (mut list, mut of) = (Vec::new(), Vec::new());
    for record in records {
        let i = *known.entry(Problem::key(record)).or_insert_with(|| {
            list.push(Problem {
                instance: record.instance.clone(),
                limits: record.limits.clone().unwrap_or_default(),
                budget: record.budget,
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
