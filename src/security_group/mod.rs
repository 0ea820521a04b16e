//! Security groups as AWS has them: inbound rules, each of one range of ports and one source.
//!
//! What a solver answers becomes [`ProposedRule`]s ([`propose`]), which exporters write and an audit
//! compares with the rules that exist.

mod describe;
mod documents;
mod peer;
mod permission;
mod propose;
mod rule;

pub use describe::{Described, security_groups};
pub use documents::DescribeError;
pub(crate) use documents::documents;
pub use peer::Peer;
pub(crate) use permission::id;
pub use propose::{Proposal, ProposalError, ProposedRule, propose};
pub use rule::{Allowed, Rule, SecurityGroup};
