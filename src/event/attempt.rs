//! What a login attempt is made of, whatever layout it was read from.

use rustc_hash::FxHashMap;

use super::{Basis, Flow, Sym};

/// What a record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A login attempt of an export.
    #[default]
    Attempt,
    /// A login that an integration's log tells of, where no export does.
    Log,
}

/// Everything about an attempt but who and when. Few distinct ones exist even in large files,
/// so they are interned and attempts carry their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
// wide: the key of the tally (contract, section 3)
pub struct Dims {
    pub kind: Kind,
    pub success: bool,
    pub flow: Flow,
    pub basis: Basis,
    pub org: Sym,
    pub app: Sym,
    /// What the source says of the outcome, trimmed, in its own spelling.
    pub description: Sym,
    pub source: Sym,
    pub country: Sym,
    pub client: Sym,
    pub api_version: Sym,
    pub tls: Sym,
    pub host: Sym,
    /// A login type that the catalogue does not know.
    pub unknown_type: Sym,
    /// A login subtype that the catalogue does not know.
    pub unknown_subtype: Sym,
}

impl Dims {
    /// Every symbol that this refers to.
    pub fn symbols(&self) -> [Sym; 11] {
        [
            self.org,
            self.app,
            self.description,
            self.source,
            self.country,
            self.client,
            self.api_version,
            self.tls,
            self.host,
            self.unknown_type,
            self.unknown_subtype,
        ]
    }

    /// The same with every symbol replaced.
    pub fn renamed(&self, new: &[Sym]) -> Self {
        let of = |sym: Sym| new[sym.index()];
        Self {
            kind: self.kind,
            success: self.success,
            flow: self.flow,
            basis: self.basis,
            org: of(self.org),
            app: of(self.app),
            description: of(self.description),
            source: of(self.source),
            country: of(self.country),
            client: of(self.client),
            api_version: of(self.api_version),
            tls: of(self.tls),
            host: of(self.host),
            unknown_type: of(self.unknown_type),
            unknown_subtype: of(self.unknown_subtype),
        }
    }
}

/// The number of a [`Dims`] in a [`DimsTable`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DimsId(pub u32);

impl DimsId {
    /// Position in tables that have one entry a combination.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A table of distinct combinations.
#[derive(Clone, Debug, Default)]
pub struct DimsTable {
    all: Vec<Dims>,
    index: FxHashMap<Dims, DimsId>,
}

impl DimsTable {
    /// The number of a combination.
    pub fn intern(&mut self, dims: Dims) -> DimsId {
        *self.index.entry(dims).or_insert_with(|| {
            self.all.push(dims);
            DimsId(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
        })
    }

    /// The combination of a number.
    pub fn get(&self, id: DimsId) -> &Dims {
        &self.all[id.index()]
    }

    /// All combinations in the order of their numbers.
    pub fn all(&self) -> &[Dims] {
        &self.all
    }
}
