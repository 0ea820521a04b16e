//! Charts as PNG.

use ::png::{ColorType, Compression, Encoder, EncodingError};
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

fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_compression(Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
