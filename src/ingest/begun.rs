//! The first look at a file: whether it is an archive. A small plain file is kept whole, so that
//! it is mostly opened once however often it is looked at.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::archive::{self, Refusal};
use super::head::HEAD;
use super::{Part, Source};

/// Bytes of a file that is kept at most: as many as are looked at to tell what a file is.
const SMALL: u64 = HEAD;
/// Bytes of all files that are kept at most: 128 MiB.
const IN_ALL: u64 = 128 << 20;

/// The room that is left for small files.
pub(super) struct Room(AtomicU64);

impl Default for Room {
    fn default() -> Self {
        Self(AtomicU64::new(IN_ALL))
    }
}

impl Room {
    fn takes(&self, bytes: u64) -> bool {
        let less = |left: u64| left.checked_sub(bytes);
        let taken = (self.0).fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        taken.is_ok()
    }

    fn gets_back(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A file with its bytes if it is small, or the files in it if it is a zip archive.
pub(super) fn with_bytes(
    source: Source,
    is_file: bool,
    room: &Room,
) -> Vec<(Source, Option<Vec<u8>>)> {
    // What can't be opened is told where its beginning is read.
    match is_file.then(|| begin(&source.file, room)) {
        Some(Ok(Begun::Small(bytes))) => vec![(source, Some(bytes))],
        Some(Ok(Begun::Archive(file))) => {
            let members = members(source, file).into_iter();
            members.map(|member| (member, None)).collect()
        }
        _ => vec![(source, None)],
    }
}

/// The files in a zip archive.
fn members(source: Source, file: File) -> Vec<Source> {
    let refused = |refusal: Refusal| Source {
        part: Part::Refused(refusal.why),
        asked: source.asked || refusal.lost,
        ..source.clone()
    };
    let listed = match archive::list(file) {
        Ok(listed) if listed.is_empty() => {
            return vec![refused(Refusal {
                why: "a zip archive without a file".to_owned(),
                lost: false,
            })];
        }
        Ok(listed) => listed,
        Err(refusal) => return vec![refused(refusal)],
    };
    let alone = listed.len() == 1;
    let sources = listed.into_iter().map(|listed| Source {
        path: format!("{}!{}", source.path, listed.name),
        file: source.file.clone(),
        named: source.named && (alone || listed.member.is_err()),
        asked: source.named,
        part: match listed.member {
            Ok(member) => Part::Member(member),
            Err(why) => Part::Refused(why),
        },
    });
    sources.collect()
}

/// What a file turned out to be.
enum Begun {
    /// A zip archive, opened.
    Archive(File),
    /// A small file with all its bytes.
    Small(Vec<u8>),
    /// Anything else.
    Other,
}

/// Looks at a file, which is no pipe: to open one that nobody writes to would wait for ever.
///
/// # Errors
/// What the operating system says of the file.
fn begin(path: &Path, room: &Room) -> io::Result<Begun> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    // Files of a system without a size may be long.
    if size == 0 || size > SMALL || !room.takes(size) {
        let mut magic = [0; 4];
        file.read_exact(&mut magic)?;
        return Ok(match archive::is_zip(&magic) {
            true => Begun::Archive(file),
            false => Begun::Other,
        });
    }
    // One byte more, so that one call tells that nothing follows.
    let mut bytes = vec![0; usize::try_from(size + 1).unwrap_or(0)];
    let read = file.read(&mut bytes);
    bytes.truncate(*read.as_ref().unwrap_or(&0));
    // Who is not what it said grows or shrinks right now: it is read once more, with what is said
    // of such files.
    let whole = matches!(read, Ok(read) if read as u64 == size);
    if whole && !archive::is_zip(&bytes) {
        return Ok(Begun::Small(bytes));
    }
    room.gets_back(size);
    Ok(match archive::is_zip(&bytes) {
        true => Begun::Archive(file),
        false => Begun::Other,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("a temporary file");
        file
    }

    fn small(bytes: &[u8], room: &Room) -> Option<Vec<u8>> {
        match begin(file(bytes).path(), room) {
            Ok(Begun::Small(bytes)) => Some(bytes),
            _ => None,
        }
    }

    #[test]
    fn small_files_are_kept_while_there_is_room() {
        let room = Room(AtomicU64::new(10));
        assert_eq!(
            small(b"a,b\n1,2\n", &room).as_deref(),
            Some(&b"a,b\n1,2\n"[..])
        );
        assert_eq!(small(b"a,b\n", &room), None);
        assert_eq!(small(b"ab", &room).as_deref(), Some(&b"ab"[..]));
        assert_eq!(small(b"", &Room::default()), None);
    }

    #[test]
    fn long_files_and_archives_are_not_kept() {
        let room = Room::default();
        let long = usize::try_from(SMALL).expect("a small number");
        assert!(small(&vec![b'a'; long + 1], &room).is_none());
        assert!(small(&vec![b'a'; long], &room).is_some());
        let zip = file(b"PK\x03\x04 and more");
        assert!(matches!(begin(zip.path(), &room), Ok(Begun::Archive(_))));
        assert_eq!(
            room.0.into_inner(),
            IN_ALL - SMALL,
            "an archive takes no room"
        );
    }
}
