//! The sum of parts: one table of texts and of combinations, and the rows of all in its numbers.
//!
//! Names may be as many as rows, so each text is kept once and what is done with is given back.

use std::sync::{Arc, OnceLock};

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashMap;

use super::row::add_up;
use super::{Part, Row, Rows, Tally};
use crate::event::{Dims, DimsId, Sym, Symbols};
use crate::normalise::Names;

pub(super) fn sum(mut parts: Vec<Part>) -> Tally {
    for part in &mut parts {
        part.names.users.forget_places();
    }
    let used: Vec<Used> = parts.iter().map(Used::of).collect();
    let names: Vec<&Names> = parts.iter().map(|part| &part.names).collect();
    let dims_used: Vec<&[bool]> = used.iter().map(|used| &used.dims[..]).collect();
    let common = Common::of(&names, &dims_used);
    let tables: Vec<&Symbols> = names.iter().map(|names| &names.users).collect();
    let users_used: Vec<&[bool]> = used.iter().map(|used| &used.users[..]).collect();
    let (users, renames) = merged(&tables, &users_used);
    drop(used);
    let counted = parts.into_iter().zip(renames).zip(common.new);
    let counted = counted.map(|((part, users), dims)| Counted {
        dims,
        users,
        rows: part.rows,
    });
    let rows = in_order(&counted.collect::<Vec<_>>(), users.len());
    Tally {
        symbols: Arc::new(common.symbols),
        dims: common.dims,
        users: users.into(),
        rows: rows.into(),
        pairs: OnceLock::new(),
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

/// The rows of a part, and the new number of each of its users and combinations.
struct Counted {
    rows: Rows,
    users: Vec<Sym>,
    dims: Vec<DimsId>,
}

impl Counted {
    fn user(&self, row: &Row) -> Sym {
        self.users[row.user.index()]
    }
}

/// All rows by their new numbers, sorted, those of one key added up.
///
/// Each row is put among those of its user at once, so that only these are left to be sorted.
/// Every thread does so for a share of the users.
fn in_order(parts: &[Counted], users: usize) -> Vec<Row> {
    // Where the rows of each user begin, and where the last end.
    let mut starts = vec![0_usize; users + 1];
    for part in parts {
        for row in part.rows.iter() {
            starts[part.user(row).index() + 1] += 1;
        }
    }
    for user in 1..starts.len() {
        starts[user] += starts[user - 1];
    }
    // Every thread touches the memory of its own share first.
    let mut rows: Vec<Row> = rayon::iter::repeat_n(Row::default(), starts[users]).collect();
    rayon::scope(|scope| {
        let threads = rayon::current_num_threads();
        let (mut rest, mut from) = (&mut rows[..], 0);
        for share in 1..=threads {
            let wanted = starts[users] / threads * share;
            let to = match share == threads {
                true => users,
                false => starts.partition_point(|start| *start < wanted).max(from),
            };
            let (own, behind) = rest.split_at_mut(starts[to] - starts[from]);
            let starts = &starts[from..to];
            scope.spawn(move |_| fill_in(parts, from, starts, own));
            (rest, from) = (behind, to);
        }
    });
    rows.par_chunk_by_mut(|a, b| a.user == b.user)
        .for_each(|of_user| {
            of_user.sort_unstable_by_key(|row| u64::from(row.dims.0) << 32 | u64::from(row.bucket));
        });
    add_up(&mut rows);
    rows
}

/// Puts the rows of some users, the first of whom is `first`, where those of each begin.
fn fill_in(parts: &[Counted], first: usize, starts: &[usize], rows: &mut [Row]) {
    let before = starts.first().copied().unwrap_or(0);
    let mut next: Vec<usize> = starts.iter().map(|start| start - before).collect();
    for part in parts {
        for row in part.rows.iter() {
            let user = part.user(row);
            let at = user
                .index()
                .checked_sub(first)
                .and_then(|at| next.get_mut(at));
            if let Some(at) = at {
                rows[*at] = row.of(user, part.dims[row.dims.index()]);
                *at += 1;
            }
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
/// Unused ones become unknown, which no row shows.
fn merged(tables: &[&Symbols], used: &[&[bool]]) -> (Symbols, Vec<Vec<Sym>>) {
    let text = |of: &TextOf| tables[of.table as usize].text(of.sym);
    let mut all: Vec<TextOf> = Vec::new();
    for (table, used) in (0..).zip(used) {
        let known = (0..).map(Sym).zip(*used).skip(1);
        let known = known.filter(|(_, used)| **used);
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

/// Which users and combinations of a part its rows refer to.
struct Used {
    users: Vec<bool>,
    dims: Vec<bool>,
}

impl Used {
    fn of(part: &Part) -> Self {
        let mut users = vec![false; part.names.users.len()];
        let mut dims = vec![false; part.names.dims.all().len()];
        for row in part.rows.iter() {
            users[row.user.index()] = true;
            dims[row.dims.index()] = true;
        }
        Self { users, dims }
    }
}
