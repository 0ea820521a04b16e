//! The audit: rules that exist, against what flow logs show and what would do.

mod access;
mod attachment;
mod changes;
mod consolidate;
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
pub use changes::{Changes, Kept, Narrowed, changes};
pub use consolidate::{Consolidation, Partition, consolidate};
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
mod small;
