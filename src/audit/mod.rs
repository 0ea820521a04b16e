//! The audit: rules that exist, against what flow logs show and what would do.

mod attachment;
mod describe;
mod exposure;
mod proposal;
mod replay;
mod sources;
mod units;
mod usage;
mod world;

pub use attachment::{Attachment, Attachments};
pub use exposure::{InterfaceFinding, Ports, count, interface_finding};
pub use proposal::{Bounds, GroupProposal, Instead, ProposeError, proposals};
pub use replay::{Replay, Replayer};
pub use sources::Sources;
pub use units::{PrefixList, PrefixLists};
pub use usage::{Doubt, RuleAt, RuleFinding, Usage, rule_findings};
pub use world::{Contact, Crowd, Interface, Verdict, World};
