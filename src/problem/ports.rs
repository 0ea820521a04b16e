//! Ports, spans of points, and sets of ports.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::quote::quoted;

/// Number of ports of one protocol, 0 to 65,535.
pub const N_PORTS: u32 = 1 << 16;

const WORDS: usize = (N_PORTS / 64) as usize;

/// An inclusive, non-empty range of points: ports, or later IPv4 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SpanFields")]
pub struct Span {
    from: u32,
    to: u32,
}

#[derive(Deserialize)]
struct SpanFields {
    from: u32,
    to: u32,
}

impl TryFrom<SpanFields> for Span {
    type Error = SpanError;

    fn try_from(fields: SpanFields) -> Result<Self, SpanError> {
        Self::new(fields.from, fields.to)
    }
}

/// A range that ends before it starts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("range {from}-{to} ends before it starts")]
pub struct SpanError {
    from: u32,
    to: u32,
}

impl Span {
    /// All ports of a protocol.
    pub const ALL_PORTS: Self = Self { from: 0, to: N_PORTS - 1 };

    /// The points `from..=to`.
    ///
    /// # Errors
    /// When `to` is less than `from`.
    pub fn new(from: u32, to: u32) -> Result<Self, SpanError> {
        if from <= to { Ok(Self { from, to }) } else { Err(SpanError { from, to }) }
    }

    /// The span that holds one point.
    #[must_use]
    pub fn single(point: u32) -> Self {
        Self { from: point, to: point }
    }

    /// The span from the start of one span to the end of a later one, or of the same.
    #[must_use]
    pub fn over(first: Self, last: Self) -> Self {
        debug_assert!(first.from <= last.to);
        Self { from: first.from, to: last.to }
    }

    /// First point.
    #[must_use]
    pub fn from(self) -> u32 {
        self.from
    }

    /// Last point.
    #[must_use]
    pub fn to(self) -> u32 {
        self.to
    }

    /// Number of points, at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a span is never empty")]
    pub fn len(self) -> u64 {
        u64::from(self.to - self.from) + 1
    }

    /// Whether `point` lies in the span.
    #[must_use]
    pub fn contains(self, point: u32) -> bool {
        self.from <= point && point <= self.to
    }

    /// The points between this span and a later one, if there are any.
    #[must_use]
    pub fn hole_before(self, next: Self) -> Option<Self> {
        let from = self.to.checked_add(1)?;
        let to = next.from.checked_sub(1)?;
        Self::new(from, to).ok()
    }

    /// The points that two spans share, if there are any.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to)).ok()
    }
}

/// `80` for one point, `80-86` for more: the form that port lists use.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}-{}", self.from, self.to)
        }
    }
}

/// A protocol that has ports, as security groups name it.
///
/// Other protocols have no port ranges in a security group
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Transmission Control Protocol, IANA number 6.
    Tcp,
    /// User Datagram Protocol, IANA number 17.
    Udp,
}

impl Protocol {
    /// Every protocol with ports, in the order in which groups stand.
    pub const ALL: [Self; 2] = [Self::Tcp, Self::Udp];

    /// The protocol with this IANA number, if it has ports.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            6 => Some(Self::Tcp),
            17 => Some(Self::Udp),
            _ => None,
        }
    }

    /// The IANA number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
        }
    }

    /// The name in security groups: `tcp` or `udp`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is not a protocol with ports.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is not a protocol with ports; use tcp or udp")]
pub struct ProtocolError(String);

impl FromStr for Protocol {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self, ProtocolError> {
        match text.to_ascii_lowercase().as_str() {
            "tcp" | "6" => Ok(Self::Tcp),
            "udp" | "17" => Ok(Self::Udp),
            _ => Err(ProtocolError(quoted(text))),
        }
    }
}

/// A set of ports as a map of 65,536 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct PortSet {
    words: Box<[u64; WORDS]>,
}

impl Default for PortSet {
    fn default() -> Self {
        Self { words: Box::new([0; WORDS]) }
    }
}

impl fmt::Debug for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.runs()).finish()
    }
}

impl PortSet {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one port.
    pub fn insert(&mut self, port: u16) {
        self.words[usize::from(port >> 6)] |= 1 << (port & 63);
    }

    /// Adds every port of a span; points above 65,535 are not ports and are left out.
    pub fn insert_span(&mut self, span: Span) {
        self.apply(span, |word, mask| *word |= mask);
    }

    /// Takes out every port of a span.
    pub fn remove_span(&mut self, span: Span) {
        self.apply(span, |word, mask| *word &= !mask);
    }

    fn apply(&mut self, span: Span, change: impl Fn(&mut u64, u64)) {
        let Some(span) = span.intersection(Span { from: 0, to: N_PORTS - 1 }) else {
            return;
        };
        let (first, last) = (span.from as usize / 64, span.to as usize / 64);
        for (i, word) in self.words[first..=last].iter_mut().enumerate() {
            let mut mask = u64::MAX;
            if i == 0 {
                mask &= u64::MAX << (span.from & 63);
            }
            if first + i == last {
                mask &= u64::MAX >> (63 - (span.to & 63));
            }
            change(word, mask);
        }
    }

    /// Whether the port is in the set.
    #[must_use]
    pub fn contains(&self, port: u16) -> bool {
        self.words[usize::from(port >> 6)] >> (port & 63) & 1 == 1
    }

    /// Whether no port is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Number of ports in the set.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// The maximal blocks of consecutive ports, in order.
    ///
    /// A run starts at a port whose lower neighbour is absent and ends at one whose upper neighbour
    /// is; the i-th start and the i-th end belong together. Whole words are scanned by trailing
    /// zeros, so the cost grows with the runs and not with the ports.
    #[must_use]
    pub fn runs(&self) -> Vec<Span> {
        let mut runs = Vec::with_capacity(self.n_runs());
        let mut n_ended = 0;
        let mut base = 0;
        let mut below = 0;
        for (i, &word) in self.words.iter().enumerate() {
            let above = self.words.get(i + 1).map_or(0, |next| next & 1);
            let mut starts = word & !(word << 1 | below);
            let mut ends = word & !(word >> 1 | above << 63);
            while starts != 0 {
                runs.push(Span::single(base + starts.trailing_zeros()));
                starts &= starts - 1;
            }
            while ends != 0 {
                runs[n_ended].to = base + ends.trailing_zeros();
                n_ended += 1;
                ends &= ends - 1;
            }
            below = word >> 63;
            base += 64;
        }
        runs
    }

    fn n_runs(&self) -> usize {
        let mut below = 0;
        let mut n_runs = 0;
        for &word in self.words.iter() {
            n_runs += (word & !(word << 1 | below)).count_ones() as usize;
            below = word >> 63;
        }
        n_runs
    }
}

impl Extend<Span> for PortSet {
    fn extend<T: IntoIterator<Item = Span>>(&mut self, spans: T) {
        for span in spans {
            self.insert_span(span);
        }
    }
}

impl FromIterator<Span> for PortSet {
    fn from_iter<T: IntoIterator<Item = Span>>(spans: T) -> Self {
        let mut set = Self::new();
        set.extend(spans);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_may_touch_both_ends_and_cross_words() {
        for spans in [
            vec![(0, 65_535)],
            vec![(0, 0), (65_535, 65_535)],
            vec![(0, 63), (65, 127), (130, 300), (65_472, 65_535)],
            vec![(63, 64), (127, 127), (191, 256)],
        ] {
            let spans: Vec<Span> =
                spans.into_iter().map(|(a, b)| Span::new(a, b).unwrap()).collect();
            let set: PortSet = spans.iter().copied().collect();
            assert_eq!(set.runs(), spans);
            assert_eq!(u64::from(set.len()), spans.iter().map(|s| s.len()).sum::<u64>());
        }
        assert!(PortSet::new().runs().is_empty());
    }

    #[test]
    fn removing_splits_a_run() {
        let mut set: PortSet = [Span::new(10, 200).unwrap()].into_iter().collect();
        set.remove_span(Span::new(64, 130).unwrap());
        let bounds: Vec<_> = set.runs().iter().map(|r| (r.from(), r.to())).collect();
        assert_eq!(bounds, [(10, 63), (131, 200)]);
    }

    #[test]
    fn a_backward_range_is_refused() {
        assert!(Span::new(5, 4).is_err());
        assert!(serde_json::from_str::<Span>(r#"{"from":5,"to":4}"#).is_err());
    }
}
