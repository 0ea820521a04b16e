//! Who ran: a solver in one version, from one commit, on one machine.

use std::collections::HashMap;

use serde::Serialize;

use super::Record;

/// A solver as it was measured.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Entrant {
    /// The solver, with what tells it from others of the same name.
    pub name: String,
    /// Name of the solver alone.
    pub solver: String,
    /// Its version.
    pub version: Option<String>,
    /// The commit it was built from.
    pub commit: Option<String>,
    /// Where it ran.
    pub machine: Option<String>,
}

impl Entrant {
    fn of(record: &Record) -> Self {
        Self {
            name: record.solver.clone(),
            solver: record.solver.clone(),
            version: record.version.clone(),
            commit: record.commit.clone(),
            machine: record.machine.clone(),
        }
    }

    fn terms(&self) -> [&Option<String>; 3] {
        [&self.version, &self.commit, &self.machine]
    }

    /// What the solver is called among others: with the terms in which its namesakes differ.
    fn name_among(&self, all: &[Self]) -> String {
        let namesakes: Vec<&Self> =
            all.iter().filter(|other| other.solver == self.solver).collect();
        let terms = self.terms().into_iter().enumerate();
        let telling = terms.filter(|&(i, term)| namesakes.iter().any(|one| one.terms()[i] != term));
        let telling: Vec<&str> =
            telling.map(|(_, term)| term.as_deref().unwrap_or("not known")).collect();
        if telling.is_empty() {
            return self.solver.clone();
        }
        format!("{} ({})", self.solver, telling.join(", "))
    }
}

/// Entrants, and the one of each row.
pub(super) struct Entrants {
    pub(super) list: Vec<Entrant>,
    pub(super) of: Vec<usize>,
}

pub(super) fn entrants(records: &[Record]) -> Entrants {
    let mut known = HashMap::new();
    let (mut list, mut of): (Vec<Entrant>, Vec<usize>) = (Vec::new(), Vec::new());
    for record in records {
        let entrant = Entrant::of(record);
        let i = *known.entry(entrant.clone()).or_insert_with(|| {
            list.push(entrant);
            list.len() - 1
        });
        of.push(i);
    }
    let names: Vec<String> = list.iter().map(|entrant| entrant.name_among(&list)).collect();
    for (entrant, name) in list.iter_mut().zip(names) {
        entrant.name = name;
    }
    Entrants { list, of }
}
