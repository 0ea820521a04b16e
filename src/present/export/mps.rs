//! A linear program as MPS, in free format.
//!
//! <https://www.ibm.com/docs/en/icos/22.1.2?topic=cplex-mps-file-format-industry-standard>
//!
//! `FREE` in the first line tells the readers of COIN-OR, which otherwise look for columns.

use std::fmt::Write as _;

use crate::problem::program::{Column, Program, Sides};

/// The program as MPS.
#[must_use]
pub fn mps(program: &Program<'_>) -> Vec<u8> {
    let mut text = String::new();
    for line in program.heading() {
        let _ = writeln!(text, "* {line}");
    }
    text.push_str("NAME rangecover FREE\nROWS\n N cost\n");
    let columns: Vec<Column> = program.columns().collect();
    // For each column the rows that it is in, which the format wants together.
    let mut entries: Vec<Vec<(usize, i64)>> = vec![Vec::new(); columns.len()];
    let mut names: Vec<String> = Vec::new();
    let (mut right_sides, mut ranges) = (String::new(), String::new());
    for row in program.rows() {
        let (kind, right_side) = match row.sides {
            Sides::AtLeast(least) => ('G', least),
            Sides::AtMost(most) => ('L', most),
            Sides::Between(least, most) => {
                let _ = writeln!(ranges, " RANGE {} {}", row.name, most - least);
                ('G', least)
            }
        };
        let _ = writeln!(text, " {kind} {}", row.name);
        if right_side != 0 {
            let _ = writeln!(right_sides, " RHS {} {right_side}", row.name);
        }
        for (column, factor) in row.terms {
            entries[column].push((names.len(), factor));
        }
        names.push(row.name);
    }
    text.push_str("COLUMNS\n");
    let mut in_integers = false;
    for (column, entries) in columns.iter().zip(&entries) {
        if column.integer != in_integers {
            in_integers = column.integer;
            marker(&mut text, in_integers);
        }
        // A column has to stand there, be it with a 0.
        if column.cost != 0 || entries.is_empty() {
            let _ = writeln!(text, " {} cost {}", column.name, column.cost);
        }
        for &(row, factor) in entries {
            let _ = writeln!(text, " {} {} {factor}", column.name, names[row]);
        }
    }
    let _ = write!(text, "RHS\n{right_sides}");
    if !ranges.is_empty() {
        let _ = write!(text, "RANGES\n{ranges}");
    }
    text.push_str("BOUNDS\n");
    for Column { name, least, most, .. } in &columns {
        // With no lower bound it is 0.
        let kind = if least == most { "FX" } else { "UP" };
        let _ = writeln!(text, " {kind} BOUND {name} {most}");
    }
    text.push_str("ENDATA\n");
    text.into_bytes()
}

/// Between which columns are integral.
fn marker(text: &mut String, begin: bool) {
    let _ = writeln!(text, " MARKER 'MARKER' '{}'", if begin { "INTORG" } else { "INTEND" });
}
