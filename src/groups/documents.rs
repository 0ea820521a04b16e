//! JSON as the AWS command line prints it: one document, several in a row, or a list of them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use thiserror::Error;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{line}:{column}: {message}")]
pub struct DescribeError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1; of an object that is wrong as a whole, where it ends, or just after.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl DescribeError {
    /// What is wrong with the whole file.
    pub(crate) fn of_all(message: impl Into<String>) -> Self {
        Self { line: 1, column: 1, message: message.into() }
    }
}

/// The documents of a text, whose right form the command `from` prints.
pub(crate) fn documents<T: DeserializeOwned>(
    text: &str,
    from: &str,
) -> Result<Vec<T>, DescribeError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut all = Vec::new();
    for some in serde_json::Deserializer::from_str(text).into_iter::<OneOrMany<T>>() {
        all.extend(some.map_err(|error| placed(&error, from))?.0);
    }
    if all.is_empty() {
        return Err(DescribeError::of_all(format!("no JSON; give the output of `{from}`")));
    }
    Ok(all)
}

fn placed(error: &serde_json::Error, from: &str) -> DescribeError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let place = format!(" at line {line} column {column}");
    let what = text.strip_suffix(&place).unwrap_or(&text);
    let message = match error.classify() {
        Category::Data => what.to_owned(),
        _ => format!("not JSON: {what}; give the output of `{from}` as it is"),
    };
    DescribeError { line: line.max(1), column: column.max(1), message }
}

/// An object, or a list of objects.
struct OneOrMany<T>(Vec<T>);

impl<'de, T: DeserializeOwned> serde::Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Objects(PhantomData))
    }
}

struct Objects<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Objects<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object as AWS prints it, or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = seq.next_element()? {
            all.push(one);
        }
        Ok(OneOrMany(all))
    }
}
