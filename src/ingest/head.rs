//! The first and last bytes of a source, for telling what it is.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::foreign::{self, foreign};
use super::{Compression, Encoding, Packing, Part, Source};

/// Bytes that are looked at to tell what a source is: 256 KiB.
pub(super) const HEAD: u64 = 256 * 1024;

/// The beginning of a source.
#[derive(Debug)]
pub struct Head<'b> {
    pub packing: Packing,
    /// Size on disk in bytes; of a member, what it takes in its archive.
    pub size: u64,
    /// The first 256 KiB, unpacked and decoded.
    pub bytes: Cow<'b, [u8]>,
    /// Whether `bytes` is all there is.
    pub complete: bool,
    /// Why the stream could not be unpacked to its end or to the end of `bytes`.
    pub damage: Option<String>,
}

/// Reads the beginning of a source. A damaged compressed stream gives what could be unpacked.
///
/// # Errors
/// What the operating system says of the file, or that it is of a kind that is not read.
pub fn read_head(source: &Source) -> io::Result<Head<'static>> {
    head_of(source, None)
}

/// The same for a file of which all bytes may be at hand, as [`super::Walked::look`] has them.
///
/// # Errors
/// As for [`read_head`].
pub fn head_of<'b>(source: &Source, all: Option<&'b [u8]>) -> io::Result<Head<'b>> {
    let size = match all {
        Some(bytes) => bytes.len() as u64,
        None => size_of(source)?,
    };
    let member = match &source.part {
        Part::Whole => None,
        Part::Member(member) => Some(*member),
        Part::Refused(why) => return Err(io::Error::other(why.clone())),
    };
    let mut packing = Packing::raw(member);
    // Most files are plain: then the first look is all that is needed.
    let mut first = match all {
        Some(bytes) => Begins {
            bytes: Cow::Borrowed(bytes),
            damage: None,
        },
        None => begins(&packing, (source, size), HEAD + 1)?,
    };
    packing.compression = Compression::of(&first.bytes);
    if packing.compression != Compression::Plain {
        first = begins(&packing, (source, size), foreign::ENOUGH as u64)?;
        if Compression::of(&first.bytes) != Compression::Plain {
            return Err(io::Error::other("compressed twice; unpack it once"));
        }
    }
    let begin = &first.bytes[..first.bytes.len().min(foreign::ENOUGH)];
    if let Some(what) = foreign(begin) {
        return Err(io::Error::other(what));
    }
    packing.encoding = Encoding::of(begin);
    let raw = Packing::raw(member);
    let mut head = if packing == raw {
        first
    } else {
        begins(&packing, (source, size), HEAD + 1)?
    };
    let complete = head.bytes.len() as u64 <= HEAD;
    let most = usize::try_from(HEAD).unwrap_or(usize::MAX);
    match &mut head.bytes {
        Cow::Owned(bytes) => bytes.truncate(most),
        Cow::Borrowed(bytes) => *bytes = &bytes[..bytes.len().min(most)],
    }
    Ok(Head {
        packing,
        size: member.map_or(size, |member| member.packed()),
        bytes: head.bytes,
        complete,
        damage: head.damage,
    })
}

/// Bytes of the file that a source is in.
fn size_of(source: &Source) -> io::Result<u64> {
    // To open a pipe that nobody writes to would wait for ever.
    let meta = source.file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("neither a file nor a folder; not read"));
    }
    Ok(meta.len())
}

struct Begins<'b> {
    bytes: Cow<'b, [u8]>,
    damage: Option<String>,
}

/// The beginning of a source whose file has `size` bytes.
fn begins(
    packing: &Packing,
    (source, size): (&Source, u64),
    most: u64,
) -> io::Result<Begins<'static>> {
    // Room for all of a small file, and for seeing that it ends.
    let room = (size + 1).min(most);
    let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or(0));
    let mut stream = packing.open(&source.file)?.take(most);
    let damage = match stream.read_to_end(&mut bytes) {
        Ok(_) => None,
        Err(error) if !packing.unpacks() => return Err(error),
        Err(error) => Some(error.to_string()),
    };
    Ok(Begins {
        bytes: Cow::Owned(bytes),
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
