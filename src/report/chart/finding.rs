//! The small chart in a finding's card: its attempts over time, and which of that time is the
//! incident.
//!
//! Of a spike failures are drawn, with a line for what was to be expected while it lasted; of
//! other findings failures and successes of the users and apps that they name.

use super::axis;
use super::columns::{self, Entry, Panel, Times, legend};
use super::sheet::{self, Anchor, HEADING, Head, LABEL};
use super::{FAILURE, INK, SUCCESS};
use crate::report::assemble::Course;

/// The height of the panel, in pixels.
const HEIGHT: i32 = 130;
const MINUTE: i64 = 60;
const TITLE: &str = "Attempts of this finding over time";

/// The sum of failures and of successes.
fn sums(course: &Course) -> (u64, u64) {
    let columns = course.columns.iter();
    let failures = columns.clone().map(|column| column.failures).sum();
    (failures, columns.map(|column| column.successes).sum())
}

fn seconds(minute: u32) -> i64 {
    i64::from(minute) * MINUTE
}

/// An expected number: exact below ten, as it may be a fraction.
fn expected(number: f64) -> String {
    if number >= 9.95 || number.fract() == 0.0 {
        axis::grouped(number.round() as u64)
    } else {
        format!("{number:.1}")
    }
}

/// The main numbers in one sentence, times in UTC.
pub fn summary(course: &Course) -> String {
    let (failures, successes) = sums(course);
    let mut text = format!(
        "From {} to {} UTC, in columns of {}: {}",
        axis::minute(seconds(course.start)),
        axis::minute(seconds(course.end())),
        axis::span(seconds(course.column)),
        axis::logins(failures, "failed"),
    );
    if course.successes {
        text += &format!(" and {} successful", axis::grouped(successes));
    }
    if let Some((from, to)) = course.incident {
        let (from, to) = (seconds(from), seconds(to));
        text += &format!(
            "; the finding from {} to {} is shaded",
            axis::minute(from),
            axis::minute(to)
        );
    }
    if let Some(number) = course.expected {
        text += &format!(", where {} were to be expected", expected(number));
    }
    text + "."
}

/// The entries of the legend that there are: failures, successes, the expected, the shade.
fn texts(course: &Course) -> Vec<(Swatch, String)> {
    let (failures, successes) = sums(course);
    let mut texts = vec![(
        Swatch::Failures,
        format!("failed {}", axis::grouped(failures)),
    )];
    if course.successes {
        let text = format!("successful {}", axis::grouped(successes));
        texts.push((Swatch::Successes, text));
    }
    if let Some(number) = course.expected {
        let text = format!("expected while it lasts: {} in all", expected(number));
        texts.push((Swatch::Expected, text));
    }
    if course.incident.is_some() {
        let text = format!("the finding: {}", axis::grouped(course.count));
        texts.push((Swatch::Incident, text));
    }
    texts
}

/// What an entry of the legend stands for.
#[derive(Clone, Copy)]
enum Swatch {
    Failures,
    Successes,
    Expected,
    Incident,
}

impl Swatch {
    fn draw(self, sheet: &sheet::Sheet, entry: &Entry) {
        let (x, y) = (entry.x, entry.y - 6);
        match self {
            Swatch::Failures => sheet.fill((x, y), (12, 12), FAILURE),
            Swatch::Successes => sheet.fill((x, y), (12, 12), SUCCESS),
            Swatch::Expected => sheet.fill((x, y + 5), (12, 2), INK),
            Swatch::Incident => columns::shaded(sheet, (x, y), (12, 12)),
        }
        sheet.write((entry.x + 18, entry.y), Anchor::Left, LABEL, &entry.text);
    }
}

/// The chart as an SVG document; `fingerprint` makes its ids differ from those of other findings.
pub fn draw(fingerprint: &str, course: &Course) -> String {
    let (id, summary) = (format!("finding-{fingerprint}"), summary(course));
    let head = Head {
        id: &id,
        title: TITLE,
        summary: &summary,
    };
    let texts = texts(course);
    let entries = legend(texts.iter().map(|(_, text)| text.clone()));
    let panel = Panel {
        top: entries.last().map_or(44, Entry::bottom) + 22,
        height: HEIGHT,
    };
    let times = Times {
        start: seconds(course.start),
        end: seconds(course.end()),
        column: seconds(course.column),
    };
    let every = axis::span(times.column);
    let every = every.strip_prefix("1 ").unwrap_or(&every);
    let kind = if course.successes {
        "Logins"
    } else {
        "Failed logins"
    };
    let stacks: Vec<[u64; 2]> = course
        .columns
        .iter()
        .map(|column| [column.failures, column.successes])
        .collect();
    let stacks: Vec<&[u64]> = stacks.iter().map(<[u64; 2]>::as_slice).collect();

    sheet::document(&head, panel.bottom() + 56, |sheet| {
        sheet.write(
            (16, 18),
            Anchor::Left,
            HEADING,
            &format!("{kind} per {every}"),
        );
        for ((swatch, _), entry) in texts.iter().zip(&entries) {
            swatch.draw(sheet, entry);
        }
        let incident = course
            .incident
            .map(|(from, to)| (seconds(from), seconds(to)));
        times.shade(sheet, panel, incident.as_slice());
        let colour = |place| if place == 0 { FAILURE } else { SUCCESS };
        let top = panel.draw(sheet, &stacks, colour, "No logins in this time");
        let level = course.level().filter(|_| top > 0);
        let line = level
            .and_then(|(level, (from, to))| Some((level, times.span(seconds(from), seconds(to))?)));
        if let Some((level, span)) = line {
            panel.level(sheet, span, (level * 1_000.0) as u64, top);
        }
        times.draw(sheet, &[panel]);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::assemble::Attempts;
    use crate::report::chart::STYLE;

    fn course() -> Course {
        let quiet = Attempts {
            failures: 0,
            successes: 4,
        };
        let mut columns = vec![quiet; 24];
        columns[12] = Attempts {
            failures: 30,
            successes: 0,
        };
        Course {
            start: 29_540_160, // 2026-03-02T00:00:00Z
            column: 60,
            columns,
            successes: true,
            incident: Some((29_540_880, 29_540_940)),
            count: 30,
            expected: None,
        }
    }

    fn spike() -> Course {
        Course {
            successes: false,
            expected: Some(2.4),
            ..course()
        }
    }

    #[test]
    fn the_summary_holds_the_numbers() {
        assert_eq!(
            summary(&course()),
            "From 2 Mar 2026 00:00 to 3 Mar 2026 00:00 UTC, in columns of 1 hour: 30 failed logins \
             and 92 successful; the finding from 2 Mar 2026 12:00 to 2 Mar 2026 13:00 is shaded."
        );
        let spike = summary(&spike());
        assert!(!spike.contains("successful"), "{spike}");
        assert!(
            spike.ends_with("is shaded, where 2.4 were to be expected."),
            "{spike}"
        );
    }

    #[test]
    fn expectations_are_as_exact_as_they_are_large() {
        assert_eq!(
            [0.0, 0.44, 3.0, 12.6].map(expected),
            ["0", "0.4", "3", "13"]
        );
    }

    #[test]
    fn every_fill_has_a_twin_and_ids_are_the_findings_own() {
        for course in [course(), spike()] {
            let svg = draw("0123456789abcdef", &course);
            let fills = svg.split(" fill=\"").skip(1);
            for fill in fills.filter_map(|rest| rest.split('"').next()) {
                assert!(STYLE.contains(&format!("[fill=\"{fill}\"]{{")), "{fill}");
            }
            assert!(svg.contains("<title id=\"finding-0123456789abcdef-title\">"));
            assert!(!svg.contains(" style="));
        }
    }

    #[test]
    fn a_chart_of_many_columns_stays_small() {
        let full = Attempts {
            failures: u64::MAX / 1_000,
            successes: u64::MAX / 1_000,
        };
        let course = Course {
            columns: vec![full; 120],
            ..course()
        };
        let size = draw("f", &course).len();
        assert!(size < 30_000, "{size}");
    }

    #[test]
    fn a_level_is_drawn_only_where_something_is_expected() {
        let line = format!("height=\"2\" fill=\"{}\"", "#1F2328");
        assert!(
            draw("f", &spike()).matches(&line).count()
                > draw("f", &course()).matches(&line).count()
        );
    }
}
