//! x
pub mod answer;
pub mod certificate;
pub mod chart;
pub mod cover;
pub mod export;
pub mod flow;
pub mod front;
pub mod generate;
pub mod inputs;
pub mod instance;
pub mod limits;
pub mod line;
pub mod port_list;
pub mod ports;
pub mod report;
pub mod solve;
pub mod verify;
