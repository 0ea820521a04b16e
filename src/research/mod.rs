//! Research: instances with known truth, and what was measured on them.
//!
//! In: a seed, a manifest of data sets, files of measured results. Out: port sets, policies and
//! flow logs; data sets with their best known answers; tables of gaps, times and growth. It may use
//! the problem, the checker, solvers and logs.
//!
//! To read in this order: `generate`, `manifest`, `results`.

pub mod generate;
pub mod manifest;
pub mod results;
