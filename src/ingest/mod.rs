//! Paths to records: which files, which compression, where a record begins and ends.
//!
//! Says nothing about what a record means. A new container is one file here and one line in the
//! place that tells containers apart by content ([`Compression::of`] for compressions).

mod blocks;
mod compression;
pub mod csv;
mod head;
mod paths;
mod pieces;
mod progress;
pub mod text;

pub use blocks::Blocks;
pub use compression::Compression;
pub use head::{Head, read_head, read_tail};
pub use paths::{Found, MARKER, NoSuchPath, Source, find};
pub use pieces::{Piece, cut, find_first_record};
pub use progress::{Progress, ProgressWhen};
