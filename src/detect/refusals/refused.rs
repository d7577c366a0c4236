//! How one user and app fared before, while and after the flow was refused to them.

use smallvec::SmallVec;

use super::{Earliest, Triple};
use crate::detect::cadence::{Stretch, longest_silence};
use crate::detect::inventory::is_modern;
use crate::event::{Basis, Flow, Instant};
use crate::tally::{Pair, Row};

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

impl Refused {
    /// A user and app before any row is added.
    pub(super) fn new(triple: Triple, pair: &Pair) -> Self {
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

    pub(super) fn refuse(&mut self, row: &Row, source: u32) {
        self.count += row.n();
        self.first = self.first.min(row.first());
        self.last = self.last.max(row.last());
        self.places.add(row.first(), row.place);
        if source != 0 {
            // Added up at the end, since there may be as many sources as rows.
            self.sources.push((source, row.n()));
        }
        self.refusals.push(Stretch::of(row));
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
    pub(super) fn finish(&mut self) {
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
