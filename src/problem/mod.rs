//! The problem: points, limits, zones, and the instance that they make.
//!
//! In: lists of ports or addresses, limits, a budget. Out: an [`instance`], the `line` of runs and
//! holes that solvers work on, and what they hand back: a [`cover`] and a [`certificate`]. It uses no
//! other wing, and knows neither logs nor AWS.
//!
//! To read in this order: `ports`, `points`, `port_list`, `address_list`, `limits`, `zones`,
//! `instance`, `cover`, `certificate`, `line`, `model`, `program`. `quote` and `number` are how all
//! wings write untrusted text and numbers.

pub mod address_list;
pub mod certificate;
pub mod cover;
pub mod instance;
pub mod limits;
pub mod line;
pub mod model;
pub mod number;
pub mod points;
pub mod port_list;
pub mod ports;
pub mod program;
pub mod quote;
pub mod zones;
