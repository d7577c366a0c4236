//! Failed logins over time, stacked by cause, and the successful ones beneath them.
//!
//! The axis is in UTC, as the buckets of the report are. A long window is drawn in wider columns
//! than the report's buckets, each the sum of its buckets; the chart says how wide. Failure spikes
//! are marked above the failures, from their first to their last.

use chrono::DateTime;

use super::axis::{self, DAY};
use super::columns::{self, Entry, Panel, Times, legend};
use super::sheet::{self, Anchor, HEADING, Head, LABEL};
use super::{Drawing, NAMED, SUCCESS, colour, ranked};
use crate::detect::failure_spike;
use crate::report::model::{Bucket, Report, Time};

/// Heights of the two panels, in pixels.
const FAILURES: i32 = 230;
const SUCCESSES: i32 = 84;
const TITLE: &str = "Logins over time";

/// What the chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineSeries {
    /// The width of a column in seconds.
    pub column_seconds: i64,
    /// The start of the first column, in seconds since 1970, UTC.
    pub start: i64,
    /// The causes from the bottom of the stack to its top: six by rank, then all others.
    pub causes: Vec<String>,
    /// All columns, empty ones included.
    pub columns: Vec<Column>,
    /// From the first failure of each spike that touches the columns to the second behind its last,
    /// in seconds since 1970.
    pub spikes: Vec<(i64, i64)>,
}

/// One column of the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// Failed logins of each cause, in the order of [`TimelineSeries::causes`].
    pub failures: Vec<u64>,
    /// Successful logins.
    pub successes: u64,
}

impl Column {
    fn failed(&self) -> u64 {
        self.failures.iter().sum()
    }
}

impl TimelineSeries {
    fn at(&self, column: usize) -> i64 {
        self.start + i64::try_from(column).unwrap_or(0) * self.column_seconds
    }

    fn end(&self) -> i64 {
        self.at(self.columns.len())
    }

    fn failed(&self) -> u64 {
        self.columns.iter().map(Column::failed).sum()
    }

    /// The failures of the cause at this rank; `None` where there is no such cause.
    fn of_cause(&self, rank: usize) -> Option<u64> {
        self.columns
            .iter()
            .map(|column| column.failures.get(rank))
            .sum()
    }

    fn succeeded(&self) -> u64 {
        self.columns.iter().map(|column| column.successes).sum()
    }
}

/// The report's timeline in at most 240 columns.
pub fn series(report: &Report) -> TimelineSeries {
    let buckets = &report.timeline.buckets;
    let seconds = i64::try_from(report.timeline.bucket_seconds)
        .unwrap_or(DAY)
        .clamp(1, DAY);
    let first = buckets.first().and_then(|bucket| seconds_of(&bucket.start));
    let first = first.unwrap_or(0);
    let end = first + i64::try_from(buckets.len()).unwrap_or(0) * seconds;
    let width = columns::seconds_each(first, end, seconds);
    let start = axis::floor(first, width);

    let ranked = ranked(
        buckets
            .iter()
            .flat_map(|b| &b.causes)
            .map(|(cause, n)| (cause.as_str(), *n)),
    );
    let mut causes: Vec<String> = ranked.into_iter().map(|(cause, _)| cause).collect();
    if causes.len() > NAMED + 1 {
        causes.truncate(NAMED);
        causes.push("other causes".to_owned());
    }

    let mut columns: Vec<Column> = Vec::new();
    let mut at = first;
    for bucket in buckets {
        let index = usize::try_from((at - start) / width).unwrap_or(0);
        if columns.len() <= index {
            let empty = Column {
                failures: vec![0; causes.len()],
                successes: 0,
            };
            columns.resize(index + 1, empty);
        }
        add(&mut columns[index], &causes, bucket);
        at += seconds;
    }
    TimelineSeries {
        column_seconds: width,
        start,
        causes,
        columns,
        spikes: spikes(report, start, end),
    }
}

fn seconds_of(time: &Time) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(&time.0).ok()?;
    Some(time.timestamp())
}

/// The spikes that touch a time, in the order of the report.
fn spikes(report: &Report, start: i64, end: i64) -> Vec<(i64, i64)> {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.rule == failure_spike::ID)
        .filter_map(|finding| Some((seconds_of(&finding.start)?, seconds_of(&finding.end)? + 1)))
        .filter(|(from, to)| *to > start && *from < end)
        .collect()
}

/// The entry of the legend for the marks of spikes.
fn marks(spikes: usize) -> String {
    match spikes {
        1 => "1 failure spike".to_owned(),
        n => format!("{n} failure spikes"),
    }
}

fn add(column: &mut Column, causes: &[String], bucket: &Bucket) {
    column.successes += bucket.successes;
    for (cause, failures) in &bucket.causes {
        let rank = causes
            .iter()
            .position(|named| named == cause)
            .unwrap_or(NAMED);
        if let Some(sum) = column.failures.get_mut(rank) {
            *sum += failures;
        }
    }
}

/// The main numbers in one sentence, times in UTC.
pub fn summary(series: &TimelineSeries) -> String {
    let (failed, succeeded) = (series.failed(), series.succeeded());
    if failed == 0 && succeeded == 0 {
        return "There are no logins to show over time.".to_owned();
    }
    let mut text = format!(
        "From {} to {} UTC, in columns of {}: {} and {} successful",
        axis::minute(series.start),
        axis::minute(series.end()),
        axis::span(series.column_seconds),
        axis::logins(failed, "failed"),
        axis::grouped(succeeded),
    );
    // the first of equal peaks
    let peak = series.columns.iter().map(Column::failed).max().unwrap_or(0);
    let place = series
        .columns
        .iter()
        .position(|column| column.failed() == peak)
        .unwrap_or(0);
    if peak > 0 {
        let (at, peak) = (axis::minute(series.at(place)), axis::grouped(peak));
        text += &format!("; most failures in the column of {at}: {peak}");
    }
    if let Some((cause, failures)) = series.causes.first().zip(series.of_cause(0)) {
        text += &format!(
            "; most frequent cause: {cause}, {}",
            axis::grouped(failures)
        );
    }
    if !series.spikes.is_empty() {
        text += &format!("; {} marked", marks(series.spikes.len()));
    }
    text + "."
}

/// The chart as an SVG document.
pub fn draw(series: &TimelineSeries) -> String {
    let summary = summary(series);
    let head = Head {
        id: "timeline",
        title: TITLE,
        summary: &summary,
    };
    if series.failed() == 0 && series.succeeded() == 0 {
        return sheet::quiet(&head, TITLE, "No logins in this window");
    }
    let causes = series.causes.iter().enumerate();
    let marked = (!series.spikes.is_empty()).then(|| marks(series.spikes.len()));
    let causes = causes.map(|(rank, cause)| {
        let failures = axis::grouped(series.of_cause(rank).unwrap_or(0));
        format!("{} {failures}", sheet::shortened(cause, 40))
    });
    let entries = legend(causes.chain(marked));
    let upper = Panel {
        top: entries.last().map_or(44, Entry::bottom) + 22,
        height: if series.failed() > 0 {
            FAILURES
        } else {
            SUCCESSES
        },
    };
    let lower = Panel {
        top: upper.bottom() + 46,
        height: SUCCESSES,
    };
    let every = axis::span(series.column_seconds);
    let every = every.strip_prefix("1 ").unwrap_or(&every);
    let times = Times {
        start: series.start,
        end: series.end(),
        column: series.column_seconds,
    };

    sheet::document(&head, lower.bottom() + 56, |sheet| {
        let heading = format!("Failed logins per {every}, by cause");
        sheet.write((16, 18), Anchor::Left, HEADING, &heading);
        for (rank, entry) in entries.iter().enumerate() {
            if rank < series.causes.len() {
                sheet.fill((entry.x, entry.y - 6), (12, 12), colour(rank));
            } else {
                columns::shaded(sheet, (entry.x, entry.y - 6), (12, 12));
            }
            sheet.write((entry.x + 18, entry.y), Anchor::Left, LABEL, &entry.text);
        }
        times.shade(sheet, upper, &series.spikes);
        let stacks: Vec<&[u64]> = series
            .columns
            .iter()
            .map(|c| c.failures.as_slice())
            .collect();
        upper.draw(sheet, &stacks, colour, "No failed logins in this window");

        let heading = format!("Successful logins per {every}");
        sheet.write((16, lower.top - 20), Anchor::Left, HEADING, &heading);
        let stacks: Vec<[u64; 1]> = series.columns.iter().map(|c| [c.successes]).collect();
        let stacks: Vec<&[u64]> = stacks.iter().map(<[u64; 1]>::as_slice).collect();
        lower.draw(
            sheet,
            &stacks,
            |_| SUCCESS,
            "No successful logins in this window",
        );
        times.draw(sheet, &[upper, lower]);
    })
}

/// The chart of a report.
pub fn chart(report: &Report) -> Drawing {
    let series = series(report);
    Drawing {
        id: "timeline",
        title: TITLE.to_owned(),
        summary: summary(&series),
        svg: draw(&series),
    }
}

#[cfg(test)]
mod tests;
