//! Paths to records: which files, which compression, where a record begins and ends.
//!
//! Says nothing about what a record means. A new compression is one line in [`Compression::of`]; a
//! new container is one file here, a value of [`Container`], and a line where a file is told by its
//! content (`normalise/reading.rs`).

mod blocks;
mod compression;
pub mod csv;
mod head;
pub mod json;
mod keys;
pub mod pairs;
mod paths;
mod pieces;
mod progress;
mod record;
mod splitter;

pub use blocks::Blocks;
pub use compression::Compression;
pub use head::{Head, read_head, read_tail};
pub use keys::{Keys, fold, untyped};
pub use paths::{Found, MARKER, NoSuchPath, Source, find};
pub use pieces::{Piece, cut};
pub use progress::{Progress, ProgressWhen};
pub use record::{Escape, MAX_RECORD, Record, Step};
pub use splitter::{Container, Splitter};
