//! Formats: bytes out of answers and fronts. Nothing here reads or prints.

pub mod chart;
