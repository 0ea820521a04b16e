//! A document as one page of HTML.

use super::document::{Block, Document, Grid};
use crate::problem::quote::printable;

/// Everything is inside the page, and nothing that it says can run or load anything.
const HTML_HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width\">
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; }
p, li { overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 14px; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
th { border-bottom: 2px solid #222; }
td:first-child { white-space: nowrap; }
.n { text-align: right; white-space: nowrap; }
.alarm { border-left: .4rem solid #d55e00; padding: .2rem 1rem; background: #fdf1e8; }
.scroll { overflow-x: auto; }
figure { margin: 1rem 0; }
figure svg { max-width: 100%; height: auto; }
figcaption { color: #555; font-size: 14px; }
</style>
";

/// One page of HTML, figures inside.
#[must_use]
pub fn html(document: &Document) -> String {
    let title = plain_html(&document.title);
    let blocks: String = document.blocks.iter().map(block).collect();
    format!(
        "{HTML_HEAD}<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n{blocks}</body>\n</html>\n"
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(heading) => format!("<h2>{}</h2>\n", plain_html(heading)),
        Block::Text(line) => format!("<p>{}</p>\n", plain_html(line)),
        Block::List(facts) => list(facts),
        Block::Alarm(what, cases) => format!(
            "<div class=\"alarm\" role=\"alert\">\n<p><strong>{}</strong></p>\n{}</div>\n",
            plain_html(what),
            list(cases)
        ),
        Block::Table(grid) => html_table(grid),
        Block::Figure(figure) => {
            let svg = String::from_utf8_lossy(&figure.svg);
            format!(
                "<figure>\n{}\n<figcaption>{}</figcaption>\n</figure>\n",
                svg.trim_end(),
                plain_html(&figure.caption)
            )
        }
    }
}

fn list(facts: &[String]) -> String {
    let facts: Vec<String> =
        facts.iter().map(|fact| format!("<li>{}</li>\n", plain_html(fact))).collect();
    format!("<ul>\n{}</ul>\n", facts.concat())
}

fn html_table(grid: &Grid) -> String {
    let line = |cells: &[String], tag: &str| {
        let cell = |(column, cell): (usize, &String)| {
            let class = if grid.is_numeric(column) { " class=\"n\"" } else { "" };
            format!("<{tag}{class}>{}</{tag}>", plain_html(cell))
        };
        let cells: String = cells.iter().enumerate().map(cell).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = grid.rows.iter().map(|row| line(row, "td")).collect();
    let head = line(&grid.head, "th");
    format!(
        "<div class=\"scroll\"><table>\n<thead>\n{head}</thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// Text that HTML shows as it is, in elements and in attributes.
#[must_use]
pub fn plain_html(text: &str) -> String {
    let mut plain = String::new();
    for c in printable(text).chars() {
        match c {
            '&' => plain += "&amp;",
            '<' => plain += "&lt;",
            '>' => plain += "&gt;",
            '"' => plain += "&quot;",
            '\'' => plain += "&#39;",
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_table_scrolls_and_breaks_no_word() {
        let page = html(&Document {
            title: "t".to_owned(),
            blocks: vec![Block::Table(Grid::new(&["a"]))],
        });
        assert!(page.contains("<div class=\"scroll\"><table>"), "{page}");
        assert!(page.contains(".scroll { overflow-x: auto; }"), "{page}");
        let cells = page.lines().find(|line| line.starts_with("th, td {")).unwrap();
        assert!(!cells.contains("overflow-wrap"), "words of cells are not broken: {cells}");
    }

    #[test]
    fn nothing_in_text_is_markup() {
        let hostile = "</td><script>alert('x')</script>\" onload=\"&\n";
        let plain = plain_html(hostile);
        assert!(!plain.contains(['<', '>', '"', '\'', '\n']), "{plain}");
        assert!(plain.starts_with("&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)"), "{plain}");
        let mut grid = Grid::new(&[hostile]);
        grid.rows.push(vec![hostile.to_owned()]);
        let alarm = Block::Alarm(hostile.to_owned(), vec![hostile.to_owned()]);
        let blocks = vec![Block::Heading(hostile.to_owned()), Block::Table(grid), alarm];
        let page = html(&Document { title: hostile.to_owned(), blocks });
        assert!(!page.contains("<script"), "{page}");
        assert_eq!(page.matches(&plain).count(), 7);
    }
}
