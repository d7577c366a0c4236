//! Compressions, told by content, not by name.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    Plain,
    /// One or several gzip members, one after the other.
    Gzip,
}

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const READ_SIZE: usize = 256 * 1024;

impl Compression {
    /// The compression that the first bytes of a file show.
    pub fn of(first_bytes: &[u8]) -> Self {
        if first_bytes.starts_with(GZIP_MAGIC) {
            Compression::Gzip
        } else {
            Compression::Plain
        }
    }

    /// The word for reports; `None` for plain files.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Compression::Plain => None,
            Compression::Gzip => Some("gzip"),
        }
    }

    /// Opens a file and unpacks it while it is read.
    ///
    /// # Errors
    /// What the operating system says of the file.
    pub fn open(self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let file = File::open(path)?;
        Ok(match self {
            Compression::Plain => Box::new(file),
            Compression::Gzip => {
                let packed = BufReader::with_capacity(READ_SIZE, file);
                Box::new(SmallReads(MultiGzDecoder::new(packed)))
            }
        })
    }
}

/// Asks for little at a time: what a decoder unpacks in the call that meets damage is lost.
struct SmallReads<R>(R);

/// Bytes that damage can cost at most.
const SMALL: usize = 2 * 1024;

impl<R: Read> Read for SmallReads<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(SMALL);
        self.0.read(&mut buffer[..most])
    }
}
