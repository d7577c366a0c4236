//! The ends of rows that were met before.
//!
//! Where the columns that change from row to row (user, time, id) come first, what stands behind
//! them repeats: a machine logs in the same way every time. Such an end is known by its bytes,
//! without being split into fields again.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::layout::Columns;
use super::role::Role;
use super::worth::Worth;
use crate::event::DimsId;

/// Columns that change from row to row.
const CHANGING: [Role; 5] = [
    Role::Time,
    Role::Timestamp,
    Role::User,
    Role::UserId,
    Role::Id,
];
/// Fewer columns than this are split as quickly as they are looked up.
const FEWEST: usize = 4;
/// Ends remembered before the table is emptied: many more than real files have.
const REMEMBERED: usize = 1 << 15;
/// A longer end is no login's.
const LONGEST: usize = 4096;

/// What the ends of rows of one file mean.
#[derive(Debug)]
pub(super) struct Tails {
    /// The column that ends begin with; 0 where the columns don't stand so that ends repeat.
    from: usize,
    known: Vec<Tail>,
    /// Positions among the known ones.
    index: FxHashMap<Arc<[u8]>, u32>,
    /// Number of the file that is read.
    file: u32,
    worth: Worth,
}

/// An end up to and with its line end, of which it holds one, and what it means.
#[derive(Debug)]
struct Tail {
    bytes: Arc<[u8]>,
    dims: DimsId,
    /// The file in which it was met last.
    file: u32,
}

/// An end that was met before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) dims: DimsId,
    /// Whether the file that is read did not have it yet.
    pub(super) news: bool,
    /// Its number, by which [`Tails::same`] knows it sooner.
    pub(super) number: u32,
    /// Its bytes.
    pub(super) bytes: usize,
}

/// The number of no end.
pub(super) const NONE: u32 = u32::MAX;

impl Tails {
    /// For rows with these columns, of which `telling` are looked at beside the changing ones.
    pub(super) fn of(columns: &Columns, telling: &[usize]) -> Self {
        let changing = CHANGING.iter().filter_map(|&role| columns.at(role));
        let from = changing.max().map_or(0, |last| last + 1);
        let behind = telling.iter().all(|&column| column >= from);
        let enough = columns.width() >= from + FEWEST;
        Self {
            from: if behind && enough { from } else { 0 },
            ..Self::none()
        }
    }

    /// For records that have no order of their own.
    pub(super) fn none() -> Self {
        Self {
            from: 0,
            known: Vec::new(),
            index: FxHashMap::default(),
            file: 0,
            worth: Worth::default(),
        }
    }

    /// The same, for another file.
    pub(super) fn in_file(self, file: u32) -> Self {
        Self { file, ..self }
    }

    /// How many fields come before the end; `None` where ends are not worth looking at.
    #[inline]
    pub(super) fn from(&self) -> Option<usize> {
        (self.from > 0).then_some(self.from)
    }

    /// The end of this number, if the row goes on with it. Whoever logs in mostly does so as the
    /// last time, so that this is asked before all ends are.
    #[inline]
    pub(super) fn same(&mut self, number: u32, rest: &[u8]) -> Option<Met> {
        let tail = self.known.get(number as usize)?;
        rest.starts_with(&tail.bytes).then(|| self.met(number))
    }

    /// What an end, up to and with its line end, was found to mean.
    #[inline]
    pub(super) fn find(&mut self, end: &[u8]) -> Option<Met> {
        let found = self.index.get(end).copied();
        if found.is_none() {
            self.judge(false);
        }
        found.map(|number| self.met(number))
    }

    #[inline]
    fn met(&mut self, number: u32) -> Met {
        let tail = &mut self.known[number as usize];
        let met = Met {
            dims: tail.dims,
            news: tail.file != self.file,
            number,
            bytes: tail.bytes.len(),
        };
        tail.file = self.file;
        self.judge(true);
        met
    }

    /// Gives up where ends don't repeat.
    #[inline]
    fn judge(&mut self, found: bool) {
        self.worth.note(found);
        if !self.worth.goes_on() {
            self.from = 0;
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.known = Vec::new();
        self.index = FxHashMap::default();
    }

    /// Remembers what the end of a complete record means. One that holds a line end inside quotes
    /// could not be found again by its bytes up to the first line end.
    pub(super) fn remember(&mut self, end: &[u8], dims: DimsId) {
        let one_line = memchr::memchr(b'\n', end).is_some_and(|at| at + 1 == end.len());
        if self.from == 0 || !one_line || end.len() > LONGEST {
            return;
        }
        if self.known.len() >= REMEMBERED {
            self.forget();
        }
        let bytes: Arc<[u8]> = end.into();
        let number = self.known.len() as u32;
        self.index.insert(Arc::clone(&bytes), number);
        self.known.push(Tail {
            bytes,
            dims,
            file: self.file,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Layouts;
    use crate::normalise::worth::TRIED;

    fn of(header: &str) -> Option<usize> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let layouts = Layouts::load().expect("the layouts");
        let (_, columns) = layouts.recognise(&names).expect("a layout");
        let told = [Role::Status, Role::App].map(|role| columns.at(role));
        let telling: Vec<usize> = told.into_iter().flatten().collect();
        Tails::of(&columns, &telling).from()
    }

    #[test]
    fn ends_begin_behind_the_changing_columns() {
        let setup = "Username,Login Time,Source IP,Status,Application,Browser";
        assert_eq!(of(setup), Some(2));
        let status_first = "Status,Username,Login Time,Application,Browser,Platform";
        assert_eq!(of(status_first), None);
        assert_eq!(of("Username,Status,Application,Login Time"), None);
    }

    #[test]
    fn ends_that_do_not_repeat_are_given_up() {
        let columns = "Username,Login Time,Source IP,Status,Application,Browser".split(',');
        let names: Vec<String> = columns.map(str::to_owned).collect();
        let layouts = Layouts::load().expect("the layouts");
        let (_, columns) = layouts.recognise(&names).expect("a layout");
        let mut tails = Tails::of(&columns, &[2, 3]);
        tails.remember(b"a,b\n", DimsId(7));
        tails.remember(b"\"a\nb\",c\n", DimsId(8));
        let met = |news| Met {
            dims: DimsId(7),
            news,
            number: 0,
            bytes: 4,
        };
        assert_eq!(tails.find(b"a,b\n"), Some(met(false)));
        let mut tails = tails.in_file(1);
        assert_eq!(tails.find(b"a,b\n"), Some(met(true)));
        assert_eq!(tails.same(0, b"a,b\nc"), Some(met(false)));
        assert_eq!(tails.same(0, b"a,bb\n"), None);
        assert_eq!(tails.same(NONE, b"a,b\n"), None);
        assert_eq!(tails.find(b"\"a\n"), None);
        for at in 2..TRIED {
            tails.find(at.to_string().as_bytes());
        }
        assert_eq!(tails.from(), None);
    }
}
