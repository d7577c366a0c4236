//! Splitting text logs into entries, of which only those that matter are handed out.
//!
//! Most lines of a log say nothing about a login, so nothing is done for them but one search for
//! several needles at once and a count of line ends. Only around a needle it is settled where the
//! entry begins and ends: a line that begins an entry (a *head*, see [`Entries`]) and all lines
//! behind it up to the next head. An entry ends after [`MAX_ENTRY`] bytes at the latest; a line
//! beyond that which no head is near enough to is an entry of its own.
//!
//! Heads are the places at which a file may be cut for reading in parallel: what is found between
//! two heads depends on nothing outside them.

mod borders;
mod entries;
mod needles;

use memchr::{memchr, memchr_iter, memrchr};

pub use borders::{goes_on, open_entry};
pub use entries::Entries;
pub use needles::Needles;

/// An entry has at most this many bytes; a longer line is given up.
pub const MAX_ENTRY: usize = 1 << 20;

/// What stands at a position of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many bytes and lines without a needle: whole entries, or a part of a line that is too
    /// long, whose end counts as the line.
    Plain { bytes: usize, lines: usize },
    /// An entry with a needle in it.
    Entry {
        bytes: usize,
        lines: usize,
        /// Bytes of the line behind it, if that is a head.
        next_line: usize,
        /// The stream ends with it, so that it may go on in the next file of a rotated log.
        open: bool,
    },
    /// The end of a line beyond [`MAX_ENTRY`] that holds a needle.
    TooLong { bytes: usize, lines: usize },
    /// The block ends too early to tell.
    Incomplete,
    /// Nothing is left.
    End,
}

/// What is known of a stream from one step to the next. A new one is for a stream that begins
/// with a head, as files do.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Bytes at the block's start in which no needle begins.
    clean: usize,
    /// Bytes at the block's start in which, but for its first line, no head begins.
    headless: usize,
    /// The block's first line is no head: it goes on an entry that was cut for its length.
    begun: bool,
    /// The block begins inside a line that is too long; whether a needle was found in it.
    long: Option<bool>,
}

impl State {
    fn pass(&mut self, bytes: usize) {
        self.clean = self.clean.saturating_sub(bytes);
        self.headless = self.headless.saturating_sub(bytes);
    }
}

/// How many line ends there are, and a last line without one.
fn lines_of(bytes: &[u8], at_end: bool) -> usize {
    let unended = at_end && bytes.last().is_some_and(|&byte| byte != b'\n');
    memchr_iter(b'\n', bytes).count() + usize::from(unended)
}

/// Whether a file's first bytes are text: a log has no NUL and few other control characters.
pub fn is_text(head: &[u8]) -> bool {
    let steers = |byte: &&u8| matches!(byte, 1..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    memchr(0, head).is_none() && head.iter().filter(steers).count() * 20 <= head.len()
}

/// The next thing that stands at the start of `block`; the caller passes over its bytes.
///
/// `at_end` says that nothing follows the block in its stream. What is found doesn't depend on how
/// much of the stream the block holds, apart from [`Step::Incomplete`] and how plain bytes are
/// handed out.
pub fn next(
    block: &[u8],
    at_end: bool,
    needles: &Needles,
    entries: &Entries,
    state: &mut State,
) -> Step {
    if block.is_empty() {
        return if at_end { Step::End } else { Step::Incomplete };
    }
    let view = View {
        block,
        at_end,
        entries,
    };
    let first_line = memchr(b'\n', &block[..block.len().min(MAX_ENTRY)]);
    if state.long.is_some() || (first_line.is_none() && block.len() > MAX_ENTRY) {
        return view.long_line(needles, state);
    }
    let found = needles.find(&block[state.clean..]);
    let step = match found {
        Some(at) => {
            state.clean += at;
            view.entry_around(state.clean, state)
        }
        None => {
            let last = block.len().saturating_sub(needles.overlap());
            state.clean = if at_end { block.len() } else { last };
            view.plain(state)
        }
    };
    if let Step::Plain { bytes, .. } | Step::Entry { bytes, .. } = step {
        state.pass(bytes);
    }
    step
}

/// Where a head begins in a block that may start inside a line: a place to cut a file. `None` if
/// none is to be seen.
pub fn find_head(block: &[u8], at_end: bool, entries: &Entries) -> Option<usize> {
    let mut before = memchr(b'\n', block)? + 1;
    loop {
        let line = before + memchr(b'\n', &block[before..])? + 1;
        let next = memchr(b'\n', &block[line..]).map(|at| line + at + 1);
        let end = match next {
            Some(next) => next,
            None if at_end && line < block.len() => block.len(),
            None => return None,
        };
        if end - line <= MAX_ENTRY && is_head(entries, &block[before..line], &block[line..end]) {
            return Some(line);
        }
        before = line;
    }
}

/// Where the last entry of a stream begins in the whole lines of its last bytes: what the first
/// lines of the next file of a rotated log may go on. Those end where [`find_head`] says, unless
/// the first line is a head itself ([`Entries::begins`]).
pub fn last_entry(block: &[u8], entries: &Entries) -> usize {
    let view = View {
        block,
        at_end: true,
        entries,
    };
    view.head_before(block.len(), &State::default())
        .unwrap_or(0)
}

/// Whether a line begins an entry. Nothing goes on behind a line that is too long.
fn is_head(entries: &Entries, before: &[u8], line: &[u8]) -> bool {
    if before.len() > MAX_ENTRY {
        !entries.are_stamped() || entries.begins(line)
    } else {
        entries.is_head(before, line)
    }
}

struct View<'a> {
    block: &'a [u8],
    at_end: bool,
    entries: &'a Entries,
}

impl View<'_> {
    /// One past the line that stands at `start`: `None` if the block ends before it does.
    fn line_end(&self, start: usize) -> Option<usize> {
        match memchr(b'\n', &self.block[start..]) {
            Some(at) => Some(start + at + 1),
            None => self.at_end.then_some(self.block.len()),
        }
    }

    fn line_start(&self, inside: usize) -> usize {
        memrchr(b'\n', &self.block[..inside]).map_or(0, |at| at + 1)
    }

    /// Passes over a line that is too long, or over as much of it as there is.
    fn long_line(&self, needles: &Needles, state: &mut State) -> Step {
        let Some(end) = self.line_end(0) else {
            let keep = needles.overlap();
            let bytes = self.block.len().saturating_sub(keep);
            if bytes == 0 {
                return Step::Incomplete;
            }
            let found = state.long.unwrap_or(false) || needles.are_in(self.block);
            *state = State {
                long: Some(found),
                ..State::default()
            };
            return Step::Plain { bytes, lines: 0 };
        };
        let found = state.long.unwrap_or(false) || needles.are_in(&self.block[..end]);
        *state = State {
            // What follows begins anew, unless only a stamp would begin something.
            begun: self.entries.are_stamped(),
            ..State::default()
        };
        if found {
            let (bytes, lines) = (end, 1);
            Step::TooLong { bytes, lines }
        } else {
            Step::Plain {
                bytes: end,
                lines: 1,
            }
        }
    }

    /// No needle in the block: everything but the last entry can be passed over.
    fn plain(&self, state: &mut State) -> Step {
        let block = self.block;
        if self.at_end {
            let lines = lines_of(block, true);
            let bytes = block.len();
            return Step::Plain { bytes, lines };
        }
        let whole = memrchr(b'\n', block).map_or(0, |at| at + 1);
        let pass = if block.len() - whole > MAX_ENTRY {
            // The line that begins here is too long: nothing before it matters to it.
            state.begun = false;
            whole
        } else {
            match self.head_before(whole, state) {
                Some(head) => {
                    state.begun &= head == 0;
                    head
                }
                None => self.too_far(whole, state),
            }
        };
        state.headless = whole;
        if pass == 0 {
            return Step::Incomplete;
        }
        Step::Plain {
            bytes: pass,
            lines: lines_of(&block[..pass], false),
        }
    }

    /// No head is near: lines that no later entry can reach back to are passed over.
    fn too_far(&self, whole: usize, state: &mut State) -> usize {
        let far = whole.saturating_sub(MAX_ENTRY);
        if far == 0 {
            return 0;
        }
        state.begun = true;
        self.line_end(far).unwrap_or(whole)
    }

    /// The last head among the whole lines before `end` from which an entry can reach `end`.
    fn head_before(&self, end: usize, state: &State) -> Option<usize> {
        let mut line_end = end;
        while line_end > 0 {
            let start = self.line_start(line_end - 1);
            if end - start > MAX_ENTRY {
                return None;
            }
            let known_none = start > 0 && start < state.headless && line_end <= state.headless;
            if known_none {
                // Only the first line is left to ask.
                let first = self.line_end(0)?;
                let near = end <= MAX_ENTRY;
                return (near && self.first_is_head(first, state)).then_some(0);
            }
            let is_head = if start == 0 {
                self.first_is_head(line_end, state)
            } else {
                let before = self.line_start(start - 1);
                let line = &self.block[start..line_end];
                is_head(self.entries, &self.block[before..start], line)
            };
            if is_head {
                return Some(start);
            }
            line_end = start;
        }
        None
    }

    fn first_is_head(&self, end: usize, state: &State) -> bool {
        !state.begun || self.entries.begins(&self.block[..end])
    }

    /// The entry that a needle at `at` is in, or what stands before that entry.
    fn entry_around(&self, at: usize, state: &mut State) -> Step {
        let start = self.line_start(at);
        let Some(end) = self.line_end(start) else {
            return if start > 0 && self.block.len() - start > MAX_ENTRY {
                state.begun = false;
                self.before(start)
            } else {
                // Nothing is passed over yet, so that the line's entry stays whole.
                Step::Incomplete
            };
        };
        if end - start > MAX_ENTRY && start > 0 {
            state.begun = false;
            return self.before(start);
        }
        let head = self.head_before(end, state);
        let first = head.unwrap_or(start);
        if first > 0 {
            state.begun = head.is_none();
            return self.before(first);
        }
        if head.is_some() {
            self.whole_entry(end, state)
        } else {
            state.begun = true;
            self.entry(end, 0, state)
        }
    }

    fn before(&self, bytes: usize) -> Step {
        let lines = lines_of(&self.block[..bytes], false);
        Step::Plain { bytes, lines }
    }

    /// The entry at the block's start, of which the lines up to `end` are known.
    fn whole_entry(&self, mut end: usize, state: &mut State) -> Step {
        let mut line = self.line_start(end - 1);
        while end < self.block.len() || !self.at_end {
            let Some(next) = self.line_end(end).filter(|next| *next > end) else {
                if self.block.len() - end > MAX_ENTRY {
                    break;
                }
                return Step::Incomplete;
            };
            if next - end > MAX_ENTRY {
                break;
            }
            let (before, this) = (&self.block[line..end], &self.block[end..next]);
            if is_head(self.entries, before, this) {
                state.begun = false;
                return self.entry(end, next - end, state);
            }
            if next > MAX_ENTRY {
                state.begun = true;
                return self.entry(end, 0, state);
            }
            (line, end) = (end, next);
        }
        self.entry(end, 0, state)
    }

    fn entry(&self, bytes: usize, next_line: usize, state: &mut State) -> Step {
        state.clean = state.clean.max(bytes);
        Step::Entry {
            bytes,
            lines: lines_of(&self.block[..bytes], self.at_end),
            next_line,
            open: self.at_end && bytes == self.block.len(),
        }
    }
}

#[cfg(test)]
mod tests;
