//! A file: which of its columns are read, and its row groups, each by another thread.

use std::io;

use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use rayon::prelude::*;

use crate::logs::evidence::{Ledger, LogReport};
use crate::logs::flow::{Detail, Field, Layout, Selection, ServicePort};

use super::super::{Fault, Format, Reading, Source, require};
use super::MAGIC;
use super::column::{Chunk, Column, Kind, kind};
use super::content::Content;
use super::guard::guarded;
use super::rows::Rows;
use super::unpack::can_unpack;

/// Rows that are read at once; all their columns fit into a cache close to the processor.
const BATCH: usize = 2_048;

/// Reads a file.
pub(super) fn read(source: Source<'_>, format: &Format, ledger: &Ledger) -> Reading {
    match Table::open(source, format, ledger) {
        Ok((table, report)) => table.read(ledger, report),
        Err(fault) => Reading { fault: Some(fault), ..Reading::default() },
    }
}

struct Table {
    content: Content,
    metadata: ParquetMetaData,
    columns: Vec<Wanted>,
}

/// A column that is read.
struct Wanted {
    /// Its place among the columns that hold values.
    leaf: usize,
    field: Field,
    kind: Kind,
}

/// What came of a row group.
struct Part {
    report: LogReport,
    done: u64,
    error: Option<io::Error>,
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn read_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::General(what) | ParquetError::EOF(what) => damaged(&what),
        ParquetError::External(error) => io::Error::new(io::ErrorKind::InvalidData, error),
        other => damaged(&other.to_string()),
    }
}

impl Table {
    fn open(
        source: Source<'_>,
        format: &Format,
        ledger: &Ledger,
    ) -> Result<(Self, LogReport), Fault> {
        let content = Content::of(source)?;
        let metadata = description(&content).map_err(|error| Fault::Read { done: 0, error })?;
        let schema = metadata.file_metadata().schema_descr();
        let fields = schema.root_schema().get_fields();
        let layout = Layout::of_names(fields.iter().map(|field| field.name()), &format.columns)?;
        let selection = ledger.selection();
        require(&layout, ledger.needs())?;
        let mut columns = Vec::new();
        for leaf in 0..schema.num_columns() {
            let column = schema.column(leaf);
            let field = layout.field(schema.get_column_root_idx(leaf));
            let field = field.filter(|&field| is_needed(field, ledger.detail(), selection));
            if let Some(field) = field {
                let is_flat = column.max_rep_level() == 0 && column.path().parts().len() == 1;
                let kind = kind(&column, field).filter(|_| is_flat);
                columns.push(Wanted { leaf, field, kind: kind.ok_or(NO_SUCH_VALUES)? });
            }
        }
        let groups = metadata.row_groups().iter();
        let mut chunks = groups.flat_map(|group| columns.iter().map(|c| group.column(c.leaf)));
        if !chunks.all(|chunk| can_unpack(chunk.compression())) {
            return Err(Fault::Unsupported(
                "its columns are compressed as Brotli or LZO, which cannot be read; write it with snappy, gzip, zstd or LZ4",
            ));
        }
        let mut report = LogReport::default();
        report.assume(&layout);
        Ok((Self { content, metadata, columns }, report))
    }

    fn read(self, ledger: &Ledger, mut report: LogReport) -> Reading {
        let groups = 0..self.metadata.num_row_groups();
        let parts: Vec<Part> =
            groups.into_par_iter().map(|group| self.read_group(group, ledger)).collect();
        let (mut done, mut rows_before, mut first_error) = (0, 0, None);
        for (part, group) in parts.into_iter().zip(self.metadata.row_groups()) {
            report.append(part.report, rows_before);
            done += part.done;
            rows_before += u64::try_from(group.num_rows()).unwrap_or(0);
            first_error = first_error.or(part.error);
        }
        Reading { report, fault: first_error.map(|error| Fault::Read { done, error }) }
    }

    fn read_group(&self, group: usize, ledger: &Ledger) -> Part {
        let mut recorder = ledger.recorder();
        let mut done = 0;
        let read = self.rows(group, ledger.detail()).and_then(|(n_rows, mut rows)| {
            while done < n_rows {
                let n = BATCH.min(n_rows - done);
                rows.read(n).map_err(read_error)?;
                for row in 0..n {
                    if let Err(reason) = rows.add(row, &mut recorder) {
                        recorder.report.add_malformed((done + row) as u64 + 1, reason);
                    }
                }
                done += n;
            }
            Ok(())
        });
        let report = std::mem::take(&mut recorder.report);
        Part { report, done: done as u64, error: read.err() }
    }

    /// The columns of a row group, and how many rows they have.
    fn rows(&self, group: usize, detail: Detail) -> io::Result<(usize, Rows)> {
        let group = self.metadata.row_group(group);
        let n_rows = usize::try_from(group.num_rows()).map_err(|_| damaged("no rows"))?;
        let columns = self.columns.iter().map(|wanted| {
            let chunk = group.column(wanted.leaf);
            if chunk.num_values() != group.num_rows() {
                return Err(damaged("a column has fewer rows than the others"));
            }
            let first = chunk.data_page_offset();
            let dictionary = chunk.dictionary_page_offset();
            let start = dictionary.filter(|&start| 0 < start && start < first).unwrap_or(first);
            let place =
                (u64::try_from(start).ok()).zip(u64::try_from(chunk.compressed_size()).ok());
            let (start, len) = place.ok_or_else(|| damaged("a column is nowhere"))?;
            let packed = self.content.at(start, len)?.into_owned();
            let chunk = Chunk { packed, compression: chunk.compression(), n_rows };
            let descriptor = group.schema_descr().column(wanted.leaf);
            let column = Column::new(chunk, descriptor, wanted.field, wanted.kind);
            Ok((wanted.field, column.map_err(read_error)?))
        });
        Ok((n_rows, Rows::new(columns.collect::<io::Result<_>>()?, detail)))
    }
}

const NO_SUCH_VALUES: Fault = Fault::Unsupported(
    "a column that is needed is nested, or of a type that has no such values: accounts, ports, protocol and times have to be integers or text, interfaces and addresses text",
);

fn is_needed(field: Field, detail: Detail, selection: &Selection) -> bool {
    match field {
        Field::Account => !selection.accounts.is_empty(),
        Field::Srcaddr if detail == Detail::Addresses => selection.port == ServicePort::Dst,
        Field::Dstaddr if detail == Detail::Addresses => selection.port == ServicePort::Src,
        Field::Srcaddr
        | Field::Dstaddr
        | Field::PktSrcaddr
        | Field::PktDstaddr
        | Field::Packets
        | Field::Bytes
        | Field::TcpFlags
        | Field::FlowDirection => detail == Detail::Evidence,
        _ => true,
    }
}

/// What stands at the end of a file: its columns, and where they are.
pub(super) fn description(content: &Content) -> io::Result<ParquetMetaData> {
    const FOOTER: u64 = 8;
    let end = content.len().saturating_sub(FOOTER);
    let footer = content.at(end, FOOTER)?;
    let (len, magic) = footer.split_at(4);
    if magic != MAGIC {
        return Err(damaged("its end is not that of a Parquet file"));
    }
    let len = len.try_into().map_or(0, u32::from_le_bytes).into();
    let start = end.checked_sub(len).ok_or_else(|| damaged("it is shorter than its footer"))?;
    let bytes = content.at(start, len)?;
    guarded(|| ParquetMetaDataReader::decode_metadata(&bytes))
        .unwrap_or_else(|| Err(ParquetError::General("the footer cannot be decoded".to_owned())))
        .map_err(read_error)
}
