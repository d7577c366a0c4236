//! Failed logins by cause: one bar a cause, most first.

use plotters::style::RGBColor;

use super::sheet::{self, Anchor, HEADING, Head, LABEL, WIDTH, share};
use super::{BASE, CAUSES, Drawing, NAMED, axis, colour, ranked};
use crate::report::model::Report;

/// Causes with a bar of their own; the rest share one.
const MOST_BARS: usize = 12;
/// Heights in pixels.
const TOP: i32 = 44;
const ROW: i32 = 28;
const BAR: i32 = 18;
/// Where the longest bar ends, in pixels; its numbers stand beyond.
const END: i32 = WIDTH - 200;
const TITLE: &str = "Failed logins by cause";

/// What the chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct CausesSeries {
    /// Cause ids and their failed logins, most first, at most 13.
    pub bars: Vec<(String, u64)>,
    /// How many causes have no bar of their own.
    pub other_causes: usize,
    /// Failed logins of those causes together.
    pub other_failures: u64,
}

impl CausesSeries {
    fn failed(&self) -> u64 {
        self.bars.iter().map(|(_, failures)| failures).sum::<u64>() + self.other_failures
    }
}

/// The failures by cause; a lone thirteenth cause keeps its name, as a rest would take a bar too.
pub fn series(report: &Report) -> CausesSeries {
    let by_cause = report.failures.by_cause.iter();
    let mut bars = ranked(by_cause.map(|cause| (cause.cause.as_str(), cause.failures)));
    let kept = if bars.len() > MOST_BARS + 1 {
        MOST_BARS
    } else {
        bars.len()
    };
    let rest = bars.split_off(kept);
    CausesSeries {
        bars,
        other_causes: rest.len(),
        other_failures: rest.iter().map(|(_, failures)| failures).sum(),
    }
}

/// The main numbers in one sentence.
pub fn summary(series: &CausesSeries) -> String {
    let all = series.failed();
    let causes = series.bars.len() + series.other_causes;
    let leading: Vec<String> = series
        .bars
        .iter()
        .take(3)
        .map(|(cause, n)| format!("{cause} {} ({})", axis::grouped(*n), axis::percent(*n, all)))
        .collect();
    let failed = axis::logins(all, "failed");
    match causes {
        0 => "There are no failed logins.".to_owned(),
        1 => format!("{failed}, of one cause: {}.", leading.concat()),
        _ => format!(
            "{failed}, of {causes} causes; the most frequent: {}.",
            leading.join(", ")
        ),
    }
}

/// The chart as an SVG document.
pub fn draw(series: &CausesSeries) -> String {
    let summary = summary(series);
    let head = Head {
        id: "causes",
        title: TITLE,
        summary: &summary,
    };
    let all = series.failed();
    if all == 0 {
        return sheet::quiet(&head, TITLE, "No failed logins in this window");
    }
    let bars = bars(series);
    let labels = bars
        .iter()
        .map(|bar| sheet::breadth(&bar.label))
        .max()
        .unwrap_or(0);
    let left = 16 + labels + 12;
    let most = bars.iter().map(|bar| bar.failures).max().unwrap_or(0);
    let height = TOP + ROW * i32::try_from(bars.len()).unwrap_or(0) + 10;

    sheet::document(&head, height, |sheet| {
        sheet.write((16, 18), Anchor::Left, HEADING, TITLE);
        sheet.fill((left - 1, TOP - 4), (1, height - TOP - 2), BASE);
        for (bar, y) in bars
            .iter()
            .zip((TOP + ROW / 2..).step_by(ROW.unsigned_abs() as usize))
        {
            let length = share(bar.failures, most, END - left);
            sheet.write((left - 10, y), Anchor::Right, LABEL, &bar.label);
            sheet.fill((left, y - BAR / 2), (length, BAR), bar.colour);
            let share = axis::percent(bar.failures, all);
            let numbers = format!("{} ({share})", axis::grouped(bar.failures));
            sheet.write((left + length + 8, y), Anchor::Left, LABEL, &numbers);
        }
    })
}

struct Bar {
    label: String,
    failures: u64,
    colour: RGBColor,
}

fn bars(series: &CausesSeries) -> Vec<Bar> {
    let named = series
        .bars
        .iter()
        .enumerate()
        .map(|(rank, (cause, failures))| Bar {
            label: sheet::shortened(cause, 34),
            failures: *failures,
            colour: colour(rank),
        });
    let rest = (series.other_causes > 0).then(|| Bar {
        label: format!("{} other causes", series.other_causes),
        failures: series.other_failures,
        colour: CAUSES[NAMED],
    });
    named.chain(rest).collect()
}

/// The chart of a report.
pub fn chart(report: &Report) -> Drawing {
    let series = series(report);
    Drawing {
        id: "causes",
        title: TITLE.to_owned(),
        summary: summary(&series),
        svg: draw(&series),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::tests::report;
    use serde_json::{Map, json};

    fn of(causes: u64) -> CausesSeries {
        let counts: Map<_, _> = (1..=causes)
            .map(|n| (format!("c{n:02}"), json!(n)))
            .collect();
        let bucket = json!({"start": "2026-03-02T00:00:00Z", "successes": 0, "failures": 0,
            "causes": counts});
        series(&report("UTC", 900, json!([bucket]), json!([])))
    }

    #[test]
    fn twelve_causes_have_a_bar_and_the_rest_is_summed() {
        let fourteen = of(14);
        assert_eq!(fourteen.bars.len(), 12);
        assert_eq!(fourteen.bars[0], ("c14".to_owned(), 14));
        assert_eq!((fourteen.other_causes, fourteen.other_failures), (2, 3));
        assert!(draw(&fourteen).contains("2 other causes"));
    }

    #[test]
    fn a_lone_thirteenth_cause_keeps_its_name() {
        assert_eq!((of(13).bars.len(), of(13).other_causes), (13, 0));
    }

    #[test]
    fn no_failures_are_said_in_words() {
        assert_eq!(summary(&of(0)), "There are no failed logins.");
        assert!(draw(&of(0)).contains("No failed logins in this window"));
    }

    #[test]
    fn the_summary_names_the_most_frequent() {
        let expected = "3 failed logins, of 2 causes; the most frequent: c02 2 (67%), c01 1 (33%).";
        assert_eq!(summary(&of(2)), expected);
    }
}
