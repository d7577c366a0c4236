//! From the bytes of a file to text: the member of an archive, its compression, its encoding.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::archive::Member;
use super::bomb::Guard;
use super::retried::Packed;
use super::{Compression, Encoding};

/// Everything that lies between the bytes of a file and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    /// The member of a zip archive; `None` for a file of its own.
    pub member: Option<Member>,
    pub compression: Compression,
    pub encoding: Encoding,
}

impl Packing {
    /// The bytes of a file, or of a member, as they are.
    pub const fn raw(member: Option<Member>) -> Self {
        Self {
            member,
            compression: Compression::Plain,
            encoding: Encoding::Ascii,
        }
    }

    /// Whether the text is the file itself, so that it can be read from any position on.
    pub fn is_plain(&self) -> bool {
        *self == Self::raw(None)
    }

    /// Whether something is unpacked, so that a damaged stream gives what comes before the damage.
    pub fn unpacks(&self) -> bool {
        self.member.is_some() || self.compression != Compression::Plain
    }

    /// The words for reports, the outermost first: `zip`, `gzip`.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let zip = self.member.map(|_| "zip");
        zip.into_iter().chain(self.compression.name())
    }

    /// Opens a file, and unpacks and decodes it while it is read.
    ///
    /// # Errors
    /// What the operating system says of the file, or that an archive has no such member.
    pub fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        if !self.unpacks() {
            return Ok(self.encoding.over(Box::new(File::open(path)?)));
        }
        let packed = match self.member {
            Some(member) => member.packed(),
            None => std::fs::metadata(path)?.len(),
        };
        let stream = Packed {
            path: path.to_owned(),
            member: self.member,
            compression: self.compression,
        };
        let guarded = Box::new(Guard::new(stream.open()?, packed));
        Ok(self.encoding.over(guarded))
    }
}

/// Why a stream ended before its end, in words.
pub fn why_cut_short(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "truncated: the compressed stream ends too early".to_owned()
        }
        io::ErrorKind::FileTooLarge | io::ErrorKind::OutOfMemory => error.to_string(),
        _ => format!("damaged: {error}"),
    }
}
