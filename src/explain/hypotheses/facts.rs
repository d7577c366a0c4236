//! What the history says of those whom a finding concerns, before, in and after it: one walk over
//! its pairs for all findings, and over the rows of those that concern one.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::detect::{Finding, Seen, password_flow_disabled};
use crate::event::{Flow, Instant};
use crate::tally::{Row, What};

/// Users of a finding beyond which each is looked up among them. Ours: few findings have so many.
const MANY: usize = 1_000;

/// What is known beside one finding.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Failures of it by cause (position plus one).
    pub(super) failed: BTreeMap<u32, u64>,
    /// The last login of its users through its apps that worked before it began.
    pub(super) worked_before: Option<Instant>,
    /// The same of logins that may have been by username and password over OAuth.
    pub(super) password_flow_before: Option<Instant>,
    /// The first that worked between its first and last failure.
    pub(super) worked_within: Option<Instant>,
    /// Sources of its failures, and of logins of the same users and apps that worked before.
    pub(super) refused_from: BTreeSet<u32>,
    pub(super) worked_from: BTreeSet<u32>,
    /// Where it is of one user: the user's other apps that log in while it lasts.
    pub(super) other_apps: BTreeSet<u32>,
    /// Others of the org who log in by username and password over OAuth after it began.
    pub(super) password_flow_goes_on: BTreeSet<u32>,
    /// Where it is of one app: how many other users log in through it while it lasts.
    pub(super) other_users: BTreeSet<u32>,
}

/// Whom a finding concerns, to be found by row.
#[derive(Default)]
struct Whom {
    org: u32,
    /// Sorted, as the others.
    users: Vec<u32>,
    apps: Vec<u32>,
    causes: Vec<u32>,
}

impl Facts {
    /// The facts beside each finding, in their order; none beside those that nobody asks for.
    pub(super) fn of(
        findings: &[Finding],
        is_asked: impl Fn(&Finding) -> bool,
        seen: &Seen<'_>,
    ) -> Vec<Self> {
        let whom = findings.iter().map(|finding| match is_asked(finding) {
            true => Whom::of(finding),
            false => Whom::default(),
        });
        let whom: Vec<Whom> = whom.collect();
        let mut by_user: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        let mut by_app: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        // A list for each user of a crowd would take more memory than their names.
        let mut of_many: Vec<usize> = Vec::new();
        for (at, whom) in whom.iter().enumerate() {
            if whom.users.len() > MANY {
                of_many.push(at);
            } else {
                for user in &whom.users {
                    by_user.entry(*user).or_default().push(at);
                }
            }
            if whom.apps.len() == 1 || whom.users.is_empty() {
                for app in &whom.apps {
                    by_app.entry(*app).or_default().push(at);
                }
            }
        }
        let mut facts: Vec<Self> = findings.iter().map(|_| Self::default()).collect();
        let refused = |at: &usize| findings[*at].rule == password_flow_disabled::ID;
        let refused: Vec<usize> = (0..findings.len()).filter(refused).collect();
        let pairs = seen.tally.pairs();
        for pair in pairs.all(seen.tally) {
            let what = seen.resolved.what[pair.dims.index()];
            let user = seen.resolved.user(pair.user);
            let rows = || pair.each(seen.tally);
            let lasts = |finding: &Finding| {
                what.success
                    && pair.last > finding.start
                    && pair.first <= finding.end
                    && rows().any(|row| lasts(finding, &row))
            };
            if what.success && what.flow == Flow::OauthUsernamePassword {
                for &at in &refused {
                    let start = findings[at].start;
                    let other = whom[at].is_of(what) && !has(&whom[at].users, user);
                    if other && pair.last > start && rows().any(|row| row.first() > start) {
                        facts[at].password_flow_goes_on.insert(user);
                    }
                }
            }
            let is_of = |at: &&usize| whom[**at].is_of(what);
            let own = by_user.get(&user).into_iter().flatten().filter(is_of);
            let of_many = of_many.iter().filter(is_of);
            let of_many = of_many.filter(|at| has(&whom[**at].users, user));
            for &at in own.chain(of_many) {
                if whom[at].has_app(what.app) {
                    facts[at].own(&findings[at], &whom[at], what, rows());
                } else if what.app != 0 && whom[at].users.len() == 1 && lasts(&findings[at]) {
                    facts[at].other_apps.insert(what.app);
                }
            }
            for &at in by_app.get(&what.app).into_iter().flatten() {
                if !whom[at].is_of(what) || has(&whom[at].users, user) {
                    continue;
                }
                if whom[at].users.is_empty() {
                    facts[at].own(&findings[at], &whom[at], what, rows());
                } else if lasts(&findings[at]) {
                    facts[at].other_users.insert(user);
                }
            }
        }
        facts
    }

    /// The rows of a pair of those whom the finding concerns, by time.
    fn own(&mut self, finding: &Finding, whom: &Whom, what: What, rows: impl Iterator<Item = Row>) {
        if what.success {
            let mut before = None;
            for row in rows {
                if row.last() < finding.start {
                    before = before.max(Some(row.last()));
                } else if row.first() < finding.end {
                    let first = row.first().max(finding.start);
                    self.worked_within = self.worked_within.into_iter().chain([first]).min();
                } else {
                    break;
                }
            }
            if before.is_some() {
                self.worked_before = self.worked_before.max(before);
                self.worked_from.insert(what.source);
                if matches!(what.flow, Flow::OauthUsernamePassword | Flow::OauthUnknown) {
                    self.password_flow_before = self.password_flow_before.max(before);
                }
            }
        } else if whom.causes.is_empty() || has(&whom.causes, what.cause) {
            let within = |row: &Row| row.last() >= finding.start && row.first() <= finding.end;
            let failed: u64 = rows.filter(within).map(|row| row.n()).sum();
            if failed > 0 {
                *self.failed.entry(what.cause).or_default() += failed;
                self.refused_from.insert(what.source);
            }
        }
    }
}

/// Whether a login that worked did so while a finding lasts.
fn lasts(finding: &Finding, row: &Row) -> bool {
    row.first() > finding.start && row.last() <= finding.end
}

impl Whom {
    fn of(finding: &Finding) -> Self {
        let scope = &finding.scope;
        Self {
            org: finding.org,
            users: sorted(&scope.users),
            apps: sorted(&scope.apps),
            causes: sorted(&scope.causes),
        }
    }

    fn is_of(&self, what: What) -> bool {
        what.org == self.org
    }

    fn has_app(&self, app: u32) -> bool {
        self.apps.is_empty() || has(&self.apps, app)
    }
}

fn sorted(numbers: &[u32]) -> Vec<u32> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

fn has(sorted: &[u32], number: u32) -> bool {
    sorted.binary_search(&number).is_ok()
}
