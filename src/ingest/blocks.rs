//! A reused buffer over a stream of bytes: what the record splitter looks at.

use std::io::{self, ErrorKind, Read};

/// Bytes read ahead of a position in a stream. Memory is one block, more only while one record
/// is longer than a block.
pub struct Blocks<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that hold data.
    filled: usize,
    /// Where the next record begins in `buffer`.
    pos: usize,
    /// Offset in the stream of `buffer[0]`.
    base: u64,
    /// Bytes that may still be read from the stream.
    left: u64,
    ended: bool,
}

impl Blocks<io::Empty> {
    /// All bytes of a stream, of which the first `start` are passed over.
    pub fn of_all(bytes: Vec<u8>, start: usize) -> Self {
        Self {
            reader: io::empty(),
            filled: bytes.len(),
            pos: start.min(bytes.len()),
            buffer: bytes,
            base: 0,
            left: 0,
            ended: true,
        }
    }
}

impl<R: Read> Blocks<R> {
    /// Blocks of at most `block` bytes over `reader`, which stands at offset `start` of its
    /// stream and is read for at most `limit` bytes. `buffer` is reused.
    pub fn new(reader: R, start: u64, limit: u64, block: usize, mut buffer: Vec<u8>) -> Self {
        buffer.resize(block.max(1), 0);
        Self {
            reader,
            buffer,
            filled: 0,
            pos: 0,
            base: start,
            left: limit,
            ended: false,
        }
    }

    /// What has been read and not been passed over yet.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.pos..self.filled]
    }

    /// Whether the stream holds nothing beyond [`Blocks::bytes`].
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Offset in the stream at which [`Blocks::bytes`] begins.
    pub fn offset(&self) -> u64 {
        self.base + self.pos as u64
    }

    /// Passes over the first `count` bytes.
    pub fn advance(&mut self, count: usize) {
        self.pos = (self.pos + count).min(self.filled);
    }

    /// Reads more behind what is there: room is made at the front first, then by doubling.
    ///
    /// # Errors
    /// What the stream says. What was read before stays readable.
    pub fn more(&mut self) -> io::Result<()> {
        if self.pos > 0 {
            self.buffer.copy_within(self.pos..self.filled, 0);
            self.base += self.pos as u64;
            self.filled -= self.pos;
            self.pos = 0;
        }
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        while self.filled < self.buffer.len() && !self.ended {
            let room = (self.buffer.len() - self.filled) as u64;
            let want = usize::try_from(room.min(self.left)).unwrap_or(usize::MAX);
            if want == 0 {
                self.ended = true;
                break;
            }
            match self
                .reader
                .read(&mut self.buffer[self.filled..self.filled + want])
            {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.filled += count;
                    self.left -= count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Gives the buffer back for the next piece.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_offset_whatever_the_block_size() {
        let data: Vec<u8> = (0..100).collect();
        for block in [1, 3, 64, 1000] {
            let mut blocks = Blocks::new(&data[10..], 10, 50, block, Vec::new());
            let mut seen = Vec::new();
            loop {
                while let Some(&byte) = blocks.bytes().first() {
                    assert_eq!(blocks.offset(), u64::from(byte));
                    seen.push(byte);
                    blocks.advance(1);
                }
                if blocks.ended() {
                    break;
                }
                blocks.more().expect("memory can be read");
            }
            assert_eq!(seen, (10..60).collect::<Vec<u8>>());
        }
    }
}
