//! x
pub mod ports;
pub mod port_list;
pub mod limits;
pub mod instance;
pub mod line;
pub mod cover;
pub mod certificate;
pub mod verify;
pub mod solve;
pub mod answer;
pub mod front;
pub mod export;
pub mod generate;
