//! Whatever a file holds: it opens, or it is said why not.

use std::io::{Read, Write};
use std::path::Path;

use loginscope::ingest::{Source, Walked, read_head};

/// Bytes of a stream that are looked at.
const MOST: u64 = 1 << 20;

/// Finds the files in a file, reads the beginning of each, and then each as a stream.
pub fn opens_or_says_why(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("a disk with room");
    let sources = sources(file.path());
    assert!(!sources.is_empty(), "a file is never lost");
    assert_eq!(sources, self::sources(file.path()), "the same each time");
    for source in sources {
        assert_eq!(source.file, file.path(), "names lead nowhere else");
        let Ok(head) = read_head(&source) else {
            continue;
        };
        let mut stream = head.packing.open(file.path()).expect("it was just opened");
        let mut text = Vec::new();
        let ended = stream.by_ref().take(MOST).read_to_end(&mut text);
        assert!(
            text.starts_with(&head.bytes),
            "the stream begins with its head"
        );
        let fits = ended.is_ok() && head.complete && head.damage.is_none();
        assert!(
            !fits || *text == *head.bytes,
            "a complete head is all there is"
        );
    }
}

fn sources(file: &Path) -> Vec<Source> {
    let walked = Walked::over(&[file.to_owned()]);
    let (found, _, _) = walked.look(None, |_, _| (), |(), _, _| ());
    assert!(found.missing.is_empty(), "{:?}", found.missing);
    found.sources
}
