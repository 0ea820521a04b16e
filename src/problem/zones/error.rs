//! What can be wrong with zones.

use ipnet::IpNet;
use thiserror::Error;

use super::family::Family;
use super::spec::{MAX_UNITS, MAX_WEIGHT};
use crate::problem::port_list::LineError;

/// What is wrong with a file of zones, with the number of the line; `LINE: message`.
pub type ZonesError = LineError<ZoneError>;

/// What is wrong with zones; text from files is made printable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ZoneError {
    /// Text that is no TOML.
    #[error("{0}")]
    Syntax(String),
    /// A key outside zones.
    #[error("unknown key '{0}'; a file of zones has tables such as [zones.office] only")]
    UnknownTable(String),
    /// A key that no zone has.
    #[error("unknown key '{0}'; a zone has {keys}", keys = super::spec::KEYS.join(", "))]
    UnknownKey(String),
    /// A value of another type.
    #[error("'{key}' takes {takes}")]
    Type {
        /// The key.
        key: String,
        /// What would be right.
        takes: &'static str,
    },
    /// Nothing at all.
    #[error(
        "no zones; write [zones.office] and cidrs = [\"203.0.113.0/24\"] below it, for example"
    )]
    NoZones,
    /// More zones than are read.
    #[error("{count} zones; the most is {most}")]
    TooManyZones {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A name that could not stand in file names and in code.
    #[error(
        "'{0}' is not a name for a zone; use 1 to 64 letters, digits, '-' and '_', \
         with a letter or digit first"
    )]
    Name(String),
    /// A name that an earlier zone has.
    #[error("two zones are named '{0}'")]
    SameName(String),
    /// Text where a CIDR was expected.
    #[error("'{0}' is not a CIDR; write 203.0.113.0/24 or 2001:db8::/32, for example")]
    NotACidr(String),
    /// An address without the length of a prefix.
    #[error("'{written}' has no prefix length; write {right} for this address alone")]
    NoPrefixLength {
        /// As written.
        written: String,
        /// The CIDR of this address.
        right: IpNet,
    },
    /// A CIDR that is not the first of its block.
    #[error("{written} has bits set after its prefix; AWS would store {right}: write that")]
    HostBits {
        /// As written.
        written: IpNet,
        /// The whole block.
        right: IpNet,
    },
    /// IPv4 addresses in the form of IPv6.
    #[error("'{written}' is IPv4 written as IPv6; write {right}")]
    Mapped {
        /// As written.
        written: String,
        /// The same addresses as IPv4.
        right: String,
    },
    /// Text where an address was expected.
    #[error("'{0}' is not an address; write 10.0.1.7 or 2001:db8::7, for example, or use cidrs")]
    NotAnAddress(String),
    /// The same CIDR two times in a zone.
    #[error("{0} is in this zone twice; AWS takes it only once")]
    Twice(IpNet),
    /// A zone that says nothing of where connections come from.
    #[error("the zone has no source; give it cidrs, prefix_list, security_group or any = true")]
    NoSource,
    /// A list without CIDRs.
    #[error("the zone has no CIDRs; give it one at least")]
    NoCidrs,
    /// A reference that stands for no address.
    #[error("nothing tells which addresses of the logs {id} stands for; list them as {keys}")]
    NoAddresses {
        /// The id.
        id: String,
        /// Where to list them.
        keys: &'static str,
    },
    /// More than one source.
    #[error("a zone is one source, and this has '{0}' and '{1}'; make two zones of it")]
    TwoKinds(&'static str, &'static str),
    /// A source that is switched off.
    #[error("'any' is true or is left out")]
    AnyFalse,
    /// A key of another kind of zone.
    #[error("'{key}' is for {owner} only{remedy}")]
    Foreign {
        /// The key.
        key: &'static str,
        /// What may have it.
        owner: &'static str,
        /// What to write instead, after a semicolon, or nothing.
        remedy: &'static str,
    },
    /// A prefix list that counts for nobody knows how much.
    #[error(
        "a prefix list needs its size: max_entries for one of your own, \
         units (its weight) for one of AWS"
    )]
    NoSize,
    /// A prefix list of both kinds.
    #[error("a prefix list is your own, with max_entries, or one of AWS, with units: not both")]
    TwoSizes,
    /// A size that no rule can have.
    #[error("'{key}' is {value}; it is 1 to {MAX_UNITS}, the most rules on a network interface")]
    Size {
        /// The key.
        key: &'static str,
        /// As written.
        value: String,
    },
    /// CIDRs that take more rules than there can be.
    #[error(
        "{count} {family} CIDRs; a network interface can have at most {MAX_UNITS} rules: \
         merge some, or make several zones of them"
    )]
    TooManyCidrs {
        /// How many there are.
        count: usize,
        /// Of this family.
        family: Family,
    },
    /// More CIDRs in a prefix list than it can hold.
    #[error("{count} CIDRs, but max_entries is {max_entries}")]
    TooManyEntries {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max_entries: u32,
    },
    /// IPv4 and IPv6 in one prefix list.
    #[error("{cidr} is not {family}, as this prefix list is: one of your own has one family")]
    OtherFamily {
        /// The CIDR.
        cidr: IpNet,
        /// The family of those before, or the stated one.
        family: Family,
    },
    /// Text where a family was expected.
    #[error("'{0}' is not a family; write ipv4 or ipv6")]
    NotAFamily(String),
    /// An id that is none.
    #[error("'{id}' is not {what}; write {example}")]
    Id {
        /// As written.
        id: String,
        /// What it should be.
        what: &'static str,
        /// One that is right.
        example: &'static str,
    },
    /// The same reference in two zones.
    #[error("zones '{earlier}' and '{later}' are both {id}; make one zone of them")]
    SameId {
        /// The zone that comes first.
        earlier: String,
        /// The other one.
        later: String,
        /// The id.
        id: String,
    },
    /// A weight that is none.
    #[error("'weight' is {0}; it is a whole number from 0 to {MAX_WEIGHT}")]
    Weight(String),
    /// Every address, twice.
    #[error("zones '{earlier}' and '{later}' are both any; make one zone of them")]
    TwoAny {
        /// The zone that comes first.
        earlier: String,
        /// The other one.
        later: String,
    },
    /// Zones that an address cannot choose between.
    #[error("zones '{earlier}' and '{later}' have the same {family} addresses; make one of them")]
    SameAddresses {
        /// The zone that comes first.
        earlier: String,
        /// The other one.
        later: String,
        /// The family in which they are the same.
        family: Family,
    },
    /// Zones of which neither is inside the other.
    #[error(
        "zones '{earlier}' ({}) and '{later}' ({}) share addresses, but neither contains the \
         other: give one all {family} addresses of the other, or none",
        .cidrs[0], .cidrs[1]
    )]
    Overlap {
        /// The zone that comes first.
        earlier: String,
        /// The other zone.
        later: String,
        /// A CIDR of each, of which one contains the other.
        cidrs: Box<[IpNet; 2]>,
        /// The family in which they overlap.
        family: Family,
    },
}
