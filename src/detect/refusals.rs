//! To whom the username-password flow was refused, and how the same users and apps fared before
//! and after.
//!
//! A row of successes covers a quarter of an hour, of which only the first and last are known
//! exactly. "Before" and "after" are claimed of these two alone.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::Seen;
use super::cadence::{Stretch, longest_silence};
use super::inventory::is_modern;
use crate::catalogue::Catalogue;
use crate::event::{Basis, DimsId, Flow, Instant, Place, Sym};
use crate::tally::{Pair, Row};

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
    pub fn add(&mut self, at: Instant, place: Place) {
        let behind = self.0.partition_point(|known| *known <= (at, place));
        if behind < PLACES {
            self.0.insert(behind, (at, place));
            self.0.truncate(PLACES);
        }
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

/// Successes before the first refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worked {
    /// The last one that is known to lie before it.
    pub last: Instant,
    /// Whether no later one can lie before it.
    pub exact: bool,
    /// Whether an export states that they came by the username-password flow.
    pub stated: bool,
    /// Milliseconds of the longest silence between two of them.
    pub longest_silence: i64,
}

/// One user and app that the flow was refused to. The refusals are those up to the end of what
/// is reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub triple: Triple,
    pub count: u64,
    pub first: Instant,
    pub last: Instant,
    /// Milliseconds of the longest silence between two refusals.
    pub longest_silence: i64,
    /// Known sources and how many refusals each, sorted.
    pub sources: SmallVec<[(u32, u64); 1]>,
    pub places: Earliest,
    /// The user also logs in through the browser, so it is a person's account.
    pub person: bool,
    /// What stands around the refusals. Whoever attacks has none of it.
    around: Option<Box<Around>>,
    /// While rows are added: the refusals.
    refusals: SmallVec<[Stretch; 1]>,
}

/// The successes of a user and an app that the flow was refused to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Around {
    worked: Option<Worked>,
    again: Option<(Instant, Instant)>,
    moved: Option<(Instant, Flow)>,
    /// While rows are added: those before the refusals.
    before: Vec<Stretch>,
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

/// When the flow was first refused to each user and app.
pub fn first_refusals(seen: &Seen<'_>) -> FxHashMap<Triple, Instant> {
    let mut first: FxHashMap<Triple, Instant> = FxHashMap::default();
    for pair in refusals(seen) {
        let at = first
            .entry(Triple::of_pair(&pair, seen))
            .or_insert(pair.first);
        *at = pair.first.min(*at);
    }
    first
}

/// The pairs that are refusals and begin before the end of what is reported.
fn refusals(seen: &Seen<'_>) -> impl Iterator<Item = Pair> {
    let cause = cause(seen.causes);
    let is_refusal = move |pair: &Pair| {
        let what = seen.resolved.what[pair.dims.index()];
        !what.success && Some(what.cause) == cause && pair.first <= seen.until
    };
    seen.tally.pairs().all(seen.tally).filter(is_refusal)
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
        let mut index: FxHashMap<Triple, u32> = FxHashMap::default();
        for pair in refusals(seen) {
            let count = index.len() as u32;
            index.entry(Triple::of_pair(&pair, seen)).or_insert(count);
        }
        // There may be as many as rows, so what doubles as it grows would be too large.
        let mut refused: Vec<Refused> = Vec::with_capacity(index.len());
        let mut org_first: FxHashMap<u32, Instant> = FxHashMap::default();
        for pair in refusals(seen) {
            let triple = Triple::of_pair(&pair, seen);
            let at = index.get(&triple).map_or(refused.len(), |at| *at as usize);
            if at == refused.len() {
                refused.push(Refused::new(triple, &pair));
            }
            let source = seen.resolved.what[pair.dims.index()].source;
            // A failure keeps its minute, so one row is a minute at most.
            for row in reported(&pair, seen) {
                refused[at].refuse(&row, source);
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

impl Refused {
    /// A user and app before any row is added.
    fn new(triple: Triple, pair: &Pair) -> Self {
        Self {
            triple,
            count: 0,
            first: pair.first,
            last: pair.first,
            longest_silence: 0,
            sources: SmallVec::new(),
            places: Earliest::default(),
            person: false,
            around: None,
            refusals: SmallVec::new(),
        }
    }

    /// What is known of successes before the first refusal.
    pub fn worked(&self) -> Option<Worked> {
        self.around.as_ref()?.worked
    }

    /// The first and last success by the flow that is known to lie behind the first refusal.
    pub fn again(&self) -> Option<(Instant, Instant)> {
        self.around.as_ref()?.again
    }

    /// The first success by another flow behind the first refusal.
    pub fn moved(&self) -> Option<(Instant, Flow)> {
        self.around.as_ref()?.moved
    }

    fn around(&mut self) -> &mut Around {
        self.around.get_or_insert_default()
    }

    fn refuse(&mut self, row: &Row, source: u32) {
        self.count += row.n();
        self.first = self.first.min(row.first());
        self.last = self.last.max(row.last());
        self.places.add(row.first(), row.place);
        if source != 0 {
            // Added up at the end, since there may be as many sources as rows.
            self.sources.push((source, row.n()));
        }
        self.refusals.push(stretch(row));
    }

    fn succeed(&mut self, row: &Row, flow: Flow, basis: Basis) {
        let first = self.first;
        let by_flow = flow == Flow::OauthUsernamePassword;
        if (by_flow || flow == Flow::OauthUnknown) && row.first() < first {
            let stated = by_flow && basis == Basis::Stated;
            self.worked_until(row, stated);
        }
        if row.last() <= first {
            return;
        }
        let earliest = if row.first() > first {
            row.first()
        } else {
            row.last()
        };
        if by_flow {
            let again = &mut self.around().again;
            let (since, until) = again.unwrap_or((earliest, row.last()));
            *again = Some((since.min(earliest), until.max(row.last())));
        } else if is_modern(flow) || flow == Flow::OauthUnknown {
            let fresh = (earliest, flow);
            let moved = &mut self.around().moved;
            *moved = Some(moved.unwrap_or(fresh).min(fresh));
        }
    }

    fn worked_until(&mut self, row: &Row, stated: bool) {
        let inside = row.last() < self.first;
        let last = if inside { row.last() } else { row.first() };
        // Of two attempts both are known; of more, those in the middle may lie on either side.
        let exact = inside || row.n() <= 2;
        let fresh = Worked {
            last,
            exact,
            stated,
            longest_silence: 0,
        };
        let around = self.around();
        let worked = around.worked.get_or_insert(fresh);
        worked.stated |= stated;
        if (last, exact) > (worked.last, worked.exact) {
            (worked.last, worked.exact) = (last, exact);
        }
        around.before.push(Stretch {
            first: row.first(),
            last,
            n: 1,
        });
    }

    /// All rows are added.
    fn finish(&mut self) {
        self.sources.sort_unstable();
        self.sources.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        self.longest_silence = longest_silence(&std::mem::take(&mut self.refusals));
        if let Some(around) = &mut self.around
            && let Some(worked) = &mut around.worked
        {
            worked.longest_silence = longest_silence(&std::mem::take(&mut around.before));
        }
    }
}

fn stretch(row: &Row) -> Stretch {
    Stretch {
        first: row.first(),
        last: row.last(),
        n: row.n(),
    }
}
