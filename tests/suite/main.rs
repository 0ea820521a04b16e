//! All integration tests, in one binary.

mod instances;
mod laws;
mod readme;
