//! Failed logins by weekday and hour, in the zone of the report: when does it happen?
//!
//! The stronger the colour, the more failures; the number stands in each cell that has any.

use super::sheet::{self, AXIS, Anchor, HEADING, Head, Letters, Sheet, share};
use super::{Drawing, HEAT, HEAT_NONE, INK, ON_STRONG, axis};
use crate::report::model::Report;

/// Weekdays from Monday, as the report counts them from 1.
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
/// Upper left corner of the cells, their size and the space between them, in pixels.
const LEFT: i32 = 62;
const TOP: i32 = 62;
const CELL: (i32, i32) = (36, 30);
const GAP: i32 = 2;
const TITLE: &str = "Failed logins by weekday and hour";

/// What the chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatmapSeries {
    /// Failed logins by weekday from Monday, then by hour from 0.
    pub cells: [[u64; 24]; 7],
    /// IANA name of the zone that weekdays and hours are of.
    pub zone: String,
}

impl HeatmapSeries {
    fn failed(&self) -> u64 {
        self.cells.iter().flatten().sum()
    }

    fn most(&self) -> u64 {
        self.cells.iter().flatten().copied().max().unwrap_or(0)
    }
}

/// The failures of the report's heatmap.
pub fn series(report: &Report) -> HeatmapSeries {
    let mut cells = [[0; 24]; 7];
    for cell in &report.heatmap {
        let row = cells.get_mut(usize::from(cell.weekday).wrapping_sub(1));
        if let Some(sum) = row.and_then(|row| row.get_mut(usize::from(cell.hour))) {
            *sum += cell.failures;
        }
    }
    HeatmapSeries {
        cells,
        zone: report.options.timezone.clone(),
    }
}

/// The main numbers in one sentence.
pub fn summary(series: &HeatmapSeries) -> String {
    let (failed, most) = (series.failed(), series.most());
    if failed == 0 {
        return "There are no failed logins to show by weekday and hour.".to_owned();
    }
    let hours = series
        .cells
        .iter()
        .flatten()
        .filter(|failures| **failures > 0)
        .count();
    // the first of equal peaks
    let peak = series
        .cells
        .iter()
        .flatten()
        .position(|failures| *failures == most)
        .unwrap_or(0);
    format!(
        "{} in {hours} of the 168 hours of the week ({}); most on {}s from {:02}:00 to {:02}:00: {}.",
        axis::logins(failed, "failed"),
        series.zone,
        DAYS[peak / 24],
        peak % 24,
        peak % 24 + 1,
        axis::grouped(most),
    )
}

/// The chart as an SVG document.
pub fn draw(series: &HeatmapSeries) -> String {
    let summary = summary(series);
    let head = Head {
        id: "heatmap",
        title: TITLE,
        summary: &summary,
    };
    if series.failed() == 0 {
        return sheet::quiet(&head, TITLE, "No failed logins in this window");
    }
    let most = series.most();
    let bottom = TOP + 7 * CELL.1;
    sheet::document(&head, bottom + 48, |sheet| {
        let zone = sheet::shortened(&series.zone, 60);
        sheet.write((16, 18), Anchor::Left, HEADING, TITLE);
        sheet.write(
            (LEFT + 24 * CELL.0, 18),
            Anchor::Right,
            AXIS,
            &format!("Hours in {zone}"),
        );
        for (hour, x) in columns().enumerate() {
            sheet.write(
                (x + CELL.0 / 2, TOP - 14),
                Anchor::Center,
                AXIS,
                &format!("{hour:02}"),
            );
        }
        for ((day, row), y) in DAYS.iter().zip(&series.cells).zip((TOP..).step_by(STEP.1)) {
            let name: String = day.chars().take(3).collect();
            sheet.write((LEFT - 10, y + CELL.1 / 2), Anchor::Right, AXIS, &name);
            for (failures, x) in row.iter().zip(columns()) {
                cell(sheet, (x, y), *failures, most);
            }
        }
        legend(sheet, bottom + 26, most);
    })
}

/// [`CELL`] as a stride.
const STEP: (usize, usize) = (
    CELL.0.unsigned_abs() as usize,
    CELL.1.unsigned_abs() as usize,
);

/// The left edges of the 24 columns.
fn columns() -> impl Iterator<Item = i32> {
    (LEFT..).step_by(STEP.0).take(24)
}

/// Which colour of [`HEAT`] this many failures have, from 1; 0 is none. Equal steps up to `most`,
/// which counts as at least six: one failure alone is no alarm.
fn level(failures: u64, most: u64) -> usize {
    let steps = HEAT.len();
    let most = u128::from(most).max(steps as u128);
    usize::try_from((u128::from(failures) * steps as u128).div_ceil(most)).unwrap_or(steps)
}

fn cell(sheet: &Sheet, (x, y): (i32, i32), failures: u64, most: u64) {
    let level = level(failures, most);
    let colour = level
        .checked_sub(1)
        .and_then(|n| HEAT.get(n))
        .copied()
        .unwrap_or(HEAT_NONE);
    sheet.fill((x, y), (CELL.0 - GAP, CELL.1 - GAP), colour);
    if failures > 0 {
        let text = axis::compact(failures);
        let size = if text.len() > 4 { 10 } else { 12 };
        let letters = Letters::cell(size, if level > 4 { ON_STRONG } else { INK });
        let middle = (x + (CELL.0 - GAP) / 2, y + (CELL.1 - GAP) / 2);
        sheet.write(middle, Anchor::Center, letters, &text);
    }
}

/// The colours from few failures to most.
fn legend(sheet: &Sheet, y: i32, most: u64) {
    let swatch = |x: i32, colour| sheet.fill((x, y - 7), (CELL.0 - GAP, 14), colour);
    swatch(LEFT, HEAT_NONE);
    sheet.write((LEFT + CELL.0 + 6, y), Anchor::Left, AXIS, "none");
    let from = LEFT + 4 * CELL.0;
    sheet.write((from - 8, y), Anchor::Right, AXIS, "1");
    for (colour, x) in HEAT.into_iter().zip((from..).step_by(STEP.0)) {
        swatch(x, colour);
    }
    let most = axis::grouped(most.max(HEAT.len() as u64));
    let to = from + share(1, 1, 6 * CELL.0) + 6;
    sheet.write(
        (to, y),
        Anchor::Left,
        AXIS,
        &format!("{most} failed logins in an hour of the week"),
    );
}

/// The chart of a report.
pub fn chart(report: &Report) -> Drawing {
    let series = series(report);
    Drawing {
        id: "heatmap",
        title: TITLE.to_owned(),
        summary: summary(&series),
        svg: draw(&series),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::tests::report;
    use serde_json::json;

    fn of(weekday: u8, hour: u8, failures: u64) -> HeatmapSeries {
        let cell = json!({"weekday": weekday, "hour": hour, "successes": 9, "failures": failures});
        series(&report("Asia/Kolkata", 900, json!([]), json!([cell])))
    }

    #[test]
    fn the_first_weekday_is_monday() {
        assert_eq!((of(1, 0, 3).cells[0][0], of(7, 23, 3).cells[6][23]), (3, 3));
        assert_eq!(
            (
                of(0, 0, 3).failed(),
                of(8, 0, 3).failed(),
                of(1, 24, 3).failed()
            ),
            (0, 0, 0)
        );
    }

    #[test]
    fn levels_rise_in_equal_steps() {
        let levels = [0, 1, 10, 11, 60].map(|failures| level(failures, 60));
        assert_eq!(levels, [0, 1, 1, 2, 6]);
        assert_eq!(
            (level(1, 1), level(1, u64::MAX), level(u64::MAX, u64::MAX)),
            (1, 1, 6)
        );
    }

    #[test]
    fn the_summary_names_zone_and_peak() {
        let expected = "1,200 failed logins in 1 of the 168 hours of the week (Asia/Kolkata); \
            most on Sundays from 23:00 to 24:00: 1,200.";
        assert_eq!(summary(&of(7, 23, 1_200)), expected);
        assert!(draw(&of(7, 23, 1_200)).contains("1.2k"));
        assert!(draw(&of(7, 23, 0)).contains("No failed logins in this window"));
    }
}
