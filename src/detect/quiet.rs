//! Users with too few attempts to spike, who are only counted.
//!
//! Whether a day is surprising is judged beside the days of all users, so the quiet ones count as
//! peers. But under an attack there are millions of them, and nothing else is asked of them.

use std::collections::BTreeMap;

use super::series::Calendar;
use super::surprise::LEAST;
use super::{Seen, Thresholds};
use crate::event::DimsId;

/// The most attempts of a quiet user: no window of theirs is looked at, and no slow ramp either.
pub fn most(limits: &Thresholds) -> u64 {
    let ramp = limits.trend_min_excess.ceil().max(0.0) as u64;
    LEAST.min(ramp).saturating_sub(1)
}

/// That a user of an org fails on a day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FailsOn {
    org: u32,
    user: u32,
    day: u32,
}

/// Quiet users that fail on equally many days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alike {
    pub users: usize,
    /// Days of theirs within what is reported.
    pub reported: usize,
}

/// How many quiet users of each org fail on how many days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet(BTreeMap<(u32, usize), Alike>);

impl Quiet {
    /// Counts the users that pass with their combinations, one after the other as their pairs
    /// stand, so that the days of one alone are in memory.
    pub fn of(seen: &Seen<'_>, calendar: &Calendar, pass: impl Fn(u32, DimsId) -> bool) -> Self {
        let (tally, resolved) = (seen.tally, seen.resolved);
        let until = seen.until.minute();
        let first = calendar.day(calendar.hour(seen.since.minute()).unwrap_or(0));
        let mut quiet = Self::default();
        // Of somebody who is several users of the tally the days stand in several places.
        let (mut days, mut scattered) = (Vec::new(), Vec::new());
        let mut last = 0;
        for pair in tally.pairs().all(tally) {
            let user = resolved.user(pair.user);
            if user == 0 || !pass(user, pair.dims) {
                continue;
            }
            if user != std::mem::replace(&mut last, user) {
                quiet.count(&mut days, first);
            }
            let days = match resolved.users.is_of_several(user) {
                true => &mut scattered,
                false => &mut days,
            };
            let rows = pair.each(tally).filter(|row| row.bucket <= until);
            let hours = rows.filter_map(|row| calendar.hour(row.bucket));
            days.extend(hours.map(|hour| FailsOn {
                org: resolved.what[pair.dims.index()].org,
                user,
                day: calendar.day(hour),
            }));
        }
        quiet.count(&mut days, first);
        quiet.count(&mut scattered, first);
        quiet
    }

    /// Counts users with all days on which they fail, and empties the list; what is reported
    /// begins on the day `first`.
    fn count(&mut self, days: &mut Vec<FailsOn>, first: u32) {
        days.sort_unstable();
        days.dedup();
        for of_user in days.chunk_by(|a, b| (a.org, a.user) == (b.org, b.user)) {
            let alike = self.0.entry((of_user[0].org, of_user.len())).or_default();
            alike.users += 1;
            alike.reported += of_user.iter().filter(|on| on.day >= first).count();
        }
        days.clear();
    }

    /// Org, days on which each user fails, and the users.
    pub fn all(&self) -> impl Iterator<Item = (u32, usize, Alike)> {
        let all = self.0.iter();
        all.map(|((org, days), alike)| (*org, *days, *alike))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample::{Attempt, Sample, at};
    use crate::detect::series::HOUR_MINUTES;
    use crate::event::Flow;

    #[test]
    fn users_are_counted_by_org_and_days() {
        let on = |org, user, day| FailsOn { org, user, day };
        let mut quiet = Quiet::default();
        quiet.count(&mut vec![on(1, 7, 3), on(1, 7, 3), on(1, 8, 9)], 5);
        quiet.count(&mut vec![on(2, 7, 8), on(2, 7, 1)], 5);
        let alike = |users, reported| Alike { users, reported };
        let all: Vec<_> = quiet.all().collect();
        assert_eq!(all, [(1, 1, alike(2, 1)), (2, 2, alike(1, 1))]);
    }

    #[test]
    fn who_is_known_by_id_and_by_name_is_one() {
        const ID: &str = "0055g00000In030AAQ";
        let failed = |user| Attempt {
            status: "Invalid Password",
            ..Attempt::of(user, "", Flow::UiPassword)
        };
        let mut sample = Sample::default();
        sample.call(ID, "zoe@example.com");
        sample.add("03-03 08:00", failed(ID));
        sample.add("03-03 09:00", failed("zoe@example.com"));
        sample.add("03-05 09:00", failed("zoe@example.com"));
        sample.add("03-04 09:00", failed("bob@example.com"));
        sample.add("03-04 10:00", failed("bob@example.com"));
        sample.add("03-09 10:00", failed("bob@example.com"));
        sample.see("03-06 00:00", |seen, _| {
            let hour = |text| at(text).minute() / HOUR_MINUTES;
            let (first, last) = (hour("03-01 00:00"), hour("03-31 00:00"));
            let calendar = Calendar::of(first, last, seen.zone);
            let quiet = Quiet::of(seen, &calendar, |_, _| true);
            let alike = |users, reported| Alike { users, reported };
            let all: Vec<_> = quiet.all().collect();
            assert_eq!(all, [(0, 1, alike(1, 1)), (0, 2, alike(1, 2))]);
        });
    }

    #[test]
    fn a_lower_limit_leaves_fewer_quiet() {
        let limits = |trend_min_excess| Thresholds {
            trend_min_excess,
            ..Thresholds::default()
        };
        assert_eq!(most(&limits(40.0)), LEAST - 1);
        assert_eq!((most(&limits(1.5)), most(&limits(0.0))), (1, 0));
    }
}
