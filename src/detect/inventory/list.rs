//! All integrations in their order, each made when it is asked for.
//!
//! Under an attack there are as many integrations as rows. So what is kept of one is where its
//! pairs begin in their order; only the busy ones, which are few by their nature, are put together
//! once.

use std::sync::Arc;

use super::super::Seen;
use super::super::refusals::Triple;
use super::draft::Draft;
use super::evidence::Evidence;
use super::{Integration, is_retiring};
use crate::event::{Flow, Instant};
use crate::tally::{Pair, Row};

/// Rows of an integration from which on it is kept. Ours: fewer are counted again as quickly.
const BUSY: u32 = 64;

/// Integrations sorted by org, user, app and flow.
#[derive(Clone)]
pub struct Integrations<'a> {
    seen: Seen<'a>,
    /// The first instant whose attempts count.
    since: Option<Instant>,
    evidence: Arc<Evidence>,
    /// Positions of pairs, those of one integration side by side.
    order: Arc<Vec<u32>>,
    /// Where each integration begins in the order.
    starts: Vec<u32>,
    /// The busy ones, by where they begin.
    busy: Arc<Vec<(u32, Integration<'a>)>>,
}

impl<'a> Integrations<'a> {
    /// Those with an attempt up to the end of what is reported.
    pub(super) fn of(seen: &Seen<'a>, evidence: Arc<Evidence>) -> Self {
        let count = seen.tally.pairs().len() as u32;
        let mut all = Self {
            seen: *seen,
            since: None,
            evidence,
            order: Arc::default(),
            starts: Vec::new(),
            busy: Arc::default(),
        };
        let is_program = |at: &u32| !matches!(all.key(*at).1, Flow::UiPassword | Flow::Sso);
        let mut order: Vec<u32> = Vec::with_capacity(count as usize);
        order.extend((0..count).filter(is_program));
        all.sort(&mut order);
        all.order = Arc::new(order);
        all.begin()
    }

    /// Those with an attempt from an instant on, with such attempts alone.
    pub(super) fn since(&self, since: Instant) -> Self {
        let part = Self {
            since: Some(since),
            ..self.clone()
        };
        part.begin()
    }

    /// Those of users and apps that pass.
    pub fn narrowed(&self, pass: impl Fn(u32, u32) -> bool) -> Self {
        let mut part = self.clone();
        part.starts.retain(|start| {
            let (of, _) = self.key(self.order[*start as usize]);
            pass(of.user, of.app)
        });
        part
    }

    /// Pairs come by name, so mostly by user: only those of one user are left to be sorted.
    fn sort(&self, order: &mut [u32]) {
        let user = |at: &u32| {
            let (of, _) = self.key(*at);
            (of.org, of.user)
        };
        if !order.is_sorted_by_key(user) {
            order.sort_by_key(user);
        }
        for of_user in order.chunk_by_mut(|a, b| user(a) == user(b)) {
            of_user.sort_by_key(|at| self.key(*at));
        }
    }

    /// Finds where integrations begin, and puts the busy ones together.
    fn begin(mut self) -> Self {
        let mut starts = Vec::with_capacity(self.order.len());
        let mut busy = Vec::new();
        let mut start = 0;
        for run in self.order.chunk_by(|a, b| self.key(*a) == self.key(*b)) {
            let counted = |pair: &Pair| self.rows(pair).next().is_some();
            if self.pairs_of(run).any(|pair| counted(&pair)) {
                starts.push(start);
                if self.pairs_of(run).map(|pair| pair.rows()).sum::<u32>() >= BUSY {
                    busy.push((start, self.made(run)));
                }
            }
            start += run.len() as u32;
        }
        self.starts = starts;
        self.busy = Arc::new(busy);
        self
    }

    /// What the pairs of an integration have in common.
    fn key(&self, at: u32) -> (Triple, Flow) {
        let (user, dims) = self.seen.tally.pairs().key(at, self.seen.tally);
        let flow = self.seen.resolved.what[dims.index()].flow;
        (Triple::of_ids(user, dims, &self.seen), flow)
    }

    fn pairs_of(&self, run: &[u32]) -> impl Iterator<Item = Pair> {
        let tally = self.seen.tally;
        run.iter().map(|at| tally.pairs().get(*at, tally))
    }

    /// The rows of a pair that count.
    fn rows(&self, pair: &Pair) -> impl Iterator<Item = Row> + use<'a> {
        let (until, since) = (self.seen.until, self.since);
        let rows = pair.each(self.seen.tally);
        rows.filter(move |row| {
            row.first() <= until && since.is_none_or(|since| row.last() >= since)
        })
    }

    fn run(&self, start: u32) -> &[u32] {
        let rest = &self.order[start as usize..];
        let mut runs = rest.chunk_by(|a, b| self.key(*a) == self.key(*b));
        runs.next().unwrap_or_default()
    }

    fn made(&self, run: &[u32]) -> Integration<'a> {
        let (triple, flow) = run.first().map(|at| self.key(*at)).unwrap_or_default();
        let mut draft = Draft::new(triple, flow);
        for pair in self.pairs_of(run) {
            draft.add(&pair, self.rows(&pair), (&self.seen, self.evidence.refusal));
        }
        draft.finish(&self.seen, &self.evidence)
    }

    fn beginning_at(&self, start: u32) -> Integration<'a> {
        match self.busy.binary_search_by_key(&start, |busy| busy.0) {
            Ok(at) => self.busy[at].1.clone(),
            Err(_) => self.made(self.run(start)),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The integration of a position.
    pub fn at(&self, at: usize) -> Integration<'a> {
        self.beginning_at(self.starts[at])
    }

    /// Every integration.
    pub fn iter(&self) -> impl Iterator<Item = Integration<'a>> {
        let starts = self.starts.iter();
        starts.map(|start| self.beginning_at(*start))
    }

    /// Those by a retiring flow that had a success at some time.
    pub fn retiring_logins(&self) -> impl Iterator<Item = Integration<'a>> {
        let retiring = self.retiring();
        retiring.map(|(start, _)| self.beginning_at(start))
    }

    /// Org, app and flow of each of them.
    pub fn retiring_keys(&self) -> impl Iterator<Item = (u32, u32, Flow)> {
        let retiring = self.retiring();
        retiring.map(|(_, (of, flow))| (of.org, of.app, flow))
    }

    fn retiring(&self) -> impl Iterator<Item = (u32, (Triple, Flow))> {
        self.starts.iter().filter_map(|start| {
            let run = self.run(*start);
            let key = self.key(*run.first()?);
            let found = is_retiring(key.1, self.seen.retirements)
                && run.iter().any(|at| self.is_success(*at));
            found.then_some((*start, key))
        })
    }

    fn is_success(&self, at: u32) -> bool {
        let (_, dims) = self.seen.tally.pairs().key(at, self.seen.tally);
        self.seen.resolved.what[dims.index()].success
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inventory;
    use super::*;
    use crate::detect::sample::{Attempt, Sample, at};

    #[test]
    fn busy_ones_are_kept_and_the_same_as_when_made_anew() {
        let mut sample = Sample::default();
        let start = at("03-02 00:00").minute();
        for n in 0..u32::max(BUSY, 2) {
            let job = Attempt::of("etl@example.com", "Nightly", Flow::SoapLogin);
            sample.add_at(Instant::from_minute(start + n * 60), job);
            let name = format!("s{n}@example.com");
            let once = Attempt::of(&name, "Nightly", Flow::OauthUsernamePassword);
            sample.add_at(Instant::from_minute(start + n * 7), once);
        }
        sample.see("03-20 00:00", |seen, _| {
            let all = Inventory::of(seen).whole;
            assert_eq!((all.len(), all.busy.len()), (BUSY as usize + 1, 1));
            assert_eq!(all.at(0).logins, u64::from(BUSY));
            assert_eq!(all.at(0), all.made(all.run(all.starts[0])));
            assert!(all.retiring_logins().eq(all.iter()));
            let users: Vec<u32> = all.iter().map(|one| one.user).collect();
            assert!(users.is_sorted());
            let one = all.narrowed(|user, _| user == users[3]);
            assert_eq!(one.iter().collect::<Vec<_>>(), [all.at(3)]);
        });
    }
}
