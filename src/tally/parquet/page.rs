//! Columns as pages of Parquet.
//!
//! Rows stand pair by pair, so most columns are a few long runs. A run is written as one, without
//! looking at each of its rows; times are written as differences in blocks of [`BLOCK`]. What is
//! written is in the encodings of the Parquet format (`RLE_DICTIONARY`, `DELTA_BINARY_PACKED`,
//! `PLAIN`; apache/parquet-format, Encodings.md) that every engine reads.

use polars_arrow::bitmap::BitmapBuilder;
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::encoding::{Encoding, bitpacked, hybrid_rle, uleb128, zigzag_leb128};
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{DataPage, DataPageHeader, DataPageHeaderV1, DictPage, Page};

/// Values of one block of differences.
const BLOCK: usize = 256;
/// Values that are packed with one number of bits.
const MINIBLOCK: usize = 64;
/// Most bytes of a packed miniblock.
const MOST_PACKED: usize = MINIBLOCK * size_of::<u64>();
/// Most bytes of a number in LEB128.
const MOST_LEB: usize = 10;
/// From this many rows to a run on, a run is written as one, otherwise each number is packed.
const LONG: usize = 8;

/// So many rows that follow each other and have one value: its number in the dictionary, or none.
pub(super) type Runs = Vec<(Option<u32>, usize)>;

/// The pages of a column of texts: its dictionary, and by run the numbers.
pub(super) fn texts<'t>(
    of: &Descriptor,
    texts: impl ExactSizeIterator<Item = &'t str>,
    runs: &Runs,
) -> [Page; 2] {
    let most = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    [dictionary(texts), numbers(of, most, runs)]
}

fn dictionary<'t>(texts: impl ExactSizeIterator<Item = &'t str>) -> Page {
    let count = texts.len();
    let mut bytes = Vec::new();
    for text in texts {
        // No field is longer than four megabytes.
        bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    Page::Dict(DictPage::new(CowBuffer::Owned(bytes), count, false))
}

/// Numbers of a dictionary of `texts` texts.
fn numbers(of: &Descriptor, texts: u32, runs: &Runs) -> Page {
    let rows: usize = runs.iter().map(|(_, rows)| rows).sum();
    let mut bytes = Vec::new();
    if of.max_def_level > 0 {
        bytes.extend_from_slice(&[0; 4]);
        let known = runs
            .iter()
            .map(|(number, rows)| (u32::from(number.is_some()), *rows));
        hybrid(&mut bytes, known, rows, 1);
        let length = u32::try_from(bytes.len() - 4).expect("a group's levels fit");
        bytes[..4].copy_from_slice(&length.to_le_bytes());
    }
    let bits = u32::BITS - texts.saturating_sub(1).leading_zeros();
    bytes.push(bits as u8);
    let known = runs
        .iter()
        .filter_map(|(number, rows)| number.map(|number| (number, *rows)));
    let known_rows = known.clone().map(|(_, rows)| rows).sum();
    hybrid(&mut bytes, known, known_rows, bits);
    data(of, bytes, rows, Encoding::RleDictionary)
}

/// Numbers in the format's mixture of runs and packed bits.
fn hybrid(
    bytes: &mut Vec<u8>,
    runs: impl Iterator<Item = (u32, usize)> + Clone,
    rows: usize,
    bits: u32,
) {
    // Neighbours may have the same number.
    let mut merged: Vec<(u32, usize)> = Vec::new();
    for (number, rows) in runs {
        match merged.last_mut() {
            Some((last, of_last)) if *last == number => *of_last += rows,
            _ => merged.push((number, rows)),
        }
    }
    let written = if rows >= LONG * merged.len() {
        use hybrid_rle::Encoder;
        merged
            .iter()
            .try_for_each(|&(number, rows)| u32::run_length_encode(bytes, rows, number, bits))
    } else {
        let all: Vec<u32> = merged
            .iter()
            .flat_map(|&(number, rows)| std::iter::repeat_n(number, rows))
            .collect();
        hybrid_rle::encode(bytes, all.into_iter(), bits)
    };
    written.expect("a vector takes all that is written");
}

/// The page of a column of whole numbers, each written as its difference from the one before.
pub(super) fn differences(of: &Descriptor, values: &[i64]) -> Page {
    let mut bytes = Vec::new();
    for number in [BLOCK, BLOCK / MINIBLOCK, values.len()] {
        leb(&mut bytes, number as u64);
    }
    let mut last = values.first().copied().unwrap_or(0);
    zigzag(&mut bytes, last);
    for block in values.get(1..).unwrap_or(&[]).chunks(BLOCK) {
        let mut deltas = [0; BLOCK];
        for (delta, value) in deltas.iter_mut().zip(block) {
            *delta = value.wrapping_sub(last);
            last = *value;
        }
        packed(&mut bytes, &deltas[..block.len()]);
    }
    data(of, bytes, values.len(), Encoding::DeltaBinaryPacked)
}

/// One block: the least difference, how many bits each miniblock takes, and the miniblocks.
fn packed(bytes: &mut Vec<u8>, deltas: &[i64]) {
    let least = deltas.iter().copied().min().unwrap_or(0);
    zigzag(bytes, least);
    let widths = bytes.len();
    bytes.extend_from_slice(&[0; BLOCK / MINIBLOCK]);
    for (at, miniblock) in deltas.chunks(MINIBLOCK).enumerate() {
        let mut above = [0_u64; MINIBLOCK];
        let mut all = 0;
        for (above, delta) in above.iter_mut().zip(miniblock) {
            // As the format has it, differences wrap around.
            *above = delta.wrapping_sub(least).cast_unsigned();
            all |= *above;
        }
        let bits = (u64::BITS - all.leading_zeros()) as usize;
        bytes[widths + at] = bits as u8;
        let mut packed = [0; MOST_PACKED];
        bitpacked::encode_pack(&above, bits, &mut packed);
        bytes.extend_from_slice(&packed[..bits * MINIBLOCK / 8]);
    }
}

/// Truths as bits, the first of a byte's eight lowest.
pub(super) fn bits(runs: impl Iterator<Item = (bool, usize)>) -> Vec<u8> {
    let mut bits = BitmapBuilder::new();
    for (value, rows) in runs {
        bits.extend_constant(rows, value);
    }
    let bits = bits.freeze();
    let (bytes, _, _) = bits.as_slice();
    bytes.to_vec()
}

/// The page of a column whose values stand one after the other.
pub(super) fn plain(of: &Descriptor, bytes: Vec<u8>, rows: usize) -> Page {
    data(of, bytes, rows, Encoding::Plain)
}

fn data(of: &Descriptor, bytes: Vec<u8>, rows: usize, encoding: Encoding) -> Page {
    let header = DataPageHeaderV1 {
        // A group has far fewer rows.
        num_values: rows as i32,
        encoding: encoding.into(),
        definition_level_encoding: Encoding::Rle.into(),
        repetition_level_encoding: Encoding::Rle.into(),
        statistics: None,
    };
    Page::Data(DataPage::new(
        DataPageHeader::V1(header),
        CowBuffer::Owned(bytes),
        of.clone(),
        rows,
    ))
}

fn leb(bytes: &mut Vec<u8>, number: u64) {
    let mut written = [0; MOST_LEB];
    let length = uleb128::encode(number, &mut written);
    bytes.extend_from_slice(&written[..length]);
}

fn zigzag(bytes: &mut Vec<u8>, number: i64) {
    let (written, length) = zigzag_leb128::encode(number);
    bytes.extend_from_slice(&written[..length]);
}
