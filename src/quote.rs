//! Untrusted text in messages: printable, and not long.

/// Characters that are shown of a text.
const SHOWN: usize = 60;

/// The text with control characters escaped, cut where it is long.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(escaped).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// A whole message with control characters escaped, so that no terminal obeys what a file says.
#[must_use]
pub fn printable(message: &str) -> String {
    message.chars().flat_map(escaped).collect()
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    let control = c.is_control() || turns_text(c);
    control.then(|| c.escape_default()).into_iter().flatten().chain((!control).then_some(c))
}

/// Whether a character reverses what surrounds it: such text reads as what it is not.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(quoted("\u{1b}[2J'ü"), "\\u{1b}[2J'ü");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), SHOWN + 1);
        assert_eq!(printable("a\tb"), "a\\tb");
        assert_eq!(printable("a\u{202E}b"), "a\\u{202e}b");
    }
}
