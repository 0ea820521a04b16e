//! Security groups as AWS has them: inbound rules, each of one range of ports and one source.
//!
//! In: what `describe-security-groups` prints, answers of solvers, and the evidence of logs. Out:
//! proposed rules, their division over several groups, an audit of what exists, and changes in an
//! order. It may use every wing before it, and writes nothing. To read in this order: `peer`,
//! `permission`, `rule`, `describe`, `solved`, `propose`, `division` and `split`, then [`audit`] and
//! [`consolidate`].
//!
//! What a solver answers becomes [`ProposedRule`]s ([`propose`]), which exporters write and an audit
//! compares with the rules that exist.

pub mod audit;
pub mod consolidate;
mod describe;
mod description;
mod division;
mod documents;
mod id;
mod peer;
mod permission;
mod propose;
mod rule;
mod solved;
pub mod split;

pub use describe::{Described, security_groups};
pub use description::Description;
pub use division::{
    Bought, Division, DivisionError, MOST_GROUPS, MOST_RULES, RecordError, check_record,
};
pub use documents::DescribeError;
pub(crate) use documents::documents;
pub use id::{IdError, SecurityGroupId};
pub use peer::Peer;
pub(crate) use permission::id;
pub use propose::{Proposal, ProposalError, ProposedRule, propose};
pub use rule::{Allowed, Rule, SecurityGroup};
pub use solved::Solved;
