//! Values that completions and the long help know by name, while others may be taken as well.

use std::error::Error as StdError;
use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};

/// Reads values as `read` does, and names some of them.
pub(crate) fn known<T, E>(
    read: fn(&str) -> Result<T, E>,
    names: impl IntoIterator<Item = PossibleValue>,
) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
    E: Into<Box<dyn StdError + Send + Sync>> + 'static,
{
    Known { read, names: names.into_iter().collect() }
}

struct Known<T, E> {
    read: fn(&str) -> Result<T, E>,
    names: Vec<PossibleValue>,
}

impl<T, E> Clone for Known<T, E> {
    fn clone(&self) -> Self {
        Self { read: self.read, names: self.names.clone() }
    }
}

impl<T, E> TypedValueParser for Known<T, E>
where
    T: Clone + Send + Sync + 'static,
    E: Into<Box<dyn StdError + Send + Sync>> + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        self.read.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().cloned()))
    }
}
