//! The audit: rules that exist, against what flow logs show and what would do.

mod access;
mod attachment;
mod changes;
mod consolidate;
mod order;
mod redundant;
mod relations;
mod spans;
mod units;

pub use access::{Access, Traffic, overlap};
pub use attachment::{Attachment, Attachments};
pub use changes::{Changes, Kept, Narrowed, changes};
pub use consolidate::{Consolidation, Partition, consolidate};
pub use order::{Order, Step};
pub use redundant::{Redundant, redundant};
pub use relations::{OverQuota, Quotas, Relations, Subset, Unused, relations};
pub use spans::Spans;
pub use units::{PrefixList, PrefixLists};

#[cfg(test)]
mod access_tests;
#[cfg(test)]
mod changes_tests;
#[cfg(test)]
mod relations_tests;
#[cfg(test)]
mod small;
