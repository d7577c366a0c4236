//! What a log file says before its entries are read: its date, whether it is about Salesforce.

use super::Logs;
use super::name::LogName;
use super::reader::{first_line, text_of};
use super::stamp::{self, LogClock};
use crate::catalogue::{Pattern, Zones};
use crate::event::DAY_MS;
use crate::normalise::value::time::{Clock, Written, day_of, year_of};

/// What holds for all entries of a file.
#[derive(Clone, Debug)]
pub struct LogFile {
    pub clock: LogClock,
    /// It is about Salesforce, as its name or its beginning says.
    pub salesforce: bool,
    /// All of it is, since its name says so.
    pub named: bool,
    /// What its name says of the log that it is a part of.
    pub name: LogName,
}

static DATE: Pattern = Pattern::new(
    r"(?:^|\D)(?P<year>(?:19|20)\d\d)[-_.]?(?P<month>[01]\d)[-_.]?(?P<day>[0-3]\d)(?:\D|$)",
);

/// Lines of a beginning that are looked at.
const SAMPLED: usize = 400;
/// Of so many lines at least one must speak of Salesforce.
const ONE_OF: usize = 10;

impl LogFile {
    /// What the name and the first bytes of a file say. `clock` is for times without a zone.
    pub fn of(name: &str, head: &[u8], clock: Clock, logs: &Logs, zones: &Zones) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let lines: Vec<&[u8]> = head
            .split_inclusive(|&byte| byte == b'\n')
            .take(SAMPLED)
            .collect();
        let about = lines
            .iter()
            .filter(|line| logs.words.is_about_salesforce(&text_of(line)));
        let named = logs.words.is_about_salesforce(name);
        let salesforce = named || (!lines.is_empty() && about.count() * ONE_OF >= lines.len());
        let day = day_in(name).or_else(|| first_day(&lines, &clock, logs, zones));
        Self {
            clock: LogClock {
                clock,
                day,
                year: day.and_then(|day| year_of(day * DAY_MS)),
            },
            salesforce,
            named,
            name: LogName::of(name),
        }
    }
}

/// The date in a file's name, in days since 1970-01-01.
fn day_in(name: &str) -> Option<i64> {
    let fit = DATE.fit(name)?;
    let part = |named| fit.group(named)?.parse().ok();
    day_of(part("year")?, part("month")?, part("day")?)
}

/// The day of the first line that states one.
fn first_day(lines: &[&[u8]], clock: &Clock, logs: &Logs, zones: &Zones) -> Option<i64> {
    lines.iter().find_map(|line| {
        let text = text_of(line);
        let (time, form) = logs.shapes.carrier(first_line(&text)).time?;
        let ms = match stamp::written(&time, form, clock, zones)? {
            Written::At(at) => at.millis() + i64::from(clock.zone.offset_seconds(at)) * 1000,
            Written::Wall(wall) => wall,
            Written::Yearless { .. } | Written::Clock(_) => return None,
        };
        Some(ms.div_euclid(DAY_MS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_date() {
        let day = |name| day_in(name);
        assert_eq!(day("sf-2026-03-02.log"), day_of(2026, 3, 2));
        assert_eq!(day("sync.20260302.gz"), day_of(2026, 3, 2));
        assert_eq!(day("sync-20261302"), None);
        assert_eq!(day("order-1202603021.log"), None);
    }
}
