//! A column of a row group, read in batches of rows.

use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor, ColumnPath, Type as Schema};

use crate::logs::flow::Field;

use super::guard::damaged;
use super::guard::guarded;
use super::pages::Pages;
use super::words::{MISSING, Meaning, Width, Word, Words};

/// How the values of a column are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Signed32,
    Unsigned32,
    Signed64,
    Unsigned64,
    /// A time, in so many parts of a second.
    Time(i64),
    Strings(Width),
}

/// The kind of a column, if it can hold such a field.
pub(super) fn kind(column: &ColumnDescriptor, field: Field) -> Option<Kind> {
    let logical = column.logical_type_ref();
    let converted = column.converted_type();
    let is_time = matches!(field, Field::Start | Field::End);
    if let Some(per_second) = per_second(logical, converted) {
        let is_long = column.physical_type() == Type::INT64;
        return (is_long && is_time).then_some(Kind::Time(per_second));
    }
    let is_unsigned = matches!(logical, Some(LogicalType::Integer(integer)) if !integer.is_signed)
        || matches!(
            converted,
            ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64
        );
    let is_whole = match logical {
        None | Some(LogicalType::Integer(_)) => !matches!(
            converted,
            ConvertedType::DATE
                | ConvertedType::DECIMAL
                | ConvertedType::TIME_MILLIS
                | ConvertedType::TIME_MICROS
        ),
        _ => false,
    };
    let is_text =
        !matches!(logical, Some(LogicalType::Decimal(_))) && converted != ConvertedType::DECIMAL;
    let kind = match column.physical_type() {
        Type::INT32 if is_whole && is_unsigned => Kind::Unsigned32,
        Type::INT32 if is_whole => Kind::Signed32,
        Type::INT64 if is_whole && is_unsigned => Kind::Unsigned64,
        Type::INT64 if is_whole => Kind::Signed64,
        Type::BYTE_ARRAY if is_text => Kind::Strings(Width::Varying),
        Type::FIXED_LEN_BYTE_ARRAY if is_text => {
            let width = usize::try_from(column.type_length()).ok()?;
            Kind::Strings(Width::Fixed(width))
        }
        Type::INT96 if is_time => Kind::Strings(Width::Int96),
        _ => return None,
    };
    // These are looked up as text; an account that is a number is read as its digits.
    let is_word = matches!(
        field,
        Field::Interface
            | Field::Action
            | Field::LogStatus
            | Field::FlowDirection
            | Field::Srcaddr
            | Field::Dstaddr
            | Field::PktSrcaddr
            | Field::PktDstaddr
    );
    (!is_word || matches!(kind, Kind::Strings(_))).then_some(kind)
}

fn per_second(logical: Option<&LogicalType>, converted: ConvertedType) -> Option<i64> {
    match (logical, converted) {
        (Some(LogicalType::Timestamp(time)), _) => Some(match time.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        }),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some(1_000),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some(1_000_000),
        _ => None,
    }
}

/// A number that is missing.
pub(super) const NO_NUMBER: i64 = i64::MIN;

/// What stands for a number that is none, or does not fit.
const ODD: i64 = i64::MIN + 1;

/// A column that is read.
pub(super) struct Column {
    reader: Reader,
    /// For each row of the batch 1 where it has a value, unless all have one.
    levels: Vec<i16>,
    /// For each row its number, where the field is one.
    pub(super) numbers: Vec<i64>,
    /// For each row the number of its string, where the field is text.
    codes: Vec<u32>,
    /// Values that are no numbers, by row.
    odd: Vec<(usize, ByteArray)>,
}

enum Reader {
    Short { reader: ColumnReaderImpl<Int32Type>, values: Vec<i32>, is_signed: bool },
    Long { reader: ColumnReaderImpl<Int64Type>, values: Vec<i64>, kind: Kind },
    Words { reader: ColumnReaderImpl<Int32Type>, values: Vec<i32>, words: Words, is_number: bool },
}

/// The bytes of a column, and how they are packed.
pub(super) struct Chunk {
    pub(super) packed: Vec<u8>,
    pub(super) compression: parquet::basic::Compression,
    pub(super) n_rows: usize,
}

impl Column {
    pub(super) fn new(
        chunk: Chunk,
        descriptor: ColumnDescPtr,
        field: Field,
        kind: Kind,
    ) -> Result<Self> {
        let optional = descriptor.max_def_level() > 0;
        let Chunk { packed, compression, n_rows } = chunk;
        let pages =
            |translator| Box::new(Pages::new(packed, compression, optional, n_rows, translator));
        let reader = match kind {
            Kind::Signed32 | Kind::Unsigned32 => Reader::Short {
                reader: ColumnReaderImpl::new(descriptor, pages(None)),
                values: Vec::new(),
                is_signed: kind == Kind::Signed32,
            },
            Kind::Signed64 | Kind::Unsigned64 | Kind::Time(_) => Reader::Long {
                reader: ColumnReaderImpl::new(descriptor, pages(None)),
                values: Vec::new(),
                kind,
            },
            Kind::Strings(width) => {
                let (words, translator) = Words::new(field, width);
                Reader::Words {
                    reader: ColumnReaderImpl::new(numbered(optional)?, pages(Some(translator))),
                    values: Vec::new(),
                    words,
                    is_number: is_number(field),
                }
            }
        };
        let (levels, numbers) = (Vec::new(), Vec::new());
        Ok(Self { reader, levels, numbers, codes: Vec::new(), odd: Vec::new() })
    }

    /// Reads the next `n` rows; nothing of the column is used after an error.
    pub(super) fn read(&mut self, n: usize) -> Result<()> {
        guarded(|| self.read_rows(n)).unwrap_or_else(|| Err(damaged("a page cannot be decoded")))
    }

    fn read_rows(&mut self, n: usize) -> Result<()> {
        self.levels.clear();
        self.numbers.clear();
        self.codes.clear();
        self.odd.clear();
        let levels = &mut self.levels;
        let n_read = match &mut self.reader {
            Reader::Short { reader, values, .. } | Reader::Words { reader, values, .. } => {
                values.clear();
                reader.read_records(n, Some(levels), None, values)?.0
            }
            Reader::Long { reader, values, .. } => {
                values.clear();
                reader.read_records(n, Some(levels), None, values)?.0
            }
        };
        if n_read < n {
            return Err(damaged("a column has fewer rows than the others"));
        }
        self.spread(n)
    }

    /// Puts values to their rows.
    fn spread(&mut self, n: usize) -> Result<()> {
        let Self { reader, levels, numbers, codes, odd } = self;
        match reader {
            Reader::Short { values, is_signed: true, .. } => {
                each(values, levels, n, numbers, NO_NUMBER, i64::from)
            }
            Reader::Short { values, .. } => {
                each(values, levels, n, numbers, NO_NUMBER, |v| v.cast_unsigned().into())
            }
            Reader::Long { values, kind: Kind::Time(per_second), .. } => {
                let per_second = *per_second;
                each(values, levels, n, numbers, NO_NUMBER, |v| v.div_euclid(per_second))
            }
            Reader::Long { values, kind: Kind::Unsigned64, .. } => {
                each(values, levels, n, numbers, NO_NUMBER, |v| v.max(ODD))?;
                for (row, number) in numbers.iter_mut().enumerate().filter(|(_, n)| **n < 0) {
                    if *number != NO_NUMBER {
                        let text = number.cast_unsigned().to_string();
                        odd.push((row, text.into_bytes().into()));
                        *number = ODD;
                    }
                }
                Ok(())
            }
            Reader::Long { values, .. } => {
                each(values, levels, n, numbers, NO_NUMBER, |v| v.max(ODD + 1))
            }
            Reader::Words { values, words, is_number, .. } => {
                words.forget();
                words.arrive();
                each(values, levels, n, codes, MISSING, i32::cast_unsigned)?;
                if *is_number {
                    for (row, &code) in codes.iter().enumerate() {
                        let word = words.get(code);
                        numbers.push(match word.meaning {
                            Meaning::Number(n) if n < i64::MAX.cast_unsigned() => n.cast_signed(),
                            Meaning::None => NO_NUMBER,
                            _ => {
                                odd.push((row, word.text.clone()));
                                ODD
                            }
                        });
                    }
                }
                Ok(())
            }
        }
    }

    /// The string of a row, where the field is text.
    pub(super) fn word(&self, row: usize) -> Option<&Word> {
        match &self.reader {
            Reader::Words { words, .. } => Some(words.get(*self.codes.get(row)?)),
            _ => None,
        }
    }

    /// Writes the value of a row as text; nothing where it is missing.
    pub(super) fn text(&self, row: usize, text: &mut Vec<u8>) {
        if let Some(word) = self.word(row) {
            text.extend_from_slice(word.text.data());
            return;
        }
        match self.numbers.get(row) {
            None | Some(&NO_NUMBER) => {}
            Some(&ODD) => {
                let at = self.odd.binary_search_by_key(&row, |odd| odd.0);
                text.extend_from_slice(at.map_or(&[], |at| self.odd[at].1.data()));
            }
            Some(number) => text.extend_from_slice(number.to_string().as_bytes()),
        }
    }
}

/// Puts each value to its row, changed by `f`.
fn each<T: Copy, U: Copy>(
    values: &[T],
    levels: &[i16],
    n: usize,
    rows: &mut Vec<U>,
    missing: U,
    f: impl Fn(T) -> U,
) -> Result<()> {
    if values.len() == n {
        rows.extend(values.iter().map(|&value| f(value)));
        return Ok(());
    }
    let mut values = values.iter();
    rows.extend(levels.iter().map(|&level| match level {
        0 => missing,
        _ => values.next().map_or(missing, |&value| f(value)),
    }));
    if rows.len() == n { Ok(()) } else { Err(damaged("levels are cut off")) }
}

fn is_number(field: Field) -> bool {
    matches!(
        field,
        Field::Srcport
            | Field::Dstport
            | Field::Protocol
            | Field::Packets
            | Field::Bytes
            | Field::Start
            | Field::End
            | Field::TcpFlags
            | Field::Count
    )
}

/// What the pages of a column of strings hold once they are translated.
fn numbered(optional: bool) -> Result<ColumnDescPtr> {
    let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let builder = Schema::primitive_type_builder("word", Type::INT32);
    let schema = Arc::new(builder.with_repetition(repetition).build()?);
    let path = ColumnPath::new(vec!["word".to_owned()]);
    Ok(Arc::new(ColumnDescriptor::new(schema, i16::from(optional), 0, path)))
}
