//! Lines of text of so many columns, in which no word is broken.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

/// Columns where nobody says how many there are.
pub const USUAL_WIDTH: usize = 96;
/// Columns of the words before a list.
const LABEL: usize = 18;

/// A text in lines of so many columns, without its last line end; no word is broken.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> String {
    let mut lines = Lines::new(width);
    lines.sentence(0, text, "", Style::new());
    lines.text.trim_end().to_owned()
}

/// Text that is made line by line.
pub(super) struct Lines {
    text: String,
    width: usize,
}

impl Lines {
    pub(super) fn new(width: usize) -> Self {
        Self { text: String::new(), width }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// A sentence that begins at an indent, its first words in a style.
    pub(super) fn sentence(&mut self, indent: usize, text: &str, styled: &str, style: Style) {
        let room = self.width.saturating_sub(indent + 2);
        // After commas rather than elsewhere, where that is enough.
        let parts: Vec<&str> = text.split_inclusive(", ").map(str::trim_end).collect();
        let is_enough = parts.iter().all(|part| part.width() <= room);
        let parts = if is_enough { parts } else { text.split(' ').collect() };
        let parts: Vec<String> = parts.into_iter().map(str::to_owned).collect();
        let mut lines = Self::new(self.width);
        lines.wrap(" ".repeat(indent), indent + 2, &parts);
        let lines = lines.text.trim_start();
        // A name that takes several lines is left plain.
        let lines = match lines.strip_prefix(styled) {
            Some(rest) => format!("{style}{styled}{style:#}{rest}"),
            None => lines.to_owned(),
        };
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(&lines);
    }

    /// A labelled list, wrapped between items; nothing for an empty one.
    pub(super) fn list(&mut self, label: &str, items: &[String]) {
        if !items.is_empty() {
            self.listed(format!("  {label:<width$}", width = LABEL - 2), LABEL, items);
        }
    }

    /// A list at an indent, wrapped between items; nothing for an empty one.
    pub(super) fn items(&mut self, indent: usize, items: &[String]) {
        if !items.is_empty() {
            self.listed(" ".repeat(indent), indent, items);
        }
    }

    fn listed(&mut self, begun: String, indent: usize, items: &[String]) {
        let room = self.width.saturating_sub(indent);
        let pieces = items.iter().enumerate().flat_map(|(i, item)| {
            let item = if i + 1 == items.len() { item.clone() } else { format!("{item},") };
            // An item that fits in no line is wrapped between its words.
            if item.width() > room {
                item.split(' ').map(str::to_owned).collect()
            } else {
                vec![item]
            }
        });
        let pieces: Vec<String> = pieces.collect();
        self.wrap(begun, indent, &pieces);
    }

    /// Pieces after a first line that is begun, with spaces between them; no piece is broken.
    fn wrap(&mut self, begun: String, indent: usize, pieces: &[String]) {
        let (mut line, mut is_empty) = (begun, true);
        for piece in pieces {
            let n_columns = line.width() + piece.width();
            if !is_empty && n_columns > self.width {
                self.push(&line);
                line = " ".repeat(indent);
            }
            line.push_str(piece);
            line.push(' ');
            is_empty = false;
        }
        self.push(&line);
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        let text = wrapped("東京の規則 22, 80, 443", 14);
        assert_eq!(text, "東京の規則 22,\n  80, 443");
    }

    #[test]
    fn no_word_is_broken_whatever_the_width() {
        let items: Vec<String> = (0..9).map(|i| format!("{i}000-{i}999")).collect();
        let sentence = "eni-0123456789abcdef0: 1,379 tcp + 51 udp used ports";
        for width in [20, 40, 60, 80, 120] {
            let mut lines = Lines::new(width);
            lines.sentence(2, sentence, "eni-0123456789abcdef0", Style::new());
            lines.list("tcp ranges", &items);
            lines.list(
                "seen",
                &["4,977 records of a sentence that fits in no narrow line".to_owned()],
            );
            lines.list("none", &[]);
            let text = lines.into_text();
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let all = [
                sentence,
                "tcp ranges",
                &items.join(", "),
                "seen 4,977 records of a sentence that fits in no narrow line",
            ];
            assert_eq!(words(&text), words(&all.join(" ")), "{width}");
            for line in text.lines() {
                let is_one_word = line.trim().split(' ').count() <= 1 || line.trim().len() < 28;
                assert!(line.chars().count() <= width || is_one_word, "{width}: {line}");
            }
        }
    }
}
