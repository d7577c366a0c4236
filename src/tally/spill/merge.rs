//! Runs to one tally.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;
use std::sync::{Arc, OnceLock};

use super::run::{Reader, Run, SETTLED};
use crate::event::{DimsId, Sym};
use crate::normalise::Names;
use crate::tally::joints::LineBases;
use crate::tally::row::add_up;
use crate::tally::share::Share;
use crate::tally::store::{RowWriter, UserWriter};
use crate::tally::sum::Common;
use crate::tally::{Part, Row, Tally};

/// What of the budget users and rows may take each: the rules need room too.
const SHARE: u64 = 8;

/// The runs of one table of combinations, and where their rows stand.
pub(in crate::tally) struct Origin {
    pub(in crate::tally) names: Names,
    pub(in crate::tally) runs: Vec<Run>,
    /// By session the lines at which its pieces begin; `None` where nothing of it counts.
    pub(in crate::tally) sessions: Vec<Option<Arc<LineBases>>>,
}

impl Origin {
    /// What a worker counted; what is in memory still becomes a run too.
    ///
    /// # Errors
    /// What the disk says.
    pub(in crate::tally) fn of_share(mut share: Share) -> io::Result<Self> {
        let sessions = share.sessions.iter();
        let sessions = sessions.map(|session| session.lines.clone()).collect();
        let runs = std::mem::take(&mut share.spilled.runs);
        let mut origin = Self::of_part(share.into())?;
        origin.runs.extend(runs);
        Ok(Self { sessions, ..origin })
    }

    /// Rows that stand where they say.
    ///
    /// # Errors
    /// What the disk says.
    pub(in crate::tally) fn of_part(mut part: Part) -> io::Result<Self> {
        let users = std::mem::take(&mut part.names.users);
        let rows = std::iter::once((SETTLED, part.rows));
        Ok(Self {
            runs: vec![Run::write(&mut None, &users, rows)?],
            names: part.names,
            sessions: Vec::new(),
        })
    }

    /// A row where it stands; `None` where it doesn't count.
    fn settled(&self, session: u32, row: &Row) -> Option<Row> {
        if session == SETTLED {
            return Some(*row);
        }
        let lines = self.sessions.get(session as usize)?.as_ref()?;
        let mut row = *row;
        row.place = lines.place(row.place);
        Some(row)
    }

    /// The combinations of rows that count.
    fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.names.dims.all().len()];
        for run in &self.runs {
            let mut reader = run.read();
            while reader.advance() {
                let rows = reader.rows().iter();
                let rows = rows.filter_map(|(session, row)| self.settled(*session, row));
                rows.for_each(|row| used[row.dims.index()] = true);
            }
        }
        used
    }
}

/// A run that stands at a user, who sorts it among the others.
struct Head<'r> {
    user: String,
    origin: usize,
    reader: Reader<'r>,
}

impl Head<'_> {
    fn advance(&mut self) -> bool {
        let more = self.reader.advance();
        self.user.clear();
        self.user.push_str(self.reader.user());
        more
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user
    }
}

impl Eq for Head<'_> {}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.user.cmp(&other.user)
    }
}

/// The sum of all runs: what [`Tally::from_parts`] would make of their rows. At most a quarter of
/// `budget` bytes of its users and rows stay in memory, and on the way the rows of one user.
///
/// # Errors
/// What the disk says, or that there are more rows than can be numbered.
pub(in crate::tally) fn merge(origins: &[Origin], budget: u64) -> io::Result<Tally> {
    let names: Vec<&Names> = origins.iter().map(|origin| &origin.names).collect();
    let used: Vec<Vec<bool>> = origins.iter().map(Origin::used).collect();
    let used: Vec<&[bool]> = used.iter().map(Vec::as_slice).collect();
    let common = Common::of(&names, &used);
    let mut heads = BinaryHeap::new();
    for (at, origin) in origins.iter().enumerate() {
        for run in &origin.runs {
            let mut head = Head {
                user: String::new(),
                origin: at,
                reader: run.read(),
            };
            if head.advance() {
                heads.push(Reverse(head));
            }
        }
    }
    let mut writer = Writer {
        users: UserWriter::within(budget / SHARE),
        rows: RowWriter::within(budget / SHARE),
        last: Sym::UNKNOWN,
        of_user: Vec::new(),
        count: 0,
    };
    let mut user = String::new();
    while let Some(Reverse(head)) = heads.peek() {
        if head.user != user {
            writer.close(&user)?;
            user.clone_from(&head.user);
        }
        let Some(mut first) = heads.peek_mut() else {
            break;
        };
        let Reverse(head) = &mut *first;
        let (origin, dims) = (&origins[head.origin], &common.new[head.origin]);
        for (session, row) in head.reader.rows() {
            let row = origin.settled(*session, row);
            writer.of_user.extend(row.map(|row| renumbered(&row, dims)));
        }
        if !head.advance() {
            PeekMut::pop(first);
        }
    }
    writer.close(&user)?;
    Ok(Tally {
        symbols: Arc::new(common.symbols),
        dims: common.dims,
        users: writer.users.finish()?,
        rows: writer.rows.finish()?,
        pairs: OnceLock::new(),
    })
}

fn renumbered(row: &Row, dims: &[DimsId]) -> Row {
    row.of(row.user, dims[row.dims.index()])
}

/// Takes the rows of one user after the other.
struct Writer {
    users: UserWriter,
    rows: RowWriter,
    last: Sym,
    of_user: Vec<Row>,
    /// Rows so far.
    count: u64,
}

impl Writer {
    /// No more rows of a user come. One without rows is none.
    fn close(&mut self, user: &str) -> io::Result<()> {
        if self.of_user.is_empty() {
            return Ok(());
        }
        let sym = match user.is_empty() {
            true => Sym::UNKNOWN,
            false => {
                self.users.push(user)?;
                self.last = Sym(self.last.0 + 1);
                self.last
            }
        };
        self.of_user.sort_unstable_by_key(Row::key);
        let kept = add_up(&mut self.of_user);
        self.of_user.truncate(kept);
        for row in self.of_user.drain(..) {
            self.rows.push(row.of(sym, row.dims))?;
            self.count += 1;
        }
        // Rows and users are numbered in 32 bits.
        match u32::try_from(self.count) {
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::other("more than four billion rows")),
        }
    }
}
