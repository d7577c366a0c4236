//! The course of a finding: the attempts that it is about over time, for the chart in its card.
//!
//! Only the first [`DRAWN`] findings of a report have one, in at most [`COLUMNS`] columns, so that
//! what charts add to a page is bounded. All are counted in one walk over what was read: a course
//! begins before its finding does, and isn't narrowed by `--only`.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Material, findings};
use crate::catalogue::{CauseIx, Class};
use crate::detect::{self, failure_spike, legacy_login, secrets_in_log};
use crate::event::{Flow, Instant};
use crate::explain::RULES;
use crate::report::model::Report;
use crate::tally::{Pair, Resolved, Row};

/// Findings that have a course: the first of the report, which are the worst.
pub const DRAWN: usize = 40;
/// The most columns of a course.
const COLUMNS: u32 = 120;
/// Lengths of a column that are tried, in minutes, the smallest first.
const COLUMN_MINUTES: [u32; 10] = [15, 30, 60, 120, 240, 720, 1_440, 2_880, 10_080, 40_320];
const HOUR_MINUTES: u32 = 60;
const DAY_MINUTES: u32 = 1_440;

/// Attempts over time, and what of that time the finding is.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The first minute of the first column, counted from 1970, UTC.
    pub start: u32,
    /// Minutes of a column.
    pub column: u32,
    /// Failed and successful attempts of each column, empty ones included.
    pub columns: Vec<Attempts>,
    /// Whether successes were counted; of a spike only failures are.
    pub successes: bool,
    /// First minute of the incident and the one behind its last; `None` where the finding is no
    /// incident.
    pub incident: Option<(u32, u32)>,
    /// Attempts that the finding is made of.
    pub count: u64,
    /// Failures that were to be expected in the incident.
    pub expected: Option<f64>,
}

/// Attempts of one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    pub failures: u64,
    pub successes: u64,
}

/// Whether the findings of a rule are about lines of logs, so that no logins can be drawn.
fn is_of_logs(rule: &str) -> bool {
    rule == secrets_in_log::ID || RULES.iter().any(|(id, _)| *id == rule)
}

/// The courses of the first findings of a report, by fingerprint.
pub fn courses(material: &Material<'_>, report: &Report) -> BTreeMap<String, Course> {
    let Some((first, _)) = material.history.ends() else {
        return BTreeMap::new();
    };
    let today = material.reported.map_or(first, |(_, last)| last);
    let drawn = report.findings.iter().take(DRAWN);
    let drawn: Vec<&str> = drawn.map(|shown| shown.fingerprint.as_str()).collect();
    let found = material.detected.findings.iter();
    let found = found.map(|finding| (findings::fingerprint(material, finding), finding));
    // There may be as many findings as users.
    let named: FxHashMap<String, &detect::Finding> = found
        .filter(|(fingerprint, _)| drawn.contains(&fingerprint.as_str()))
        .collect();
    let mut drafts: Vec<Draft<'_>> = drawn
        .into_iter()
        .filter_map(|shown| named.get_key_value(shown))
        .filter(|(_, finding)| !is_of_logs(finding.rule))
        .map(|(fingerprint, finding)| Draft::new(fingerprint, finding, first, today))
        .collect();
    let index = Index::of(&drafts);
    let pairs = material.history.pairs();
    for pair in pairs.all(material.history) {
        for at in index.concerned(material.resolved, &pair) {
            for row in pair.each(material.history) {
                drafts[at].add(material, &row);
            }
        }
    }
    let done = drafts.into_iter();
    done.map(|draft| (draft.fingerprint.to_owned(), draft.course))
        .collect()
}

/// Whose attempts a course counts.
enum Whose {
    /// Failures of the head of a spike.
    Head(Kind, u32),
    /// All attempts of some users through some apps, by one flow if it is named. The lists are
    /// sorted; an empty one stands for the unknown one.
    Members(Vec<u32>, Vec<u32>, Option<Flow>),
}

/// What the head of a spike is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Org,
    User,
    App,
    Source,
    Cause,
}

impl Kind {
    /// All, with the word that begins the anchor of a spike, and the list of its scope.
    fn of(finding: &detect::Finding) -> (Self, u32) {
        let scope = &finding.scope;
        let (kind, list) = match finding.anchor.split(':').next() {
            Some("user") => (Kind::User, &scope.users),
            Some("app") => (Kind::App, &scope.apps),
            Some("source") => (Kind::Source, &scope.sources),
            Some("cause") => (Kind::Cause, &scope.causes),
            _ => return (Kind::Org, 0),
        };
        // the head stands first in its list
        (kind, list.first().copied().unwrap_or(0))
    }
}

/// A course while rows are added to it.
struct Draft<'a> {
    fingerprint: &'a str,
    org: u32,
    whose: Whose,
    course: Course,
}

impl<'a> Draft<'a> {
    fn new(
        fingerprint: &'a str,
        finding: &detect::Finding,
        first: Instant,
        today: Instant,
    ) -> Self {
        let (start, end) = (finding.start.minute(), finding.end.minute() + 1);
        let (known, today) = (first.minute(), today.minute() + 1);
        let is_spike = finding.rule == failure_spike::ID;
        let (from, to) = if is_spike {
            let long = end - start;
            // on either side as much of what is usual, two days at least
            let around = long.max(2 * DAY_MINUTES);
            (
                start.saturating_sub(around).max(known),
                (end + around).min(today),
            )
        } else {
            (known, today)
        };
        let whose = if is_spike {
            let (kind, number) = Kind::of(finding);
            Whose::Head(kind, number)
        } else {
            let scope = &finding.scope;
            let flow = legacy_login::flow(finding);
            Whose::Members(sorted(&scope.users), sorted(&scope.apps), flow)
        };
        let is_incident = finding.rule != legacy_login::ID;
        Self {
            fingerprint,
            org: finding.org,
            whose,
            course: Course {
                successes: !is_spike,
                incident: is_incident.then_some((start, end)),
                count: finding.count,
                expected: finding.expected,
                ..Course::empty(from, to.max(from + 1))
            },
        }
    }

    fn add(&mut self, material: &Material<'_>, row: &Row) {
        let what = material.resolved.what[row.dims.index()];
        if what.org != self.org {
            return;
        }
        let passes = match &self.whose {
            Whose::Head(..) => !what.success && !is_benign(material, what.cause),
            Whose::Members(users, apps, flow) => {
                let user = material.resolved.user(row.user);
                let has = |list: &[u32], number| {
                    list.binary_search(&number).is_ok() || (number == 0 && list.is_empty())
                };
                has(users, user) && has(apps, what.app) && flow.is_none_or(|flow| flow == what.flow)
            }
        };
        if passes {
            self.course.add(row.first().minute(), row.n(), what.success);
        }
    }
}

/// Numbers in order, so that one is soon found among many.
fn sorted(numbers: &[u32]) -> Vec<u32> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The causes of class `benign` feed no finding.
fn is_benign(material: &Material<'_>, cause: u32) -> bool {
    let causes = &material.known.causes;
    cause
        .checked_sub(1)
        .is_some_and(|at| causes.cause(CauseIx(at)).class == Class::Benign)
}

impl Course {
    /// No attempts from one minute to another, the end excluded.
    fn empty(from: u32, to: u32) -> Self {
        let count = |column: u32| to.div_ceil(column) - from / column;
        let fits = COLUMN_MINUTES
            .into_iter()
            .find(|&column| count(column) <= COLUMNS);
        let longest = COLUMN_MINUTES[COLUMN_MINUTES.len() - 1];
        let column =
            fits.unwrap_or_else(|| (to - from).div_ceil(COLUMNS - 1).next_multiple_of(longest));
        Self {
            start: from / column * column,
            column,
            columns: vec![Attempts::default(); count(column) as usize],
            successes: true,
            incident: None,
            count: 0,
            expected: None,
        }
    }

    fn add(&mut self, minute: u32, n: u64, success: bool) {
        let at = minute
            .checked_sub(self.start)
            .map(|since| since / self.column);
        let Some(column) = at.and_then(|at| self.columns.get_mut(at as usize)) else {
            return;
        };
        if success {
            column.successes += n;
        } else {
            column.failures += n;
        }
    }

    /// The minute behind the last column.
    pub fn end(&self) -> u32 {
        let columns = u32::try_from(self.columns.len()).unwrap_or(0);
        self.start
            .saturating_add(columns.saturating_mul(self.column))
    }

    /// Failures that were to be expected in a column's time, on the average of the incident, and
    /// the minutes that this holds for: whole hours, as expectations are learned by hour.
    pub fn level(&self) -> Option<(f64, (u32, u32))> {
        let (from, to) = self.incident?;
        let from = from / HOUR_MINUTES * HOUR_MINUTES;
        let to = to.next_multiple_of(HOUR_MINUTES);
        let share = f64::from(self.column) / f64::from((to - from).max(self.column));
        Some((self.expected?.max(0.0) * share, (from, to)))
    }
}

/// Members beyond which a list is searched instead of having an entry each: there may be as many
/// as users.
const ENTERED: usize = 1_000;

/// Which courses a row may belong to, by number.
#[derive(Default)]
struct Index {
    entries: FxHashMap<(Kind, u32), Vec<usize>>,
    /// Long lists of users, sorted.
    long: Vec<(Vec<u32>, usize)>,
}

impl Index {
    fn of(drafts: &[Draft<'_>]) -> Self {
        let mut index = Self::default();
        for (at, draft) in drafts.iter().enumerate() {
            match &draft.whose {
                Whose::Head(kind, number) => index.put(*kind, *number, at),
                Whose::Members(users, _, _) if users.is_empty() => index.put(Kind::User, 0, at),
                Whose::Members(users, _, _) if users.len() > ENTERED => {
                    index.long.push((users.clone(), at));
                }
                Whose::Members(users, _, _) => {
                    users
                        .iter()
                        .for_each(|user| index.put(Kind::User, *user, at));
                }
            }
        }
        index
    }

    fn put(&mut self, kind: Kind, number: u32, at: usize) {
        self.entries.entry((kind, number)).or_default().push(at);
    }

    fn concerned(&self, resolved: &Resolved, pair: &Pair) -> impl Iterator<Item = usize> {
        let what = resolved.what[pair.dims.index()];
        let user = resolved.user(pair.user);
        let keys = [
            (Kind::Org, 0),
            (Kind::User, user),
            (Kind::App, what.app),
            (Kind::Source, what.source),
            (Kind::Cause, what.cause),
        ];
        let entered = keys.into_iter().filter_map(|key| self.entries.get(&key));
        let long = self.long.iter();
        let long = long.filter(move |(users, _)| users.binary_search(&user).is_ok());
        entered.flatten().copied().chain(long.map(|(_, at)| *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_cover_the_time_and_are_few() {
        for (from, to) in [
            (100, 101),
            (7, 15 * 120),
            (0, 1_440 * 400),
            (0, u32::MAX / 2),
        ] {
            let course = Course::empty(from, to);
            assert!(course.start <= from && course.end() >= to, "{from} {to}");
            assert!(course.end() - to < course.column, "{from} {to}");
            assert!(course.columns.len() <= COLUMNS as usize, "{from} {to}");
        }
    }

    #[test]
    fn what_lies_outside_is_not_counted() {
        let mut course = Course::empty(60, 120);
        for minute in [59, 60, 74, 75, 119, 120] {
            course.add(minute, 1, minute % 2 == 1);
        }
        let failures: Vec<u64> = course.columns.iter().map(|one| one.failures).collect();
        let successes: Vec<u64> = course.columns.iter().map(|one| one.successes).collect();
        assert_eq!((failures, successes), (vec![2, 0, 0, 0], vec![0, 1, 0, 1]));
    }

    #[test]
    fn the_expected_is_spread_over_whole_hours() {
        let course = Course {
            incident: Some((70, 130)),
            expected: Some(4.0),
            ..Course::empty(0, 300)
        };
        // from 01:00 to 03:00 four are expected, in a quarter of an hour half a one
        assert_eq!(course.level(), Some((0.5, (60, 180))));
    }
}
