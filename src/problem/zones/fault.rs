//! What is wrong with a zone, and where.

use super::error::ZoneError;

/// A part of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Name,
    Key(&'static str),
    Cidr(usize),
    Address(usize),
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// The zone by its number; none where it is about all of them.
    pub(super) zone: Option<usize>,
    #[cfg_attr(not(feature = "logs"), expect(dead_code, reason = "only files have places"))]
    pub(super) place: Place,
    pub(super) error: ZoneError,
}

pub(super) type Checked<T> = Result<T, (Place, ZoneError)>;
