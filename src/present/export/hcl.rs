//! HCL, the language of Terraform: blocks of attributes, aligned as `terraform fmt` does.
//!
//! <https://developer.hashicorp.com/terraform/language/syntax/configuration> and, for what is escaped
//! in strings, <https://developer.hashicorp.com/terraform/language/expressions/strings>.

use std::fmt::{self, Write as _};

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A string.
    Text(String),
    /// A number.
    Number(i64),
    /// A word of the language, such as a type.
    Word(&'static str),
    /// `OF.NAME`, each a name that the language allows.
    Path(&'static str, String),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => string(text, f),
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => f.write_str(word),
            Self::Path(of, name) => write!(f, "{of}.{name}"),
        }
    }
}

/// A quoted string that means its text: nothing in it ends the string, or is a template.
fn string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            // Doubled where a brace follows, and only there.
            '$' | '%' if rest.peek() == Some(&'{') => write!(f, "{c}{c}")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// A block of attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// What it is, such as `resource`.
    pub(super) kind: &'static str,
    /// What follows that, in quotes.
    pub(super) labels: Vec<String>,
    /// Names and values, in order.
    pub(super) attributes: Vec<(&'static str, Value)>,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        for label in &self.labels {
            f.write_char(' ')?;
            string(label, f)?;
        }
        f.write_str(" {\n")?;
        let width = self.attributes.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in &self.attributes {
            writeln!(f, "  {name:width$} = {value}")?;
        }
        f.write_str("}\n")
    }
}

#[cfg(test)]
mod tests {
    use hcl_edit::expr::Expression;
    use hcl_edit::structure::Body;
    use proptest::prelude::*;

    use super::*;

    fn block(text: &str) -> Block {
        let labels = vec!["kind".to_owned(), "name".to_owned()];
        Block { kind: "resource", labels, attributes: vec![("text", text.into())] }
    }

    #[test]
    fn names_are_aligned() {
        let attributes = vec![
            ("group_id", Value::Path("var", "group".to_owned())),
            ("port", Value::Number(22)),
            ("type", Value::Word("string")),
        ];
        let block = Block { kind: "variable", labels: vec!["a".to_owned()], attributes };
        assert_eq!(
            block.to_string(),
            "variable \"a\" {\n  group_id = var.group\n  port     = 22\n  type     = string\n}\n"
        );
    }

    proptest! {
        #[test]
        fn a_string_means_its_text(text in "(\\PC|[$%{}\"\\\\\n\r\t\u{1}]){0,16}") {
            let body: Body = block(&text).to_string().parse().unwrap();
            let resource = body.get_blocks("resource").next().unwrap();
            let read = match &resource.body.get_attribute("text").unwrap().value {
                Expression::String(text) => text.as_str().to_owned(),
                // A template of literals alone: text with an escaped `${` in it.
                Expression::StringTemplate(template) => template.iter().map(|element| {
                    element.as_literal().expect("no expression").to_string()
                }).collect(),
                other => panic!("{other}"),
            };
            prop_assert_eq!(read, text);
        }
    }
}
