//! The shapes in which flow-log records turn up, each in a file of its own.
//!
//! A shape recognises its files by their content and hands each record to a
//! [`Recorder`](crate::logs::evidence::Recorder). To add one, write a file and name it in [`SHAPES`].

mod csv;
mod json;
mod line;
mod parquet;
#[cfg(test)]
mod samples;
mod text;

use std::fs::File;
use std::io::{self, Read};

use thiserror::Error;

use crate::logs::evidence::{Ledger, LogReport};
use crate::logs::flow::{ColumnName, Field, Layout, LayoutError, Needs, ServicePort};

/// A shape of flow logs.
pub trait Shape: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// What it is, in a line.
    fn about(&self) -> &'static str;

    /// Whether a file that begins like this, decompressed, has this shape.
    fn recognises(&self, head: &[u8], format: &Format) -> bool;

    /// Hands all records to the ledger; what was read before a fault stays.
    fn read(&self, source: Source<'_>, format: &Format, ledger: &Ledger) -> Reading;
}

/// All shapes, in the order in which they are tried.
pub const SHAPES: &[&dyn Shape] = &[&parquet::Parquet, &json::Json, &csv::Csv, &text::Text];

/// The shape of this name.
#[must_use]
pub fn shape(name: &str) -> Option<&'static dyn Shape> {
    SHAPES.iter().copied().find(|shape| shape.name() == name)
}

/// What is said about the fields of logs by hand.
#[derive(Debug, Clone, Default)]
pub struct Format {
    /// The fields of records that no header line names.
    pub log_format: Option<Layout>,
    /// Columns that are called something unusual.
    pub columns: Vec<ColumnName>,
}

impl Format {
    /// The layout of records in text until a header line names another one.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.log_format.clone().map_or_else(Layout::default, Layout::fixed)
    }
}

/// A file that is to be read.
pub struct Source<'a> {
    /// Its first bytes, decompressed.
    pub head: &'a [u8],
    /// All of it, decompressed, the head included.
    pub stream: Box<dyn Read + Send + 'a>,
    /// The file itself, where it is a regular one and not compressed.
    pub file: Option<File>,
}

/// What came of reading a file.
#[derive(Debug, Default)]
pub struct Reading {
    /// What there is to say about its records.
    pub report: LogReport,
    /// Why it was not read to the end, if it was not.
    pub fault: Option<Fault>,
}

/// Why a file is not read to the end.
#[derive(Debug, Error)]
pub enum Fault {
    /// Its fields do not say what is needed.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The file is damaged, or its disk is.
    #[error("{error}{}; the file is damaged or cut off", after(*.done))]
    Read {
        /// How many records or lines had been read.
        done: u64,
        /// What is wrong.
        error: io::Error,
    },
    /// It can be read, but not by this build of the program.
    #[error("{0}")]
    Unsupported(&'static str),
}

fn after(done: u64) -> String {
    if done == 0 { String::new() } else { format!(" after {done} lines or records") }
}

/// Checks that a layout has what is needed.
fn require(layout: &Layout, Needs { selection, zones }: Needs<'_>) -> Result<(), LayoutError> {
    layout.require(selection.port)?;
    if zones {
        layout.require_remote(selection.port)?;
    }
    layout.require_selectable(selection.by_time(), !selection.accounts.is_empty())
}

/// The layout without what is not needed.
fn needed(layout: Layout, Needs { selection, .. }: Needs<'_>) -> Layout {
    let layout =
        if selection.accounts.is_empty() { layout.without(Field::Account) } else { layout };
    // Where one port counts whosever it is, the address beside it says nothing.
    match selection.port {
        ServicePort::Dst => layout.without(Field::Dstaddr),
        ServicePort::Src => layout.without(Field::Srcaddr),
        ServicePort::Service => layout,
    }
}
