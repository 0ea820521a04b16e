//! What inputs are read for.

/// What inputs are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Rules of used ports.
    Rules,
    /// A list of the ports.
    Ports,
    /// An audit of rules that exist.
    Audit,
}
