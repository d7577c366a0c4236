//! Records that stand in several files, so that each counts once.
//!
//! A log may be there twice: plain and packed, in two folders, as it was yesterday and as it is
//! today. What several copies share counts as often as in the one that has it most, so look-alikes
//! within one log are all kept; the first file by path keeps what is shared.
//!
//! Files are compared only where they may be one log: those with one name without rotation and
//! compression, unless the user calls their clients by different names, and those that begin with
//! the same bytes, several times among them. Two hosts that tell the same in the same moment in
//! files with different names are two. The parts of a rotated log are one log: what stands in two
//! parts that follow each other in time is no copy.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::chains::Chain;
use super::identity::Noted;
use super::read::ReadLogs;
use super::{LogRead, LogToRead};
use crate::event::Instant;
use crate::tally::overlap::Shared;

/// Times that the same beginning must state before two names are taken for one log: a moment or
/// two may be chance where many hosts do the same.
const TIMES: usize = 3;

/// Files that may share records: groups of at least two.
pub(super) fn groups(files: &[LogToRead<'_>], with: &ReadLogs<'_>) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..files.len()).collect();
    let mut named = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        let name = (file.org, &file.about.name.base, &file.app);
        unite(&mut group, *named.entry(name).or_insert(at), at);
    }
    // Sorted, whatever a text is the beginning of stands behind it.
    let mut sorted: Vec<usize> = (0..files.len()).collect();
    sorted.sort_by_key(|&at| (files[at].org, &files[at].beginning));
    let mut begins: Vec<usize> = Vec::new();
    for at in sorted {
        let goes_on = |&before: &usize| {
            let (before, file) = (&files[before], &files[at]);
            before.org == file.org && file.beginning.starts_with(&before.beginning)
        };
        while begins.pop_if(|before| !goes_on(before)).is_some() {}
        if let Some(&before) = begins.last()
            && times(&files[before], with) >= TIMES
        {
            unite(&mut group, before, at);
        }
        begins.push(at);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..files.len() {
        groups.entry(first_of(&group, at)).or_default().push(at);
    }
    let several = groups.into_values().filter(|group| group.len() > 1);
    several.collect()
}

/// The first file of a file's group.
fn first_of(group: &[usize], mut at: usize) -> usize {
    while group[at] != at {
        at = group[at];
    }
    at
}

fn unite(group: &mut [usize], a: usize, b: usize) {
    let (a, b) = (first_of(group, a), first_of(group, b));
    group[a.max(b)] = a.min(b);
}

/// How many different times the beginning of a file states.
fn times(file: &LogToRead<'_>, with: &ReadLogs<'_>) -> usize {
    let lines = file.beginning.split_inclusive(|&byte| byte == b'\n');
    let stated = lines.filter_map(|line| file.about.time_of(line, with.logs, &with.known.zones));
    let mut stated: Vec<Instant> = stated.collect();
    stated.sort_unstable();
    stated.dedup();
    stated.len()
}

/// What files share, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Files with records that others keep, and how many of each record.
    pub(super) dropped: Vec<(usize, FxHashMap<u128, u32>)>,
    /// Files whose records all stand elsewhere; the input that keeps them, if it is one.
    pub(super) whole: Vec<(usize, Option<u32>)>,
    /// Files with more records than could be compared.
    pub(super) not_compared: Vec<usize>,
    /// Errors that files share.
    pub(super) shared: Vec<Shared>,
}

impl Copies {
    /// Compares the files of each group; `inputs` are their numbers.
    pub(super) fn of(
        inputs: &[u32],
        chains: &[Chain],
        groups: &[Vec<usize>],
        done: &[LogRead],
    ) -> Self {
        let strands = strands(chains, done);
        let mut copies = Self::default();
        let mut shared = BTreeMap::new();
        for group in groups {
            let logs = group.iter().copied().filter(|&file| done[file].is_log);
            let logs: Vec<usize> = logs.collect();
            if logs
                .windows(2)
                .any(|two| strands[two[0]] != strands[two[1]])
            {
                copies.compare(&logs, &strands, (inputs, done), &mut shared);
            }
        }
        let shared = shared.into_iter();
        copies.shared = shared
            .map(|((kept_in, duplicate_in), rows)| Shared {
                kept_in,
                duplicate_in,
                rows,
            })
            .collect();
        copies
    }

    fn compare(
        &mut self,
        group: &[usize],
        strands: &[usize],
        (inputs, done): (&[u32], &[LogRead]),
        shared: &mut BTreeMap<(u32, u32), u64>,
    ) {
        let noted = |file: usize| &done[file].trace.noted;
        let mut compared: Vec<usize> = Vec::new();
        for &file in group {
            // Only of these not all is known one by one.
            let is_same = |&&before: &&usize| {
                strands[before] != strands[file] && noted(before).is_same(noted(file))
            };
            match compared.iter().find(is_same) {
                Some(&before) if noted(file).is_cut() => {
                    let pair = (inputs[before], inputs[file]);
                    *shared.entry(pair).or_default() += done[file].ledger.events;
                    self.whole.push((file, Some(pair.0)));
                }
                _ => compared.push(file),
            }
        }
        let cut = compared.iter().filter(|&&file| noted(file).is_cut());
        self.not_compared.extend(cut);
        let mut dropped: BTreeMap<usize, Dropped> = BTreeMap::new();
        for record in records(&compared, noted).chunk_by(|a, b| a.id == b.id) {
            if record
                .iter()
                .all(|one| strands[one.file] == strands[record[0].file])
            {
                continue;
            }
            let keeper = record[0].file;
            for one in not_kept(record, strands) {
                let dropped = dropped.entry(one.file).or_default();
                dropped.add(one.id, inputs[keeper]);
                if one.is_error {
                    let pair = (inputs[keeper], inputs[one.file]);
                    *shared.entry(pair).or_default() += 1;
                }
            }
        }
        for (file, dropped) in dropped {
            match dropped.count == noted(file).count {
                true => self.whole.push((file, dropped.only_keeper())),
                false => self.dropped.push((file, dropped.records)),
            }
        }
    }
}

/// A record of a file.
struct Record {
    id: u128,
    file: usize,
    is_error: bool,
}

/// All records of some files, those that are one beside each other, by file and in their order.
fn records<'n>(files: &[usize], noted: impl Fn(usize) -> &'n Noted) -> Vec<Record> {
    let mut records = Vec::with_capacity(files.iter().map(|&file| noted(file).met.len()).sum());
    for &file in files {
        let met = noted(file).met.iter();
        records.extend(met.map(|met| Record {
            id: met.id(),
            file,
            is_error: met.is_error(),
        }));
    }
    records.sort_by_key(|record| (record.id, record.file));
    records
}

/// Those of one record that are not needed to have it as often as the log that has it most.
fn not_kept<'r>(record: &'r [Record], strands: &[usize]) -> Vec<&'r Record> {
    let mut kept = 0;
    let mut in_strand: BTreeMap<usize, u64> = BTreeMap::new();
    let mut not_kept = Vec::new();
    for one in record {
        let count = in_strand.entry(strands[one.file]).or_default();
        *count += 1;
        match *count > kept {
            true => kept += 1,
            false => not_kept.push(one),
        }
    }
    not_kept
}

/// What of one file is kept elsewhere.
#[derive(Default)]
struct Dropped {
    records: FxHashMap<u128, u32>,
    count: u64,
    /// The least and the greatest input that keep some.
    keepers: Option<(u32, u32)>,
}

impl Dropped {
    fn add(&mut self, id: u128, keeper: u32) {
        *self.records.entry(id).or_default() += 1;
        self.count += 1;
        let (least, most) = self.keepers.unwrap_or((keeper, keeper));
        self.keepers = Some((least.min(keeper), most.max(keeper)));
    }

    fn only_keeper(&self) -> Option<u32> {
        let (least, most) = self.keepers?;
        (least == most).then_some(least)
    }
}

/// The last part of a strand.
struct End {
    strand: usize,
    part: usize,
    ends: Option<(Instant, Instant)>,
    /// All its files by what they hold.
    wholes: Vec<(u64, u128)>,
}

/// Which files are parts of one copy of a log: those of one folder whose names say so, as long as
/// one begins where another ends. Numbered by the first file.
fn strands(chains: &[Chain], done: &[LogRead]) -> Vec<usize> {
    let mut strands: Vec<usize> = (0..done.len()).collect();
    for chain in chains {
        let mut open: Vec<End> = Vec::new();
        for (part, &file) in chain
            .0
            .iter()
            .enumerate()
            .flat_map(|(part, files)| files.iter().map(move |file| (part, file)))
        {
            let noted = &done[file].trace.noted;
            let whole = (noted.count, noted.whole);
            let follows = |end: &&mut End| {
                let in_time = match (end.ends, noted.ends) {
                    (Some((first, last)), Some((next, _))) => last <= next && first != next,
                    _ => true,
                };
                let is_copy = noted.count > 0 && end.wholes.contains(&whole);
                end.part != part && in_time && !is_copy
            };
            match open.iter_mut().find(follows) {
                Some(end) => {
                    strands[file] = end.strand;
                    end.part = part;
                    end.ends = noted.ends.or(end.ends);
                    end.wholes.push(whole);
                }
                None => open.push(End {
                    strand: file,
                    part,
                    ends: noted.ends,
                    wholes: vec![whole],
                }),
            }
        }
    }
    strands
}

#[cfg(test)]
mod tests;
