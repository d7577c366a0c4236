//! The sum of parts: one table of texts and of combinations, and the rows of all in its numbers.
//!
//! Names may be as many as rows, so each text is kept once and what is done with is given back.

use std::sync::{Arc, OnceLock};

use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashMap;

use super::{Part, Row, Tally, compact};
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
    let mut rows: Vec<Row> = Vec::new();
    for (part, new) in parts.into_iter().zip(renames) {
        let Part {
            names,
            rows: mut own,
        } = part;
        let all = names.dims.all().iter();
        let new_dims: Vec<Option<DimsId>> = all
            .map(|dims| ids.get(&dims.renamed(&new)).copied())
            .collect();
        drop(names);
        for row in &mut own {
            row.user = new[row.user.index()];
            row.dims = new_dims[row.dims.index()].unwrap_or_default();
        }
        // The rows of the first stay where they are.
        if rows.is_empty() {
            rows = own;
        } else {
            rows.append(&mut own);
        }
    }
    compact(&mut rows);
    Tally {
        symbols: Arc::new(symbols),
        dims,
        rows,
        pairs: OnceLock::new(),
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

    fn dims<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a Dims> {
        let all = part.names.dims.all().iter();
        all.zip(&self.dims)
            .filter(|(_, used)| **used)
            .map(|(dims, _)| dims)
    }
}
