//! Flow logs: from bytes to the ports that interfaces offer services on.
//!
//! In: files, folders, patterns, standard input. Out: used ports for each port list and each
//! interface, with the evidence beside them. It may use the problem, and no solver.
//!
//! To read in this order: `flow` (a record and its fields), `shapes` (the formats that records come
//! in), `evidence` (which local port is a service), `inputs` (all of it over many files),
//! `aggregate` (one row for records that say the same), `query` (the same as a question to AWS).

pub mod aggregate;
pub mod evidence;
pub mod flow;
pub mod inputs;
pub mod query;
pub mod shapes;
