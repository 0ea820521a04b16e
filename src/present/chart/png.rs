//! Charts as PNG.

use std::io::{self, Write as _};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use plotters::prelude::BitMapBackend;

use super::canvas::{Canvas, Lettering};
use super::page::Page;
use super::{Chart, ChartError, Graph, graph};

/// Pixels of the file for one unit of the page: sharp in print and on dense screens.
const DENSITY: u32 = 2;
/// Pixels drawn for one pixel of the file in each direction: the rasterizer leaves edges jagged.
const SAMPLES: u32 = 2;
const CHANNELS: usize = 3;

/// The chart as PNG, two pixels for each unit of the SVG.
///
/// # Errors
/// As [`svg`](super::svg).
pub fn png(chart: &Chart) -> Result<Vec<u8>, ChartError> {
    let page = Page::new(chart)?;
    png_of(page.size, |canvas| page.draw(canvas))
}

/// A graph as PNG, two pixels for each unit of the SVG.
///
/// # Errors
/// As [`graph_svg`](super::graph_svg).
pub fn graph_png(graph: &Graph) -> Result<Vec<u8>, ChartError> {
    let graph = graph.ready()?;
    png_of(graph::SIZE, |canvas| graph.draw(canvas))
}

fn png_of(
    (width, height): (u32, u32),
    draw: impl FnOnce(Canvas<BitMapBackend<'_>>) -> Result<(), ChartError>,
) -> Result<Vec<u8>, ChartError> {
    let (width, height) = (width * DENSITY, height * DENSITY);
    let (wide, high) = (width * SAMPLES, height * SAMPLES);
    let mut pixels = vec![0xFF; wide as usize * high as usize * CHANNELS];
    let backend = BitMapBackend::with_buffer(&mut pixels, (wide, high));
    draw(Canvas::new(backend, f64::from(DENSITY * SAMPLES), Lettering::BITMAP)?)?;
    encode(&averaged(&pixels, wide as usize), (width, height))
        .map_err(|error| ChartError::Drawing(error.to_string()))
}

/// The mean of each block of samples.
fn averaged(pixels: &[u8], wide: usize) -> Vec<u8> {
    let samples = SAMPLES as usize;
    let row = wide * CHANNELS;
    let mut small = Vec::with_capacity(pixels.len() / (samples * samples));
    for rows in pixels.chunks_exact(row * samples) {
        for x in 0..wide / samples {
            for channel in 0..CHANNELS {
                let corner = x * samples * CHANNELS + channel;
                let block = (0..samples * samples)
                    .map(|i| u32::from(rows[corner + i / samples * row + i % samples * CHANNELS]));
                let mean = (block.sum::<u32>() + SAMPLES * SAMPLES / 2) / (SAMPLES * SAMPLES);
                small.push(u8::try_from(mean).unwrap_or(u8::MAX));
            }
        }
    }
    small
}

/// A file of three bytes a pixel (<https://www.w3.org/TR/png-3/>).
fn encode(pixels: &[u8], (width, height): (u32, u32)) -> io::Result<Vec<u8>> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    /// Eight bits a channel, true colour, the only compression and filter method, no interlace.
    const KIND: [u8; 5] = [8, 2, 0, 0, 0];
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &KIND].concat();
    let mut file = SIGNATURE.to_vec();
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"IDAT", &packed(pixels, width as usize * CHANNELS)?);
    chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

/// Rows as differences to the one above, since most of a chart is as what is above it.
fn packed(pixels: &[u8], row: usize) -> io::Result<Vec<u8>> {
    const UP: u8 = 2;
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    let mut above = vec![0; row];
    for pixels in pixels.chunks_exact(row) {
        let differences =
            pixels.iter().zip(&above).map(|(pixel, above)| pixel.wrapping_sub(*above));
        packer.write_all(&[UP])?;
        packer.write_all(&differences.collect::<Vec<u8>>())?;
        above.copy_from_slice(pixels);
    }
    packer.finish()
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("a chart is far smaller than 4 GiB");
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    for part in [&length.to_be_bytes()[..], &kind, data, &sum.sum().to_be_bytes()] {
        file.extend_from_slice(part);
    }
}
