//! Paths to records: which files, which compression, where a record begins and ends.
//!
//! Says nothing about what a record means. A new compression is one line in [`Compression::of`], a
//! new encoding one in [`Encoding::of`]; `foreign.rs` has what is only named. A new container is one
//! file here, a value of [`Container`], and a line where a file is told by its content
//! (`normalise/reading.rs`).

mod ahead;
mod archive;
mod begun;
mod blocks;
mod bomb;
mod compression;
pub mod csv;
mod encoding;
mod foreign;
mod head;
pub mod json;
mod keys;
mod met;
mod near;
mod packing;
pub mod pairs;
mod paths;
mod pieces;
mod progress;
mod record;
mod retried;
mod splitter;
pub mod text;

pub use archive::{MOST_MEMBERS, Member};
pub use blocks::Blocks;
pub use bomb::{FREE, MOST_TIMES};
pub use compression::Compression;
pub use encoding::Encoding;
pub use head::{Head, head_of, read_head, read_tail};
pub use keys::{Keys, untyped};
pub use packing::{Packing, why_cut_short};
pub use paths::{Found, MARKER, NoSuchPath, Part, Source, Walked};
pub use pieces::{Piece, cut};
pub use progress::{Progress, ProgressWhen};
pub use record::{Escape, Field, MAX_RECORD, Record, Step};
pub use splitter::{Container, Splitter};
