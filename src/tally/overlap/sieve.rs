//! After the first reading: which rows may stand in several files, so that their files are read
//! again with these kept back.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::classes::{Classes, Gathered};
use super::first_reading::{each_row, each_spilled};
use super::people::{Called, People};
use super::repeated::Repeated;
use super::spool::Spool;
use super::watch::{Piece, second_of};
use crate::event::Instant;
use crate::tally::share::{Session, Share};

/// What the second reading keeps back.
#[derive(Debug)]
pub(in crate::tally) struct Sieve {
    pub(super) repeated: Repeated,
    /// By file: the quarters of an hour whose rows are all kept back, sorted.
    pub(super) quarters: Vec<Vec<u32>>,
    pub(super) spool: Spool,
    /// By file: whether it is read again.
    pub(in crate::tally) files: Vec<bool>,
    /// Some users are known by id alone where others are known by name alone.
    pub(super) incomparable: bool,
}

/// What the first reading shows.
pub(in crate::tally) struct Look {
    /// `None` where no two rows can be one login.
    pub(in crate::tally) sieve: Option<Sieve>,
    pub(in crate::tally) incomparable: bool,
}

/// The rows of one user in one bucket of time of one file.
struct Stretch {
    quarter: u32,
    success: bool,
    person: u64,
    file: usize,
    first: i64,
    last: i64,
}

/// Rows of one user in one quarter of an hour beyond which all are kept back without a closer
/// look.
const CLOSE_LOOK: usize = 64;

impl Sieve {
    /// Looks at all that was read once. `budget` is the most bytes of kept-back rows in memory.
    pub(in crate::tally) fn of(shares: &mut [Share], files: usize, budget: u64) -> Look {
        let found = Repeated::of(all_met(shares), files);
        let shared = Shared::of(shares, files);
        let mut again = found.files;
        for (again, quarters) in again.iter_mut().zip(&shared.quarters) {
            *again |= !quarters.is_empty();
        }
        let sieve = Sieve {
            repeated: found.repeated,
            quarters: shared.quarters,
            spool: Spool::for_about(found.rows + shared.rows, budget),
            files: again,
            incomparable: shared.incomparable,
        };
        let needed = sieve.files.contains(&true);
        Look {
            incomparable: sieve.incomparable,
            sieve: needed.then_some(sieve),
        }
    }
}

/// Every id that was met, handed over so that no id is in memory twice.
fn all_met(shares: &mut [Share]) -> Vec<Piece> {
    let sessions = shares.iter_mut().flat_map(|share| &mut share.sessions);
    sessions
        .flat_map(|session| session.noted.take(session.file))
        .collect()
}

/// The quarters of an hour in which files may share logins that their ids don't tell.
struct Shared {
    quarters: Vec<Vec<u32>>,
    /// How many rows they hold.
    rows: u64,
    incomparable: bool,
}

impl Shared {
    fn of(shares: &[Share], files: usize) -> Self {
        let mut shared = Shared {
            quarters: vec![Vec::new(); files],
            rows: 0,
            incomparable: false,
        };
        if !several_hold(shares) {
            return shared;
        }
        let (classes, counts) = gather(shares, files);
        let open = open(&counts, &classes, files);
        if open.iter().all(Vec::is_empty) {
            return shared;
        }
        let people = People::of(shares.iter().flat_map(Share::named));
        shared.incomparable = incomparable(shares, &open, &people, &classes);
        for (file, quarter) in meeting(stretches(shares, &open, &people), &classes) {
            let at = counts.binary_search_by_key(&(file, quarter), |(key, _)| *key);
            shared.rows += at.map_or(0, |at| counts[at].1);
            shared.quarters[file].push(quarter);
        }
        shared
    }
}

fn sessions(shares: &[Share]) -> impl Iterator<Item = (&Share, &Session)> {
    shares
        .iter()
        .flat_map(|share| share.sessions.iter().map(move |session| (share, session)))
}

/// Whether more than one file has any row.
fn several_hold(shares: &[Share]) -> bool {
    let in_memory = sessions(shares).filter(|(_, session)| !session.rows.is_empty());
    let mut holding = in_memory.map(|(_, session)| session.file);
    let mut first = holding.next();
    let mut several = holding.any(|file| Some(file) != first);
    each_spilled(shares, |_, session, _, _| {
        several |= *first.get_or_insert(session.file) != session.file;
    });
    several
}

/// By file, the quarters of an hour in which another file may have the same logins.
fn open(counts: &InQuarters, classes: &Classes, files: usize) -> Vec<Vec<u32>> {
    let quarters = counts.iter().map(|&((file, quarter), _)| (quarter, file));
    let mut by_quarter: Vec<(u32, usize)> = quarters.collect();
    by_quarter.sort_unstable();
    let mut open: Vec<Vec<u32>> = vec![Vec::new(); files];
    let several = by_quarter.chunk_by(|a, b| a.0 == b.0);
    for same in several.filter(|same| same.len() > 1) {
        let files: Vec<usize> = same.iter().map(|(_, file)| *file).collect();
        for file in classes.sharing(&files) {
            open[file].push(same[0].0);
        }
    }
    open
}

/// How many rows files have in quarters of an hour, in order of file and quarter.
type InQuarters = Vec<((usize, u32), u64)>;

/// The class of each file, and how many rows each has in each quarter of an hour.
fn gather(shares: &[Share], files: usize) -> (Classes, InQuarters) {
    let mut gathered = vec![Gathered::default(); files];
    let mut counts = InQuarters::new();
    let mut by_quarter: FxHashMap<u32, u64> = FxHashMap::default();
    let mut spilled: FxHashMap<(usize, u32), u64> = FxHashMap::default();
    for (share, session) in sessions(shares) {
        let of_file = &mut gathered[session.file];
        for (sum, n) in of_file.of_kind.iter_mut().zip(session.noted.of_kind) {
            *sum += n;
        }
        let (mut last_org, mut last) = (None, (0, 0));
        for row in session.rows.iter() {
            of_file.events += row.n();
            let org = share.names.dims.get(row.dims).org;
            if last_org != Some(org) {
                of_file.names(share.names.symbols.known(org));
                last_org = Some(org);
            }
            // All of a row is in one quarter, and so are many rows beside it.
            let quarter = row.first().quarter_hour();
            if quarter != last.0 {
                *by_quarter.entry(last.0).or_default() += last.1;
                last = (quarter, 0);
            }
            last.1 += row.n();
        }
        *by_quarter.entry(last.0).or_default() += last.1;
        let held = by_quarter.drain().filter(|(_, n)| *n > 0);
        counts.extend(held.map(|(quarter, n)| ((session.file, quarter), n)));
    }
    each_spilled(shares, |share, session, row, _| {
        let of_file = &mut gathered[session.file];
        of_file.events += row.n();
        let org = share.names.dims.get(row.dims).org;
        of_file.names(share.names.symbols.known(org));
        let key = (session.file, row.first().quarter_hour());
        *spilled.entry(key).or_default() += row.n();
    });
    counts.extend(spilled);
    counts.sort_unstable();
    counts.dedup_by(|next, sum| {
        let same = next.0 == sum.0;
        sum.1 += if same { next.1 } else { 0 };
        same
    });
    (Classes::of(&gathered), counts)
}

/// Rows in the open quarters, by person.
fn stretches(shares: &[Share], open: &[Vec<u32>], people: &People) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    each_row(shares, |share, session, row, who| {
        let quarter = row.first().quarter_hour();
        if open[session.file].binary_search(&quarter).is_err() {
            return;
        }
        stretches.push(Stretch {
            quarter,
            success: share.names.dims.get(row.dims).success,
            person: people.person(who.text()),
            file: session.file,
            first: row.first().millis().div_euclid(1000),
            last: row.last().millis().div_euclid(1000),
        });
    });
    stretches
}

/// Files and quarters of an hour in which some user's rows of two files fall into the same time.
fn meeting(mut stretches: Vec<Stretch>, classes: &Classes) -> BTreeSet<(usize, u32)> {
    let key = |stretch: &Stretch| (stretch.quarter, stretch.success, stretch.person);
    stretches.sort_unstable_by_key(|stretch| (key(stretch), stretch.file));
    let mut meeting = BTreeSet::new();
    for group in stretches.chunk_by(|a, b| key(a) == key(b)) {
        let (first, last) = (group[0].file, group[group.len() - 1].file);
        if first == last {
            continue;
        }
        if group.len() > CLOSE_LOOK {
            meeting.extend(group.iter().map(|one| (one.file, one.quarter)));
            continue;
        }
        for (at, one) in group.iter().enumerate() {
            for other in &group[at + 1..] {
                let meet = one.first <= other.last && other.first <= one.last;
                if meet && classes.may_share(one.file, other.file) {
                    meeting.insert((one.file, one.quarter));
                    meeting.insert((other.file, other.quarter));
                }
            }
        }
    }
    meeting
}

/// The logins of a user of a file that stand in one bucket: file, user, bucket and success.
type Begin = (usize, u64, u32, bool);

/// Whether one file has users known by id alone, and another that may share its logins has users
/// known by name alone whose logins begin at the same second.
fn incomparable(shares: &[Share], open: &[Vec<u32>], people: &People, classes: &Classes) -> bool {
    // A row may be in parts that were counted one after the other: the first of all of them counts.
    let mut firsts: FxHashMap<Begin, (Instant, usize)> = FxHashMap::default();
    each_row(shares, |share, session, row, who| {
        let quarter = row.first().quarter_hour();
        if open[session.file].binary_search(&quarter).is_err() {
            return;
        }
        let side = match people.called(who.text()) {
            Called::Comparable => return,
            Called::IdAlone => 0,
            Called::NameAlone => 1,
        };
        let success = share.names.dims.get(row.dims).success;
        let key = (session.file, people.person(who.text()), row.bucket, success);
        let known = firsts.entry(key).or_insert((row.first(), side));
        known.0 = known.0.min(row.first());
    });
    let mut begins: BTreeMap<(u32, bool), [BTreeSet<usize>; 2]> = BTreeMap::new();
    #[allow(clippy::iter_over_hash_type, reason = "sets don't depend on order")]
    for ((file, _, _, success), (first, side)) in firsts {
        let key = (second_of(first), success);
        begins.entry(key).or_default()[side].insert(file);
    }
    begins.values().any(|[ids, names]| {
        ids.iter()
            .any(|one| names.iter().any(|other| classes.may_share(*one, *other)))
    })
}
