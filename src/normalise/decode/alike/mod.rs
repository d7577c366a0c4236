//! Rows that are like an earlier one of the same user: only what differs is taken out of them.
//!
//! A machine logs in the same way every time, so that most rows differ from an earlier one in their
//! time, their id and what an export measures. What such a row holds beside is compared with the
//! earlier one as it stands there, without being split into fields again. How rows are taken apart
//! where they may differ is for [`rows`] and [`objects`].

mod objects;
mod rows;

use rustc_hash::FxHashMap;

use super::memo::UserMet;
use crate::event::DimsId;
use crate::ingest::json::like::Value;
use crate::ingest::{Container, Escape, Field, Record};
use crate::normalise::layout::LayoutKind;
use crate::normalise::reading::Reading;
use crate::normalise::role::Role;
use crate::normalise::worth::Worth;
use objects::Objects;
use rows::Rows;

/// Rows that are remembered before all are forgotten.
const REMEMBERED: usize = 1 << 14;
/// Rows that are remembered of one user: as many as a row is compared with.
const OF_USER: usize = 8;
/// A longer row is no login's.
const LONGEST: usize = 4096;
/// What differs from row to row and is asked for all the same.
const ASKED: [Role; 3] = [Role::Time, Role::Timestamp, Role::Id];
/// The number of no row.
const NONE: u32 = u32::MAX;

/// How the rows of files of one shape repeat.
#[derive(Debug)]
pub(super) struct Alike {
    form: Form,
    columns: Columns,
    models: Vec<Model>,
    /// The rows that are remembered of each user, the last one that was met first.
    of_user: FxHashMap<Box<[u8]>, [u32; OF_USER]>,
    worth: Worth,
}

/// What rows are.
#[derive(Debug)]
enum Form {
    /// Nothing that is compared.
    Other,
    /// Fields between delimiters.
    Rows(Rows),
    /// Values with keys.
    Objects(Objects),
}

/// What columns are for.
#[derive(Debug, Default)]
struct Columns {
    /// Those that tell the user, in order.
    users: Vec<usize>,
    /// By column: whether it tells who or what a row is about.
    is_telling: Vec<bool>,
    /// Those that do, in order.
    telling: Vec<usize>,
    /// Those of [`ASKED`].
    asked: [Option<usize>; ASKED.len()],
}

/// A row that others are like.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) dims: DimsId,
    pub(super) user: UserMet,
    /// Columns that a key led to, one bit each.
    pub(super) seen: u64,
    /// The columns before the user's that tell something, and their content.
    before: Vec<(usize, Box<[u8]>)>,
    /// The bytes behind the user's field, to the line end.
    rest: Box<[u8]>,
    /// Where the fields that may differ stand there.
    free: Vec<Free>,
}

/// A field that may differ, with its quotes.
#[derive(Clone, Debug)]
struct Free {
    /// The columns that ask for what it holds.
    asked: Vec<usize>,
    start: usize,
    end: usize,
}

/// Where a row that was read in full is divided.
struct Divided<'r> {
    /// The column of the user by which rows are told apart.
    key: usize,
    /// The columns before it that tell something.
    before: Vec<usize>,
    /// Where the rest begins.
    from: usize,
    /// Whether rows are divided in another way than before.
    anew: bool,
    /// The values of the rest, where they have keys.
    values: Vec<Value<'r>>,
}

impl Alike {
    /// For the rows of a file, of whose columns `telling` make up the combination.
    pub(super) fn of(reading: &Reading<'_>, telling: &[usize]) -> Self {
        let columns = Columns::of(reading, telling);
        let form = match reading.container {
            _ if reading.layout.kind != LayoutKind::Logins => Form::Other,
            Container::Csv { delimiter } => {
                let rows = Rows::of(delimiter, &reading.columns, &columns);
                rows.map_or(Form::Other, Form::Rows)
            }
            Container::Json { bare: true } => Form::Objects(Objects::default()),
            Container::Json { bare: false } | Container::Pairs => Form::Other,
        };
        Self {
            form,
            columns,
            models: Vec::new(),
            of_user: FxHashMap::default(),
            worth: Worth::default(),
        }
    }

    /// The number and the bytes of the row that the one at the start of `block` is like. The
    /// fields that are asked for are then in `record`. `None` says nothing.
    #[inline]
    pub(super) fn find(&mut self, block: &[u8], record: &mut Record) -> Option<(u32, usize)> {
        if !self.worth.goes_on() {
            self.form = Form::Other;
            self.forget();
            return None;
        }
        let models = (&self.models[..], &mut self.of_user);
        let found = match &self.form {
            Form::Other => return None,
            Form::Rows(rows) => rows.find(block, (record, &self.columns), models),
            Form::Objects(objects) => objects.find(block, (record, &self.columns), models),
        };
        // A longer one is given up where it is read in full, or is no login's.
        let found = found.filter(|(_, bytes)| *bytes <= LONGEST);
        self.worth.note(found.is_some());
        found
    }

    /// A row that [`Alike::find`] found.
    #[inline]
    pub(super) fn model(&mut self, number: u32) -> &mut Model {
        &mut self.models[number as usize]
    }

    /// Forgets all rows.
    pub(super) fn forget(&mut self) {
        self.models = Vec::new();
        self.of_user = FxHashMap::default();
    }

    /// Remembers a row that was read in full.
    pub(super) fn learn(&mut self, record: &Record, row: &[u8], dims: DimsId, user: UserMet) {
        let one_line = memchr::memchr(b'\n', row).is_some_and(|at| at + 1 == row.len());
        if !one_line || row.len() > LONGEST {
            return;
        }
        let divided = match &mut self.form {
            Form::Other => return,
            Form::Rows(rows) => rows.divide(record, row, &self.columns),
            Form::Objects(objects) => objects.divide(record, row, &self.columns),
        };
        let Some(divided) = divided else { return };
        if divided.anew || self.models.len() >= REMEMBERED {
            self.forget();
        }
        let content = |column| Box::from(record.raw(row, column));
        let before = divided.before.iter();
        let before = before.map(|column| (*column, content(*column))).collect();
        let (key, from) = (divided.key, divided.from);
        let of_user = self.of_user.get(record.raw(row, key)).copied();
        let mut of_user = of_user.unwrap_or([NONE; OF_USER]);
        let same = |number: &u32| {
            let model = self.models.get(*number as usize);
            model.is_some_and(|model| model.dims == dims && model.user.user == user.user)
        };
        let known = of_user.iter().position(same);
        let known_rest = known.map(|at| &*self.models[of_user[at] as usize].rest);
        let free = match &mut self.form {
            Form::Other => Vec::new(),
            Form::Rows(rows) => rows.free(record, (row, from), known_rest, &self.columns),
            Form::Objects(objects) => {
                objects.free(record, (row, &divided), known_rest, &self.columns)
            }
        };
        let model = Model {
            dims,
            user,
            seen: record.seen(),
            before,
            rest: row[from..].into(),
            free,
        };
        if let Form::Objects(objects) = &self.form
            && !objects.gives_again(&model, record, row, &self.columns)
        {
            return;
        }
        // A new one takes the place of the one that was not met for the longest time.
        of_user[..=known.unwrap_or(OF_USER - 1)].rotate_right(1);
        match self.models.get_mut(of_user[0] as usize) {
            Some(known) => *known = model,
            None => {
                of_user[0] = self.models.len() as u32;
                self.models.push(model);
            }
        }
        self.of_user.insert(content(key), of_user);
    }
}

impl Columns {
    fn of(reading: &Reading<'_>, telling: &[usize]) -> Self {
        let columns = &reading.columns;
        let users = [Role::User, Role::UserId].into_iter();
        let mut users: Vec<usize> = users.filter_map(|role| columns.at(role)).collect();
        users.sort_unstable();
        let mut is_telling = vec![false; columns.width()];
        let tells = telling.iter().chain(&users);
        tells.for_each(|column| is_telling[*column] = true);
        Self {
            users,
            telling: (0..columns.width()).filter(|at| is_telling[*at]).collect(),
            is_telling,
            asked: ASKED.map(|role| columns.at(role)),
        }
    }

    fn is_telling(&self, column: usize) -> bool {
        self.is_telling.get(column).copied().unwrap_or(false)
    }

    fn users(&self) -> impl Iterator<Item = usize> {
        self.users.iter().copied()
    }

    fn telling(&self) -> impl Iterator<Item = usize> {
        self.telling.iter().copied()
    }

    fn asked(&self) -> impl Iterator<Item = usize> {
        self.asked.iter().flatten().copied()
    }

    fn is_asked(&self, column: usize) -> bool {
        self.asked.contains(&Some(column))
    }
}

/// The rows that are remembered, and which of them are of each user.
type Models<'a> = (&'a [Model], &'a mut FxHashMap<Box<[u8]>, [u32; OF_USER]>);

/// The row of a user that the one in `block` is like. Its head was read into `record` up to `from`;
/// `key` is the column of the user, and `field` reads fields that may differ, each behind the one
/// before.
#[inline(always)]
fn find_behind(
    (models, of_user): Models<'_>,
    block: &[u8],
    (key, from): (usize, usize),
    (record, columns): (&mut Record, &Columns),
    field: impl FnMut(usize) -> Option<(Field, usize)> + Clone,
) -> Option<(u32, usize)> {
    let of_user = of_user.get_mut(record.raw(block, key))?;
    let head = columns
        .asked
        .map(|column| Some((column?, record.field(column?))));
    for at in 0..OF_USER {
        let number = of_user[at];
        let model = models.get(number as usize)?;
        if at > 0 {
            // What one model took does not count when it fails after all.
            for (column, field) in head.into_iter().flatten() {
                record.put(column, field);
            }
        }
        if let Some(end) = model.is_like(block, from, record, field.clone()) {
            of_user[..=at].rotate_right(1);
            return Some((number, end));
        }
    }
    None
}

impl Model {
    /// Whether a row is like this one: then where it ends.
    #[inline(always)]
    fn is_like(
        &self,
        block: &[u8],
        from: usize,
        record: &mut Record,
        mut field: impl FnMut(usize) -> Option<(Field, usize)>,
    ) -> Option<usize> {
        let same = |(column, content): &(usize, Box<[u8]>)| {
            record.raw(block, *column) == &**content && record.escape(*column) == Escape::None
        };
        if !self.before.iter().all(same) {
            return None;
        }
        let (mut at, mut known) = (from, 0);
        for free in &self.free {
            let fixed = &self.rest[known..free.start];
            if !block.get(at..)?.starts_with(fixed) {
                return None;
            }
            let (field, end) = field(at + fixed.len())?;
            at = end;
            for &column in &free.asked {
                record.put(column, field);
            }
            known = free.end;
        }
        let fixed = &self.rest[known..];
        block
            .get(at..)?
            .starts_with(fixed)
            .then(|| at + fixed.len())
    }
}

#[cfg(test)]
mod tests;
