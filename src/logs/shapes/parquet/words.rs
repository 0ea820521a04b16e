//! Strings as numbers: each string of a dictionary, and each that stands in a page itself, gets a
//! number, and is parsed once.

use std::cell::Cell;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, Sender, channel};

use parquet::basic::Encoding;
use parquet::data_type::ByteArray;
use parquet::errors::Result;

use crate::logs::evidence::Interface;
use crate::logs::flow::{Detail, Direction, Field, Status, Values, interface_name};

use super::bits::Bits;
use super::guard::damaged;

/// The number of a value that is missing.
pub(super) const MISSING: u32 = u32::MAX;

/// How the bytes of a string stand in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// Behind their length.
    Varying,
    /// Always so many.
    Fixed(usize),
    /// A time in nanoseconds of a day and the number of the day, which is turned into text.
    Int96,
}

/// Values of a page.
pub(super) struct Encoded {
    pub(super) values: Vec<u8>,
    pub(super) encoding: Encoding,
}

/// Turns pages of strings into pages of numbers, and sends the strings to their [`Words`].
pub(super) struct Translator {
    width: Width,
    /// The number of the next string.
    next: i32,
    strings: Sender<Strings>,
}

/// The strings of a page, in order of their numbers.
struct Strings {
    strings: Vec<ByteArray>,
    is_dictionary: bool,
}

impl Translator {
    /// The numbers of the entries of a dictionary, as a dictionary page has them.
    pub(super) fn dictionary(&mut self, buf: Vec<u8>, n: usize) -> Result<Vec<u8>> {
        let strings = plain(buf, self.width, n)?;
        if strings.len() < n {
            return Err(damaged("a dictionary is cut off"));
        }
        self.send(strings, true)
    }

    /// The numbers of the strings of a page, of which there are at most `most`.
    pub(super) fn page(&mut self, page: Encoded, most: usize) -> Result<Vec<u8>> {
        let strings = match page.encoding {
            Encoding::PLAIN => plain(page.values, self.width, most)?,
            Encoding::DELTA_LENGTH_BYTE_ARRAY if self.width == Width::Varying => {
                let mut bits = Bits(&page.values);
                let lengths = bits.lengths(most).ok_or_else(|| damaged("no lengths"))?;
                let start = page.values.len() - bits.0.len();
                slices(page.values, start, &lengths)?
            }
            Encoding::DELTA_BYTE_ARRAY if self.width != Width::Int96 => {
                prefixed(&page.values, most).ok_or_else(|| damaged("strings are cut off"))?
            }
            _ => return Err(damaged("strings in an unknown encoding")),
        };
        self.send(strings, false)
    }

    fn send(&mut self, strings: Vec<ByteArray>, is_dictionary: bool) -> Result<Vec<u8>> {
        let n = i32::try_from(strings.len()).ok().and_then(|n| self.next.checked_add(n));
        let next = n.ok_or_else(|| damaged("too many strings"))?;
        let numbers = (self.next..next).flat_map(i32::to_le_bytes).collect();
        self.next = next;
        // Who no longer receives has met an error, and asks for no more pages.
        self.strings.send(Strings { strings, is_dictionary }).ok();
        Ok(numbers)
    }
}

/// At most so many strings, one behind the other.
fn plain(buf: Vec<u8>, width: Width, most: usize) -> Result<Vec<ByteArray>> {
    let fixed = match width {
        Width::Varying => None,
        Width::Fixed(n) => Some(n.max(1)),
        Width::Int96 => Some(12),
    };
    let buf = ByteArray::from(buf);
    let mut bits = Bits(buf.data());
    let mut strings = Vec::new();
    while !bits.0.is_empty() && strings.len() < most {
        let len = fixed.or_else(|| bits.length());
        let start = buf.len() - bits.0.len();
        let taken = len.and_then(|len| bits.take(len));
        let taken = taken.ok_or_else(|| damaged("a string is cut off"))?;
        strings.push(match width {
            Width::Int96 => seconds(taken).to_string().into_bytes().into(),
            _ => buf.slice(start, taken.len()),
        });
    }
    Ok(strings)
}

/// Strings of these lengths.
fn slices(buf: Vec<u8>, mut start: usize, lengths: &[usize]) -> Result<Vec<ByteArray>> {
    let buf = ByteArray::from(buf);
    let strings = lengths.iter().map(|&len| {
        let end = start.checked_add(len).filter(|&end| end <= buf.len());
        let end = end.ok_or_else(|| damaged("a string is cut off"))?;
        Ok(buf.slice(std::mem::replace(&mut start, end), len))
    });
    strings.collect()
}

/// Strings that begin as the ones before them do: lengths of the beginnings, then the rests.
fn prefixed(values: &[u8], most: usize) -> Option<Vec<ByteArray>> {
    /// So much text in a page is no log.
    const LARGEST: usize = 1 << 30;
    let mut bits = Bits(values);
    let prefixes = bits.lengths(most)?;
    let rests = bits.lengths(most)?;
    if prefixes.len() != rests.len() {
        return None;
    }
    let mut last = Vec::new();
    let mut sum = 0;
    let strings = prefixes.into_iter().zip(rests).map(|(prefix, rest)| {
        last.truncate(prefix);
        sum += prefix;
        let whole = last.len() == prefix && sum <= LARGEST;
        last.extend_from_slice(bits.take(rest)?);
        whole.then(|| ByteArray::from(last.clone()))
    });
    strings.collect()
}

/// Seconds since 1970.
fn seconds(int96: &[u8]) -> i64 {
    const DAY_OF_1970: i64 = 2_440_588;
    let (nanos, day) = int96.split_at(8);
    let nanos = nanos.try_into().map_or(0, i64::from_le_bytes);
    let day = day.try_into().map_or(0, u32::from_le_bytes);
    (i64::from(day) - DAY_OF_1970) * 86_400 + nanos.div_euclid(1_000_000_000)
}

/// A string, and what it means.
pub(super) struct Word {
    pub(super) text: ByteArray,
    pub(super) meaning: Meaning,
}

/// What a string means as the value of a field.
pub(super) enum Meaning {
    /// The field does not apply.
    None,
    /// A name, and the interface of this name once it was asked for.
    Id(Box<str>, Cell<Option<Interface>>),
    Status(Status),
    Direction(Direction),
    Address(IpAddr),
    Number(u64),
    /// Nothing, or it depends on other fields.
    Odd,
}

impl Word {
    fn new(text: ByteArray, field: Field) -> Self {
        let meaning = meaning(text.data(), field);
        Self { text, meaning }
    }
}

/// What a string means, as it would in a log of text.
fn meaning(text: &[u8], field: Field) -> Meaning {
    if matches!(text, b"" | b"-") {
        return Meaning::None;
    }
    let mut values = Values::default();
    values.set(field, text);
    let Ok(record) = values.record(Detail::Evidence) else { return Meaning::Odd };
    let number = |n: Option<u64>| n.map(Meaning::Number);
    let id = |id: Option<&str>| id.map(|id| Meaning::Id(id.into(), Cell::default()));
    let address = |address: Option<IpAddr>| address.map(Meaning::Address);
    let meaning = match field {
        Field::Interface => id(record.interface.and_then(|id| interface_name(id).ok())),
        Field::Account => id(record.account),
        Field::LogStatus | Field::Action => Some(Meaning::Status(record.status)),
        Field::FlowDirection => record.direction.map(Meaning::Direction),
        Field::Srcaddr => address(record.srcaddr),
        Field::Dstaddr => address(record.dstaddr),
        Field::PktSrcaddr => address(record.pkt_srcaddr),
        Field::PktDstaddr => address(record.pkt_dstaddr),
        Field::Srcport => number(record.srcport.map(u64::from)),
        Field::Dstport => number(record.dstport.map(u64::from)),
        Field::Protocol => number(Some(record.protocol.into())),
        Field::Packets => number(record.packets),
        Field::Bytes => number(record.bytes),
        Field::Start => number(record.start.map(u64::from)),
        Field::End => number(record.end.map(u64::from)),
        Field::TcpFlags => number(record.tcp_flags.map(u64::from)),
        Field::Count => number(Some(record.count.into())),
    };
    meaning.unwrap_or(Meaning::Odd)
}

/// The strings of a column by their numbers, as far as they are still needed.
pub(super) struct Words {
    field: Field,
    arriving: Receiver<Strings>,
    dictionary: Vec<Word>,
    /// Those of the last pages.
    recent: Vec<Word>,
    /// The number of the first of them.
    first: usize,
    /// The number of the first one of the very last page.
    last_page: usize,
    missing: Word,
}

impl Words {
    /// An empty list, and what fills it.
    pub(super) fn new(field: Field, width: Width) -> (Self, Translator) {
        let (strings, arriving) = channel();
        let missing = Word { text: Vec::new().into(), meaning: Meaning::None };
        let (dictionary, recent) = (Vec::new(), Vec::new());
        let words = Self { field, arriving, dictionary, recent, first: 0, last_page: 0, missing };
        (words, Translator { width, next: 0, strings })
    }

    /// Takes the strings of pages that have been translated.
    pub(super) fn arrive(&mut self) {
        for page in self.arriving.try_iter() {
            let words = page.strings.into_iter().map(|text| Word::new(text, self.field));
            if page.is_dictionary {
                self.dictionary.extend(words);
                self.first = self.dictionary.len();
                self.last_page = self.first;
            } else {
                self.last_page = self.first + self.recent.len();
                self.recent.extend(words);
            }
        }
    }

    /// Forgets the strings of pages that have been read to their end.
    pub(super) fn forget(&mut self) {
        if self.last_page > self.first {
            self.recent.drain(..self.last_page - self.first);
            self.first = self.last_page;
        }
    }

    /// The string of this number.
    pub(super) fn get(&self, number: u32) -> &Word {
        let number = number as usize;
        let word = self.dictionary.get(number);
        word.or_else(|| self.recent.get(number.checked_sub(self.first)?)).unwrap_or(&self.missing)
    }
}
