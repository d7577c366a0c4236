//! Columns over time: panels of stacked columns above one time axis, and their legend.

use plotters::style::RGBColor;

use super::axis::{self, DAY, HOUR};
use super::sheet::{self, AXIS, Anchor, Sheet, WIDTH, share};
use super::{BASE, GRID, INK, SHADE};

/// Left and right end of the time axis, in pixels.
const LEFT: i32 = 64;
const RIGHT: i32 = WIDTH - 16;
/// Where the legend starts, and the height of its lines, in pixels.
const LEGEND: (i32, i32) = (16, 44);
const LINE: i32 = 24;
/// More columns would be thinner than three and a half pixels.
const MOST_COLUMNS: i64 = 240;
/// The widest bar, in pixels: a single column shall not fill the chart.
const WIDEST: i32 = 56;
/// The least height for each tick of a count, in pixels.
const TICK: i32 = 42;
/// The narrowest mark of a time, and the height of its mark at the upper edge, in pixels.
const NARROWEST: i32 = 2;
const MARK: i32 = 3;
/// More ticks of time would touch each other.
const MOST_TIMES: usize = 9;

/// How wide columns are, in seconds: the least sensible multiple of `bucket` seconds that needs at
/// most [`MOST_COLUMNS`] from `first` to `end`, which are seconds since 1970, UTC.
pub fn seconds_each(first: i64, end: i64, bucket: i64) -> i64 {
    let columns = |width: i64| (end - axis::floor(first, width) + width - 1) / width;
    let hours = [1, 2, 4, 8, 12, 24, 48].map(|quarters| quarters * HOUR / 4);
    let days = [1, 2, 7, 14, 28, 84, 364].map(|days| days * DAY);
    hours
        .into_iter()
        .chain(days)
        .filter(|width| width % bucket == 0)
        .find(|width| columns(*width) <= MOST_COLUMNS)
        .unwrap_or(((end - first) / MOST_COLUMNS / bucket + 2) * bucket)
}

/// A line of text in the legend, with room for a swatch at `x`; `y` is its middle. In pixels.
pub struct Entry {
    pub x: i32,
    pub y: i32,
    pub text: String,
}

impl Entry {
    /// The lower end of its line, in pixels.
    pub fn bottom(&self) -> i32 {
        self.y + LINE / 2
    }
}

/// Places the texts side by side, in as many lines as they need.
pub fn legend(texts: impl Iterator<Item = String>) -> Vec<Entry> {
    let (mut x, mut y) = LEGEND;
    let mut entries = Vec::new();
    for text in texts {
        let width = sheet::breadth(&text) + 34;
        if x > LEGEND.0 && x + width > RIGHT {
            (x, y) = (LEGEND.0, y + LINE);
        }
        entries.push(Entry { x, y, text });
        x += width;
    }
    entries
}

/// A strip of columns, in pixels.
#[derive(Clone, Copy)]
pub struct Panel {
    pub top: i32,
    pub height: i32,
}

impl Panel {
    /// Where its columns stand, in pixels.
    pub fn bottom(self) -> i32 {
        self.top + self.height
    }

    /// Draws a column for each stack of counts, `colour` by place in the stack, over a grid; or
    /// the text `nothing` where every count is 0. Returns the count at the upper edge.
    pub fn draw(
        self,
        sheet: &Sheet,
        stacks: &[&[u64]],
        colour: impl Fn(usize) -> RGBColor,
        nothing: &str,
    ) -> u64 {
        let mut top = 0;
        let most = stacks
            .iter()
            .map(|stack| stack.iter().sum())
            .max()
            .unwrap_or(0);
        if most == 0 {
            let middle = (i32::midpoint(LEFT, RIGHT), self.top + self.height / 2);
            sheet.write(middle, Anchor::Center, AXIS, nothing);
        } else {
            let ticks = axis::count_ticks(most, u64::from((self.height / TICK).unsigned_abs()));
            top = ticks.last().copied().unwrap_or(most);
            for tick in ticks {
                let y = self.bottom() - share(tick, top, self.height);
                sheet.fill((LEFT, y), (RIGHT - LEFT, 1), GRID);
                sheet.write((LEFT - 8, y), Anchor::Right, AXIS, &axis::compact(tick));
            }
            for (index, stack) in stacks.iter().enumerate() {
                self.stack(sheet, slot(index, stacks.len()), (stack, top), &colour);
            }
        }
        sheet.fill((LEFT, self.bottom()), (RIGHT - LEFT, 1), BASE);
        top
    }

    /// Draws a line as wide as `span`, as high as a column of `thousandths` of a count is where
    /// `top` is the count at the upper edge.
    pub fn level(self, sheet: &Sheet, span: (i32, i32), thousandths: u64, top: u64) {
        let height = share(thousandths, top.saturating_mul(1_000), self.height);
        let (x, width) = span;
        sheet.fill((x, self.bottom() - height - 1), (width, 2), INK);
    }

    /// Every part that isn't 0 is at least one pixel high, so small ones show beside huge ones.
    fn stack(
        self,
        sheet: &Sheet,
        (x, width): (i32, i32),
        (stack, top): (&[u64], u64),
        colour: impl Fn(usize) -> RGBColor,
    ) {
        let (mut sum, mut reached) = (0, 0);
        for (place, count) in stack.iter().enumerate().filter(|(_, count)| **count > 0) {
            sum += count;
            let upto = share(sum, top, self.height).max(reached + 1);
            // a thin gap sets a part off from the one below it
            let gap = i32::from(reached > 0 && upto - reached > 2);
            let height = upto - reached - gap;
            sheet.fill((x, self.bottom() - upto), (width, height), colour(place));
            reached = upto;
        }
    }
}

/// Where a column's bar stands and how wide it is, in pixels.
fn slot(column: usize, columns: usize) -> (i32, i32) {
    let edge = |n: usize| LEFT + share(n as u64, columns as u64, RIGHT - LEFT);
    let (from, to) = (edge(column), edge(column + 1));
    let gap = match to - from {
        0..6 => 0,
        6..14 => 1,
        _ => 3,
    };
    let width = (to - from - gap).min(WIDEST);
    (i32::midpoint(from, to - width), width)
}

/// A shaded rectangle with its mark at the upper edge: `x`, `y` (upper left), width and height, in
/// pixels.
pub fn shaded(sheet: &Sheet, (x, y): (i32, i32), (width, height): (i32, i32)) {
    sheet.fill((x, y), (width, height), SHADE);
    sheet.fill((x, y), (width, MARK), INK);
}

/// The time axis: from `start` to `end` in seconds since 1970, UTC, with columns of that many
/// seconds.
pub struct Times {
    pub start: i64,
    pub end: i64,
    pub column: i64,
}

impl Times {
    /// Where the part of a time lies that is on the axis, and how wide it is, in pixels: at least
    /// two. `None` where nothing of it is.
    pub fn span(&self, from: i64, to: i64) -> Option<(i32, i32)> {
        let (from, to) = (from.max(self.start), to.min(self.end));
        let width = (self.end - self.start).unsigned_abs();
        let at = |time: i64| LEFT + share((time - self.start).unsigned_abs(), width, RIGHT - LEFT);
        (from <= to).then(|| {
            let x = at(from).min(RIGHT - NARROWEST);
            (x, (at(to) - x).max(NARROWEST))
        })
    }

    /// Shades the columns of a panel that times touch (their ends excluded), before the columns
    /// are drawn, and marks them at the panel's upper edge.
    pub fn shade(&self, sheet: &Sheet, panel: Panel, times: &[(i64, i64)]) {
        let column = self.column.max(1);
        let floor = |time: i64| (time - self.start).div_euclid(column) * column + self.start;
        let whole =
            |(from, to): &(i64, i64)| (floor(*from), floor((*to).max(*from + 1) - 1) + column);
        for (x, width) in times
            .iter()
            .map(whole)
            .filter_map(|(from, to)| self.span(from, to))
        {
            shaded(sheet, (x, panel.top - MARK), (width, panel.height + MARK));
        }
    }

    /// Draws ticks below every panel, and times and the zone below the last.
    pub fn draw(&self, sheet: &Sheet, panels: &[Panel]) {
        let bottom = panels.last().map_or(0, |panel| panel.bottom());
        let width = (self.end - self.start).unsigned_abs();
        for tick in axis::time_ticks(self.start, self.end, MOST_TIMES) {
            let x = LEFT + share((tick.at - self.start).unsigned_abs(), width, RIGHT - LEFT);
            for panel in panels {
                sheet.fill((x, panel.bottom()), (1, 5), BASE);
            }
            let (x, anchor) = if RIGHT - x < 24 {
                (RIGHT, Anchor::Right)
            } else {
                (x, Anchor::Center)
            };
            sheet.write((x, bottom + 16), anchor, AXIS, &tick.label);
        }
        let (from, to) = if self.column < DAY {
            (axis::minute(self.start), axis::minute(self.end))
        } else {
            (axis::day(self.start), axis::day(self.end - 1))
        };
        let zone = format!("Time in UTC, one column = {}", axis::span(self.column));
        let y = bottom + 40;
        sheet.write((LEFT, y), Anchor::Left, AXIS, &from);
        sheet.write((i32::midpoint(LEFT, RIGHT), y), Anchor::Center, AXIS, &zone);
        sheet.write((RIGHT, y), Anchor::Right, AXIS, &to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_fill_the_axis_without_overlap() {
        for columns in [2, 59, 240] {
            let slots: Vec<_> = (0..columns).map(|column| slot(column, columns)).collect();
            assert!(
                slots
                    .windows(2)
                    .all(|pair| pair[0].0 + pair[0].1 <= pair[1].0)
            );
            assert!(
                slots
                    .iter()
                    .all(|(x, width)| *width >= 1 && *x >= LEFT && x + width <= RIGHT)
            );
        }
    }

    #[test]
    fn a_time_lies_where_its_columns_do() {
        let times = Times {
            start: 0,
            end: 10 * HOUR,
            column: HOUR,
        };
        for column in 0..10 {
            let (x, width) = slot(column, 10);
            let (from, to) = (column as i64 * HOUR, (column as i64 + 1) * HOUR);
            let (left, wide) = times.span(from, to).expect("on the axis");
            assert!(left <= x && x + width <= left + wide, "{column}");
        }
        assert_eq!(times.span(11 * HOUR, 12 * HOUR), None);
        assert_eq!(times.span(10 * HOUR, 12 * HOUR), Some((RIGHT - 2, 2)));
        assert_eq!(times.span(-5, -1), None);
    }

    #[test]
    fn a_legend_wraps_before_the_right_end() {
        let entries = legend((0..7).map(|n| format!("{n} {}", "x".repeat(30))));
        assert!(
            entries
                .iter()
                .all(|entry| entry.x + 18 + sheet::breadth(&entry.text) <= RIGHT)
        );
        assert_eq!(
            entries.iter().map(|entry| entry.y).max(),
            Some(44 + 2 * LINE)
        );
    }
}
