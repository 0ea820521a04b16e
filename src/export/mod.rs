//! Formats: bytes out of answers and fronts. Nothing here reads or prints.

pub mod json;
pub mod lp;
pub mod mps;
pub mod number;
pub mod opb;
pub mod ports;
pub mod table;
pub mod text;
