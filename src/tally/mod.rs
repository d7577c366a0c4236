//! Attempts to the tally: one additive table, from which all that is shown is computed.
//!
//! A row counts the attempts of one user, one combination of everything else ([`Dims`]) and one
//! bucket of time: a minute for failures, a quarter of an hour for successes. Rows add up, so
//! tallies merge in any order and grouping; [`Tally::from_parts`] sorts, so that equal content is
//! equal bytes. [`fill()`] reads files into it in parallel, [`Resolved`] gives names, spellings and
//! causes, [`frames`] answers questions.

mod changes;
mod counts;
pub mod coverage;
mod fill;
pub mod frames;
mod joints;
pub mod logs;
pub mod overlap;
mod pairs;
mod parquet;
mod plan;
mod resolve;
mod rounds;
mod row;
pub mod slots;
mod span;
mod user_names;
mod worker;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::event::{Dims, DimsId, Instant, Sym, Symbols};
use crate::normalise::Names;

pub use changes::{Changes, MOST_CHANGES};
pub use fill::{FileRead, Fill, Filled, Interrupted, NotFilled, ToRead, fill};
pub use pairs::{Pair, Pairs};
pub use parquet::write as write_parquet;
pub use plan::{Fate, Planned, Told, plan};
pub use resolve::{NameTable, Resolved, What};
pub use row::{Row, compact};

/// The whole count: symbols, combinations and rows, each sorted, each used.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub symbols: Symbols,
    /// Sorted; a row's [`DimsId`] is the position here.
    pub dims: Vec<Dims>,
    /// Sorted by bucket, user and combination; one row a key.
    pub rows: Vec<Row>,
    pairs: OnceLock<Pairs>,
}

/// What one worker counted: its rows refer to its own tables.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub names: Names,
    pub rows: Vec<Row>,
}

impl Tally {
    /// The sum of parts. The result depends on their content alone, not on their number or order.
    pub fn from_parts(parts: Vec<Part>) -> Self {
        let used: Vec<Used> = parts.iter().map(Used::of).collect();
        let mut texts: Vec<&str> = used
            .iter()
            .zip(&parts)
            .flat_map(|(used, part)| used.texts(part))
            .collect();
        texts.sort_unstable();
        texts.dedup();
        let mut symbols = Symbols::default();
        for text in texts {
            symbols.intern(text);
        }
        let renames: Vec<Vec<Sym>> = used
            .iter()
            .zip(&parts)
            .map(|(used, part)| used.renamed(part, &mut symbols))
            .collect();
        let mut dims: Vec<Dims> = Vec::new();
        for ((used, part), new) in used.iter().zip(&parts).zip(&renames) {
            dims.extend(used.dims(part).map(|dims| dims.renamed(new)));
        }
        dims.sort_unstable();
        dims.dedup();
        let ids: FxHashMap<Dims, DimsId> = (0..)
            .map(DimsId)
            .zip(&dims)
            .map(|(id, dims)| (*dims, id))
            .collect();
        // Rows are renamed where they stand: they are most of what a run keeps in memory.
        let mut rows: Vec<Row> = Vec::new();
        for (mut part, new) in parts.into_iter().zip(&renames) {
            let old = part.names.dims.all().iter();
            let new_dims: Vec<Option<DimsId>> = old
                .map(|dims| ids.get(&dims.renamed(new)).copied())
                .collect();
            for row in &mut part.rows {
                row.user = new[row.user.index()];
                row.dims = new_dims[row.dims.index()].unwrap_or_default();
            }
            match rows.is_empty() {
                true => rows = part.rows,
                false => rows.append(&mut part.rows),
            }
        }
        compact(&mut rows);
        Self {
            symbols,
            dims,
            rows,
            pairs: OnceLock::new(),
        }
    }

    /// The sum of two tallies.
    pub fn merge(self, other: Self) -> Self {
        Self::from_parts(vec![self.into_part(), other.into_part()])
    }

    /// The first and the last attempt; `None` where there is none.
    pub fn ends(&self) -> Option<(Instant, Instant)> {
        let pairs = self.pairs().all();
        let first = pairs.iter().map(|pair| pair.first).min()?;
        let last = pairs.iter().map(|pair| pair.last).max()?;
        Some((first, last))
    }

    /// How many attempts each combination has, in the order of [`Tally::dims`].
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.dims.len()];
        for pair in self.pairs().all() {
            counts[pair.dims.index()] += pair.n;
        }
        counts
    }

    /// The rows that pass, with the same tables.
    pub fn filtered(&self, pass: impl Fn(&Row) -> bool) -> Self {
        let rows = self.rows.iter().filter(|row| pass(row)).copied();
        Self {
            symbols: self.symbols.clone(),
            dims: self.dims.clone(),
            rows: rows.collect(),
            pairs: OnceLock::new(),
        }
    }

    /// The rows by user and combination, worked out when they are first asked for.
    pub fn pairs(&self) -> &Pairs {
        self.pairs.get_or_init(|| Pairs::of(self))
    }

    /// A combination by its number.
    pub fn dims(&self, id: DimsId) -> &Dims {
        &self.dims[id.index()]
    }

    fn into_part(self) -> Part {
        let mut names = Names {
            symbols: self.symbols,
            ..Names::default()
        };
        for dims in self.dims {
            names.dims.intern(dims);
        }
        Part {
            names,
            rows: self.rows,
        }
    }
}

/// Equal content: what the tables hold is sorted, so equal tallies have equal tables.
impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        self.symbols.texts().eq(other.symbols.texts())
            && self.dims == other.dims
            && self.rows == other.rows
    }
}

/// Which symbols and combinations of a part its rows refer to.
struct Used {
    symbols: Vec<bool>,
    dims: Vec<bool>,
}

impl Used {
    fn of(part: &Part) -> Self {
        let mut symbols = vec![false; part.names.symbols.len()];
        let mut dims = vec![false; part.names.dims.all().len()];
        for row in &part.rows {
            symbols[row.user.index()] = true;
            dims[row.dims.index()] = true;
        }
        for (dims, _) in part
            .names
            .dims
            .all()
            .iter()
            .zip(&dims)
            .filter(|(_, used)| **used)
        {
            for sym in dims.symbols() {
                symbols[sym.index()] = true;
            }
        }
        Self { symbols, dims }
    }

    fn texts<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a str> {
        let used = self.symbols.iter().skip(1);
        part.names
            .symbols
            .texts()
            .zip(used)
            .filter(|(_, used)| **used)
            .map(|(text, _)| text)
    }

    fn dims<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a Dims> {
        let all = part.names.dims.all().iter();
        all.zip(&self.dims)
            .filter(|(_, used)| **used)
            .map(|(dims, _)| dims)
    }

    /// The new symbol of every old one; unused ones become unknown, which no row shows.
    fn renamed(&self, part: &Part, symbols: &mut Symbols) -> Vec<Sym> {
        let texts = std::iter::once("").chain(part.names.symbols.texts());
        let used = std::iter::once(&false).chain(self.symbols.iter().skip(1));
        texts
            .zip(used)
            .map(|(text, used)| {
                if *used {
                    symbols.intern(text)
                } else {
                    Sym::UNKNOWN
                }
            })
            .collect()
    }
}
