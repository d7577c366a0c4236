//! The first look at a file: whether it is an archive. Of a small plain file all bytes are at hand
//! then, so that whoever looks at it next need not open it again.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::archive::{self, Refusal};
use super::head::HEAD;
use super::{Part, Source};

/// Bytes of a small file at most: as many as are looked at to tell what a file is.
const SMALL: u64 = HEAD;

/// What a file turned out to be.
pub(super) enum Begun<L> {
    /// A small file, with what is to be seen in it.
    Small(L),
    /// A zip archive, with the files in it.
    Archive(Vec<Source>),
    /// Anything else.
    Other,
}

impl<L> Begun<L> {
    /// Looks at a file. `buffer` is memory that is used again; `look` is given it with all bytes
    /// of a small file.
    pub(super) fn of(
        source: &Source,
        is_file: bool,
        buffer: &mut Vec<u8>,
        look: impl FnOnce(&mut Vec<u8>) -> L,
    ) -> Self {
        // What can't be opened is told where its beginning is read.
        match is_file.then(|| begin(&source.file, buffer)) {
            Some(Ok(Kind::Small)) => Begun::Small(look(buffer)),
            Some(Ok(Kind::Archive(file))) => Begun::Archive(members(source, file)),
            _ => Begun::Other,
        }
    }
}

/// The files in a zip archive.
fn members(source: &Source, file: File) -> Vec<Source> {
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

/// Of what kind a file is.
enum Kind {
    /// A zip archive, opened.
    Archive(File),
    /// A small file; all its bytes are in the buffer.
    Small,
    /// Anything else.
    Other,
}

/// Looks at a file, which is no pipe: to open one that nobody writes to would wait for ever.
///
/// # Errors
/// What the operating system says of the file.
fn begin(path: &Path, buffer: &mut Vec<u8>) -> io::Result<Kind> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    // Files of a system without a size may be long.
    if size == 0 || size > SMALL {
        let mut magic = [0; 4];
        file.read_exact(&mut magic)?;
        return Ok(match archive::is_zip(&magic) {
            true => Kind::Archive(file),
            false => Kind::Other,
        });
    }
    // Who shrinks right now is looked at once more, with what is said of such files.
    buffer.resize(usize::try_from(size).unwrap_or(0), 0);
    file.read_exact(buffer)?;
    Ok(match archive::is_zip(buffer) {
        true => Kind::Archive(file),
        false => Kind::Small,
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

    fn small(bytes: &[u8], buffer: &mut Vec<u8>) -> bool {
        let begun = begin(file(bytes).path(), buffer);
        matches!(begun, Ok(Kind::Small)) && buffer == bytes
    }

    #[test]
    fn of_small_files_all_bytes_are_at_hand() {
        let buffer = &mut Vec::new();
        let long = usize::try_from(SMALL).expect("a small number");
        for bytes in [&b"a,b\n1,2\n"[..], b"ab", b"a,b\n", &vec![b'a'; long]] {
            assert!(small(bytes, buffer), "{}", bytes.len());
        }
        assert!(!small(&vec![b'a'; long + 1], buffer));
        assert!(!small(b"", buffer));
    }

    #[test]
    fn archives_are_opened() {
        let zip = file(b"PK\x03\x04 and more");
        let begun = begin(zip.path(), &mut Vec::new());
        assert!(matches!(begun, Ok(Kind::Archive(_))));
    }
}
