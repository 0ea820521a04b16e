//! A linear program in the LP format of CPLEX.
//!
//! <https://www.ibm.com/docs/en/icos/22.1.2?topic=cplex-lp-file-format-algebraic-representation>
//!
//! Only what all readers know: a row with two sides is written as two rows, lines are far below 560
//! characters, and every variable has bounds.

use std::fmt::Write as _;

use crate::problem::program::{Program, Row, Sides};

/// Where lines are wrapped; CPLEX reads 560 characters of a line.
const WIDTH: usize = 100;

/// The program as LP.
#[must_use]
pub fn lp(program: &Program<'_>) -> Vec<u8> {
    let mut text = String::new();
    for line in program.heading() {
        let _ = writeln!(text, "\\ {line}");
    }
    let columns: Vec<_> = program.columns().collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    text.push_str("Minimize\n");
    let one = columns.len() - 1;
    let costs = columns.iter().map(|column| column.cost).enumerate();
    // Some objective has to stand there, be it 0.
    let costs: Vec<_> = costs.filter(|&(i, cost)| cost != 0 || i == one).collect();
    sum(&mut text, "cost", &costs, &names);
    text.push_str("\nSubject To\n");
    for Row { name, terms, sides } in program.rows() {
        let mut row = |end: &str, sign: &str, side: i64| {
            sum(&mut text, &format!("{name}{end}"), &terms, &names);
            let _ = writeln!(text, " {sign} {side}");
        };
        match sides {
            Sides::AtLeast(least) => row("", ">=", least),
            Sides::AtMost(most) => row("", "<=", most),
            Sides::Between(least, most) => {
                row("_least", ">=", least);
                row("_most", "<=", most);
            }
        }
    }
    text.push_str("Bounds\n");
    for column in &columns {
        let _ = writeln!(text, " {} <= {} <= {}", column.least, column.name, column.most);
    }
    let integers = columns.iter().filter(|column| column.integer).map(|column| &*column.name);
    let mut line = String::new();
    for (i, name) in integers.enumerate() {
        if i == 0 {
            text.push_str("General\n");
        }
        piece(&mut text, &mut line, name);
    }
    text.push_str(&line);
    text.push_str(if line.is_empty() { "End\n" } else { "\nEnd\n" });
    text.into_bytes()
}

/// A named sum of terms, without an end of line.
fn sum(text: &mut String, name: &str, terms: &[(usize, i64)], names: &[&str]) {
    let mut line = format!(" {name}:");
    for &(i, factor) in terms {
        let sign = if factor < 0 { '-' } else { '+' };
        let name = names[i];
        piece(text, &mut line, &format!("{sign} {} {name}", factor.unsigned_abs()));
    }
    text.push_str(&line);
}

/// Adds a piece to a line, which goes to the text when it is full.
fn piece(text: &mut String, line: &mut String, piece: &str) {
    if line.len() + 1 + piece.len() > WIDTH {
        text.push_str(line);
        text.push('\n');
        line.clear();
    }
    line.push(' ');
    line.push_str(piece);
}
