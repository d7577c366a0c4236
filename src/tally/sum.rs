//! The sum of parts: one table of texts and of combinations, and the rows of all in its numbers.
//!
//! Names may be as many as rows, so each text is kept once and what is done with is given back.

use std::sync::{Arc, OnceLock};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashMap;

use super::order::{Counted, in_order};
use super::{Part, Tally};
use crate::event::{Dims, DimsId, Sym, Symbols};
use crate::normalise::Names;

pub(super) fn sum(mut parts: Vec<Part>) -> Tally {
    for part in &mut parts {
        part.names.users.forget_places();
    }
    let used: Vec<Used> = parts.par_iter().map(Used::of).collect();
    let names: Vec<&Names> = parts.iter().map(|part| &part.names).collect();
    let dims_used: Vec<&[bool]> = used.iter().map(|used| &used.dims[..]).collect();
    let common = Common::of(&names, &dims_used);
    let tables: Vec<&Symbols> = names.iter().map(|names| &names.users).collect();
    let users_used: Vec<&[u32]> = used.iter().map(|used| &used.users[..]).collect();
    let (users, renames) = merged(&tables, &users_used);
    let mut of_user = vec![0; users.len()];
    for (rows, new) in users_used.iter().zip(&renames) {
        for (rows, new) in rows.iter().zip(new) {
            of_user[new.index()] += *rows as usize;
        }
    }
    drop(used);
    let counted = parts.into_iter().zip(renames).zip(common.new);
    let counted = counted.map(|((part, users), dims)| Counted {
        dims,
        users,
        rows: part.rows,
    });
    let counted: Vec<Counted> = counted.collect();
    let (rows, pairs) = in_order(&counted, &of_user, common.dims.len());
    Tally {
        symbols: Arc::new(common.symbols),
        dims: common.dims,
        users: users.into(),
        rows: rows.into(),
        pairs: OnceLock::from(pairs),
    }
}

/// The combinations of all parts, and the texts that they are told by. Both are few.
pub(super) struct Common {
    pub(super) symbols: Symbols,
    pub(super) dims: Vec<Dims>,
    /// By part: the number of each of its combinations.
    pub(super) new: Vec<Vec<DimsId>>,
}

impl Common {
    /// Those that are used, sorted, each once.
    pub(super) fn of(names: &[&Names], used: &[&[bool]]) -> Self {
        let each = || names.iter().zip(used);
        let all_used = |names: &&Names, used: &&[bool]| -> Vec<Dims> {
            let all = names.dims.all().iter().zip(*used);
            all.filter(|(_, used)| **used)
                .map(|(dims, _)| *dims)
                .collect()
        };
        let texts_used: Vec<Vec<bool>> = each()
            .map(|(names, used)| {
                let mut texts = vec![false; names.symbols.len()];
                for dims in all_used(names, used) {
                    dims.symbols()
                        .iter()
                        .for_each(|sym| texts[sym.index()] = true);
                }
                texts
            })
            .collect();
        let tables: Vec<&Symbols> = names.iter().map(|names| &names.symbols).collect();
        let texts_used: Vec<&[bool]> = texts_used.iter().map(Vec::as_slice).collect();
        let (symbols, renames) = merged(&tables, &texts_used);
        let mut dims: Vec<Dims> = Vec::new();
        for ((names, used), new) in each().zip(&renames) {
            dims.extend(all_used(names, used).iter().map(|dims| dims.renamed(new)));
        }
        dims.sort_unstable();
        dims.dedup();
        let ids: FxHashMap<Dims, DimsId> = (0..)
            .map(DimsId)
            .zip(&dims)
            .map(|(id, dims)| (*dims, id))
            .collect();
        let new = names.iter().zip(&renames).map(|(names, new)| {
            let all = names.dims.all().iter();
            let all = all.map(|dims| ids.get(&dims.renamed(new)).copied());
            all.map(Option::unwrap_or_default).collect()
        });
        Self {
            new: new.collect(),
            symbols,
            dims,
        }
    }
}

/// A text of a table: the table's position, and its symbol there.
#[derive(Clone, Copy)]
struct TextOf {
    table: u32,
    sym: Sym,
}

/// All texts that are used, sorted, each once; and by table the new symbol of every old one.
/// Unused ones, whose number in `used` is 0, become unknown, which no row shows.
fn merged<N: Copy + Into<u32>>(tables: &[&Symbols], used: &[&[N]]) -> (Symbols, Vec<Vec<Sym>>) {
    let text = |of: &TextOf| tables[of.table as usize].text(of.sym);
    let mut all: Vec<TextOf> = Vec::new();
    for (table, used) in (0..).zip(used) {
        let known = (0..).map(Sym).zip(*used).skip(1);
        let known = known.filter(|(_, used)| (**used).into() > 0);
        all.extend(known.map(|(sym, _)| TextOf { table, sym }));
    }
    all.par_sort_unstable_by(|a, b| text(a).cmp(text(b)));
    let alike = || all.chunk_by(|a, b| text(a) == text(b));
    let symbols: Symbols = alike().map(|same| text(&same[0])).collect();
    let mut renames: Vec<Vec<Sym>> = used
        .iter()
        .map(|used| vec![Sym::UNKNOWN; used.len()])
        .collect();
    for (new, same) in (1..).map(Sym).zip(alike()) {
        for of in same {
            renames[of.table as usize][of.sym.index()] = new;
        }
    }
    (symbols, renames)
}

/// How many rows of a part refer to each user, and which combinations they refer to.
struct Used {
    users: Vec<u32>,
    dims: Vec<bool>,
}

impl Used {
    fn of(part: &Part) -> Self {
        let mut users = vec![0; part.names.users.len()];
        let mut dims = vec![false; part.names.dims.all().len()];
        for row in part.rows.iter() {
            users[row.user.index()] += 1;
            dims[row.dims.index()] = true;
        }
        Self { users, dims }
    }
}
