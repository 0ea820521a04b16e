//! Parquet, as AWS delivers flow logs and query engines export them.
//!
//! The `parquet` crate reads the description of a file and the levels and numbers in its pages;
//! pages are fetched and decompressed here, and their strings are read here, once for each entry of
//! a dictionary instead of once for each row.

#[cfg(feature = "parquet")]
mod bits;
#[cfg(feature = "parquet")]
mod column;
#[cfg(feature = "parquet")]
mod content;
#[cfg(feature = "parquet")]
mod guard;
#[cfg(feature = "parquet")]
mod header;
#[cfg(feature = "parquet")]
mod pages;
#[cfg(feature = "parquet")]
mod rows;
#[cfg(feature = "parquet")]
mod table;
#[cfg(all(test, feature = "parquet"))]
mod tests;
#[cfg(feature = "parquet")]
mod unpack;
#[cfg(feature = "parquet")]
mod words;

use crate::logs::evidence::Ledger;

use super::{Format, Reading, Shape, Source};

/// What each file begins and ends with.
const MAGIC: &[u8] = b"PAR1";

/// Flow logs as Parquet.
pub(super) struct Parquet;

impl Shape for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn about(&self) -> &'static str {
        "Parquet, as AWS and query engines write it"
    }

    fn recognises(&self, head: &[u8], _format: &Format) -> bool {
        head.starts_with(MAGIC)
    }

    #[cfg(feature = "parquet")]
    fn read(&self, source: Source<'_>, format: &Format, ledger: &Ledger) -> Reading {
        table::read(source, format, ledger)
    }

    #[cfg(not(feature = "parquet"))]
    fn read(&self, _source: Source<'_>, _format: &Format, _ledger: &Ledger) -> Reading {
        let fault = super::Fault::Unsupported(
            "this is Parquet, which this build cannot read; build with --features parquet",
        );
        Reading { fault: Some(fault), ..Reading::default() }
    }
}

#[cfg(all(test, not(feature = "parquet")))]
mod tests {
    use super::*;
    use crate::logs::flow::Selection;

    #[test]
    fn what_cannot_be_read_is_named() {
        let head = b"PAR1\x15\x04";
        let format = Format::default();
        assert!(Parquet.recognises(head, &format) && !Parquet.recognises(b"PAR", &format));
        let source = Source { head, stream: Box::new(&head[..]), file: None };
        let read = Parquet.read(source, &format, &Ledger::new(Selection::default()));
        let fault = read.fault.map(|fault| fault.to_string()).unwrap_or_default();
        assert!(fault.ends_with("build with --features parquet"), "{fault}");
        assert_eq!(read.report.records.read, 0);
    }
}
