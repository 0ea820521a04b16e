//! A document of headings, text, tables and figures; as text for a terminal.
//!
//! All text in it is plain: what a format would take as markup is escaped when it is written.

use anstyle::Style;

use super::lines::Lines;
use super::table::{is_numeric, table};
use crate::problem::number::counted;
use crate::problem::quote::{printable, shortened, told_apart};

/// Rows of a table that text for a terminal shows, where more would drown the rest.
const TEXT_ROWS: usize = 20;

/// Parts in the order in which they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The headline.
    pub title: String,
    /// What follows.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Begins a section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Facts, each on its own.
    List(Vec<String>),
    /// What must not be overlooked: what is wrong, and each case of it.
    Alarm(String, Vec<String>),
    /// Rows under a head.
    Table(Grid),
    /// A picture.
    Figure(Figure),
}

/// A table; each row has as many cells as the head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// What the columns are called.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// Whether its ends say more than its middle, where it is too long.
    pub is_cut_in_the_middle: bool,
}

/// A picture as SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What tells it from other figures of the document, as part of a file name.
    pub name: &'static str,
    /// What it shows.
    pub caption: String,
    /// The picture.
    pub svg: Vec<u8>,
}

impl Document {
    /// The figures, in order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            _ => None,
        })
    }
}

impl Grid {
    /// A table of these columns without rows.
    #[must_use]
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&name| name.to_owned()).collect(), ..Self::default() }
    }

    /// Whether a column holds numbers, which then stand to the right.
    pub(super) fn is_numeric(&self, column: usize) -> bool {
        is_numeric(&self.rows, column)
    }
}

/// As text: long tables are cut, figures left out. With the columns of a terminal, sentences are
/// wrapped, and tables that are wider are stacked.
#[must_use]
pub fn text(document: &Document, width: Option<usize>) -> String {
    let blocks = document.blocks.iter().map(|block| text_block(block, width));
    format!("{}{}", sentence(&document.title, width), blocks.collect::<String>())
}

fn text_block(block: &Block, width: Option<usize>) -> String {
    match block {
        Block::Heading(heading) => format!("\n{}", sentence(heading, width)),
        Block::Text(line) => sentence(line, width),
        Block::List(facts) => text_list(facts, width),
        Block::Alarm(what, cases) => {
            format!("\n{}{}", sentence(what, width), text_list(cases, width))
        }
        Block::Table(grid) => text_table(grid, width),
        Block::Figure(_) => String::new(),
    }
}

/// A line of its own, or several where a terminal has not the columns for it.
fn sentence(text: &str, width: Option<usize>) -> String {
    let mut lines = Lines::new(width.unwrap_or(usize::MAX));
    lines.sentence(0, &printable(text), "", Style::new());
    lines.into_text()
}

fn text_list(facts: &[String], width: Option<usize>) -> String {
    facts.iter().map(|fact| sentence(&format!("- {fact}"), width)).collect()
}

fn text_table(grid: &Grid, width: Option<usize>) -> String {
    let n_shown = grid.rows.len().min(TEXT_ROWS);
    let n_first = if grid.is_cut_in_the_middle { n_shown.div_ceil(2) } else { n_shown };
    let shown: Vec<&Vec<String>> = grid.rows[..n_first]
        .iter()
        .chain(&grid.rows[grid.rows.len() + n_first - n_shown..])
        .collect();
    let apart = |texts: Vec<&String>| {
        let texts: Vec<&str> = texts.into_iter().map(String::as_str).collect();
        told_apart(&texts, shortened)
    };
    let columns = 0..grid.head.len();
    let columns = columns.map(|i| apart(shown.iter().map(|row| &row[i]).collect()));
    let columns: Vec<Vec<String>> = columns.collect();
    let head = apart(grid.head.iter().collect());
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = (0..n_shown)
        .map(|row| columns.iter().map(|column| column[row].clone()).collect())
        .collect();
    let mut text = table(&head, &rows, width);
    if n_shown < grid.rows.len() {
        let rest = counted((grid.rows.len() - n_shown) as u64, "row");
        let middle = if n_first < n_shown { " in the middle" } else { "" };
        text = format!("{text}… and {rest}{middle} not shown\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_loses_its_end_or_its_middle() {
        let rows = (0..25).map(|n| vec![format!("row{n}")]).collect();
        let mut grid = Grid { rows, ..Grid::new(&["name"]) };
        let end = text_table(&grid, None);
        assert!(end.contains("row19") && !end.contains("row20"), "{end}");
        assert!(end.ends_with("… and 5 rows not shown\n"), "{end}");
        grid.is_cut_in_the_middle = true;
        let middle = text_table(&grid, None);
        assert!(middle.contains("row9\n") && !middle.contains("row10"), "{middle}");
        assert!(middle.contains("row15") && middle.contains("row24"), "{middle}");
        assert!(middle.ends_with("… and 5 rows in the middle not shown\n"), "{middle}");
    }
}
