//! The pages of a column, one after the other, with numbers in the place of strings.

use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::Result;

use super::bits::Bits;
use super::guard::damaged;
use super::header::{Header, Kind};
use super::unpack::unpack;
use super::words::{Encoded, Translator};

/// Hands out the pages of a column of a row group.
pub(super) struct Pages {
    /// The column as it is in the file.
    packed: Vec<u8>,
    compression: Compression,
    /// Whether values may be missing.
    optional: bool,
    /// Rows whose pages have not been handed out.
    n_left: usize,
    /// What makes numbers of strings.
    translator: Option<Translator>,
    /// Bytes before the next page.
    at: usize,
    has_dictionary: bool,
}

impl Pages {
    pub(super) fn new(
        packed: Vec<u8>,
        compression: Compression,
        optional: bool,
        n_rows: usize,
        translator: Option<Translator>,
    ) -> Self {
        let (at, has_dictionary) = (0, false);
        Self { packed, compression, optional, n_left: n_rows, translator, at, has_dictionary }
    }

    fn next_page(&mut self) -> Result<Option<Page>> {
        while self.n_left > 0 && self.at < self.packed.len() {
            let mut bits = Bits(&self.packed[self.at..]);
            let header = Header::read(&mut bits).ok_or_else(|| damaged("no page header"))?;
            let body = bits.take(header.n_packed).ok_or_else(|| damaged("a page is cut off"))?;
            self.at = self.packed.len() - bits.0.len();
            let page = match header.kind {
                Kind::Data { levels_as_runs } => {
                    let buf = unpack(self.compression, body, header.n_bytes)?;
                    self.data(buf, &header, levels_as_runs)?
                }
                Kind::DataV2 { n_levels, packed } => {
                    let buf = self.unpack_v2(body, &header, n_levels, packed)?;
                    self.data_v2(buf, &header, n_levels)?
                }
                Kind::Dictionary => {
                    let buf = unpack(self.compression, body, header.n_bytes)?;
                    self.dictionary(buf, &header)?
                }
                Kind::Other => continue,
            };
            return Ok(Some(page));
        }
        Ok(None)
    }

    /// A page whose levels, if there are any, stand behind their length.
    fn data(&mut self, buf: Vec<u8>, header: &Header, levels_as_runs: bool) -> Result<Page> {
        self.check(header)?;
        let n_levels = match self.optional {
            true if levels_as_runs => Bits(&buf).length().map(|n| n.saturating_add(4)),
            // Some writers name the obsolete encoding of levels where there are none.
            optional => (!optional).then_some(0),
        };
        let n_levels = n_levels.ok_or_else(|| damaged("obsolete levels"))?;
        let (buf, encoding) = self.translate(buf, n_levels, header)?;
        Ok(Page::DataPage {
            buf: buf.into(),
            num_values: header.n_values,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })
    }

    fn unpack_v2(
        &self,
        body: &[u8],
        header: &Header,
        n_levels: usize,
        packed: bool,
    ) -> Result<Vec<u8>> {
        // Levels are never compressed; a page of nulls alone has nothing else.
        let (levels, values) =
            body.split_at_checked(n_levels).ok_or_else(|| damaged("levels are cut off"))?;
        let n_bytes = header.n_bytes.checked_sub(n_levels);
        let n_bytes = n_bytes.ok_or_else(|| damaged("levels are cut off"))?;
        if !packed || n_bytes == 0 {
            return Ok(body.to_vec());
        }
        Ok([levels, &unpack(self.compression, values, n_bytes)?].concat())
    }

    fn data_v2(&mut self, buf: Vec<u8>, header: &Header, n_levels: usize) -> Result<Page> {
        self.check(header)?;
        let (buf, encoding) = self.translate(buf, n_levels, header)?;
        Ok(Page::DataPageV2 {
            buf: buf.into(),
            num_values: header.n_values,
            encoding,
            num_nulls: header.n_nulls.min(header.n_values),
            num_rows: header.n_values,
            def_levels_byte_len: u32::try_from(n_levels)?,
            rep_levels_byte_len: 0,
            is_compressed: false,
            statistics: None,
        })
    }

    /// Bounds what the crate makes room for.
    fn check(&mut self, header: &Header) -> Result<()> {
        let left = self.n_left.checked_sub(header.n_values as usize);
        self.n_left = left.ok_or_else(|| damaged("a page has more rows than there are"))?;
        if is_dictionary(header.encoding) && !self.has_dictionary {
            return Err(damaged("a page without its dictionary"));
        }
        Ok(())
    }

    /// Turns strings that stand in a page themselves into numbers.
    fn translate(
        &mut self,
        mut buf: Vec<u8>,
        n_levels: usize,
        header: &Header,
    ) -> Result<(Vec<u8>, Encoding)> {
        if n_levels > buf.len() {
            return Err(damaged("levels are cut off"));
        }
        match &mut self.translator {
            Some(translator) if !is_dictionary(header.encoding) => {
                let levels = buf[..n_levels].to_vec();
                let values = buf.split_off(n_levels);
                let encoded = Encoded { values, encoding: header.encoding };
                let numbers = translator.page(encoded, header.n_values as usize)?;
                Ok(([levels, numbers].concat(), Encoding::PLAIN))
            }
            _ => Ok((buf, header.encoding)),
        }
    }

    fn dictionary(&mut self, mut buf: Vec<u8>, header: &Header) -> Result<Page> {
        // The shortest string takes four bytes, as does the shortest number.
        if std::mem::replace(&mut self.has_dictionary, true)
            || header.n_values as usize > buf.len() / 4
        {
            return Err(damaged("a dictionary has more entries than bytes"));
        }
        if let Some(translator) = &mut self.translator {
            buf = translator.dictionary(buf, header.n_values as usize)?;
        }
        Ok(Page::DictionaryPage {
            buf: buf.into(),
            num_values: header.n_values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        })
    }
}

fn is_dictionary(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY)
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.next_page()
    }

    // No row is ever skipped, and each is one value, so that nothing asks for these.
    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Err(damaged("pages are read in their order"))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        Err(damaged("pages are read in their order"))
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        Ok(true)
    }
}
