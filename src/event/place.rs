//! Where a fact came from.

/// A file and a line of it, packed so that places order by file, then line.
///
/// The file is an index into the run's inputs in byte order of path (at most 2^24 of them),
/// the line counts from 1 in the decompressed stream (at most 2^40).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(u64);

const LINE_BITS: u32 = 40;

impl Place {
    /// The place of a line in a file.
    pub const fn new(file: u32, line: u64) -> Self {
        Self(((file as u64) << LINE_BITS) | (line & ((1 << LINE_BITS) - 1)))
    }

    /// Index of the file.
    pub const fn file(self) -> u32 {
        (self.0 >> LINE_BITS) as u32
    }

    /// Physical line, from 1.
    pub const fn line(self) -> u64 {
        self.0 & ((1 << LINE_BITS) - 1)
    }

    /// The place of a packed form.
    pub const fn from_packed(packed: u64) -> Self {
        Self(packed)
    }

    /// The packed form, which orders as places do.
    pub const fn packed(self) -> u64 {
        self.0
    }
}
