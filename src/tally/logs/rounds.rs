//! Reading all logs: each once, and again those that others tell more of.
//!
//! What a file is worth may depend on others: a failure at its beginning may be the one that the
//! part before told last, and its records may stand in another file that keeps them. Both are seen
//! only when all is read; nearly always there is nothing to do again.

use super::borders::{Border, borders};
use super::chains::{Chain, chains};
use super::copies::{self, Copies};
use super::fold::Way;
use super::read::{ReadLogs, round};
use super::{LogRead, LogToRead, Logs};
use crate::ingest::text::Needles;
use crate::normalise::log::Carried;

/// Records that are noted one by one in all files that may share some: 16 bytes each.
const NOTED: usize = 4 << 20;
/// The same of one file at least, however many there are.
const NOTED_OF_ONE: usize = 1_000;

/// Reads all logs, on the threads of the pool that this is called in.
pub(super) fn read(files: &[LogToRead<'_>], with: &ReadLogs<'_>, needles: &Needles) -> Logs {
    let chains = chains(files);
    let groups = copies::groups(files, with);
    let alike: usize = groups.iter().map(Vec::len).sum();
    let mut ways: Vec<Way> = files.iter().map(|_| Way::default()).collect();
    for &file in groups.iter().flatten() {
        ways[file].note = (NOTED / alike).max(NOTED_OF_ONE);
    }
    let rounds = Rounds {
        files,
        borders: borders(files, &chains, with),
        chains,
        with,
        needles,
    };
    let all: Vec<usize> = (0..files.len()).collect();
    let mut done = rounds.read(&all, &ways);
    rounds.carry(&mut ways, &mut done);
    let inputs: Vec<u32> = files.iter().map(|file| file.input).collect();
    let copies = Copies::of(&inputs, &rounds.chains, &groups, &done);
    let mut again = Vec::new();
    for (file, dropped) in copies.dropped {
        ways[file].note = 0;
        ways[file].dropped = dropped;
        again.push(file);
    }
    for (&file, read) in again.iter().zip(rounds.read_again(&again, &ways)) {
        done[file] = read;
    }
    for (file, kept_in) in copies.whole {
        done[file].drop_all(kept_in);
    }
    for file in copies.not_compared {
        done[file].more_records = true;
    }
    rounds.joined_are_logs(&mut done);
    Logs::of(done, copies.shared)
}

struct Rounds<'a, 'f> {
    files: &'a [LogToRead<'f>],
    chains: Vec<Chain>,
    borders: Vec<Border>,
    with: &'a ReadLogs<'a>,
    needles: &'a Needles,
}

impl Rounds<'_, '_> {
    fn read(&self, files: &[usize], ways: &[Way]) -> Vec<LogRead> {
        let one = |&file: &usize| (&self.files[file], &self.borders[file], &ways[file]);
        let asked: Vec<_> = files.iter().map(one).collect();
        round(&asked, self.with, self.needles)
    }

    fn read_again(&self, files: &[usize], ways: &[Way]) -> Vec<LogRead> {
        let bytes = files.iter().map(|&file| self.files[file].size).sum();
        self.with.progress.lengthen(bytes);
        self.read(files, ways)
    }

    /// Lets a failure that is told on both sides of a cut count once, from the oldest part on.
    fn carry(&self, ways: &mut [Way], done: &mut [LogRead]) {
        for chain in &self.chains {
            let mut passed: Option<(usize, Carried)> = None;
            for (older, newer) in chain.neighbours(self.files) {
                // What tells of no login is not reported, so nothing repeats it.
                if !done[older[0]].is_log && done[older[0]].trace.opening.is_some() {
                    continue;
                }
                let before = &done[older[0]].trace;
                let through = passed.take().filter(|(part, _)| *part == older[0]);
                let through = through.map(|(_, carried)| carried.past(before.lines));
                let Some(carried) = before.carried.clone().or(through) else {
                    continue;
                };
                for &part in newer {
                    let opening = done[part].trace.opening.as_ref();
                    if opening.is_some_and(|opening| carried.is_told_again_by(opening)) {
                        ways[part].carried = carried.clone();
                        done[part] = self.read_again(&[part], ways).remove(0);
                    }
                }
                passed = Some((newer[0], carried));
            }
        }
        self.joined_are_logs(done);
    }

    /// A part with nothing but the rest of a record is of the log that tells the record.
    fn joined_are_logs(&self, done: &mut [LogRead]) {
        for (older, newer) in self
            .chains
            .iter()
            .flat_map(|chain| chain.neighbours(self.files))
        {
            let is_log = done[older[0]].is_log;
            for &part in newer {
                let goes_on = self.borders[part].goes_on.filter(|_| is_log);
                done[part].is_log |= goes_on.is_some();
                done[part].goes_on = goes_on;
            }
        }
    }
}
