//! The audit: rules that exist, against what flow logs show and what would do.

mod access;
mod attachment;
mod changes;
mod order;
mod spans;
mod units;

pub use access::{Access, Traffic, overlap};
pub use attachment::{Attachment, Attachments};
pub use changes::{Changes, Kept, Narrowed, changes};
pub use order::{Order, Step};
pub use spans::Spans;
pub use units::{PrefixList, PrefixLists};

#[cfg(test)]
mod access_tests;
#[cfg(test)]
mod changes_tests;
#[cfg(test)]
mod small;
