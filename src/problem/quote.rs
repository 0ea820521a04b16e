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

/// The text with control characters escaped, cut in the middle where it is long: names of one kind
/// often differ at their ends alone.
#[must_use]
pub fn shortened(text: &str) -> String {
    printable(&without_middle(text, SHOWN))
}

/// As many characters of both ends of a longer text, with an ellipsis between them.
#[must_use]
pub fn without_middle(text: &str, n_kept: usize) -> String {
    let n_chars = text.chars().count();
    if n_chars <= n_kept {
        return text.to_owned();
    }
    let n_tail = n_kept / 2;
    let head: String = text.chars().take(n_kept - n_tail).collect();
    let tail: String = text.chars().skip(n_chars - n_tail).collect();
    format!("{}…{}", head.trim_end(), tail.trim_start())
}

/// Texts cut to fit; different ones that look the same then are numbered.
pub fn told_apart<T: PartialEq>(texts: &[&str], cut: impl Fn(&str) -> T) -> Vec<T> {
    let mut different: Vec<&str> = Vec::new();
    for text in texts {
        if !different.contains(text) {
            different.push(text);
        }
    }
    let cuts: Vec<T> = different.iter().map(|text| cut(text)).collect();
    let shown = |text: &&str| {
        let i = different.iter().position(|other| other == text).unwrap_or_default();
        let is_alone = cuts.iter().filter(|other| **other == cuts[i]).count() == 1;
        if is_alone { cut(text) } else { cut(&format!("{}: {text}", i + 1)) }
    };
    texts.iter().map(shown).collect()
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

    #[test]
    fn names_stay_apart_when_they_are_cut() {
        let long = |middle: &str, end: &str| {
            format!("price ({}{middle}{}{end})", "x".repeat(60), "y".repeat(60))
        };
        let [one, other, third] = [long("", "1"), long("", "2"), long("z", "2")];
        assert_eq!(without_middle("abcdefgh", 5), "abc…gh");
        assert_eq!(shortened(&one).chars().count(), SHOWN + 1);
        assert_ne!(shortened(&one), shortened(&other));
        assert_eq!(shortened(&other), shortened(&third));
        let apart = told_apart(&[&one, &other, &third, &other, "dp"], shortened);
        assert!(apart[1].starts_with("2: price (x") && apart[1].ends_with("y2)"), "{apart:?}");
        assert!(apart[2].starts_with("3: price (x") && apart[1] == apart[3], "{apart:?}");
        assert_eq!((&apart[0], apart[4].as_str()), (&shortened(&one), "dp"));
    }
}
