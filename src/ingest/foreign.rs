//! Containers that are not read, told by content, with what to do about them.

/// Containers by their first bytes: where these stand, what they are, what to do.
const FOREIGN: &[(usize, &[u8], &str)] = &[
    (
        0,
        b"PK\x03\x04",
        "a zip archive inside another container; unpack the outer one",
    ),
    (
        0,
        b"PK\x05\x06",
        "an empty zip archive inside another container",
    ),
    (0, b"BZh", "packed with bzip2, which is not read; unpack it"),
    (
        0,
        b"\xfd7zXZ\0",
        "packed with xz, which is not read; unpack it",
    ),
    (
        0,
        b"7z\xbc\xaf\x27\x1c",
        "a 7z archive, which is not read; unpack it",
    ),
    (
        0,
        b"Rar!\x1a\x07",
        "a rar archive, which is not read; unpack it",
    ),
    (
        0,
        b"\x04\x22\x4d\x18",
        "packed with lz4, which is not read; unpack it",
    ),
    (257, b"ustar", "a tar archive, which is not read; unpack it"),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel or Office file; save the sheet as CSV",
    ),
    (0, b"PAR1", "a Parquet file, which is not read; export CSV"),
    (
        0,
        b"\xff\xfe\0\0",
        "text in UTF-32, which is not read; save it as UTF-8",
    ),
    (
        0,
        b"\0\0\xfe\xff",
        "text in UTF-32, which is not read; save it as UTF-8",
    ),
];

/// Bytes that [`foreign`] wants to see.
pub const ENOUGH: usize = 512;

/// What the first bytes of a stream show it to be, if it is a container that is not read.
pub fn foreign(first_bytes: &[u8]) -> Option<&'static str> {
    let found = FOREIGN.iter().find(|(at, magic, _)| {
        first_bytes
            .get(*at..)
            .is_some_and(|rest| rest.starts_with(magic))
    });
    found.map(|(_, _, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_container() {
        assert_eq!(foreign(b""), None);
        assert_eq!(foreign(b"PK,Login Time,Status\n"), None);
        let mut tar = vec![b'x'; ENOUGH];
        tar[257..262].copy_from_slice(b"ustar");
        assert!(foreign(&tar).is_some_and(|what| what.contains("tar")));
        assert_eq!(foreign(&tar[..261]), None);
    }
}
