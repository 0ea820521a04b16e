//! The lines of a proof in VeriPB's format, version 3.0.

use std::fmt::{self, Display, Write as _};
use std::ops::Not;

/// A constraint of the model, or a derived one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// By its place in the model, from 0.
    Model(usize),
    /// By its place among the derived ones, from 0.
    Derived(usize),
    /// The last one but so many, from 1; inside a proof by contradiction.
    Last(usize),
}

/// A variable of the model, or one that the proof introduces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    /// Whether a hole is kept.
    Hole(usize),
    /// Whether a class keeps at least some number of holes.
    Count(usize),
    /// Whether some items take more than some number of units.
    Over(usize),
    /// Whether some items save no more than some cost.
    Within(usize),
}

/// A variable, or its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    variable: Variable,
    is_negated: bool,
}

/// `Σ a_i l_i ≥ b`.
#[derive(Debug, Clone, Default)]
pub(super) struct Constraint {
    pub(super) terms: Vec<(i128, Literal)>,
    pub(super) at_least: i128,
}

/// A sum of constraints and literal axioms, in reverse Polish notation.
#[derive(Debug, Clone, Default)]
pub(super) struct Sum(String);

/// A proof that is being written.
#[derive(Debug)]
pub(super) struct Script {
    text: String,
    n_derived: usize,
}

impl Variable {
    /// The literal that is true when the variable is.
    pub(super) fn yes(self) -> Literal {
        Literal { variable: self, is_negated: false }
    }

    /// Its negation.
    pub(super) fn no(self) -> Literal {
        !self.yes()
    }
}

impl Not for Literal {
    type Output = Self;

    fn not(self) -> Self {
        Self { is_negated: !self.is_negated, ..self }
    }
}

impl Constraint {
    /// A clause: at least one of the literals.
    pub(super) fn clause(literals: impl IntoIterator<Item = Literal>) -> Self {
        let terms = literals.into_iter().map(|literal| (1, literal)).collect();
        Self { terms, at_least: 1 }
    }
}

impl Sum {
    /// Adds a multiple of a constraint; none for a factor of 0.
    pub(super) fn add(&mut self, row: Row, factor: i128) {
        self.push(row, factor);
    }

    /// Adds a multiple of a constraint that is divided first, its right side rounded up.
    pub(super) fn add_divided(&mut self, row: Row, divisor: i128, factor: i128) {
        self.push(format_args!("{row} {divisor} d"), factor);
    }

    /// Adds `by` to the coefficient of a variable, by its axioms `l ≥ 0` and `1 − l ≥ 0`.
    pub(super) fn shift(&mut self, variable: Variable, by: i128) {
        let literal = if by < 0 { variable.no() } else { variable.yes() };
        self.push(literal, by.saturating_abs());
    }

    /// Divides all so far, the right side rounded up.
    pub(super) fn divide(&mut self, divisor: i128) {
        if divisor > 1 && !self.0.is_empty() {
            let _ = write!(self.0, " {divisor} d");
        }
    }

    /// Lowers each coefficient to the right side.
    pub(super) fn saturate(&mut self) {
        self.0.push_str(" s");
    }

    fn push(&mut self, what: impl Display, factor: i128) {
        if factor == 0 {
            return;
        }
        debug_assert!(factor > 0, "a constraint has no negative multiples");
        let is_first = self.0.is_empty();
        let space = if is_first { "" } else { " " };
        let _ = write!(self.0, "{space}{what}");
        if factor > 1 {
            let _ = write!(self.0, " {factor} *");
        }
        if !is_first {
            self.0.push_str(" +");
        }
    }
}

impl Script {
    /// A proof about a model of so many rows.
    pub(super) fn new(n_rows: usize) -> Self {
        let text = format!("pseudo-Boolean proof version 3.0\nf {n_rows};\n");
        Self { text, n_derived: 0 }
    }

    /// A line that checkers skip.
    pub(super) fn comment(&mut self, text: impl Display) {
        let _ = writeln!(self.text, "% {text}");
    }

    /// Derives a sum.
    pub(super) fn pol(&mut self, sum: &Sum) -> Row {
        if sum.0.is_empty() {
            return self.derive(format_args!("rup >= 0"));
        }
        self.derive(format_args!("pol {}", sum.0))
    }

    /// Introduces a variable for whether a constraint holds: the two directions, both by
    /// redundance. First what holds if the variable does, then what holds if it does not.
    pub(super) fn define(
        &mut self,
        variable: Variable,
        if_true: &Constraint,
        if_false: &Constraint,
    ) -> [Row; 2] {
        let holds = Reified { given: variable.yes(), constraint: if_true };
        let first = self.derive(format_args!("red {holds} : {variable} -> 0"));
        let holds = Reified { given: variable.no(), constraint: if_false };
        [first, self.derive(format_args!("red {holds} : {variable} -> 1"))]
    }

    /// Derives a clause by unit propagation over these constraints, in this order.
    pub(super) fn rup(&mut self, clause: &Constraint, over: &[Row]) -> Row {
        let over = listed(over);
        self.derive(format_args!("rup {clause} : ~{over}"))
    }

    /// Derives a constraint by sums, the last of which contradicts its negation: that is the
    /// [last](Row::Last) row at first, and each sum is one more.
    pub(super) fn contradict(&mut self, claim: &Constraint, sums: &[Sum]) -> Row {
        let mut lines = String::new();
        for Sum(sum) in sums {
            let _ = writeln!(lines, " pol {sum};");
        }
        self.derive(format_args!("pbc {claim} : subproof\n{lines}qed : -1"))
    }

    /// Logs a solution; derives that any better one costs less.
    pub(super) fn improve(&mut self, solution: &[Literal]) -> Row {
        let solution = listed(solution);
        self.derive(format_args!("soli{solution}"))
    }

    fn derive(&mut self, line: fmt::Arguments<'_>) -> Row {
        let row = Row::Derived(self.n_derived);
        self.n_derived += 1;
        let _ = writeln!(self.text, "{row} {line};");
        row
    }

    /// Ends the proof that the optimum is this value, with a solution that has it.
    pub(super) fn optimum(self, value: u64, proof: Row, solution: &[Literal]) -> Vec<u8> {
        let solution = listed(solution);
        self.end(format_args!("{value} : {proof} {value} :{solution}"))
    }

    /// Ends the proof that there is no solution.
    pub(super) fn no_solution(self, contradiction: Row) -> Vec<u8> {
        self.end(format_args!("INF : {contradiction} INF"))
    }

    fn end(mut self, bounds: fmt::Arguments<'_>) -> Vec<u8> {
        let _ = write!(
            self.text,
            "output NONE;\nconclusion BOUNDS {bounds};\nend pseudo-Boolean proof;\n"
        );
        self.text.into_bytes()
    }
}

/// With a space before each.
fn listed(items: &[impl Display]) -> String {
    let mut text = String::new();
    for item in items {
        let _ = write!(text, " {item}");
    }
    text
}

/// A constraint that has to hold only if a literal does.
struct Reified<'a> {
    given: Literal,
    constraint: &'a Constraint,
}

impl Display for Reified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Constraint { terms, at_least } = self.constraint;
        for (factor, literal) in terms {
            write!(f, "{factor} {literal} ")?;
        }
        write!(f, "{at_least} {} >= {at_least}", !self.given)
    }
}

impl Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (factor, literal) in &self.terms {
            write!(f, "{factor} {literal} ")?;
        }
        write!(f, ">= {}", self.at_least)
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(i) => write!(f, "{}", i + 1),
            Self::Derived(i) => write!(f, "@r{}", i + 1),
            Self::Last(n) => write!(f, "-{n}"),
        }
    }
}

impl Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hole(i) => write!(f, "x{}", i + 1),
            Self::Count(i) => write!(f, "k{}", i + 1),
            Self::Over(i) => write!(f, "u{}", i + 1),
            Self::Within(i) => write!(f, "v{}", i + 1),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, is_negated } = self;
        write!(f, "{}{variable}", if *is_negated { "~" } else { "" })
    }
}
