//! Splitting JSON into records: NDJSON, arrays, query envelopes, streamed events.
//!
//! A record is an object, wherever it stands: at the top one after the other, in an array, in the
//! list of an envelope (`{"done":..,"records":[..]}`, also below `result`), or below a key that
//! wraps it (`data.payload`, `result`). What holds records together is no record and counts
//! nowhere. Records are found one by one, so that a response on a single line of any length
//! streams. A broken object costs what stands up to the next line that begins with a brace, or in
//! a list up to the next object.

mod clear;
mod cursor;
mod first;
pub mod like;
mod recovery;
mod run;
mod scan;
mod shape;
mod slot;

use memchr::memchr;

use super::keys::{Filler, Keys};
use super::record::{MAX_RECORD, Record, Step};
use cursor::{Cursor, Stop, line_ends};
pub(super) use first::find_first;
pub use first::first_keys;
use scan::{DONE, Done, Object, object};
use shape::Shape;

/// Envelopes and arrays within each other.
const MAX_DEPTH: usize = 64;
/// Bytes of what is broken that are shown at most.
const SHOWN: usize = 1024;
/// Objects that were never closed before one must be closed on its line: looking for the end of
/// each of many would take for ever.
const NEVER_CLOSED: u32 = 64;

/// What a record stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Array,
    Envelope,
}

/// What is passed over behind something broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    /// The rest of its line.
    Line,
    /// Everything up to an object; whether a line begins here.
    UpToObject { line_begins: bool },
}

/// Splits one stream of JSON.
#[derive(Clone, Debug)]
pub struct Json<'k> {
    filler: Filler<'k>,
    shape: Shape,
    frames: Vec<Frame>,
    /// Something was broken, and where the next record begins is looked for.
    lost: Option<Lost>,
    /// Objects that were never closed.
    never_closed: u32,
    done: Done,
}

impl<'k> Json<'k> {
    /// A splitter that stands where a record may begin.
    pub fn new(keys: &'k Keys) -> Self {
        Self {
            filler: Filler::new(keys),
            shape: Shape::default(),
            frames: Vec::new(),
            lost: None,
            never_closed: 0,
            done: None,
        }
    }

    /// Columns that some record had, one bit each.
    pub fn seen(&self) -> u64 {
        self.filler.seen()
    }

    /// What the last envelope says of its query: whether all of the result was handed out.
    pub fn done(&self) -> Option<bool> {
        self.done
    }

    /// Whether it stands inside an array or envelope.
    pub fn is_open(&self) -> bool {
        !self.frames.is_empty()
    }

    /// Whether nothing is open or lost, so that a record may be read without asking what was before.
    pub fn stands_free(&self) -> bool {
        self.frames.is_empty() && self.lost.is_none() && self.never_closed == 0
    }

    /// Whether what is read from here on depends on what came before.
    pub fn remembers(&self) -> bool {
        self.is_open() || self.never_closed > 0
    }

    /// What stands at the start of `block`; `at_end` says that nothing follows it.
    pub fn next(&mut self, block: &[u8], at_end: bool, record: &mut Record) -> Step {
        match self.between(block, at_end) {
            Some(step) => step,
            None => self.object(block, at_end, record),
        }
    }

    /// What stands before the next record; [`Step::End`] where a record begins.
    pub fn settle(&mut self, block: &[u8], at_end: bool) -> Step {
        self.between(block, at_end).unwrap_or(Step::End)
    }

    /// What stands before the next record; `None` where its brace stands.
    fn between(&mut self, block: &[u8], at_end: bool) -> Option<Step> {
        if block.is_empty() {
            return Some(if at_end { Step::End } else { Step::Incomplete });
        }
        if self.lost.is_some()
            && let Some(step) = self.find_again(block, at_end)
        {
            return Some(step);
        }
        let passed = block.iter().take_while(|byte| is_blank(**byte)).count();
        if passed > 0 {
            return Some(passed_over(&block[..passed]));
        }
        match (block[0], self.frames.last()) {
            (b'{', Some(Frame::Envelope)) => {
                // An envelope that was never closed.
                self.frames.clear();
                None
            }
            (b'{', _) => None,
            (b'"', Some(Frame::Envelope)) => Some(self.envelope(block, at_end)),
            (b'[', None | Some(Frame::Array)) if self.frames.len() < MAX_DEPTH => {
                self.frames.push(Frame::Array);
                Some(passed_over(&block[..1]))
            }
            (b'[', Some(Frame::Envelope)) => Some(self.no_object(block, at_end)),
            (b'[', _) => Some(self.broken(block, at_end, "nested too deeply")),
            (close @ (b']' | b'}'), _) => {
                self.close(close);
                Some(passed_over(&block[..1]))
            }
            _ => Some(self.no_object(block, at_end)),
        }
    }

    /// A closing bracket. One without its partner closes what it can.
    fn close(&mut self, bracket: u8) {
        let wanted = if bracket == b']' {
            Frame::Array
        } else {
            Frame::Envelope
        };
        if let Some(at) = self.frames.iter().rposition(|frame| *frame == wanted) {
            self.frames.truncate(at);
        }
    }

    /// A key of an envelope with its value.
    fn envelope(&mut self, block: &[u8], at_end: bool) -> Step {
        let window = window(block);
        let mut cursor = Cursor::at(window, 0);
        let read = |cursor: &mut Cursor<'_>| {
            let (from, to) = cursor.key()?;
            let key = &window[from..to];
            if cursor.bytes.get(cursor.pos) == Some(&b'[') && cursor.is_list(key)? {
                cursor.pos += 1;
                return Ok((true, None));
            }
            let value = cursor.value()?;
            Ok((false, value.filter(|_| key == DONE)))
        };
        match read(&mut cursor) {
            Ok((is_list, done)) => {
                if is_list {
                    self.frames.push(Frame::Array);
                }
                self.done = done.or(self.done);
                passed_over(&window[..cursor.pos])
            }
            Err(Stop::Broken(why)) => self.broken(block, at_end, why),
            Err(Stop::More) if window.len() == MAX_RECORD => self.broken(block, at_end, TOO_LONG),
            Err(Stop::More) if at_end => passed_over(block),
            Err(Stop::More) => Step::Incomplete,
        }
    }

    /// The object whose brace stands at the start of `block`.
    fn object(&mut self, block: &[u8], at_end: bool, record: &mut Record) -> Step {
        let one_line = self.never_closed >= NEVER_CLOSED;
        let line = one_line.then(|| memchr(b'\n', block)).flatten();
        let window = window(line.map_or(block, |line| &block[..=line]));
        let mut cursor = Cursor::at(window, 0);
        self.shape.begin();
        let mut filling = self.filler.begin(record);
        let object = object(&mut cursor, &mut self.shape, &mut filling);
        self.filler.end(record);
        match object {
            Ok((Object::Record, _)) => {
                let bytes = with_line_end(block, cursor.pos);
                let lines = cursor.lines(&block[..bytes]);
                Step::Record { bytes, lines }
            }
            Ok((Object::Envelope { open }, done)) => {
                if self.frames.len() + open >= MAX_DEPTH {
                    return self.broken(block, at_end, "nested too deeply");
                }
                self.frames.extend((0..open).map(|_| Frame::Envelope));
                self.frames.push(Frame::Array);
                self.done = done.or(self.done);
                passed_over(&window[..cursor.pos])
            }
            Err(Stop::Broken(why)) => self.broken(block, at_end, why),
            Err(Stop::More) if line.is_some() => self.broken(block, at_end, UNCLOSED),
            Err(Stop::More) if window.len() == MAX_RECORD => {
                self.never_closed += 1;
                self.broken(block, at_end, TOO_LONG)
            }
            Err(Stop::More) if !at_end => Step::Incomplete,
            Err(Stop::More) if recovery::begins_on_a_later_line(block) => {
                self.never_closed += 1;
                self.broken(block, at_end, UNCLOSED)
            }
            Err(Stop::More) => Step::HalfWritten { bytes: block.len() },
        }
    }

    /// Something that is no object stands where a record has to.
    fn no_object(&mut self, block: &[u8], at_end: bool) -> Step {
        let window = window(block);
        let mut cursor = Cursor::at(window, 0);
        let bytes = match cursor.value() {
            Ok(_) => cursor.pos,
            Err(Stop::More) if at_end && window.len() < MAX_RECORD => block.len(),
            Err(Stop::More) if window.len() < MAX_RECORD => return Step::Incomplete,
            _ => return self.broken(block, at_end, "not JSON"),
        };
        Step::Broken {
            bytes,
            shown: bytes.min(SHOWN),
            why: "no object, so no record",
        }
    }

    /// Gives up what begins here and looks for the next record from the next byte on.
    fn broken(&mut self, block: &[u8], at_end: bool, why: &'static str) -> Step {
        let start = &block[..block.len().min(SHOWN)];
        let shown = match memchr(b'\n', start) {
            Some(line) => line,
            None if at_end || start.len() == SHOWN => start.len(),
            None => return Step::Incomplete,
        };
        // Words between records are lines of their own; an object may go on behind its line.
        self.lost = Some(match (block.first(), self.frames.last()) {
            (Some(b'{'), _) | (_, Some(_)) => Lost::UpToObject { line_begins: false },
            _ => Lost::Line,
        });
        Step::Broken {
            bytes: 1,
            shown: shown.max(1),
            why,
        }
    }
}

const TOO_LONG: &str = "longer than 4 MiB";
const UNCLOSED: &str = "an object that is never closed";

/// What a record may reach over.
fn window(block: &[u8]) -> &[u8] {
    &block[..block.len().min(MAX_RECORD)]
}

/// Blanks, line ends, commas between records, and the mark that RFC 7464 sets before each.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0x1e)
}

fn passed_over(bytes: &[u8]) -> Step {
    Step::Between {
        bytes: bytes.len(),
        lines: line_ends(bytes),
    }
}

/// The end of what ends at `end`, with the blanks and the line end behind it.
fn with_line_end(block: &[u8], end: usize) -> usize {
    let blanks = block[end..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
        .count();
    match block.get(end + blanks) {
        Some(b'\n') => end + blanks + 1,
        _ => end,
    }
}
