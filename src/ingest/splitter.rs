//! How a file's bytes fall into records: the container that it was taken for.

use super::csv;
use super::json::{self, Json};
use super::keys::Keys;
use super::pairs::Pairs;
use super::pieces;
use super::record::{Record, Step};

/// What a file keeps its records in, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Rows of fields below a header.
    Csv { delimiter: u8 },
    /// Objects. `bare` ones stand in nothing, one after the other, so that the file can be cut
    /// into pieces.
    Json { bare: bool },
    /// Lines of keys with values.
    Pairs,
}

impl Container {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Container::Csv { .. } => "csv",
            Container::Json { .. } => "json",
            Container::Pairs => "pairs",
        }
    }

    /// Whether records name their values, so that no header says which there are.
    pub const fn has_keys(self) -> bool {
        !matches!(self, Container::Csv { .. })
    }

    /// Whether a plain file of it can be cut into pieces that are read by themselves.
    pub const fn falls_into_pieces(self) -> bool {
        !matches!(self, Container::Json { bare: false })
    }

    /// A splitter that stands where a record may begin. `keys` are those of the file's layout.
    pub fn splitter(self, keys: &Keys) -> Splitter<'_> {
        match self {
            Container::Csv { delimiter } => Splitter::Csv { delimiter },
            Container::Json { .. } => Splitter::Json(Box::new(Json::new(keys))),
            Container::Pairs => Splitter::Pairs(Box::new(Pairs::new(keys))),
        }
    }

    /// Where the first record begins that starts in a piece: `block` holds the byte before the
    /// piece and what follows, `span` is the length of the piece. `None` if none begins in it.
    ///
    /// The answer is counted from the piece's start. It is a guess with good odds: the first line
    /// from which three records follow (with `width` fields, where that is fixed), else the first
    /// line at all.
    pub fn find_first(self, block: &[u8], at_end: bool, span: u64, width: usize) -> Option<u64> {
        match self {
            Container::Csv { delimiter } => {
                pieces::find_first_record(block, at_end, span, delimiter, width)
            }
            Container::Json { .. } => json::find_first(block, at_end, span, pieces::TRIES),
            Container::Pairs => pieces::first_line(block, span),
        }
    }
}

/// Splits one stream into records.
#[derive(Clone, Debug)]
pub enum Splitter<'k> {
    Csv { delimiter: u8 },
    Json(Box<Json<'k>>),
    Pairs(Box<Pairs<'k>>),
}

impl Splitter<'_> {
    /// Reads what stands at the start of `block` into `record`.
    ///
    /// `at_end` says that nothing follows the block in its stream. The result doesn't depend on
    /// how much of the stream the block holds, apart from [`Step::Incomplete`].
    #[inline]
    pub fn next(&mut self, block: &[u8], at_end: bool, record: &mut Record) -> Step {
        match self {
            Splitter::Csv { delimiter } => csv::next(block, at_end, *delimiter, record),
            Splitter::Json(json) => json.next(block, at_end, record),
            Splitter::Pairs(pairs) => pairs.next(block, at_end, record),
        }
    }

    /// What stands before the next record and belongs to none; [`Step::End`] where one begins.
    pub fn settle(&mut self, block: &[u8], at_end: bool) -> Step {
        match self {
            Splitter::Json(json) => json.settle(block, at_end),
            Splitter::Csv { .. } | Splitter::Pairs(_) => Step::End,
        }
    }

    /// Whether it stands inside something that has to be closed.
    pub fn is_open(&self) -> bool {
        matches!(self, Splitter::Json(json) if json.is_open())
    }

    /// Whether a record that begins here means the same whatever came before.
    #[inline]
    pub fn stands_free(&self) -> bool {
        match self {
            Splitter::Json(json) => json.stands_free(),
            Splitter::Csv { .. } | Splitter::Pairs(_) => true,
        }
    }

    /// Whether what is read from here on depends on what came before.
    pub fn remembers(&self) -> bool {
        matches!(self, Splitter::Json(json) if json.remembers())
    }

    /// What the last query result said of itself: whether it is all there.
    pub fn done(&self) -> Option<bool> {
        match self {
            Splitter::Json(json) => json.done(),
            Splitter::Csv { .. } | Splitter::Pairs(_) => None,
        }
    }

    /// Columns that some record had, one bit each; without keys the header tells.
    pub fn seen(&self) -> u64 {
        match self {
            Splitter::Json(json) => json.seen(),
            Splitter::Pairs(pairs) => pairs.seen(),
            Splitter::Csv { .. } => 0,
        }
    }
}
