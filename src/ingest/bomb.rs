//! Streams that unpack to far more than any log does.
//!
//! Memory is bounded anyway, since streams are read block by block; this bounds the time.

use std::io::{self, Read};

/// Bytes that a stream may unpack to whatever its size when packed.
pub const FREE: u64 = 64 << 20;

/// How many times its packed size a stream may unpack to beyond [`FREE`] bytes.
///
/// Login exports unpack to 20 to 60 times their size. The most that rows could reach which differ
/// in nothing but their time is about 250 (300 bytes a row; deflate spends at least some ten bits
/// on each), and a file of one byte over and over reaches 1,032 with gzip.
pub const MOST_TIMES: u64 = 500;

/// Reads a stream up to the limits, and then says why not further.
pub struct Guard<R> {
    stream: R,
    /// Bytes that may still come.
    left: u64,
    limit: u64,
}

impl<R: Read> Guard<R> {
    /// Guards a stream that takes `packed` bytes on disk.
    pub fn new(stream: R, packed: u64) -> Self {
        let limit = packed.saturating_mul(MOST_TIMES).max(FREE);
        Self {
            stream,
            left: limit,
            limit,
        }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // One byte more than allowed tells a stream that ends there from one that goes on.
        let most = usize::try_from(self.left.saturating_add(1)).unwrap_or(usize::MAX);
        let most = buffer.len().min(most);
        let count = self.stream.read(&mut buffer[..most])?;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!(
                    "unpacks to more than {MOST_TIMES} times its size, as no log does; reading stopped after {} MiB",
                    self.limit >> 20
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(packed: u64, unpacked: u64) -> (u64, Option<io::Error>) {
        let mut guard = Guard::new(io::repeat(b'x').take(unpacked), packed);
        let mut seen = 0;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match guard.read(&mut buffer) {
                Ok(0) => return (seen, None),
                Ok(count) => seen += count as u64,
                Err(error) => return (seen, Some(error)),
            }
        }
    }

    #[test]
    fn the_limit_is_read_and_one_byte_more_is_not() {
        assert!(matches!(read(1, FREE), (FREE, None)));
        let (seen, error) = read(1, FREE + 1);
        assert_eq!(seen, FREE);
        let error = error.expect("one byte too many");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("after 64 MiB"), "{error}");
        let packed = FREE / MOST_TIMES + 1;
        assert!(matches!(read(packed, packed * MOST_TIMES), (_, None)));
        assert!(matches!(
            read(packed, packed * MOST_TIMES + 1),
            (_, Some(_))
        ));
    }
}
