//! Unpacking on a thread of its own, so that a packed file is read as fast as it unpacks.

use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::Packing;

/// Bytes of a file on disk from which a thread is worth its start.
const WORTH: u64 = 1 << 20;
/// Bytes that are handed over at a time.
const BLOCK: usize = 256 * 1024;
/// Blocks that may wait to be read.
const WAITING: usize = 8;

/// What another thread unpacks. That thread ends once this is dropped.
struct Ahead {
    filled: Receiver<io::Result<Vec<u8>>>,
    /// Blocks go back to be filled again.
    emptied: Sender<Vec<u8>>,
    block: Vec<u8>,
    pos: usize,
}

impl Packing {
    /// As [`Packing::open`], for reading the whole of a file of `size` bytes on disk.
    ///
    /// # Errors
    /// As for [`Packing::open`].
    pub fn open_ahead(&self, path: &Path, size: u64) -> io::Result<Box<dyn Read + Send>> {
        let stream = self.open(path)?;
        if self.is_plain() || size < WORTH {
            return Ok(stream);
        }
        let (fill, filled) = sync_channel(WAITING);
        let (emptied, empty) = channel();
        thread::Builder::new().spawn(move || unpack(stream, &fill, &empty))?;
        Ok(Box::new(Ahead {
            filled,
            emptied,
            block: Vec::new(),
            pos: 0,
        }))
    }
}

/// Reads a stream to its end or its first error, as long as somebody listens.
fn unpack(
    mut stream: Box<dyn Read + Send>,
    fill: &SyncSender<io::Result<Vec<u8>>>,
    empty: &Receiver<Vec<u8>>,
) {
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.resize(BLOCK, 0);
        let (filled, read) = filled(&mut stream, &mut block);
        block.truncate(filled);
        // What was unpacked before an error comes first.
        let sent = block.is_empty() || fill.send(Ok(block)).is_ok();
        match read {
            Err(error) => {
                // Nobody may be left to listen.
                let _ = fill.send(Err(error));
                return;
            }
            Ok(()) if filled < BLOCK || !sent => return,
            Ok(()) => {}
        }
    }
}

/// Fills a block as far as a stream goes; how far, and what ended it before. All that is left of
/// the block is asked for at once: whoever unpacks copies what it may need again after each time
/// it is asked.
fn filled(stream: &mut impl Read, block: &mut [u8]) -> (usize, io::Result<()>) {
    let mut filled = 0;
    while filled < block.len() {
        match stream.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}

impl Read for Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.pos == self.block.len() {
            let Ok(next) = self.filled.recv() else {
                return Ok(0);
            };
            let old = std::mem::replace(&mut self.block, next?);
            self.pos = 0;
            // At the end of the stream nobody takes it back.
            let _ = self.emptied.send(old);
        }
        let left = &self.block[self.pos..];
        let count = left.len().min(into.len());
        into[..count].copy_from_slice(&left[..count]);
        self.pos += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::ingest::{Compression, Encoding};

    const GZIP: Packing = Packing {
        member: None,
        compression: Compression::Gzip,
        encoding: Encoding::Ascii,
    };

    /// Bytes that hardly pack, so that the file is worth a thread.
    fn noise() -> Vec<u8> {
        let mut state = 1_u64;
        let next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        };
        std::iter::repeat_with(next)
            .take(3 * WORTH as usize)
            .collect()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).expect("memory takes all");
        packer.finish().expect("memory takes all")
    }

    fn opened(bytes: &[u8]) -> Box<dyn Read + Send> {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("a temporary file");
        GZIP.open_ahead(file.path(), bytes.len() as u64)
            .expect("a file that was just written")
    }

    #[test]
    fn the_same_bytes_come_as_without_a_thread() {
        let bytes = noise();
        let mut read = Vec::new();
        let mut stream = opened(&packed(&bytes));
        stream.read_to_end(&mut read).expect("a sound stream");
        assert!(read == bytes);
    }

    #[test]
    fn what_comes_before_damage_is_read_and_then_the_damage_told() {
        let bytes = noise();
        let packed = packed(&bytes);
        let mut read = Vec::new();
        let error = opened(&packed[..packed.len() / 2])
            .read_to_end(&mut read)
            .expect_err("half a stream");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(read.len() > WORTH as usize && bytes.starts_with(&read));
    }

    #[test]
    fn who_stops_reading_leaves_no_thread_waiting() {
        let mut stream = opened(&packed(&noise()));
        let mut first = [0; 10];
        stream.read_exact(&mut first).expect("a sound stream");
        drop(stream);
    }
}
