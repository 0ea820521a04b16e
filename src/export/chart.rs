//! Charts of fronts.
