//! What copies share counts as often as in the one that has it most.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::catalogue::Known;
use crate::event::Zone;
use crate::normalise::Ledger;
use crate::normalise::log::{LogEntry, LogFile, LogReader, Logs};
use crate::normalise::value::time::{Clock, DateOrder};
use crate::tally::logs::Trace;
use crate::tally::logs::identity::Met;

/// An error without a time.
static ENTRY: LazyLock<LogEntry> = LazyLock::new(|| {
    let known = Known::load().expect("the catalogue");
    let logs = Logs::load(&known).expect("shapes");
    let clock = Clock {
        order: DateOrder::Mdy,
        zone: Zone::UTC,
        decided: Vec::new(),
    };
    let file = LogFile::of("salesforce.log", b"", clock, &logs, &known.zones);
    let line = b"ERROR Salesforce login failed: invalid_grant: authentication failure";
    let entry = LogReader::new(&logs, &known, &file).entry(line, b"", 1);
    entry.expect("an error")
});

/// A log with errors at these seconds; no time where one is negative.
fn log(seconds: &[i64], most: usize) -> LogRead {
    let mut noted = Noted::default();
    for &second in seconds {
        let mut entry = ENTRY.clone();
        entry.time.at = (second >= 0).then(|| Instant::from_millis(second * 1000));
        noted.add(Met::of(&entry, "a line"), entry.time.at, most);
    }
    LogRead {
        is_log: true,
        ledger: Ledger {
            events: seconds.len() as u64,
            ..Ledger::default()
        },
        trace: Trace {
            noted,
            ..Trace::default()
        },
        ..LogRead::default()
    }
}

/// Files of one group, each in a folder of its own unless chains say otherwise.
fn compared(done: &[LogRead], chains: &[Chain]) -> Copies {
    let inputs: Vec<u32> = (10..).take(done.len()).collect();
    let group: Vec<usize> = (0..done.len()).collect();
    Copies::of(&inputs, chains, &[group], done)
}

fn apart(count: usize) -> Vec<Chain> {
    (0..count).map(|file| Chain(vec![vec![file]])).collect()
}

/// How many records each file loses.
fn lost(copies: &Copies, done: &[LogRead]) -> Vec<u64> {
    let mut lost = vec![0; done.len()];
    for (file, records) in &copies.dropped {
        lost[*file] = records.values().map(|&n| u64::from(n)).sum();
    }
    for (file, _) in &copies.whole {
        lost[*file] = done[*file].trace.noted.count;
    }
    lost
}

#[test]
fn the_log_that_has_most_of_a_record_says_how_many_there_are() {
    let done = [log(&[1, 2, 2], 9), log(&[2, 2, 2, 3], 9), log(&[1, 2], 9)];
    let copies = compared(&done, &apart(3));
    assert_eq!(lost(&copies, &done), [0, 2, 2]);
    assert_eq!(copies.whole, [(2, Some(10))]);
    let pair = |duplicate_in, rows| Shared {
        kept_in: 10,
        duplicate_in,
        rows,
    };
    assert_eq!(copies.shared, [pair(11, 2), pair(12, 2)]);
}

#[test]
fn parts_that_follow_each_other_share_nothing() {
    let parts = |files: &[usize]| vec![Chain(files.iter().map(|&file| vec![file]).collect())];
    // A storm goes on over the cut within one second.
    let done = [log(&[1, 2, 2], 9), log(&[2, 2, 3], 9)];
    assert_eq!(lost(&compared(&done, &parts(&[0, 1])), &done), [0, 0]);
    // What overlaps is a copy, whatever the names say, and so is what begins in the same moment.
    let done = [log(&[1, 2, 3], 9), log(&[2, 3, 4], 9)];
    assert_eq!(lost(&compared(&done, &parts(&[0, 1])), &done), [0, 2]);
    let done = [log(&[2], 9), log(&[2, 3], 9)];
    assert_eq!(lost(&compared(&done, &parts(&[0, 1])), &done), [0, 1]);
    // One part, plain and packed.
    let done = [log(&[1], 9), log(&[2], 9), log(&[2], 9)];
    let chain = [Chain(vec![vec![0], vec![1, 2]])];
    assert_eq!(lost(&compared(&done, &chain), &done), [0, 0, 1]);
}

#[test]
fn without_times_names_decide_and_what_is_all_the_same_is_a_copy() {
    let parts = [Chain(vec![vec![0], vec![1]])];
    let done = [log(&[-1, -1], 9), log(&[-1], 9)];
    assert_eq!(lost(&compared(&done, &parts), &done), [0, 0]);
    let done = [log(&[-1, -1], 9), log(&[-1, -1], 9)];
    assert_eq!(lost(&compared(&done, &parts), &done), [0, 2]);
}

#[test]
fn a_rotated_copy_of_a_rotated_log_is_seen_through() {
    // Yesterday: one file. Today: rotated, and cut elsewhere.
    let done = [log(&[1, 2, 2, 3], 9), log(&[2, 3, 4], 9), log(&[1, 2], 9)];
    let chains = [Chain(vec![vec![0]]), Chain(vec![vec![2], vec![1]])];
    let copies = compared(&done, &chains);
    assert_eq!(lost(&copies, &done), [0, 2, 2]);
}

#[test]
fn beyond_what_is_kept_one_by_one_a_whole_copy_is_still_seen() {
    let many: Vec<i64> = (0..50).collect();
    let done = [log(&many, 10), log(&many, 10), log(&many[..49], 10)];
    let copies = compared(&done, &apart(3));
    assert_eq!(lost(&copies, &done), [0, 50, 10]);
    assert_eq!(copies.whole, [(1, Some(10))]);
    assert_eq!(
        copies.not_compared,
        [0, 2],
        "the third is told to be compared in part"
    );
}

#[test]
fn what_is_no_log_keeps_nothing() {
    let mut done = [log(&[1], 9), log(&[1], 9)];
    done[0].is_log = false;
    assert_eq!(lost(&compared(&done, &apart(2)), &done), [0, 0]);
}

proptest! {
    #[test]
    fn as_often_as_in_the_file_that_has_it_most(
        logs in proptest::collection::vec(proptest::collection::vec(0_i64..6, 0..12), 1..5),
    ) {
        let done: Vec<LogRead> = logs.iter().map(|seconds| log(seconds, 99)).collect();
        let copies = compared(&done, &apart(done.len()));
        let lost: u64 = lost(&copies, &done).iter().sum();
        let mut most: BTreeMap<i64, usize> = BTreeMap::new();
        for seconds in &logs {
            for second in seconds {
                let here = seconds.iter().filter(|other| *other == second).count();
                let most = most.entry(*second).or_default();
                *most = (*most).max(here);
            }
        }
        let all: usize = logs.iter().map(Vec::len).sum();
        prop_assert_eq!(lost as usize, all - most.values().sum::<usize>());
        let told: u64 = copies.shared.iter().map(|pair| pair.rows).sum();
        prop_assert_eq!(told, lost);
    }
}
