//! Dates whose day and month may stand in either order.

use chrono::NaiveDate;

/// Order of day, month and year where a value can't tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateOrder {
    Mdy,
    Dmy,
    Ymd,
}

/// The years that a login can be in: Salesforce began in 1999.
const YEARS: std::ops::RangeInclusive<i64> = 1999..=2099;
/// How far ahead the Buddhist calendar is, in which Thai locales print years: 2569 is 2026. No
/// other calendar in use has a login in such a year.
const BUDDHIST: i64 = 543;
/// Years of two digits from here on are refused: 69 is 2569 of the Buddhist calendar rather than
/// 2069, and nothing in the value says so.
const SHORT_YEARS: std::ops::Range<i64> = 0..60;

/// Year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

impl Parts {
    /// Days since 1970-01-01, if this is a date.
    pub(super) fn days(self) -> Option<i64> {
        let years = [self.year, self.year - BUDDHIST];
        let year = years.into_iter().find(|year| YEARS.contains(year))?;
        let (month, day) = (
            u32::try_from(self.month).ok()?,
            u32::try_from(self.day).ok()?,
        );
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
        Some(date.signed_duration_since(epoch).num_days())
    }
}

/// Three numbers as they stand in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    pub(super) a: i64,
    pub(super) b: i64,
    pub(super) c: i64,
    /// The last number has two digits.
    pub(super) short_year: bool,
}

impl Date {
    /// What the numbers mean in an order.
    pub(super) fn parts(self, order: DateOrder) -> Option<Parts> {
        let short = if order == DateOrder::Ymd {
            self.a
        } else {
            self.c
        };
        if self.short_year && !SHORT_YEARS.contains(&short) {
            return None;
        }
        let century = |year: i64| if self.short_year { 2000 + year } else { year };
        Some(match order {
            DateOrder::Mdy => Parts {
                year: century(self.c),
                month: self.a,
                day: self.b,
            },
            DateOrder::Dmy => Parts {
                year: century(self.c),
                month: self.b,
                day: self.a,
            },
            DateOrder::Ymd if self.short_year => Parts {
                year: 2000 + self.a,
                month: self.b,
                day: self.c,
            },
            DateOrder::Ymd => return None,
        })
    }

    /// Days since 1970-01-01 in an order, if that is a date.
    pub(super) fn days(self, order: DateOrder) -> Option<i64> {
        self.parts(order)?.days()
    }
}
