//! What people and programs read: bytes out of answers, fronts, audits and results.
//!
//! In: what the wings before it found. Out: bytes; nothing here reads, prints or solves. It may use
//! every wing before it, and only the command line uses it.
//!
//! To read in this order: `report` (answers as a file), `export` (one format a file), `chart`.

#[cfg(feature = "charts")]
pub mod chart;
#[cfg(feature = "logs")]
pub mod export;
#[cfg(feature = "logs")]
pub mod report;
