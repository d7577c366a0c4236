//! Which files share logins, as a table and in words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Material;
use crate::report::model::{Overlap, PathText};
use crate::report::words::count;
use crate::tally::overlap::Shared;

/// Pairs of files that `report.json` names.
const PAIRS: usize = 1_000;
/// Pairs that a sentence names.
const NAMED: usize = 3;

/// The pairs of files that share logins: by rows, then by path.
pub(super) fn overlaps(material: &Material<'_>) -> Vec<Overlap> {
    let of_pair = |shared: &Shared| Overlap {
        kept_in: PathText(path(material, shared.kept_in).to_owned()),
        duplicate_in: PathText(path(material, shared.duplicate_in).to_owned()),
        rows: shared.rows,
    };
    let mut sorted: Vec<&Shared> = material.overlaps.shared.iter().collect();
    sorted.sort_by_key(|shared| by_size(shared));
    sorted.into_iter().take(PAIRS).map(of_pair).collect()
}

/// Most rows first. Inputs are numbered in byte order of path.
fn by_size(shared: &Shared) -> (Reverse<u64>, u32, u32) {
    (Reverse(shared.rows), shared.kept_in, shared.duplicate_in)
}

fn path<'a>(material: &Material<'a>, input: u32) -> &'a str {
    let seen = material.inputs.get(input as usize);
    seen.map_or("", |seen| seen.path)
}

/// What each input shares with those that keep its rows.
pub(super) struct ByInput<'a>(BTreeMap<u32, Vec<&'a Shared>>);

impl<'a> ByInput<'a> {
    pub(super) fn of(material: &Material<'a>) -> Self {
        let mut by_input: BTreeMap<u32, Vec<&Shared>> = BTreeMap::new();
        for shared in &material.overlaps.shared {
            by_input
                .entry(shared.duplicate_in)
                .or_default()
                .push(shared);
        }
        for shared in by_input.values_mut() {
            shared.sort_by_key(|shared| by_size(shared));
        }
        Self(by_input)
    }

    /// Where the duplicates of an input are kept.
    pub(super) fn notes(&self, material: &Material<'_>, input: usize) -> Vec<String> {
        let input = u32::try_from(input).unwrap_or(u32::MAX);
        let shared = self.0.get(&input);
        shared.map_or_else(Vec::new, |shared| of_input(material, shared))
    }
}

/// One sentence for each of the files with the most.
fn of_input(material: &Material<'_>, of_input: &[&Shared]) -> Vec<String> {
    let sentence = |shared: &&Shared| {
        if shared.kept_in == shared.duplicate_in {
            let rows = count(shared.rows, "row repeats", "rows repeat");
            format!("{rows} the id of another row of this file")
        } else {
            let rows = count(shared.rows, "row is a login", "rows are logins");
            format!(
                "{rows} that {} has too, counted there",
                path(material, shared.kept_in)
            )
        }
    };
    let mut sentences: Vec<String> = of_input.iter().take(NAMED).map(sentence).collect();
    if let Some(rest @ [_, ..]) = of_input.get(NAMED..) {
        let rows = rest.iter().map(|shared| shared.rows).sum();
        let rows = count(rows, "row is a login", "rows are logins");
        let files = count(rest.len() as u64, "further file has", "further files have");
        sentences.push(format!("{rows} that {files} too, counted there"));
    }
    sentences
}

/// What a reader must know of the whole run.
pub(super) fn notes(material: &Material<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let overlaps = overlaps(material);
    let rows: u64 = material.overlaps.shared.iter().map(|pair| pair.rows).sum();
    if rows > 0 {
        let pair = |pair: &Overlap| {
            let n = count(pair.rows, "row", "rows");
            match pair.kept_in == pair.duplicate_in {
                true => format!("{n} within {}", pair.kept_in.0),
                false => format!("{n} of {} in {}", pair.duplicate_in.0, pair.kept_in.0),
            }
        };
        let mut pairs: Vec<String> = overlaps.iter().take(NAMED).map(pair).collect();
        let more = material.overlaps.shared.len() - pairs.len();
        if more > 0 {
            pairs.push(count(
                more as u64,
                "more pair of files",
                "more pairs of files",
            ));
        }
        notes.push(format!(
            "The files overlap: {} of a login that stands elsewhere too, so that each counts once ({}).",
            count(rows, "row is a duplicate", "rows are duplicates"),
            pairs.join("; ")
        ));
    }
    if material.overlaps.incomparable {
        notes.push(
            "Some files tell users by id alone where others of the same time tell them by name alone, so their logins can't be compared and may count twice; a User export beside them joins ids and names."
                .to_owned(),
        );
    }
    notes
}
