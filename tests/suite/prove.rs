//! Proofs, as VeriPB judges them.

mod checker;
mod command;
mod laws;
