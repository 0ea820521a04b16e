//! A document as Markdown.

use super::document::{Block, Document, Figure, Grid};
use crate::problem::quote::printable;

/// Markdown as GitHub reads it; figures are images in the files that `image` names.
#[must_use]
pub fn markdown(document: &Document, image: impl Fn(&Figure) -> Option<String>) -> String {
    let part = |part: &Block| format!("\n{}", block(part, &image));
    let blocks: String = document.blocks.iter().map(part).collect();
    format!("# {}\n{blocks}", plain_markdown(&document.title))
}

fn block(block: &Block, image: impl Fn(&Figure) -> Option<String>) -> String {
    match block {
        Block::Heading(heading) => format!("## {}\n", plain_markdown(heading)),
        Block::Text(line) => format!("{}\n", plain_markdown(line)),
        Block::List(facts) => list(facts),
        Block::Alarm(what, cases) => format!("**{}**\n\n{}", plain_markdown(what), list(cases)),
        Block::Table(grid) => markdown_table(grid),
        Block::Figure(figure) => {
            let caption = plain_markdown(&figure.caption);
            match image(figure) {
                Some(file) => format!("![{caption}]({})\n", url_path(&file)),
                None => format!("(chart: {caption})\n"),
            }
        }
    }
}

fn list(facts: &[String]) -> String {
    let facts: Vec<String> =
        facts.iter().map(|fact| format!("- {}\n", plain_markdown(fact))).collect();
    facts.concat()
}

fn markdown_table(grid: &Grid) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| plain_markdown(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = |column| if grid.is_numeric(column) { "---:" } else { "---" };
    let rules: Vec<&str> = (0..grid.head.len()).map(rule).collect();
    let rows: String = grid.rows.iter().map(|row| line(row)).collect();
    format!("{}| {} |\n{rows}", line(&grid.head), rules.join(" | "))
}

/// Text that Markdown shows as it is: no markup, no link, no end of a cell or a line.
#[must_use]
pub fn plain_markdown(text: &str) -> String {
    let mut plain = String::new();
    let text = printable(text);
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '<' => plain += "&lt;",
            '>' => plain += "&gt;",
            '&' => plain += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' | '@' | '!' => {
                plain.extend(['\\', c]);
            }
            // Or else https://… and www.… become links.
            ':' if chars.peek() == Some(&'/') => plain += "\\:",
            '.' if matches!(last, 'w' | 'W') => plain += "\\.",
            _ => plain.push(c),
        }
        last = c;
    }
    plain
}

/// A file name inside a link.
fn url_path(file: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    file.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_text_is_markup() {
        let cases = [
            ("a|b", "a\\|b"),
            ("`rm`", "\\`rm\\`"),
            ("<script>&", "&lt;script&gt;&amp;"),
            ("a\nb", "a\\\\nb"),
            ("a\\|b", "a\\\\\\|b"),
            ("![x](y)", "\\!\\[x\\](y)"),
            ("https://a.b www.c", "https\\://a.b www\\.c"),
            ("me@example.org", "me\\@example.org"),
            ("ports/a-1.txt: 5 %", "ports/a-1.txt: 5 %"),
        ];
        for (text, plain) in cases {
            assert_eq!(plain_markdown(text), plain, "{text}");
        }
    }

    #[test]
    fn a_table_has_its_cells_and_a_figure_its_link() {
        let mut grid = Grid::new(&["a|b", "n"]);
        grid.rows.push(vec!["x\ny".to_owned(), "1,230".to_owned()]);
        let caption = "What [it] shows".to_owned();
        let figure = Figure { name: "profile", caption, svg: Vec::new() };
        let blocks = vec![Block::Table(grid), Block::Figure(figure)];
        let document = Document { title: "T".to_owned(), blocks };
        let told = markdown(&document, |figure| Some(format!("my report)-{}.svg", figure.name)));
        assert_eq!(
            told,
            "# T\n\n| a\\|b | n |\n| --- | ---: |\n| x\\\\ny | 1,230 |\n\n\
             ![What \\[it\\] shows](my%20report%29-profile.svg)\n"
        );
        assert!(markdown(&document, |_| None).ends_with("\n(chart: What \\[it\\] shows)\n"));
    }
}
