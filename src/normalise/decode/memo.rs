//! What a worker remembers from file to file: a folder of hourly exports has the same rows, in
//! files too small to learn them anew each time.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::alike::Alike;
use super::{Decoder, REMEMBERED};
use crate::event::{DimsId, Sym};
use crate::ingest::Container;
use crate::normalise::layout::Columns;
use crate::normalise::names::GivenNames;
use crate::normalise::reading::Reading;
use crate::normalise::tails::Tails;

/// What files must share for their rows to mean the same by the same bytes.
#[derive(Clone, Debug)]
struct Shape {
    layout: String,
    columns: Arc<Columns>,
    container: Container,
    /// The org that the user named.
    org: Option<String>,
}

impl Shape {
    fn of(reading: &Reading<'_>, org: Option<&str>) -> Self {
        Self {
            layout: reading.layout.id.clone(),
            columns: Arc::clone(&reading.columns),
            container: reading.container,
            org: org.map(str::to_owned),
        }
    }

    fn is_of(&self, reading: &Reading<'_>, org: Option<&str>) -> bool {
        let same = Arc::ptr_eq(&self.columns, &reading.columns);
        (same || self.columns.names == reading.columns.names)
            && self.layout == reading.layout.id
            && self.container == reading.container
            && self.org.as_deref() == org
    }
}

/// A user as some field or fields tell them.
#[derive(Clone, Copy, Debug)]
pub(super) struct UserMet {
    pub(super) user: Sym,
    /// The file in which they were met last.
    pub(super) file: u32,
    /// The number of the name that the row gives to an id, in that file.
    pub(super) given: u32,
    /// The position of that id and name in [`Memo::pairs`].
    pub(super) pair: u32,
    /// The number of the end that their last row had.
    pub(super) last_tail: u32,
}

impl UserMet {
    /// The same in a file: another one had them, so that this one gives the name too. `pairs` are
    /// [`Memo::pairs`].
    pub(super) fn in_file(self, file: u32, pairs: &[(Sym, Sym)], named: &mut GivenNames) -> Self {
        let pair = pairs.get(self.pair as usize);
        Self {
            file,
            given: pair.map_or(u32::MAX, |&(id, name)| named.number(id, name, false)),
            ..self
        }
    }
}

/// Combinations and users by the bytes of their fields, and how rows repeat, for files of one
/// shape. Numbers are those of the tables of one worker.
#[derive(Debug, Default)]
pub struct Memo {
    shape: Option<Shape>,
    /// Counts files.
    pub(super) file: u32,
    /// Users by the bytes of their fields.
    pub(super) users: FxHashMap<Box<[u8]>, UserMet>,
    /// The same where one field without escapes tells the user.
    pub(super) plain_users: FxHashMap<Box<[u8]>, UserMet>,
    /// Ids of users with the names that rows give them.
    pub(super) pairs: Vec<(Sym, Sym)>,
    /// Each with the file in which it was met last; `None` stands for another event type.
    known: FxHashMap<Box<[u8]>, (Option<DimsId>, u32)>,
    /// The names that a file gives: empty between files, with the memory of the last one's.
    pub(super) named: GivenNames,
    tails: Option<Tails>,
    alike: Option<Alike>,
}

impl Memo {
    /// Goes on to a file: what is known stays if the file has the same shape.
    pub(super) fn for_file(self, reading: &Reading<'_>, org: Option<&str>) -> Self {
        let next = self.file.wrapping_add(1);
        let shape = self.shape.as_ref();
        if shape.is_some_and(|shape| shape.is_of(reading, org)) {
            return Self { file: next, ..self };
        }
        Self {
            shape: Some(Shape::of(reading, org)),
            file: next,
            ..Self::default()
        }
    }

    /// The ends of rows, where files of this shape have been read.
    pub(super) fn tails(&mut self) -> Option<Tails> {
        self.tails.take().map(|tails| tails.in_file(self.file))
    }

    /// How rows repeat, where files of this shape have been read.
    pub(super) fn alike(&mut self) -> Option<Alike> {
        self.alike.take()
    }

    pub(super) fn keep(&mut self, tails: Tails, alike: Alike) {
        self.tails = Some(tails);
        self.alike = Some(alike);
    }

    /// What a key was found to mean, and whether that is news to this file.
    #[inline]
    fn find(&mut self, key: &[u8]) -> Option<(Option<DimsId>, bool)> {
        let (dims, file) = self.known.get_mut(key)?;
        let news = *file != self.file;
        *file = self.file;
        Some((*dims, news))
    }

    fn remember(&mut self, key: &[u8], dims: Option<DimsId>) {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(key.into(), (dims, self.file));
    }
}

impl Decoder<'_> {
    /// What the fields in [`Decoder::key`] were found to mean.
    #[inline]
    pub(super) fn recall(&mut self) -> Option<Option<DimsId>> {
        let (dims, news) = self.memo.find(&self.key)?;
        if let (Some(dims), true) = (dims, news) {
            self.met_org_of(dims);
        }
        Some(dims)
    }

    /// Remembers what the fields in [`Decoder::key`] mean.
    pub(super) fn remember(&mut self, dims: Option<DimsId>) {
        self.memo.remember(&self.key, dims);
    }

    /// Notes the org of a combination that another file had before.
    pub(super) fn met_org_of(&mut self, dims: DimsId) {
        let org = self.names.dims.get(dims).org;
        if org != self.org
            && let Some(org) = self.names.symbols.known(org)
            && !self.orgs.contains(org)
        {
            self.orgs.insert(org.to_owned());
        }
    }
}
