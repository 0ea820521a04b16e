//! The audit: rules that exist, against what flow logs show and what would do.
//!
//! # Why a proposal blocks nobody
//!
//! Take an accepted record that comes in from a known address to a port that is a service, on an
//! interface all of whose groups are described. By construction a proposed rule lets it in:
//!
//! 1. [`World::join`] keeps a [`Contact`] of the port with the smallest network of any rule around
//!    the address, or with the address itself. All rules for networks let in either the whole of
//!    it or nothing of it, so what holds of the contact holds of the record.
//! 2. A contact that a judged rule lets in is given to a group of the interface that does. One that
//!    no rule lets in is told apart by [`Strays`] and given, by its own address, to the first group
//!    of the interface. [`proposals`] puts its port into the needs of a source that has the
//!    contact's network. One that only rules that are not judged may let in ([`Verdict::Perhaps`])
//!    is given to none: these rules stay.
//! 3. The answer is a cover that was checked: every used port of every source is in a range of a
//!    rule for this source. Where there is no such answer, all rules stay.
//!
//! Exceptions are counted and said: clients of no source that are too many to be told apart
//! ([`Crowd`]) or that cannot be read again, and used ports that are forbidden and dropped. What no
//! record shows is not covered by this, nor what has no ports; [`Changes::caveats`] says so with
//! each proposal. The [`Replayer`] counts the records again, with code of its own:
//! `tests/suite/audit/laws.rs` has it find none blocked on generated logs, and some as soon as any
//! rule is missing.

mod access;
mod attachment;
mod caveats;
mod changes;
mod describe;
mod exposure;
mod findings;
mod order;
mod proposal;
mod redundant;
mod relations;
mod replay;
mod sources;
mod spans;
mod strays;
mod units;
mod usage;
mod world;

pub use access::{Access, Traffic, overlap};
pub use attachment::{Attachment, Attachments};
pub use caveats::{room, window};
pub use changes::{Changes, Kept, Narrowed, changes};
pub use exposure::{Exposure, Ports, clients_with, count, exposure, services};
pub use findings::{Findings, InterfaceFinding, findings};
pub use order::{Order, Step};
pub use proposal::{Bounds, GroupProposal, Instead, ProposeError, proposals};
pub use redundant::{Redundant, redundant};
pub use relations::{OverQuota, Quotas, Relations, Subset, Unused, relations};
pub use replay::{Replay, Replayer};
pub use sources::Sources;
pub use spans::Spans;
pub use strays::Strays;
pub use units::{PrefixList, PrefixLists};
pub use usage::{Doubt, RuleAt, RuleFinding, Usage, rule_findings};
pub use world::{Contact, Crowd, Interface, Verdict, World};

#[cfg(test)]
mod access_tests;
#[cfg(test)]
mod changes_tests;
#[cfg(test)]
mod relations_tests;
#[cfg(test)]
pub(super) mod small;
