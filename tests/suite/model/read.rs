//! Readers of what models are written as, and the optimum of what they read, by enumeration.

use std::collections::BTreeMap;

/// A variable as a file states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) least: i64,
    pub(crate) most: i64,
    pub(crate) integer: bool,
}

/// Terms, and the least and the most that they sum up to.
type Row = (BTreeMap<usize, i64>, i64, i64);

/// A program as a file states it; numbers of variables are those of their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) columns: Vec<(String, Column)>,
    pub(crate) constant: i64,
    pub(crate) costs: BTreeMap<usize, i64>,
    pub(crate) rows: Vec<Row>,
}

const FREE: i64 = i64::MAX;

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl Read {
    fn index(&self, name: &str) -> usize {
        let found = self.columns.iter().position(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("no variable {name}"))
    }

    fn add(&mut self, name: &str, column: Column) -> usize {
        assert!(self.columns.iter().all(|(known, _)| known != name), "{name} twice");
        self.columns.push((name.to_owned(), column));
        self.columns.len() - 1
    }

    /// The least value, if there is any, by trying all integral values of all variables.
    pub(crate) fn optimum(&self) -> Option<i64> {
        // A row is looked at when the last of its variables has a value.
        let last = |row: &BTreeMap<usize, i64>| row.keys().next_back().copied().unwrap_or(0);
        let mut rows = vec![Vec::new(); self.columns.len()];
        for row in &self.rows {
            rows[last(&row.0)].push(row);
        }
        let mut best = None;
        self.try_all(&rows, &mut Vec::new(), self.constant, &mut best);
        best
    }

    fn try_all(
        &self,
        rows: &[Vec<&Row>],
        values: &mut Vec<i64>,
        value: i64,
        best: &mut Option<i64>,
    ) {
        let Some((_, column)) = self.columns.get(values.len()) else {
            *best = Some(best.map_or(value, |best| best.min(value)));
            return;
        };
        let i = values.len();
        for x in column.least..=column.most {
            values.push(x);
            let holds = |&&(ref terms, least, most): &&Row| {
                let sum: i64 = terms.iter().map(|(&i, factor)| factor * values[i]).sum();
                (least..=most).contains(&sum)
            };
            if rows[i].iter().all(holds) {
                let cost = self.costs.get(&i).copied().unwrap_or(0);
                self.try_all(rows, values, value + cost * x, best);
            }
            values.pop();
        }
    }
}

/// Reads OPB: `>=` rows over literals.
pub(crate) fn opb(text: &str) -> Read {
    let mut read = Read::default();
    let head: Vec<&str> = text.lines().next().unwrap().split(' ').collect();
    let ["*", "#variable=", n_variables, "#constraint=", n_rows] = head[..] else {
        panic!("{head:?}");
    };
    for i in 1..=number(n_variables) {
        read.add(&format!("x{i}"), Column { least: 0, most: 1, integer: true });
    }
    for line in text.lines().filter(|line| !line.starts_with('*')) {
        let line = line.strip_suffix(" ;").expect("a statement ends with a semicolon");
        if let Some(costs) = line.strip_prefix("min: ") {
            (read.costs, read.constant) = literals(&read, costs);
        } else {
            let (terms, right) = line.split_once(" >= ").expect("rows are >=");
            let (terms, constant) = literals(&read, terms);
            read.rows.push((terms, number(right) - constant, FREE));
        }
    }
    assert_eq!(read.rows.len(), usize::try_from(number(n_rows)).unwrap());
    read
}

/// Terms over literals, as terms over variables and a constant.
fn literals(read: &Read, text: &str) -> (BTreeMap<usize, i64>, i64) {
    let (mut terms, mut constant) = (BTreeMap::new(), 0);
    let words: Vec<&str> = text.split(' ').collect();
    for pair in words.chunks(2) {
        let factor = number(pair[0]);
        let (name, factor) = match pair[1].strip_prefix('~') {
            Some(name) => {
                constant += factor;
                (name, -factor)
            }
            None => (pair[1], factor),
        };
        assert_eq!(terms.insert(read.index(name), factor), None, "a literal twice");
    }
    (terms, constant)
}

/// Reads LP: the sections that are written, one statement after the other.
pub(crate) fn lp(text: &str) -> Read {
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut section = "";
    for line in text.lines().filter(|line| !line.starts_with('\\')) {
        assert!(line.len() <= 560, "CPLEX reads 560 characters of a line: {line}");
        if line.starts_with(' ') {
            sections.entry(section).or_default().extend(line.split_whitespace());
        } else {
            section = line;
        }
    }
    assert_eq!(section, "End");
    let mut read = Read::default();
    for words in sections["Bounds"].chunks(5) {
        let [least, "<=", name, "<=", most] = words[..] else { panic!("{words:?}") };
        let (least, most) = (number(least), number(most));
        read.add(name, Column { least, most, integer: false });
    }
    for name in sections.get("General").into_iter().flatten() {
        let i = read.index(name);
        read.columns[i].1.integer = true;
    }
    let (costs, rest) = sum(&read, &sections["Minimize"]);
    assert!(rest.is_empty());
    read.costs = costs;
    let mut words = &sections.get("Subject To").cloned().unwrap_or_default()[..];
    while !words.is_empty() {
        let (terms, rest) = sum(&read, words);
        let right = number(rest[1]);
        let (least, most) = match rest[0] {
            ">=" => (right, FREE),
            "<=" => (-FREE, right),
            other => panic!("{other}"),
        };
        read.rows.push((terms, least, most));
        words = &rest[2..];
    }
    read
}

/// The terms of `name: + 1 x1 - 2 x2`, and what follows.
fn sum<'a, 'b>(read: &Read, words: &'a [&'b str]) -> (BTreeMap<usize, i64>, &'a [&'b str]) {
    assert!(words[0].ends_with(':'), "{words:?}");
    let mut terms = BTreeMap::new();
    let mut words = &words[1..];
    while let [sign @ ("+" | "-"), factor, name, rest @ ..] = words {
        let factor = number(&format!("{sign}{factor}"));
        assert_eq!(terms.insert(read.index(name), factor), None, "{name} twice in a row");
        words = rest;
    }
    (terms, words)
}

/// Reads MPS in free format.
pub(crate) fn mps(text: &str) -> Read {
    let mut read = Read::default();
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let (mut section, mut integer) = ("", false);
    for line in text.lines().filter(|line| !line.starts_with('*')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !line.starts_with(' ') {
            section = words[0];
            continue;
        }
        match (section, &words[..]) {
            ("ROWS", ["N", "cost"]) => {}
            ("ROWS", [kind, name]) => {
                assert_eq!(rows.insert((*name).to_owned(), rows.len()), None, "{name} twice");
                let sides = if *kind == "G" { (0, FREE) } else { (-FREE, 0) };
                read.rows.push((BTreeMap::new(), sides.0, sides.1));
            }
            ("COLUMNS", ["MARKER", "'MARKER'", kind]) => integer = *kind == "'INTORG'",
            ("COLUMNS", [name, row, factor]) => {
                let i = match read.columns.last() {
                    Some((last, _)) if last == name => read.columns.len() - 1,
                    _ => read.add(name, Column { least: 0, most: FREE, integer }),
                };
                let terms = match rows.get(*row) {
                    Some(&row) => &mut read.rows[row].0,
                    None => &mut read.costs,
                };
                assert_eq!(terms.insert(i, number(factor)), None);
            }
            ("RHS", [_, row, side]) => {
                let row = &mut read.rows[rows[*row]];
                let side = number(side);
                *(if row.1 == -FREE { &mut row.2 } else { &mut row.1 }) = side;
            }
            ("RANGES", [_, row, range]) => {
                let row = &mut read.rows[rows[*row]];
                row.2 = row.1 + number(range);
            }
            ("BOUNDS", [kind, _, name, most]) => {
                let i = read.index(name);
                let column = &mut read.columns[i].1;
                column.most = number(most);
                if *kind == "FX" {
                    column.least = column.most;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(section, "ENDATA");
    read
}
