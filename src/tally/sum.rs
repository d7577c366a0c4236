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

pub(super) fn sum(mut parts: Vec<Part>) -> Tally {
    for part in &mut parts {
        part.names.symbols.forget_places();
    }
    let used: Vec<Used> = parts.iter().map(Used::of).collect();
    let (symbols, renames) = merged(&parts, &used);
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
    drop(used);
    let counted = parts.into_iter().zip(renames);
    let counted = counted.map(|(part, users)| {
        let all = part.names.dims.all().iter();
        let dims = all.map(|dims| ids.get(&dims.renamed(&users)).copied().unwrap_or_default());
        Counted {
            dims: dims.collect(),
            users,
            rows: part.rows,
        }
    });
    let rows = in_order(&counted.collect::<Vec<_>>(), symbols.len());
    Tally {
        symbols: Arc::new(symbols),
        dims,
        rows,
        pairs: OnceLock::new(),
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

/// A text of a part: the part, and its symbol there.
#[derive(Clone, Copy)]
struct TextOf {
    part: u32,
    sym: Sym,
}

/// All texts that are used, sorted, each once; and by part the new symbol of every old one.
/// Unused ones become unknown, which no row shows.
fn merged(parts: &[Part], used: &[Used]) -> (Symbols, Vec<Vec<Sym>>) {
    let text = |of: &TextOf| parts[of.part as usize].names.symbols.text(of.sym);
    let mut all: Vec<TextOf> = Vec::new();
    for (part, used) in (0..).zip(used) {
        let known = (0..).map(Sym).zip(&used.symbols).skip(1);
        let known = known.filter(|(_, used)| **used);
        all.extend(known.map(|(sym, _)| TextOf { part, sym }));
    }
    all.par_sort_unstable_by(|a, b| text(a).cmp(text(b)));
    let alike = || all.chunk_by(|a, b| text(a) == text(b));
    let symbols: Symbols = alike().map(|same| text(&same[0])).collect();
    let mut renames: Vec<Vec<Sym>> = used
        .iter()
        .map(|used| vec![Sym::UNKNOWN; used.symbols.len()])
        .collect();
    for (new, same) in (1..).map(Sym).zip(alike()) {
        for of in same {
            renames[of.part as usize][of.sym.index()] = new;
        }
    }
    (symbols, renames)
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
        for row in part.rows.iter() {
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

    fn dims<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a Dims> {
        let all = part.names.dims.all().iter();
        all.zip(&self.dims)
            .filter(|(_, used)| **used)
            .map(|(dims, _)| dims)
    }
}
