//! What the columns of a file hold, and at which byte its rows are split.

use ::csv::{ByteRecord, ReaderBuilder};

use crate::logs::flow::{Detail, Field, Layout, LayoutError, Needs, Values};
use crate::logs::shapes::line::is_record;
use crate::logs::shapes::{Format, needed, require};

/// Commas; semicolons where spreadsheets need the comma for decimals; tabs.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Rows among which the header is looked for: spreadsheets put titles above it.
const TRIED: usize = 10;

/// What the columns of a file hold.
#[derive(Debug, Clone)]
pub(super) enum Columns {
    /// A field each, as far as they matter.
    Fields(Layout),
    /// A whole record as text in one of them.
    Message {
        /// Its place, from 0.
        column: usize,
        /// How many columns there are.
        n_columns: usize,
    },
    /// Not what is needed.
    Refused(LayoutError),
}

impl Columns {
    /// The same columns, refused where they do not say what is needed.
    pub(super) fn required(self, needs: Needs<'_>) -> Self {
        match self {
            Self::Fields(layout) => match require(&layout, needs) {
                Ok(()) => Self::Fields(needed(layout, needs)),
                Err(error) => Self::Refused(error),
            },
            other => other,
        }
    }
}

/// A header row.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    /// What stands between its cells.
    pub(super) separator: u8,
    /// What its columns hold.
    pub(super) columns: Columns,
}

impl Heading {
    /// The header in a line, if it is one.
    pub(super) fn of(line: &[u8], format: &Format) -> Option<Self> {
        // Files that were put one behind the other keep their marks of UTF-8.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        SEPARATORS.into_iter().find_map(|separator| {
            if !may_be_header(line, separator, format) {
                return None;
            }
            let row = cells(line, separator)?;
            let names: Vec<_> =
                row.iter().map(|cell| String::from_utf8_lossy(text(cell))).collect();
            let last = names.iter().rposition(|name| !name.is_empty())?;
            let names: Vec<&str> = names[..=last].iter().map(AsRef::as_ref).collect();
            Some(Self { separator, columns: columns(&names, format)? })
        })
    }

    /// Where a file begins: with the first header among its first rows that says what is needed,
    /// else with the first one at all, and without any with the first record in the given format.
    ///
    /// The number is that of the lines before.
    pub(super) fn first(head: &[u8], format: &Format, needs: Needs<'_>) -> Option<(u64, Self)> {
        let mut first = None;
        for (before, line) in first_lines(head) {
            if let Some(heading) = Self::of(line, format) {
                let fits = heading.fits(head, format);
                let columns = heading.columns.required(needs);
                let is_refused = matches!(columns, Columns::Refused(_));
                let found = (before, Self { columns, ..heading });
                if fits && !is_refused {
                    return Some(found);
                }
                first.get_or_insert(found);
            }
        }
        first.or_else(|| Self::none(head, format))
    }

    /// The columns of a file without header, if one of its first rows is a record.
    fn none(head: &[u8], format: &Format) -> Option<(u64, Self)> {
        let layout = format.layout();
        let separator = SEPARATORS.into_iter().find(|&separator| {
            first_lines(head).any(|(_, line)| {
                cells(line, separator).is_some_and(|row| is_record_row(&row, &layout))
            })
        })?;
        Some((0, Self { separator, columns: Columns::Fields(layout) }))
    }

    /// Whether a file has a header row, or records in rows.
    pub(super) fn is_in(head: &[u8], format: &Format) -> bool {
        let is_one = |(_, line): (u64, &[u8])| {
            Self::of(line, format).is_some_and(|heading| heading.fits(head, format))
        };
        first_lines(head).any(is_one) || Self::none(head, format).is_some()
    }

    /// Whether there are records below a column of messages; other logs have such a column too.
    fn fits(&self, head: &[u8], format: &Format) -> bool {
        let Columns::Message { column, .. } = self.columns else { return true };
        let layout = format.layout();
        let is_alone = first_lines(head).nth(1).is_none();
        is_alone
            || first_lines(head).any(|(_, line)| {
                let row = cells(line, self.separator).unwrap_or_default();
                row.get(column).is_some_and(|message| is_record(text(message), &layout))
            })
    }
}

/// Whether a row holds a record of traffic in this layout.
fn is_record_row(row: &ByteRecord, layout: &Layout) -> bool {
    let record = values(row, layout).record(Detail::Ports);
    row.len() == layout.n_columns() && record.is_ok_and(|record| record.dstport.is_some())
}

/// The first lines that are not empty, each with how many lines stand before it.
fn first_lines(head: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = (0..).zip(head.split(|&b| b == b'\n'));
    lines.filter(|(_, line)| !line.trim_ascii().is_empty()).take(TRIED)
}

/// Whether a line has the names of two fields, or of a message; far faster than to read its cells.
fn may_be_header(line: &[u8], separator: u8, format: &Format) -> bool {
    let mut n_fields = 0;
    line.split(|&b| b == separator).map(text).any(|cell| {
        let is_field = !cell.first().is_none_or(u8::is_ascii_digit)
            && std::str::from_utf8(cell).is_ok_and(|name| is_field(name, format));
        n_fields += u32::from(is_field);
        n_fields > 1 || is_message(cell)
    })
}

fn is_field(name: &str, format: &Format) -> bool {
    format.columns.iter().any(|column| column.is(name)) || Field::is_documented(name)
}

/// What columns of these names hold, if they are names.
fn columns(names: &[&str], format: &Format) -> Option<Columns> {
    let iter = || names.iter().copied();
    let message = names.iter().position(|name| is_message(name.as_bytes()));
    let layout = Layout::is_header(iter(), &format.columns)
        .then(|| Layout::of_names(iter(), &format.columns));
    let has_field = |layout: &Layout| (0..names.len()).any(|i| layout.field(i).is_some());
    let has_port = |layout: &Layout| layout.has(Field::Srcport) || layout.has(Field::Dstport);
    match (layout, message) {
        (Some(Ok(layout)), _) if has_port(&layout) || message.is_none() && has_field(&layout) => {
            Some(Columns::Fields(format.log_format.clone().unwrap_or(layout)))
        }
        (Some(Err(error)), None) => Some(Columns::Refused(error)),
        (_, Some(column)) if iter().all(is_name) => {
            Some(Columns::Message { column, n_columns: names.len() })
        }
        _ => None,
    }
}

/// Whether a column of this name holds whole records.
pub(super) fn is_message(name: &[u8]) -> bool {
    name.strip_prefix(b"@").unwrap_or(name).eq_ignore_ascii_case(b"message")
}

fn is_name(cell: &str) -> bool {
    cell.trim_start_matches('@').chars().next().is_none_or(|c| c.is_ascii_alphabetic())
}

/// A reader of rows that may have any number of cells.
pub(super) fn rows(separator: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator);
    builder
}

/// The cells of a line.
fn cells(line: &[u8], separator: u8) -> Option<ByteRecord> {
    let mut row = ByteRecord::new();
    let found = rows(separator).from_reader(line).read_byte_record(&mut row);
    found.is_ok_and(|found| found).then_some(row)
}

/// A cell without the spaces around it, and without quotes that spaces before them have hidden.
pub(super) fn text(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    let open = cell.strip_prefix(b"\"").unwrap_or(cell);
    open.strip_suffix(b"\"").unwrap_or(open).trim_ascii()
}

/// The values that the cells of a row hold.
pub(super) fn values<'a>(row: &'a ByteRecord, layout: &Layout) -> Values<'a> {
    let mut values = Values::default();
    for (column, cell) in row.iter().enumerate() {
        if let Some(field) = layout.field(column) {
            values.set(field, text(cell));
        }
    }
    values
}
