//! Compressions, told by content, not by name.

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::retried::Steps;

/// How the bytes of a stream are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    Plain,
    /// One or several gzip members, one after the other.
    Gzip,
    /// One or several Zstandard frames, one after the other.
    Zstd,
}

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// A skippable frame, with which some writers begin: RFC 8878, section 3.1.2. The first byte
/// stands for sixteen.
const ZSTD_SKIPPABLE: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];
const READ_SIZE: usize = 256 * 1024;

impl Compression {
    /// The compression that the first bytes of a stream show.
    pub fn of(first_bytes: &[u8]) -> Self {
        let skippable = first_bytes
            .first_chunk::<4>()
            .is_some_and(|&[first, ref rest @ ..]| {
                [first & 0xf0, rest[0], rest[1], rest[2]] == ZSTD_SKIPPABLE
            });
        if first_bytes.starts_with(GZIP_MAGIC) {
            Compression::Gzip
        } else if first_bytes.starts_with(ZSTD_MAGIC) || skippable {
            Compression::Zstd
        } else {
            Compression::Plain
        }
    }

    /// The word for reports; `None` for plain files.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Compression::Plain => None,
            Compression::Gzip => Some("gzip"),
            Compression::Zstd => Some("zstd"),
        }
    }

    /// Unpacks a stream while it is read.
    ///
    /// # Errors
    /// That there is no memory for a decoder.
    pub(super) fn over(
        self,
        packed: Box<dyn Read + Send>,
        steps: Steps,
    ) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Compression::Plain => packed,
            Compression::Gzip => Box::new(steps.over(MultiGzDecoder::new(buffered(packed)))),
            Compression::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(buffered(packed))?;
                Box::new(steps.over(ZstdWords(decoder)))
            }
        })
    }
}

pub(super) fn buffered<R: Read>(packed: R) -> BufReader<R> {
    BufReader::with_capacity(READ_SIZE, packed)
}

/// Says in plain words what the decoder says of frames that ask for too much memory: it holds
/// at most a window of 128 MiB, which is also what the `zstd` command accepts by itself.
struct ZstdWords<R>(R);

impl<R: Read> Read for ZstdWords<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| {
            if error.to_string().contains("too much memory") {
                let why = "packed with a zstd window over 128 MiB; unpack it with zstd --long=31";
                io::Error::new(io::ErrorKind::OutOfMemory, why)
            } else {
                error
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressions_are_told_by_their_first_bytes() {
        assert_eq!(Compression::of(b"\x1f\x8b\x08"), Compression::Gzip);
        assert_eq!(Compression::of(b"\x28\xb5\x2f\xfd"), Compression::Zstd);
        assert_eq!(Compression::of(b"\x5e\x2a\x4d\x18"), Compression::Zstd);
        assert_eq!(Compression::of(b"\x28\xb5\x2f"), Compression::Plain);
        assert_eq!(Compression::of(b"Username"), Compression::Plain);
    }

    #[test]
    fn frames_and_skippable_frames_follow_one_another() {
        let frame = |text: &[u8]| zstd::encode_all(text, 3).expect("memory can be packed");
        let skipped = [&[0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let all = [skipped, frame(b"one\n"), frame(b"two\n")].concat();
        assert_eq!(Compression::of(&all), Compression::Zstd);
        let mut text = String::new();
        Compression::Zstd
            .over(Box::new(io::Cursor::new(all)), Steps::Large)
            .and_then(|mut stream| stream.read_to_string(&mut text))
            .expect("sound frames");
        assert_eq!(text, "one\ntwo\n");
    }
}
