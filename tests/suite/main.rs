//! All integration tests, in one binary.

mod addresses;
#[cfg(feature = "aws")]
mod athena;
mod athena_sql;
mod audit;
mod bad_input;
mod binary;
mod book;
mod changes;
mod checker;
mod checking;
mod command;
mod comparing;
#[cfg(target_os = "linux")]
mod comparing_long;
mod data_sets;
#[cfg(feature = "aws")]
mod end_to_end;
mod endings;
mod exports;
mod fetching;
mod front_door;
mod hcl;
mod inputs_review;
mod instances;
#[cfg(all(unix, feature = "aws"))]
mod interrupted;
mod knapsack;
mod laws;
mod log_lines;
mod manifest;
mod model;
mod origins;
mod output;
mod ports_as_they_are;
mod prove;
mod readers;
mod readme;
mod record;
#[cfg(feature = "aws")]
mod recorded;
mod report;
mod services;
mod shapes;
mod shared_data;
mod sharing;
#[cfg(target_os = "linux")]
mod signals;
mod sources;
mod terminal;
mod tools;
mod wings;
mod worked;
#[cfg(target_os = "linux")]
mod written_through;
mod zones;
