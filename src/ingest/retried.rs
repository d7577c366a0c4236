//! Unpacking in large steps, and what comes before damage all the same.
//!
//! What a decoder unpacks in the call that meets damage is lost, and each call costs a copy of what
//! it may refer back to. So a stream is unpacked in large steps, and one that turns out to be
//! damaged once more in small ones.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use super::Compression;
use super::archive::Member;

/// Bytes that are unpacked at a time at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steps {
    Large,
    /// What damage can cost at most.
    Small,
}

impl Steps {
    /// The same stream, of which so much is asked for at a time.
    pub(super) fn over<R: Read>(self, stream: R) -> Stepped<R> {
        Stepped {
            stream,
            most: match self {
                Steps::Large => usize::MAX,
                Steps::Small => 2 * 1024,
            },
        }
    }
}

/// A stream of which little is asked for at a time.
pub(super) struct Stepped<R> {
    stream: R,
    most: usize,
}

impl<R: Read> Read for Stepped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.most);
        self.stream.read(&mut buffer[..most])
    }
}

/// What a file is packed with.
pub(super) struct Packed {
    pub(super) path: PathBuf,
    pub(super) member: Option<Member>,
    pub(super) compression: Compression,
}

impl Packed {
    /// Unpacks from the beginning.
    fn unpack(&self, steps: Steps) -> io::Result<Box<dyn Read + Send>> {
        let file = File::open(&self.path)?;
        let bytes: Box<dyn Read + Send> = match self.member {
            Some(member) => member.over(file, steps)?,
            None => Box::new(file),
        };
        self.compression.over(bytes, steps)
    }

    /// Unpacks, and if that meets damage once more.
    ///
    /// # Errors
    /// What the operating system says of the file.
    pub(super) fn open(self) -> io::Result<Retried> {
        Ok(Retried {
            stream: self.unpack(Steps::Large)?,
            given: 0,
            again: Some(self),
        })
    }
}

/// A stream that is begun anew where it is damaged.
pub(super) struct Retried {
    stream: Box<dyn Read + Send>,
    /// Bytes that were handed over.
    given: u64,
    again: Option<Packed>,
}

impl Read for Retried {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer);
        match (read, self.again.take()) {
            (Ok(count), again) => {
                self.given += count as u64;
                self.again = again;
                Ok(count)
            }
            (Err(error), None) => Err(error),
            (Err(error), Some(again)) if error.kind() == io::ErrorKind::Interrupted => {
                self.again = Some(again);
                Err(error)
            }
            (Err(error), Some(again)) => {
                // Who takes the file away meanwhile is told of what was found in it.
                let Ok(anew) = again.unpack(Steps::Small) else {
                    return Err(error);
                };
                self.stream = anew;
                io::copy(&mut self.stream.by_ref().take(self.given), &mut io::sink())?;
                self.stream.read(buffer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn damage_costs_no_more_than_in_small_steps() {
        let text: String = (0..200_000)
            .map(|at| format!("{},{}\n", at, at * 7919 % 9973))
            .collect();
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).expect("memory takes all");
        let packed = packer.finish().expect("memory takes all");
        let mut lost = 0;
        for part in 1..8 {
            let mut packed = packed.clone();
            let damaged = packed.len() / 8 * part;
            packed[damaged..damaged + 64].fill(0xff);
            let (small, large) = in_steps(&packed);
            assert!(small.starts_with(&large), "both read the same");
            lost += small.len() - large.len();
        }
        assert!(lost > 1000, "otherwise all this is for nothing: {lost}");
    }

    /// What comes in small steps before damage, which is the same as what comes when it is tried
    /// again, and what comes in large steps.
    fn in_steps(packed: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(packed).expect("a temporary file");
        let of = || Packed {
            path: file.path().to_owned(),
            member: None,
            compression: Compression::Gzip,
        };
        let all = |mut stream: Box<dyn Read>| {
            let mut bytes = Vec::new();
            let mut block = vec![0; 1 << 18];
            loop {
                match stream.read(&mut block) {
                    Ok(0) => return (bytes, None),
                    Ok(count) => bytes.extend_from_slice(&block[..count]),
                    Err(error) => return (bytes, Some(error.to_string())),
                }
            }
        };
        let (small, why) = all(of().unpack(Steps::Small).expect("it can be opened"));
        let (large, _) = all(of().unpack(Steps::Large).expect("it can be opened"));
        let (retried, told) = all(Box::new(of().open().expect("it can be opened")));
        assert!(retried == small && told == why && why.is_some());
        (small, large)
    }
}
