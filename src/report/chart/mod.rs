//! Numbers become pictures here, and only here: one file a chart, registered in [`CHARTS`].
//!
//! A chart file has `series` (numbers only), `summary` (one sentence) and `draw` (which only
//! draws). This file holds what they share: the registry, the palette, the one style block and
//! the order of causes. The drawing surface is `sheet`, ticks
//! and the wording of numbers are `axis`, columns over time are `columns`. The small charts of
//! findings are drawn by `finding`, one for each of the first findings.

mod axis;
pub mod causes;
mod columns;
pub mod finding;
pub mod heatmap;
mod sheet;
pub mod timeline;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use plotters::style::RGBColor;

use crate::report::model::Report;

/// A finished chart, with the words that stand for it where it can't be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The chart's name in [`CHARTS`], its file name, and the prefix of ids inside the SVG.
    pub id: &'static str,
    /// What the chart shows; plain text, not escaped.
    pub title: String,
    /// The main numbers in one sentence; plain text, not escaped.
    pub summary: String,
    /// A standalone SVG document, also fit to be inlined in HTML.
    pub svg: String,
}

/// Draws one chart of a report.
pub type Chart = fn(&Report) -> Drawing;

/// Every chart, in the order of the report.
pub const CHARTS: &[(&str, Chart)] = &[
    ("timeline", timeline::chart),
    ("causes", causes::chart),
    ("heatmap", heatmap::chart),
];

/// Draws every chart of [`CHARTS`], in order.
pub fn all(report: &Report) -> Vec<Drawing> {
    CHARTS.iter().map(|(_, chart)| chart(report)).collect()
}

/// Headings, and numbers on pale cells.
const INK: RGBColor = RGBColor(0x1F, 0x23, 0x28);
/// Labels of axes.
const MUTED: RGBColor = RGBColor(0x59, 0x63, 0x6E);
/// Grid lines.
const GRID: RGBColor = RGBColor(0xD8, 0xDE, 0xE4);
/// Base lines.
const BASE: RGBColor = RGBColor(0x81, 0x8B, 0x98);
/// Times that are told apart: findings.
const SHADE: RGBColor = RGBColor(0xE3, 0xE9, 0xF0);
/// Failed logins where causes aren't told apart.
const FAILURE: RGBColor = HEAT[4];
/// Successful logins.
const SUCCESS: RGBColor = RGBColor(0x57, 0x70, 0x8A);
/// Causes by rank; the last is for all others together. In either scheme at least 3:1 on the
/// background and CIE76 27 apart, also as seen with protanopia, deuteranopia or tritanopia.
const CAUSES: [RGBColor; 7] = [
    RGBColor(0x07, 0x4A, 0xD9),
    RGBColor(0xDE, 0x74, 0x12),
    RGBColor(0x71, 0x17, 0x60),
    RGBColor(0x23, 0x99, 0x59),
    RGBColor(0xC8, 0x5D, 0xCE),
    RGBColor(0x49, 0x46, 0x01),
    RGBColor(0x8B, 0x93, 0x9C),
];
/// How many causes have a colour of their own.
const NAMED: usize = CAUSES.len() - 1;
/// A cell of the heatmap without failures.
const HEAT_NONE: RGBColor = RGBColor(0xF0, 0xF2, 0xF5);
/// Cells of the heatmap, from few failures to most: one hue, ever stronger.
const HEAT: [RGBColor; 6] = [
    RGBColor(0xFC, 0xE5, 0xD3),
    RGBColor(0xF9, 0xC7, 0xA1),
    RGBColor(0xF0, 0xA0, 0x6A),
    RGBColor(0xDE, 0x7C, 0x3D),
    RGBColor(0xA9, 0x4A, 0x14),
    RGBColor(0x7A, 0x2F, 0x08),
];
/// Numbers on the two strongest colours of [`HEAT`].
const ON_STRONG: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);

/// The style block of every chart, the same bytes in each: sizes, the font, and the palette's
/// twin for dark screens. Below 640 px a chart doesn't shrink further: let its container scroll.
pub const STYLE: &str = r##"<style>
.ls-chart{display:block;width:100%;min-width:640px;max-width:960px;height:auto;color-scheme:light dark}
.ls-chart text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
@media screen and (prefers-color-scheme:dark){
.ls-chart [fill="#1F2328"]{fill:#E6EDF3}
.ls-chart [fill="#59636E"]{fill:#9BA5B0}
.ls-chart [fill="#D8DEE4"]{fill:#2F363D}
.ls-chart [fill="#818B98"]{fill:#6E7781}
.ls-chart [fill="#E3E9F0"]{fill:#29333D}
.ls-chart [fill="#57708A"]{fill:#8CA5BF}
.ls-chart [fill="#074AD9"]{fill:#5382FF}
.ls-chart [fill="#DE7412"]{fill:#D57E05}
.ls-chart [fill="#711760"]{fill:#965FAF}
.ls-chart [fill="#239959"]{fill:#58EC93}
.ls-chart [fill="#C85DCE"]{fill:#E1A8F8}
.ls-chart [fill="#494601"]{fill:#DCF150}
.ls-chart [fill="#8B939C"]{fill:#8F98A3}
.ls-chart [fill="#F0F2F5"]{fill:#1C2127}
.ls-chart [fill="#FCE5D3"]{fill:#37200F}
.ls-chart [fill="#F9C7A1"]{fill:#552E12}
.ls-chart [fill="#F0A06A"]{fill:#743C13}
.ls-chart [fill="#DE7C3D"]{fill:#954C17}
.ls-chart [fill="#A94A14"]{fill:#E28C4B}
.ls-chart [fill="#7A2F08"]{fill:#FFCDA3}
.ls-chart [fill="#FFFFFF"]{fill:#0D1117}
}
</style>"##;

/// Causes with at least one failure and their failures: most first, then by name. Charts give
/// colours by this order, so that a cause has the same colour in all of them.
fn ranked<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (cause, failures) in counts {
        *sums.entry(cause).or_default() += failures;
    }
    let mut ranked: Vec<_> = sums
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(cause, n)| (cause.to_owned(), n))
        .collect();
    ranked.sort_by_key(|(_, failures)| Reverse(*failures)); // stable: equal ones stay by name
    ranked
}

/// The colour of the cause at this rank, counted from 0.
fn colour(rank: usize) -> RGBColor {
    CAUSES[rank.min(NAMED)]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A report with nothing in it but what charts read.
    pub fn report(zone: &str, seconds: u64, buckets: Value, heatmap: Value) -> Report<'static> {
        let ledger = json!({"read": 0, "events": 0, "rejects": 0, "duplicates": 0, "blank": 0,
            "ignored": 0});
        let mut failures: BTreeMap<String, u64> = BTreeMap::new();
        for bucket in buckets.as_array().unwrap() {
            for (cause, n) in bucket["causes"].as_object().unwrap() {
                *failures.entry(cause.clone()).or_default() += n.as_u64().unwrap();
            }
        }
        let by_cause: Vec<Value> = failures
            .iter()
            .map(|(cause, n)| {
                json!({"cause": cause, "failures": n, "users": 1, "apps": 1, "sources": 1,
                    "first": "2026-03-02T00:00:00Z", "last": "2026-03-02T00:00:00Z"})
            })
            .collect();
        serde_json::from_value(json!({
            "schema": 1, "tool": {"name": "loginscope", "version": "0.1.0"},
            "options": {"timezone": zone, "date_order": "auto", "since": null, "until": null, "only": [], "strict": false},
            "exit": {"code": 0, "reasons": []}, "window": {"start": null, "end": null},
            "history": {"start": null, "end": null, "events": 0}, "inputs": [], "ledger": ledger,
            "totals": {"events": 0, "successes": 0, "failures": 0, "users": 0, "apps": 0,
                "sources": 0, "log_errors": 0},
            "coverage": {"gaps": [], "row_cap_hit": false, "saturated": [], "zone_assumed": null,
                "notes": []},
            "failures": {"groups": [], "by_user": [], "by_app": [], "by_description": [],
                "by_cause": by_cause},
            "timeline": {"bucket_seconds": seconds, "buckets": buckets}, "heatmap": heatmap,
            "findings": [], "near_misses": [], "integrations": [], "unrecognised": [],
            "rejects": [], "suppressed": [], "rules": {"run": [], "not_run": []},
            "baseline": null
        }))
        .unwrap()
    }

    #[test]
    fn every_fill_has_a_twin_for_dark_screens() {
        let buckets = json!([{"start": "2026-03-02T00:00:00Z", "successes": 3, "failures": 36,
            "causes": {"a": 8, "b": 7, "c": 6, "d": 5, "e": 4, "f": 3, "g": 2, "h": 1}}]);
        let cells: Vec<_> = (0..24)
            .map(|hour| json!({"weekday": 1, "hour": hour, "successes": 0, "failures": hour}))
            .collect();
        for drawing in all(&report("UTC", 900, buckets, json!(cells))) {
            for fill in drawing
                .svg
                .split(" fill=\"")
                .skip(1)
                .filter_map(|s| s.split('"').next())
            {
                assert!(
                    STYLE.contains(&format!("[fill=\"{fill}\"]{{")),
                    "{} {fill}",
                    drawing.id
                );
            }
            assert!(
                drawing
                    .svg
                    .contains(&format!("\">\n{STYLE}\n<title id=\"{}-", drawing.id))
            );
            assert!(!drawing.svg.contains(" style=") && !drawing.svg.contains(" stroke=\"#"));
        }
    }

    #[test]
    fn an_empty_report_still_has_every_chart() {
        let drawings = all(&report("UTC", 900, json!([]), json!([])));
        let ids: Vec<_> = drawings.iter().map(|drawing| drawing.id).collect();
        assert_eq!(ids, CHARTS.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    }

    #[test]
    fn text_can_not_become_markup() {
        let zone = "<script>alert(1)</script>&\u{0}\"'";
        let buckets = json!([{"start": "2026-03-02T00:00:00Z", "successes": 0, "failures": 1,
            "causes": {"<script>": 1}}]);
        for drawing in all(&report(zone, 900, buckets, json!([]))) {
            assert!(!drawing.svg.contains("<script") && !drawing.svg.contains('\u{0}'));
        }
    }
}
