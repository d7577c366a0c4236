//! What the times of a file say about its clock: the order of day and month, and its zone.

use std::collections::BTreeSet;

use super::date::{Date, DateOrder};
use crate::catalogue::{Ambiguous, Meaning, Zones};
use crate::event::{Instant, Zone};

/// How many times more dates must fit one order than the other where some fit only each.
const FAR_AHEAD: usize = 4;

const ORDERS: [DateOrder; 3] = [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd];

/// What was seen. Merging is a union, so the order in which a file is read doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeEvidence {
    dates: BTreeSet<Date>,
    last: Option<Date>,
    /// Dates written with dots, which only day-first locales do.
    dots: bool,
    /// AM or PM was met.
    meridiem: bool,
    /// Some time states no zone.
    no_zone: bool,
    abbreviations: BTreeSet<String>,
    last_abbreviation: String,
    /// A day on which an undecided abbreviation was met.
    day: Option<i64>,
    /// How many times fell into an hour that a clock change skips or repeats.
    clock_changes: u64,
}

/// Why the order of day and month is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateUndecided {
    /// No value is over 12 and neither reading is smoother than the other.
    Nothing,
    /// The signs speak against each other.
    Conflict,
}

impl TimeEvidence {
    /// A date as three numbers. One that is no date in any order says nothing.
    pub(super) fn saw_date(&mut self, date: Date, dots: bool) {
        self.dots |= dots;
        if self.last != Some(date) {
            self.last = Some(date);
            if ORDERS.iter().any(|order| date.days(*order).is_some()) {
                self.dates.insert(date);
            }
        }
    }

    pub(super) fn saw_meridiem(&mut self) {
        self.meridiem = true;
    }

    pub(super) fn saw_no_zone(&mut self) {
        self.no_zone = true;
    }

    pub(super) fn saw_abbreviation(&mut self, abbreviation: &str) {
        if self.last_abbreviation != abbreviation {
            self.abbreviations.insert(abbreviation.to_owned());
            abbreviation.clone_into(&mut self.last_abbreviation);
        }
    }

    pub(super) fn saw_day(&mut self, day: i64) {
        self.day = Some(self.day.map_or(day, |known| known.min(day)));
    }

    pub(super) fn saw_clock_change(&mut self) {
        self.clock_changes += 1;
    }

    /// Everything that either has seen.
    pub fn merge(&mut self, other: &Self) {
        self.dates.extend(&other.dates);
        self.dots |= other.dots;
        self.meridiem |= other.meridiem;
        self.no_zone |= other.no_zone;
        self.abbreviations
            .extend(other.abbreviations.iter().cloned());
        self.day = [self.day, other.day].into_iter().flatten().min();
        self.clock_changes += other.clock_changes;
    }

    /// Whether some time states no zone.
    pub fn lacks_zone(&self) -> bool {
        self.no_zone
    }

    /// How many times fell into an hour that a clock change skips or repeats.
    pub fn clock_changes(&self) -> u64 {
        self.clock_changes
    }

    /// The order of day and month, `None` where no time leaves it open: by dates that are dates in one order only; else by which reading runs on from
    /// day to day while the other jumps by months; else by AM and PM, which only month-first
    /// locales pair with slashes. Signs that contradict each other decide nothing.
    pub fn order(&self) -> Result<Option<DateOrder>, DateUndecided> {
        if self.dates.is_empty() {
            return Ok(None);
        }
        let smooth = self.smooth();
        if smooth == Some(DateOrder::Ymd) {
            return Ok(smooth);
        }
        match (self.only_in(DateOrder::Mdy), self.only_in(DateOrder::Dmy)) {
            (0, 0) => {}
            // A few rows may be wrong; one reading must be far ahead, though.
            (month_first, day_first) if month_first >= FAR_AHEAD * day_first => {
                return Ok(Some(DateOrder::Mdy));
            }
            (month_first, day_first) if day_first >= FAR_AHEAD * month_first => {
                return Ok(Some(DateOrder::Dmy));
            }
            _ => return Err(DateUndecided::Conflict),
        }
        let mut signs = BTreeSet::new();
        if self.dots {
            signs.insert(DateOrder::Dmy);
        }
        if self.meridiem {
            signs.insert(DateOrder::Mdy);
        }
        signs.extend(smooth);
        match (signs.first(), signs.len()) {
            (Some(&order), 1) => Ok(Some(order)),
            (None, _) => Err(DateUndecided::Nothing),
            _ => Err(DateUndecided::Conflict),
        }
    }

    /// How many dates are dates in this order only.
    fn only_in(&self, order: DateOrder) -> usize {
        let other = if order == DateOrder::Mdy {
            DateOrder::Dmy
        } else {
            DateOrder::Mdy
        };
        let only = |date: &&Date| date.days(order).is_some() && date.days(other).is_none();
        self.dates.iter().filter(only).count()
    }

    /// The order in which the dates run on from day to day while in every other order in which
    /// they all are dates they jump by months or years.
    fn smooth(&self) -> Option<DateOrder> {
        let spread = |order: DateOrder| {
            let days: Option<BTreeSet<i64>> =
                self.dates.iter().map(|date| date.days(order)).collect();
            let days = days?;
            let span = days.last()? - days.first()? + 1;
            Some((span, i64::try_from(days.len()).ok()?))
        };
        let dense = |(span, days): (i64, i64)| days > 1 && span <= 3 * days;
        let jumps = |(span, days): (i64, i64)| span > 8 * days;
        let spreads: Vec<(DateOrder, (i64, i64))> = ORDERS
            .into_iter()
            .filter_map(|order| Some((order, spread(order)?)))
            .collect();
        let (order, _) = *spreads.iter().find(|(_, spread)| dense(*spread))?;
        let others = spreads.iter().filter(|(other, _)| *other != order);
        (spreads.len() > 1 && others.clone().all(|(_, spread)| jumps(*spread))).then_some(order)
    }

    /// What each ambiguous abbreviation of the file means, by the zone that the user named or by a
    /// sibling in the file.
    ///
    /// # Errors
    /// The first abbreviation that neither decides.
    pub fn abbreviations<'a>(
        &self,
        zones: &'a Zones,
        named: Zone,
    ) -> Result<Vec<(String, i32)>, &'a Ambiguous> {
        let near = Instant::from_millis(self.day.unwrap_or(20_000) * 86_400_000);
        let mut decided = Vec::new();
        for abbreviation in &self.abbreviations {
            let Some(ambiguous) = zones.ambiguous(abbreviation) else {
                continue;
            };
            let by_name = by_name(ambiguous, named, near);
            let by_sibling = || {
                let seen = |sibling: &String| self.abbreviations.contains(sibling);
                let mut spoken_for = ambiguous
                    .means
                    .iter()
                    .filter(|meaning| meaning.siblings.iter().any(seen));
                match (spoken_for.next(), spoken_for.next()) {
                    (Some(meaning), None) => Some(meaning.minutes),
                    _ => None,
                }
            };
            let minutes = by_name.or_else(by_sibling).ok_or(ambiguous)?;
            decided.push((abbreviation.clone(), minutes));
        }
        Ok(decided)
    }
}

/// What the zone that the user named means by an abbreviation: by the abbreviation itself, or
/// where the zone is written without letters, by its offset, or as the zone of a meaning.
fn by_name(ambiguous: &Ambiguous, named: Zone, near: Instant) -> Option<i32> {
    if let Some(seconds) = named.offset_of_abbreviation(&ambiguous.abbreviation, near) {
        return Some(seconds / 60);
    }
    let minutes = named.offset_seconds(near) / 60;
    let without_letters = !named.has_letters(near);
    let fits = |meaning: &&Meaning| {
        meaning.zone == named.to_string() || (without_letters && meaning.minutes == minutes)
    };
    ambiguous
        .means
        .iter()
        .find(fits)
        .map(|meaning| meaning.minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(dates: &[(i64, i64)]) -> TimeEvidence {
        let mut evidence = TimeEvidence::default();
        for &(a, b) in dates {
            evidence.saw_date(
                Date {
                    a,
                    b,
                    c: 2026,
                    short_year: false,
                },
                false,
            );
        }
        evidence
    }

    #[test]
    fn a_value_over_twelve_decides() {
        assert_eq!(
            evidence(&[(3, 2), (13, 2)]).order(),
            Ok(Some(DateOrder::Dmy))
        );
        assert_eq!(
            evidence(&[(3, 2), (3, 31)]).order(),
            Ok(Some(DateOrder::Mdy))
        );
        assert_eq!(TimeEvidence::default().order(), Ok(None));
        // The 31st of February is wrong in either order and says nothing.
        assert_eq!(
            evidence(&[(31, 2), (27, 2)]).order(),
            Ok(Some(DateOrder::Dmy))
        );
        assert_eq!(
            evidence(&[(2, 14), (27, 2)]).order(),
            Err(DateUndecided::Conflict)
        );
    }

    #[test]
    fn continuity_decides_and_one_day_does_not() {
        let week: Vec<_> = (1..=7).map(|day| (day, 6)).collect();
        assert_eq!(evidence(&week).order(), Ok(Some(DateOrder::Dmy)));
        let week: Vec<_> = (1..=7).map(|day| (6, day)).collect();
        assert_eq!(evidence(&week).order(), Ok(Some(DateOrder::Mdy)));
        assert_eq!(evidence(&[(5, 6)]).order(), Err(DateUndecided::Nothing));
    }

    #[test]
    fn meridiem_decides_unless_continuity_contradicts() {
        let mut one_day = evidence(&[(5, 6)]);
        one_day.saw_meridiem();
        assert_eq!(one_day.order(), Ok(Some(DateOrder::Mdy)));
        let week: Vec<_> = (1..=7).map(|day| (day, 6)).collect();
        let mut australian = evidence(&week);
        australian.saw_meridiem();
        assert_eq!(australian.order(), Err(DateUndecided::Conflict));
    }

    #[test]
    fn two_digit_years_may_stand_first() {
        let dates = |dates: &[(i64, i64, i64)]| {
            let mut evidence = TimeEvidence::default();
            for &(a, b, c) in dates {
                evidence.saw_date(
                    Date {
                        a,
                        b,
                        c,
                        short_year: true,
                    },
                    false,
                );
            }
            evidence.order()
        };
        assert_eq!(
            dates(&[(25, 8, 27), (25, 8, 28), (25, 8, 29)]),
            Ok(Some(DateOrder::Ymd))
        );
        assert_eq!(
            dates(&[(27, 8, 25), (28, 8, 25), (29, 8, 25)]),
            Ok(Some(DateOrder::Dmy))
        );
        assert_eq!(dates(&[(8, 27, 25), (8, 28, 25)]), Ok(Some(DateOrder::Mdy)));
    }

    #[test]
    fn every_zone_that_a_message_proposes_decides() {
        let zones = Zones::load().expect("the list");
        for entry in zones.all_ambiguous() {
            for meaning in &entry.means {
                let mut seen = TimeEvidence::default();
                seen.saw_abbreviation(&entry.abbreviation);
                let named = meaning.zone.parse().expect("a zone");
                let decided = seen.abbreviations(&zones, named).expect("decided");
                assert_eq!(decided, [(entry.abbreviation.clone(), meaning.minutes)]);
            }
        }
    }

    #[test]
    fn siblings_and_the_named_zone_decide_abbreviations() {
        let zones = Zones::load().expect("the list");
        let mut seen = TimeEvidence::default();
        seen.saw_abbreviation("CST");
        assert!(seen.abbreviations(&zones, Zone::UTC).is_err());
        let shanghai = "Asia/Shanghai".parse().expect("a zone");
        assert_eq!(
            seen.abbreviations(&zones, shanghai),
            Ok(vec![("CST".to_owned(), 480)])
        );
        seen.saw_abbreviation("CDT");
        assert_eq!(
            seen.abbreviations(&zones, Zone::UTC),
            Ok(vec![("CST".to_owned(), -360)])
        );
    }
}
