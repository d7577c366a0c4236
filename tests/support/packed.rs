//! Text made into what an editor would spoil: compressed, archived, in other encodings.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};

const MEMORY: &str = "memory can be written";

/// Bytes as one gzip member.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).expect(MEMORY);
    packer.finish().expect(MEMORY)
}

/// Bytes as one Zstandard frame.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect(MEMORY)
}

/// Bytes in two halves, each packed by itself.
pub(crate) fn in_two(bytes: &[u8], pack: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    [pack(first), pack(second)].concat()
}

/// A zip archive with these files, in this order, by deflate.
pub(crate) fn zip<N: AsRef<str>, B: AsRef<[u8]>>(
    files: impl IntoIterator<Item = (N, B)>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        let file = archive.new_file(name.as_ref());
        let file = file.compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().expect(MEMORY);
        let encoder = DeflateEncoder::new(&mut entry, Compression::default());
        let mut writer = config.wrap(encoder);
        writer.write_all(content.as_ref()).expect(MEMORY);
        let (encoder, said) = writer.finish().expect(MEMORY);
        encoder.finish().expect(MEMORY);
        entry.finish(said).expect(MEMORY);
    }
    archive.finish().expect(MEMORY);
    bytes
}

/// A text in Latin-1.
pub(crate) fn latin1(text: &str) -> Vec<u8> {
    let byte = |c| u8::try_from(u32::from(c)).expect("the text fits into Latin-1");
    text.chars().map(byte).collect()
}

/// A text in UTF-16.
pub(crate) fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}
