//! Which column of a flow log holds which field.

use thiserror::Error;

use super::field::{ColumnName, Field};
use super::selection::ServicePort;
use super::values::Values;

/// The fields of the default format, version 2, in order.
const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol \
                       packets bytes start end action log-status";

/// Names that have to be known before a line counts as a header.
const HEADER_NAMES: usize = 2;

/// The columns that matter, by their place in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// For each column the field that it holds, if that matters.
    columns: Vec<Option<Field>>,
    /// Header lines do not change it.
    fixed: bool,
}

/// Why a list of fields is no layout.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// A field that stands twice.
    #[error("field '{0}' stands twice in the log format")]
    Twice(&'static str),
    /// No column with the ports that count.
    #[error(
        "the log has no {0} column, so its used ports cannot be told; --column names one that is called otherwise"
    )]
    NoPort(&'static str),
    /// Nothing that tells an interface's own ports from those of others.
    #[error(
        "the log does not say which ports are an interface's own (that takes srcport and dstport, and srcaddr and dstaddr or flow-direction); --port dst counts every destination port"
    )]
    NoSide,
    /// No times where some are asked for.
    #[error("the log has no {0} column, which --since and --until need")]
    NoTime(&'static str),
    /// No addresses where zones are told apart by them.
    #[error(
        "the log has no {0} column, which --zones needs; --column names one that is called otherwise"
    )]
    NoAddress(&'static str),
    /// No account where some are asked for.
    #[error("the log has no account-id column, which --account needs")]
    NoAccount,
}

impl Default for Layout {
    /// The default format, version 2.
    fn default() -> Self {
        Self::parse(DEFAULT, &[]).expect("the default fields are distinct")
    }
}

impl Layout {
    /// The layout that a header line or a log format names: `version interface-id …`, also as
    /// `${version} ${interface-id} …`.
    ///
    /// # Errors
    /// When a field stands twice.
    pub fn parse(fields: &str, columns: &[ColumnName]) -> Result<Self, LayoutError> {
        Self::of_names(fields.split_ascii_whitespace(), columns)
    }

    /// The layout of columns with these names; a name given by hand comes before the usual ones.
    ///
    /// # Errors
    /// When a field stands twice.
    pub fn of_names<'a>(
        names: impl Iterator<Item = &'a str>,
        by_hand: &[ColumnName],
    ) -> Result<Self, LayoutError> {
        let names: Vec<&str> = names.collect();
        let by_hand_field =
            |name: &str| by_hand.iter().find(|column| column.is(name)).map(|column| column.field);
        let given: Vec<Field> = names.iter().copied().filter_map(by_hand_field).collect();
        let columns: Vec<Option<Field>> = names
            .iter()
            .map(|name| {
                let usual = Field::named(name).filter(|field| !given.contains(field));
                by_hand_field(name).or(usual)
            })
            .collect();
        for (i, column) in columns.iter().enumerate() {
            if let Some(field) = column
                && columns[..i].contains(column)
            {
                return Err(LayoutError::Twice(field.name()));
            }
        }
        Ok(Self { columns, fixed: false })
    }

    /// The same layout, which overrules every header line.
    #[must_use]
    pub fn fixed(self) -> Self {
        Self { fixed: true, ..self }
    }

    /// Whether header lines leave it as it is.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// Number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// The field that a column holds, if it matters.
    #[must_use]
    pub fn field(&self, column: usize) -> Option<Field> {
        self.columns.get(column).copied().flatten()
    }

    /// Whether some column holds the field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.columns.contains(&Some(field))
    }

    /// The same layout without a column that nobody needs; its values are not read.
    #[must_use]
    pub fn without(mut self, field: Field) -> Self {
        for column in &mut self.columns {
            if *column == Some(field) {
                *column = None;
            }
        }
        self
    }

    /// Splits a line at white space into the values of its columns; returns how many it has.
    pub(super) fn split<'a>(&self, line: &'a [u8], values: &mut Values<'a>) -> usize {
        let mut found = 0;
        let mut start = 0;
        let mut take = |end: usize| {
            if end > start {
                if let Some(&Some(field)) = self.columns.get(found) {
                    values.set(field, &line[start..end]);
                }
                found += 1;
            }
            start = end + 1;
        };
        super::space::positions(line, &mut take);
        take(line.len());
        found
    }

    /// Whether these are the names of columns instead of a record.
    #[must_use]
    pub fn is_header<'a>(names: impl Iterator<Item = &'a str>, columns: &[ColumnName]) -> bool {
        let mut known = 0;
        for name in names {
            // Numbers, dates and addresses begin with a digit, values that do not apply with a dash.
            let inner = name.trim_start_matches(['$', '{', '@', '_', '"']);
            if !inner.is_empty() && !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return false;
            }
            let by_hand = columns.iter().any(|column| column.is(name));
            known += usize::from(by_hand || Field::is_documented(name));
        }
        known >= HEADER_NAMES
    }

    /// As [`Layout::is_header`], for a line whose names stand between white space.
    #[must_use]
    pub fn is_header_line(line: &str, columns: &[ColumnName]) -> bool {
        Self::is_header(line.split_ascii_whitespace(), columns)
    }

    /// Checks that the ports that count can be told.
    ///
    /// # Errors
    /// When a column that this takes is missing.
    pub fn require(&self, port: ServicePort) -> Result<(), LayoutError> {
        let needed =
            |field: Field| self.has(field).then_some(()).ok_or(LayoutError::NoPort(field.name()));
        match port {
            ServicePort::Dst => needed(Field::Dstport),
            ServicePort::Src => needed(Field::Srcport),
            ServicePort::Service => {
                needed(Field::Dstport)?;
                let addresses = self.has(Field::Srcaddr) && self.has(Field::Dstaddr);
                let sides = addresses || self.has(Field::FlowDirection);
                let known = sides && self.has(Field::Srcport);
                known.then_some(()).ok_or(LayoutError::NoSide)
            }
        }
    }

    /// Checks that it can be told where the connections of the ports that count come from.
    ///
    /// # Errors
    /// When a column that this takes is missing.
    pub fn require_remote(&self, port: ServicePort) -> Result<(), LayoutError> {
        let needed: &[Field] = match port {
            ServicePort::Dst => &[Field::Srcaddr],
            ServicePort::Src => &[Field::Dstaddr],
            ServicePort::Service => &[Field::Srcaddr, Field::Dstaddr],
        };
        let missing = needed.iter().find(|&&field| !self.has(field));
        missing.map_or(Ok(()), |field| Err(LayoutError::NoAddress(field.name())))
    }

    /// Checks that there are the columns by which records are selected.
    ///
    /// # Errors
    /// When one is missing.
    pub fn require_selectable(&self, time: bool, account: bool) -> Result<(), LayoutError> {
        let missing =
            [Field::Start, Field::End].into_iter().find(|&field| time && !self.has(field));
        match missing {
            Some(field) => Err(LayoutError::NoTime(field.name())),
            None if account && !self.has(Field::Account) => Err(LayoutError::NoAccount),
            None => Ok(()),
        }
    }

    /// The columns that logs usually have and this one does not, and what is taken instead.
    pub fn assumptions(&self) -> impl Iterator<Item = &'static str> {
        [
            (Field::Action, "no action column: every record counts as ACCEPT"),
            (Field::LogStatus, "no log-status column: every record counts as OK"),
            (Field::Protocol, "no protocol column: every port counts as tcp"),
            (Field::Interface, "no interface-id column: all records count as one interface"),
        ]
        .into_iter()
        .filter_map(|(field, note)| (!self.has(field)).then_some(note))
    }
}
