//! Zip archives: their members as sources of their own.
//!
//! Only the archive's directory is read here, in bounded memory. Each member is then opened by its
//! position, so that several can be read at once. A member's name is a name: nothing is written
//! to disk by it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ZipArchive, ZipFileHeaderRecord,
};

use super::compression::buffered;
use super::retried::Steps;

/// Members that are read of one archive at most. A year of hourly event log files has 8,760.
pub const MOST_MEMBERS: usize = 100_000;

/// Where the bytes of a member stand in its archive, and what they must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    start: u64,
    packed: u64,
    unpacked: u64,
    crc: u32,
    method: Method,
}

/// How a member is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Method {
    Stored,
    Deflate,
    Zstd,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name as the archive has it. Bytes that are no UTF-8 are replaced.
    pub name: String,
    /// Where it is, or why it can't be read.
    pub member: Result<Member, String>,
}

/// Why an archive is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub why: String,
    /// Nobody can tell what is lost with it: it counts even where it was met by walking.
    pub lost: bool,
}

/// Whether the first bytes of a file are those of a zip archive.
pub fn is_zip(first_bytes: &[u8]) -> bool {
    first_bytes.starts_with(b"PK\x03\x04") || first_bytes.starts_with(b"PK\x05\x06")
}

/// The files in an archive, in byte order of name. Folders and hidden files are left out, as they
/// are where folders are walked.
///
/// # Errors
/// Why the archive can't be read, in words.
pub fn list(file: File) -> Result<Vec<Listed>, Refusal> {
    let refused = |why: String, lost| Refusal { why, lost };
    let broken = |error: rawzip::Error| {
        let why = "a zip archive whose directory can't be read, as where a download was cut";
        refused(format!("{why}: {error}"), true)
    };
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(broken)?;
    let mut entries = archive.entries(&mut buffer);
    let mut listed: Vec<Listed> = Vec::new();
    let mut office = false;
    while let Some(entry) = entries.next_entry().map_err(broken)? {
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        office |= name == "[Content_Types].xml";
        if is_folder(&entry) || is_hidden(&name) {
            continue;
        }
        if listed.len() == MOST_MEMBERS {
            let why = format!("a zip archive of more than {MOST_MEMBERS} files");
            return Err(refused(why, true));
        }
        let member = method(&entry).and_then(|method| {
            let found = archive.get_entry(entry.wayfinder());
            let (start, end) = found.map_err(damaged)?.compressed_data_range();
            Ok(Member {
                start,
                packed: end - start,
                unpacked: entry.uncompressed_size_hint(),
                crc: entry.crc32(),
                method,
            })
        });
        listed.push(Listed { name, member });
    }
    if office {
        let why = "an Excel workbook or Office file; save the sheet as CSV";
        return Err(refused(why.to_owned(), false));
    }
    refuse_overlaps(&mut listed, archive.directory_offset());
    listed.sort_by(|a, b| (&a.name, &a.member).cmp(&(&b.name, &b.member)));
    Ok(listed)
}

fn damaged(error: rawzip::Error) -> String {
    format!("damaged: {error}")
}

fn is_folder(entry: &ZipFileHeaderRecord<'_>) -> bool {
    entry.is_dir() && entry.uncompressed_size_hint() == 0
}

/// As where folders are walked, and what macOS adds beside each file.
fn is_hidden(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| {
        part == "__MACOSX" || (part.starts_with('.') && !part.trim_matches('.').is_empty())
    })
}

fn method(entry: &ZipFileHeaderRecord<'_>) -> Result<Method, String> {
    if entry.flags().is_encrypted() || entry.flags().has_strong_encryption() {
        return Err("encrypted; unpack the archive with its password".to_owned());
    }
    match entry.compression_method() {
        CompressionMethod::STORE => Ok(Method::Stored),
        CompressionMethod::DEFLATE => Ok(Method::Deflate),
        CompressionMethod::ZSTD => Ok(Method::Zstd),
        other => Err(format!(
            "packed in a way that is not read (zip method {}); unpack the archive, or pack it with deflate",
            other.as_u16()
        )),
    }
}

/// No two files of an archive share bytes, and none reaches into the directory: only bombs do so.
fn refuse_overlaps(listed: &mut [Listed], directory: u64) {
    let mut by_start: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, entry) in listed.iter().enumerate() {
        if let Ok(member) = entry.member {
            by_start.entry(member.start).or_default().push(at);
        }
    }
    let mut end = 0;
    for (start, members) in by_start {
        let mut begins = end;
        for at in members {
            let Ok(member) = listed[at].member else {
                continue;
            };
            let stop = start + member.packed;
            if start < begins || stop > directory {
                let why =
                    "its place in the archive belongs to something else too, as in a zip bomb";
                listed[at].member = Err(why.to_owned());
            }
            // Empty files take no room, so several may begin at one place.
            begins = begins.max(stop);
        }
        end = end.max(begins);
    }
}

impl Member {
    /// Bytes that it takes in its archive.
    pub const fn packed(&self) -> u64 {
        self.packed
    }

    /// Unpacks the member while it is read. At its end its size and checksum are looked at.
    ///
    /// # Errors
    /// What the operating system says of the file.
    pub(super) fn over(&self, mut archive: File, steps: Steps) -> io::Result<Box<dyn Read + Send>> {
        archive.seek(SeekFrom::Start(self.start))?;
        let packed = buffered(archive.take(self.packed));
        Ok(match self.method {
            Method::Stored => Box::new(Checked::new(packed, self)),
            Method::Deflate => {
                Box::new(Checked::new(steps.over(DeflateDecoder::new(packed)), self))
            }
            Method::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                Box::new(Checked::new(steps.over(decoder), self))
            }
        })
    }
}

/// Compares what came with what the archive's directory says of it.
struct Checked<R> {
    stream: CrcReader<R>,
    crc: u32,
    /// Bytes that must still come.
    left: u64,
}

impl<R: Read> Checked<R> {
    fn new(stream: R, member: &Member) -> Self {
        Self {
            stream: CrcReader::new(stream),
            crc: member.crc,
            left: member.unpacked,
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            let longer = "longer than the archive's directory says";
            self.left = (self.left.checked_sub(count as u64))
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, longer))?;
            return Ok(count);
        }
        if self.left > 0 {
            let shorter = "shorter than the archive's directory says";
            return Err(io::Error::new(io::ErrorKind::InvalidData, shorter));
        }
        if self.stream.crc().sum() != self.crc {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its checksum is another than the archive's directory says",
            ));
        }
        Ok(0)
    }
}
