//! The surface that charts are drawn on: plotters' SVG, in whole pixels of a 960 wide picture.
//!
//! Only filled rectangles and text: lines are rectangles of one pixel, which stay crisp and are
//! recoloured by one kind of attribute. [`document`] dresses what plotters wrote as our SVG.

use plotters::coord::Shift;
use plotters::element::{Rectangle, Text};
use plotters::prelude::{DrawingArea, IntoDrawingArea, IntoFont, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, RGBColor};

use super::{INK, MUTED, STYLE};

/// The width of every chart, in pixels of its `viewBox`.
pub const WIDTH: i32 = 960;
/// About how wide a character of a label is, in pixels: a little more than most fonts need.
pub const LETTER: i32 = 8;

const INFALLIBLE: &str = "writing SVG to a string can't fail";

/// Which point of a text is put at the given place; vertically it's always the middle.
pub type Anchor = HPos;

/// How a text looks. Sizes are in pixels.
#[derive(Clone, Copy)]
pub struct Letters {
    size: i32,
    bold: bool,
    colour: RGBColor,
}

/// The heading of a panel.
pub const HEADING: Letters = Letters {
    size: 16,
    bold: true,
    colour: INK,
};
/// A name or number that belongs to something drawn.
pub const LABEL: Letters = Letters {
    size: 14,
    bold: false,
    colour: INK,
};
/// Axes and remarks.
pub const AXIS: Letters = Letters {
    size: 13,
    bold: false,
    colour: MUTED,
};

impl Letters {
    /// A number inside a cell.
    pub const fn cell(size: i32, colour: RGBColor) -> Self {
        Self {
            size,
            bold: false,
            colour,
        }
    }
}

/// A chart in the making.
pub struct Sheet<'a>(DrawingArea<SVGBackend<'a>, Shift>);

impl Sheet<'_> {
    /// Fills the rectangle at `x`, `y` (upper left) of this width and height, in pixels.
    pub fn fill(&self, (x, y): (i32, i32), (width, height): (i32, i32), colour: RGBColor) {
        let corners = [(x, y), (x + width, y + height)];
        self.0
            .draw(&Rectangle::new(corners, colour.filled()))
            .expect(INFALLIBLE);
    }

    /// Writes `text` at `x`, `y`, in pixels.
    pub fn write(&self, (x, y): (i32, i32), anchor: Anchor, letters: Letters, text: &str) {
        // plotters divides sizes by 1.24 to turn them into CSS pixels
        let font = ("sans-serif", f64::from(letters.size) * 1.24).into_font();
        let font = if letters.bold {
            font.style(FontStyle::Bold)
        } else {
            font
        };
        let style = font
            .color(&letters.colour)
            .pos(Pos::new(anchor, VPos::Center));
        self.0
            .draw(&Text::new(printable(text), (x, y), style))
            .expect(INFALLIBLE);
    }
}

/// What names a document: its id, title and description, unescaped.
pub struct Head<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub summary: &'a str,
}

/// An SVG document, `height` pixels high, with all that `paint` draws.
pub fn document(head: &Head, height: i32, paint: impl FnOnce(&Sheet)) -> String {
    let mut drawn = String::new();
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
    paint(&Sheet(area));
    // plotters' own root has a fixed size; ours grows and shrinks
    let body = drawn.split_once('>').map_or("", |(_root, body)| body);
    let body = body
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "");
    let id = head.id;
    let (title, summary) = (escaped(head.title), escaped(head.summary));
    format!(
        "<svg class=\"ls-chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         {STYLE}\n<title id=\"{id}-title\">{title}</title>\n\
         <desc id=\"{id}-desc\">{summary}</desc>{body}"
    )
}

/// A chart that has nothing to show says so in one line.
pub fn quiet(head: &Head, heading: &str, remark: &str) -> String {
    document(head, 96, |sheet| {
        sheet.write((16, 20), Anchor::Left, HEADING, heading);
        sheet.write((WIDTH / 2, 60), Anchor::Center, LABEL, remark);
    })
}

/// `part` of `whole` in whole pixels of `pixels`, rounded; what is not nothing gets at least one.
pub fn share(part: u64, whole: u64, pixels: i32) -> i32 {
    if part == 0 || whole == 0 {
        return 0;
    }
    let pixels_wide = u128::from(pixels.unsigned_abs());
    let rounded = (u128::from(part) * pixels_wide + u128::from(whole) / 2) / u128::from(whole);
    i32::try_from(rounded)
        .unwrap_or(pixels)
        .clamp(1, pixels.max(1))
}

/// At most `most` characters of `text`, the last one an ellipsis if any are missing.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(['…'])
        .collect()
}

/// The width of a label of 14 pixels, estimated: there is no font to ask.
pub fn breadth(text: &str) -> i32 {
    i32::try_from(text.chars().count())
        .unwrap_or(WIDTH)
        .saturating_mul(LETTER)
}

/// Plotters escapes markup, but lets through what XML forbids altogether.
fn printable(text: &str) -> String {
    let allowed = |c: char| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
    text.chars()
        .map(|c| if allowed(c) { c } else { '\u{FFFD}' })
        .collect()
}

fn escaped(text: &str) -> String {
    printable(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_share_is_one_pixel_and_the_most_is_all() {
        assert_eq!(share(0, 10, 200), 0);
        assert_eq!(share(1, 1_000_000_000, 200), 1);
        assert_eq!(share(5, 10, 200), 100);
        assert_eq!(share(u64::MAX, u64::MAX, 200), 200);
        assert_eq!(share(7, 0, 200), 0);
    }

    #[test]
    fn a_long_label_is_cut_between_characters() {
        assert_eq!(shortened("żółw", 4), "żółw");
        assert_eq!(shortened("żółwie", 4), "żół…");
    }
}
