//! Which row of the login history belongs to which error of a log: one to one, the nearest first.

use rustc_hash::FxHashMap;

use super::WITHIN_MS;
use super::causes::Stands;
use crate::catalogue::CauseIx;
use crate::detect::Seen;
use crate::event::Instant;
use crate::tally::logs::LogError;
use crate::tally::{Resolved, Tally};

/// The failed rows of a history, by who and through what.
pub(super) struct History<'a> {
    tally: &'a Tally,
    resolved: &'a Resolved,
    /// Positions of failed rows in the tally by user and by app, by time.
    by_user: FxHashMap<u32, Vec<usize>>,
    by_app: FxHashMap<String, Vec<usize>>,
}

/// A name of an app without case, blanks and punctuation.
fn folded(app: &str) -> String {
    let kept = app.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

impl<'a> History<'a> {
    pub(super) fn of(tally: &'a Tally, resolved: &'a Resolved) -> Self {
        let mut by_user: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        let mut by_app: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, row) in tally.rows.iter().enumerate() {
            let what = resolved.what[row.dims.index()];
            if what.success {
                continue;
            }
            by_user.entry(resolved.user(row.user)).or_default().push(at);
            if let Some(app) = resolved.apps.get(what.app) {
                by_app.entry(folded(app)).or_default().push(at);
            }
        }
        // Those of one minute stay in the order of users and combinations.
        let all = by_user.values_mut().chain(by_app.values_mut());
        all.for_each(|rows| rows.sort_by_cached_key(|at| tally.rows.get(*at).bucket));
        Self {
            tally,
            resolved,
            by_user,
            by_app,
        }
    }

    pub(super) fn knows_app(&self, app: &str) -> bool {
        self.by_app.contains_key(&folded(app))
    }

    /// The rows that may belong to an error whose clock is so far ahead, with how far each is.
    fn rows(
        &self,
        error: &LogError,
        ahead_ms: i64,
        stands: &Stands,
    ) -> impl Iterator<Item = (usize, i64)> {
        let resolved = self.resolved;
        let user = error.user.as_deref();
        let none = &[][..];
        let rows: &[usize] = match user {
            Some(user) => resolved
                .users
                .find(user)
                .and_then(|number| self.by_user.get(&number))
                .map_or(none, Vec::as_slice),
            None => self
                .by_app
                .get(&folded(&error.app))
                .map_or(none, Vec::as_slice),
        };
        let at = error.at.map(|at| at.millis() - ahead_ms);
        // They stand in the order of their minutes.
        let from = at.map_or(rows.len(), |at| {
            let earliest = Instant::from_millis(at - WITHIN_MS - MINUTE).minute();
            rows.partition_point(|&row| self.tally.rows.get(row).bucket < earliest)
        });
        let near = rows[from..].iter().map_while(move |&row| {
            let at = at?;
            let found = self.tally.rows.get(row);
            let latest = Instant::from_millis(at + WITHIN_MS + MINUTE).minute();
            (found.bucket <= latest).then_some(row)
        });
        let fits = near.filter_map(move |row| {
            let found = self.tally.rows.get(row);
            let at = at?;
            let (first, last) = (found.first().millis(), found.last().millis());
            let far = (first - at).max(at - last).max(0);
            let what = resolved.what[found.dims.index()];
            let cause = what.cause()?;
            let org = resolved.orgs.get(what.org);
            let same_org = match (error.org.as_deref(), org) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            };
            (far <= WITHIN_MS && same_org && stands.fit(error.cause, cause)).then_some((row, far))
        });
        fits.collect::<Vec<_>>().into_iter()
    }

    /// Whether the row's app is that of an error.
    fn same_app(&self, error: &LogError, row: usize) -> bool {
        let what = self.resolved.what[self.tally.rows.get(row).dims.index()];
        let app = self.resolved.apps.get(what.app);
        app.is_some_and(|app| folded(app) == folded(&error.app))
    }

    fn cause(&self, row: usize) -> Option<CauseIx> {
        self.resolved.what[self.tally.rows.get(row).dims.index()].cause()
    }

    fn count(&self, row: usize) -> u64 {
        self.tally.rows.get(row).n()
    }
}

const MINUTE: i64 = 60_000;

/// A row that may belong to an error; the least is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    /// Another app, or another cause than the client's.
    differs: (bool, bool),
    far_ms: i64,
    error: usize,
    /// When the row's minute is: of rows that are equally near the earlier one is taken.
    bucket: u32,
    row: usize,
}

/// Pairs of errors and rows, of all logs together.
pub(super) struct Pairing<'a> {
    history: &'a History<'a>,
    stands: &'a Stands,
    pairs: Vec<Pair>,
    counts: FxHashMap<usize, u64>,
}

impl<'a> Pairing<'a> {
    pub(super) fn new(history: &'a History<'a>, stands: &'a Stands, _seen: &Seen<'_>) -> Self {
        Self {
            history,
            stands,
            pairs: Vec::new(),
            counts: FxHashMap::default(),
        }
    }

    /// Adds errors by number, each with how far its clock is ahead.
    pub(super) fn add<'e>(&mut self, errors: impl Iterator<Item = (usize, &'e LogError, i64)>) {
        for (number, error, ahead_ms) in errors {
            self.counts.insert(number, error.count);
            for (row, far_ms) in self.history.rows(error, ahead_ms, self.stands) {
                let other_app = !self.history.same_app(error, row);
                let other_cause = self.history.cause(row) != Some(error.cause);
                self.pairs.push(Pair {
                    differs: (other_app, other_cause),
                    far_ms,
                    error: number,
                    bucket: self.history.tally.rows.get(row).bucket,
                    row,
                });
            }
        }
    }

    /// The row of each error that has one, by number of the error. A row that stands for several
    /// logins belongs to as many errors.
    pub(super) fn settled(mut self) -> Vec<(usize, usize)> {
        self.pairs.sort_unstable();
        let mut left: FxHashMap<usize, u64> = FxHashMap::default();
        let mut taken: FxHashMap<usize, usize> = FxHashMap::default();
        for pair in &self.pairs {
            if taken.contains_key(&pair.error) {
                continue;
            }
            let left = left
                .entry(pair.row)
                .or_insert_with(|| self.history.count(pair.row));
            let needs = self.counts.get(&pair.error).copied().unwrap_or(1);
            if *left > 0 {
                // Alike errors of a minute are one entry, which takes what there is.
                *left = left.saturating_sub(needs);
                taken.insert(pair.error, pair.row);
            }
        }
        let mut settled: Vec<(usize, usize)> = taken.into_iter().collect();
        settled.sort_unstable();
        settled
    }
}
