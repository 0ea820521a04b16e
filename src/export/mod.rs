//! Formats: bytes out of answers and fronts. Nothing here reads or prints.

pub mod audit;
pub mod audit_json;
pub mod audit_rules_json;
pub mod changes_cli;
pub mod document;
pub mod html;
pub mod json;
pub mod lp;
pub mod markdown;
pub mod mps;
pub mod number;
pub mod opb;
pub mod ports;
pub mod relations;
pub mod results;
pub mod table;
pub mod text;
