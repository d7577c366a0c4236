//! How one user and app fared before, while and after the flow was refused to them.

use super::{Earliest, Triple};
use crate::detect::cadence::{Stretch, longest_silence};
use crate::detect::inventory::is_modern;
use crate::event::{Basis, Flow, Instant, Place};
use crate::tally::Row;

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
///
/// Whoever attacks is mostly refused once, and there may be as many of them as rows: what only
/// others have is kept aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub triple: Triple,
    /// The user also logs in through the browser, so it is a person's account.
    pub person: bool,
    /// Source, or 0, and place of the first row that was added: of the only one while there is
    /// no more.
    source: u32,
    place: Place,
    pub count: u64,
    pub first: Instant,
    pub last: Instant,
    more: Option<Box<More>>,
}

/// What somebody has who is refused several times, or let in as well.
#[derive(Clone, Debug, PartialEq)]
struct More {
    longest_silence: i64,
    /// Known sources and how many refusals each, sorted.
    sources: Vec<(u32, u64)>,
    places: Earliest,
    around: Around,
    /// While rows are added: the refusals.
    refusals: Vec<Stretch>,
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

impl Refused {
    /// A user and app with the first row of a refusal.
    pub(super) fn new(triple: Triple, row: &Row, source: u32) -> Self {
        Self {
            triple,
            person: false,
            source,
            place: row.place,
            count: row.n(),
            first: row.first(),
            last: row.last(),
            more: None,
        }
    }

    /// Milliseconds of the longest silence between two refusals.
    pub fn longest_silence(&self) -> i64 {
        self.more.as_ref().map_or(0, |more| more.longest_silence)
    }

    /// Known sources and how many refusals each, sorted.
    pub fn sources(&self) -> impl Iterator<Item = (u32, u64)> {
        let only = (self.more.is_none() && self.source != 0).then_some((self.source, self.count));
        let several = self
            .more
            .iter()
            .flat_map(|more| more.sources.iter().copied());
        only.into_iter().chain(several)
    }

    /// Gives the places of its earliest refusals.
    pub fn give_places(&self, places: &mut Earliest) {
        match &self.more {
            Some(more) => places.extend(&more.places),
            None => places.add(self.first, self.place),
        }
    }

    fn around(&self) -> Option<&Around> {
        self.more.as_ref().map(|more| &more.around)
    }

    /// What is known of successes before the first refusal.
    pub fn worked(&self) -> Option<Worked> {
        self.around()?.worked
    }

    /// The first and last success by the flow that is known to lie behind the first refusal.
    pub fn again(&self) -> Option<(Instant, Instant)> {
        self.around()?.again
    }

    /// The first success by another flow behind the first refusal.
    pub fn moved(&self) -> Option<(Instant, Flow)> {
        self.around()?.moved
    }

    /// What is kept aside; until it is needed there is one row.
    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_with(|| {
            let mut places = Earliest::default();
            places.add(self.first, self.place);
            let known = (self.source != 0).then_some((self.source, self.count));
            Box::new(More {
                longest_silence: 0,
                sources: known.into_iter().collect(),
                places,
                around: Around::default(),
                refusals: vec![Stretch {
                    first: self.first,
                    last: self.last,
                    n: self.count,
                }],
            })
        })
    }

    /// Adds one more row of refusals.
    pub(super) fn refuse(&mut self, row: &Row, source: u32) {
        let more = self.more();
        more.places.add(row.first(), row.place);
        if source != 0 {
            // Added up at the end, since there may be as many sources as rows.
            more.sources.push((source, row.n()));
        }
        more.refusals.push(Stretch::of(row));
        self.count += row.n();
        self.first = self.first.min(row.first());
        self.last = self.last.max(row.last());
    }

    pub(super) fn succeed(&mut self, row: &Row, flow: Flow, basis: Basis) {
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
            let again = &mut self.more().around.again;
            let (since, until) = again.unwrap_or((earliest, row.last()));
            *again = Some((since.min(earliest), until.max(row.last())));
        } else if is_modern(flow) || flow == Flow::OauthUnknown {
            let fresh = (earliest, flow);
            let moved = &mut self.more().around.moved;
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
        let around = &mut self.more().around;
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
    pub(super) fn finish(&mut self) {
        let Some(more) = &mut self.more else { return };
        more.sources.sort_unstable();
        more.sources.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        more.longest_silence = longest_silence(&std::mem::take(&mut more.refusals));
        let around = &mut more.around;
        if let Some(worked) = &mut around.worked {
            worked.longest_silence = longest_silence(&std::mem::take(&mut around.before));
        }
    }
}
