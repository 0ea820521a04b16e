//! The audit: rules that exist, against what flow logs show and what would do.

mod attachment;
mod units;

pub use attachment::{Attachment, Attachments};
pub use units::{PrefixList, PrefixLists};
