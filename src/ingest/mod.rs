//! Paths to records: which files, which compression, where a record begins and ends.
//!
//! Says nothing about what a record means. A new container is one file here and one line in the
//! place that tells containers apart by content: [`Compression::of`] for compressions,
//! [`Encoding::of`] for encodings, `foreign.rs` for what is only named.

mod archive;
mod blocks;
mod bomb;
mod compression;
pub mod csv;
mod encoding;
mod foreign;
mod head;
mod packing;
mod paths;
mod pieces;
mod progress;

pub use archive::{MOST_MEMBERS, Member};
pub use blocks::Blocks;
pub use bomb::{FREE, MOST_TIMES};
pub use compression::Compression;
pub use encoding::Encoding;
pub use head::{Head, read_head, read_tail};
pub use packing::{Packing, why_cut_short};
pub use paths::{Found, MARKER, NoSuchPath, Part, Source, find};
pub use pieces::{Piece, cut, find_first_record};
pub use progress::{Progress, ProgressWhen};
