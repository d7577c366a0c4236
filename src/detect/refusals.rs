//! To whom the username-password flow was refused, and how the same users and apps fared before
//! and after.
//!
//! A row of successes covers a quarter of an hour, of which only the first and last are known
//! exactly. "Before" and "after" are claimed of these two alone.

mod refused;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::Seen;
use crate::catalogue::Catalogue;
use crate::event::{DimsId, Flow, Instant, Place, Sym};
use crate::tally::{Pair, Row};
pub use refused::Refused;

/// The cause that Login History names where the flow is blocked.
const CAUSE: &str = "username-password-flow-disabled";
/// Places that a finding shows at most. Ours: enough to open the export and look.
const PLACES: usize = 5;

/// A user and an app of an org, by their numbers; 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Triple {
    pub org: u32,
    pub user: u32,
    pub app: u32,
}

impl Triple {
    /// Who and what all rows of a pair are about.
    pub fn of_pair(pair: &Pair, seen: &Seen<'_>) -> Self {
        Self::of_ids(pair.user, pair.dims, seen)
    }

    /// Who and what a user and a combination are about.
    pub fn of_ids(user: Sym, dims: DimsId, seen: &Seen<'_>) -> Self {
        let what = seen.resolved.what[dims.index()];
        Self {
            org: what.org,
            user: seen.resolved.user(user),
            app: what.app,
        }
    }
}

/// The places of the earliest of many attempts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earliest(SmallVec<[(Instant, Place); 1]>);

impl Earliest {
    /// Takes a place if it is among the earliest.
    #[inline]
    pub fn add(&mut self, at: Instant, place: Place) {
        // Rows of a pair come by time, so nearly all are later than those that are known.
        if self
            .0
            .get(PLACES - 1)
            .is_none_or(|last| *last > (at, place))
        {
            self.insert(at, place);
        }
    }

    fn insert(&mut self, at: Instant, place: Place) {
        let behind = self.0.partition_point(|known| *known <= (at, place));
        self.0.insert(behind, (at, place));
        self.0.truncate(PLACES);
    }

    /// Takes the places of another one.
    pub fn extend(&mut self, other: &Earliest) {
        for (at, place) in &other.0 {
            self.add(*at, *place);
        }
    }

    /// The places, the earliest first.
    pub fn into_places(self) -> Vec<Place> {
        self.0.into_iter().map(|(_, place)| place).collect()
    }
}

/// A user and app that log in by the username-password flow since the first refusal in their org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
    pub triple: Triple,
    /// The first and last of each row of successes.
    pub rows: Vec<(Instant, Instant)>,
    /// The last of all.
    pub last: Instant,
}

/// All refusals, and the successes by the flow since the first refusal in each org.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    /// Sorted by org, user and app.
    pub refused: Vec<Refused>,
    /// Sorted by org, user and app.
    pub since: Vec<Success>,
    /// The first attempt of each org in the data.
    pub starts: FxHashMap<u32, Instant>,
}

/// Position of the cause plus one, as in `What::cause`; `None` if the catalogue has none.
pub fn cause(causes: &Catalogue) -> Option<u32> {
    let at = causes.causes().iter().position(|cause| cause.id == CAUSE)?;
    u32::try_from(at + 1).ok()
}

/// Whether a pair is a refusal that begins before the end of what is reported. `cause` is
/// [`cause()`].
pub fn is_refusal(pair: &Pair, cause: Option<u32>, seen: &Seen<'_>) -> bool {
    let what = seen.resolved.what[pair.dims.index()];
    !what.success && Some(what.cause) == cause && pair.first <= seen.until
}

/// When the flow was first refused to each user and app that other pairs may be of.
pub fn first_refusals(seen: &Seen<'_>) -> FxHashMap<Triple, Instant> {
    let mut first: FxHashMap<Triple, Instant> = FxHashMap::default();
    for (pair, _) in refusals(seen).filter(|(_, alone)| !alone) {
        let at = first
            .entry(Triple::of_pair(&pair, seen))
            .or_insert(pair.first);
        *at = pair.first.min(*at);
    }
    first
}

/// The pairs that are refusals and begin before the end of what is reported, and whether each is
/// all that there is of its user.
fn refusals(seen: &Seen<'_>) -> impl Iterator<Item = (Pair, bool)> {
    let cause = cause(seen.causes);
    let tally = seen.tally;
    let mut all = tally.pairs().all(tally).peekable();
    let mut last = None;
    let all = std::iter::from_fn(move || {
        let pair = all.next()?;
        let next = all.peek().map(|next| next.user);
        let users = [last.replace(pair.user), next];
        Some((pair, !users.contains(&Some(pair.user))))
    });
    let refusals = all.filter(move |(pair, _)| is_refusal(pair, cause, seen));
    refusals.map(|(pair, alone)| (pair, alone && is_one(pair.user, seen)))
}

/// Whether a user of the tally is somebody whom no other user of it is.
fn is_one(user: Sym, seen: &Seen<'_>) -> bool {
    let user = seen.resolved.user(user);
    user != 0 && !seen.resolved.users.is_of_several(user)
}

/// The rows of a pair up to the end of what is reported.
fn reported<'a>(pair: &Pair, seen: &Seen<'a>) -> impl Iterator<Item = Row> {
    let until = seen.until;
    let rows = pair.each(seen.tally);
    rows.filter(move |row| row.first() <= until)
}

impl Refusals {
    /// Looks at the refusals, then at what stands around them.
    pub fn of(seen: &Seen<'_>) -> Self {
        // There may be as many as rows, so what doubles as it grows would be too large.
        let mut refused: Vec<Refused> = Vec::with_capacity(refusals(seen).count());
        // Nobody looks for those who have nothing else.
        let mut index: FxHashMap<Triple, u32> = FxHashMap::default();
        let mut org_first: FxHashMap<u32, Instant> = FxHashMap::default();
        for (pair, alone) in refusals(seen) {
            let triple = Triple::of_pair(&pair, seen);
            let source = seen.resolved.what[pair.dims.index()].source;
            let count = refused.len() as u32;
            let at = match alone {
                true => count,
                false => *index.entry(triple).or_insert(count),
            };
            // A failure keeps its minute, so one row is a minute at most.
            for row in reported(&pair, seen) {
                match refused.get_mut(at as usize) {
                    Some(known) => known.refuse(&row, source),
                    None => refused.push(Refused::new(triple, &row, source)),
                }
            }
            let first = org_first.entry(triple.org).or_insert(pair.first);
            *first = pair.first.min(*first);
        }
        let mut since: FxHashMap<Triple, Success> = FxHashMap::default();
        let mut people: FxHashSet<(u32, u32)> = FxHashSet::default();
        let mut starts: FxHashMap<u32, Instant> = FxHashMap::default();
        if refused.is_empty() {
            return Self::default();
        }
        let pairs = seen.tally.pairs();
        for pair in pairs
            .all(seen.tally)
            .filter(|pair| pair.first <= seen.until)
        {
            let what = seen.resolved.what[pair.dims.index()];
            let start = starts.entry(what.org).or_insert(pair.first);
            *start = pair.first.min(*start);
            if what.success && matches!(what.flow, Flow::UiPassword | Flow::Sso) {
                people.insert((what.org, seen.resolved.user(pair.user)));
            }
        }
        let stands_around = |pair: &Pair| {
            let what = seen.resolved.what[pair.dims.index()];
            let by_flow = what.flow == Flow::OauthUsernamePassword;
            what.success && (by_flow || index.contains_key(&Triple::of_pair(pair, seen)))
        };
        for pair in pairs.all(seen.tally).filter(stands_around) {
            let what = seen.resolved.what[pair.dims.index()];
            let triple = Triple::of_pair(&pair, seen);
            // An unknown user's success may be anybody's.
            let at = index.get(&triple).filter(|_| triple.user != 0);
            if let Some(at) = at {
                let refused = &mut refused[*at as usize];
                for row in reported(&pair, seen) {
                    refused.succeed(&row, what.flow, what.basis);
                }
            }
            let Some(first) = org_first.get(&triple.org) else {
                continue;
            };
            if what.flow == Flow::OauthUsernamePassword && pair.last > *first {
                let rows = reported(&pair, seen).filter(|row| row.last() > *first);
                add_since(&mut since, triple, rows);
            }
        }
        for one in &mut refused {
            one.finish();
            let Triple { org, user, .. } = one.triple;
            one.person = user != 0 && people.contains(&(org, user));
        }
        refused.sort_unstable_by_key(|one| one.triple);
        let mut since: Vec<Success> = since.into_values().collect();
        since.sort_unstable_by_key(|one| one.triple);
        Self {
            refused,
            since,
            starts,
        }
    }
}

/// Adds successes by the flow since the first refusal in the org.
fn add_since(
    since: &mut FxHashMap<Triple, Success>,
    triple: Triple,
    mut rows: impl Iterator<Item = Row>,
) {
    let Some(first) = rows.next() else { return };
    let known = since.entry(triple).or_insert_with(|| Success {
        triple,
        rows: Vec::new(),
        last: first.last(),
    });
    for row in std::iter::once(first).chain(rows) {
        known.rows.push((row.first(), row.last()));
        known.last = known.last.max(row.last());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample::{Attempt, Sample, at};

    const ID: &str = "0055g00000In030AAQ";
    const NAME: &str = "etl@example.com";

    /// First, last and number of the refusals of each user and app, and of the known sources.
    fn told(sample: &Sample, until: &str) -> Vec<(Instant, Instant, u64, usize)> {
        sample.see(until, |seen, _| {
            let refused = Refusals::of(seen).refused;
            let each = refused.iter();
            each.map(|one| (one.first, one.last, one.count, one.sources().count()))
                .collect()
        })
    }

    #[test]
    fn who_is_known_by_id_and_by_name_is_one() {
        let mut sample = Sample::default();
        sample.call(ID, NAME);
        sample.add("03-10 08:00", Attempt::refused(ID, "Nightly"));
        sample.add("03-10 09:00", Attempt::refused(NAME, "Nightly"));
        let one = (at("03-10 08:00"), at("03-10 09:00"), 2, 1);
        assert_eq!(told(&sample, "03-11 00:00"), [one]);
        sample.see("03-11 00:00", |seen, _| {
            let first: Vec<Instant> = first_refusals(seen).into_values().collect();
            assert_eq!(first, [at("03-10 08:00")]);
            let all = seen.integrations.expect("they are in order").iter();
            let refused: Vec<_> = all.map(|one| one.refused).collect();
            assert_eq!(refused, [Some(at("03-10 08:00"))]);
        });
    }

    #[test]
    fn who_has_nothing_but_refusals_has_all_of_them() {
        let mut sample = Sample::default();
        sample.add("03-10 08:00:10", Attempt::refused(NAME, "Nightly"));
        sample.add("03-10 08:00:50", Attempt::refused(NAME, "Nightly"));
        sample.add("03-10 09:00", Attempt::refused(NAME, "Nightly"));
        let until = |last: &str, n| vec![(at("03-10 08:00:10"), at(last), n, 1)];
        let all = until("03-10 09:00", 3);
        assert_eq!(told(&sample, "03-11 00:00"), all);
        assert_eq!(told(&sample, "03-10 08:30"), until("03-10 08:00:50", 2));
        // The same beside another source, which makes it a combination of its own.
        let elsewhere = Attempt {
            source: "192.0.2.9",
            ..Attempt::refused(NAME, "Nightly")
        };
        sample.add("03-10 07:00", elsewhere);
        let both = (at("03-10 07:00"), at("03-10 09:00"), 4, 2);
        assert_eq!(told(&sample, "03-11 00:00"), [both]);
        sample.see("03-11 00:00", |seen, _| {
            let mut places = Earliest::default();
            Refusals::of(seen).refused[0].give_places(&mut places);
            let lines: Vec<u64> = places
                .into_places()
                .iter()
                .map(|place| place.line())
                .collect();
            assert_eq!(lines, [4, 1, 3]);
        });
    }

    #[test]
    fn the_unknown_user_is_nobody_in_particular() {
        let mut sample = Sample::default();
        sample.add(
            "03-10 07:00",
            Attempt::of("", "Nightly", Flow::OauthUsernamePassword),
        );
        sample.add("03-10 08:00", Attempt::refused("", "Nightly"));
        sample.see("03-11 00:00", |seen, _| {
            let refused = Refusals::of(seen).refused;
            assert_eq!((refused.len(), refused[0].worked()), (1, None));
        });
    }
}
