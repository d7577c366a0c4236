//! The first and last bytes of a source, for telling what it is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::{Compression, Source};

const HEAD: u64 = 256 * 1024;
const MAGIC: usize = 4;

/// The beginning of a source.
#[derive(Debug)]
pub struct Head {
    pub compression: Compression,
    /// Size on disk in bytes.
    pub size: u64,
    /// The first 256 KiB, unpacked.
    pub bytes: Vec<u8>,
    /// Whether `bytes` is all there is.
    pub complete: bool,
    /// Why the stream could not be unpacked to its end or to the end of `bytes`.
    pub damage: Option<String>,
}

/// Reads the beginning of a source. A damaged compressed stream gives what could be unpacked.
///
/// # Errors
/// What the operating system says of the file.
pub fn read_head(source: &Source) -> io::Result<Head> {
    let mut file = File::open(&source.file)?;
    let size = file.metadata()?.len();
    let mut magic = Vec::new();
    file.by_ref().take(MAGIC as u64).read_to_end(&mut magic)?;
    let compression = Compression::of(&magic);
    let mut bytes = Vec::new();
    let mut reader = compression.open(&source.file)?.take(HEAD + 1);
    let damage = match reader.read_to_end(&mut bytes) {
        Ok(_) => None,
        Err(error) if compression == Compression::Plain => return Err(error),
        Err(error) => Some(error.to_string()),
    };
    let complete = bytes.len() as u64 <= HEAD;
    bytes.truncate(usize::try_from(HEAD).unwrap_or(usize::MAX));
    Ok(Head {
        compression,
        size,
        bytes,
        complete,
        damage,
    })
}

/// The last bytes of a plain file, from the first line that begins in them.
///
/// # Errors
/// What the operating system says of the file.
pub fn read_tail(source: &Source, size: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(&source.file)?;
    file.seek(SeekFrom::Start(size.saturating_sub(HEAD)))?;
    let mut bytes = Vec::new();
    file.take(HEAD).read_to_end(&mut bytes)?;
    let line = memchr::memchr(b'\n', &bytes).map_or(0, |at| at + 1);
    bytes.drain(..line);
    Ok(bytes)
}
