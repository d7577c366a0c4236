//! The page: one file that answers on its first screen, opens from disk and loads nothing.
//!
//! The parts follow the page from top to bottom: [`overview`], [`findings`] made of cards
//! ([`finding`]), charts, [`tables`] and [`integrations`] made of a [`sheet`] each, [`causes`],
//! [`quality`], [`method`]. They turn the report into what the templates draw; the templates escape all of
//! it. What is inserted as it is, is our own: style, script and the charts' SVG, each allowed by
//! its hash in the page's content security policy ([`policy`]).
//!
//! A page never outgrows [`MAX_BYTES`]: tables are cut at fixed rows, and where hostile or huge
//! values make the rows themselves too large, the cut moves up until the page fits.

mod causes;
mod changes;
mod finding;
mod findings;
mod integrations;
mod logs;
mod method;
mod overview;
mod page;
mod policy;
mod quality;
mod sheet;
mod tables;
mod text;

use std::collections::BTreeMap;

use askama::Template as _;

use crate::report::model::Report;
use integrations::Inventory;
use page::Page;

/// The most bytes a page has, on any input.
pub const MAX_BYTES: usize = 5_000_000;

/// What the page needs beside the report itself.
#[derive(Clone, Debug, Default)]
pub struct Extras<'a> {
    /// In the order in which they are shown.
    pub charts: Vec<Chart>,
    /// What is known about each cause that occurs.
    pub causes: &'a [CauseText],
    /// A small drawing for each finding that has one, by fingerprint: an SVG under the same
    /// terms as [`Chart::svg`]. May be empty.
    pub finding_charts: BTreeMap<String, String>,
    /// The thresholds in force: name, value, meaning. May be empty, and so may
    /// each meaning.
    pub thresholds: Vec<(String, String, String)>,
}

/// A drawn chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// `timeline`, `causes` or `heatmap`; also the name of its file under `charts/`.
    pub id: &'static str,
    pub title: String,
    /// What the chart shows, for those who don't see it.
    pub summary: String,
    /// Inserted as it is, so all text in it must be escaped. Its `<style>` elements are allowed
    /// by hash and hold neither entities nor CDATA; `style` attributes would be ignored.
    pub svg: String,
}

/// What the catalogue says about a cause.
#[derive(Clone, Debug)]
// wide: one entry of the catalogue
pub struct CauseText {
    pub id: String,
    pub title: String,
    /// `credential`, `policy`, `client`, `platform`, `ambiguous` or `benign`.
    pub class: String,
    /// Whether trying again can't help until something is changed.
    pub permanent: bool,
    /// Who can end it.
    pub fixed_by: String,
    pub means: String,
    /// What separates it from causes that look alike; may be empty.
    pub tell_apart: String,
    pub steps: Vec<String>,
    /// Where it is documented. Only `https` addresses become links.
    pub source: Vec<String>,
}

/// How much of each list the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    /// Rows of the table by user, app and description.
    groups: usize,
    /// Rows of every other table: of failures, integrations, near misses, inputs and thresholds.
    rows: usize,
    /// Cards of findings.
    findings: usize,
    /// Lines of any other list.
    lines: usize,
    /// Characters of a value.
    chars: usize,
    /// Bytes of all charts together.
    charts: usize,
}

impl Limits {
    const FULL: Self = Self {
        groups: 300,
        rows: 200,
        findings: 100,
        lines: 50,
        chars: 240,
        charts: MAX_BYTES / 2,
    };

    /// Half of everything, at least one; `None` where there is nothing left to halve.
    fn halved(self) -> Option<Self> {
        let half = |n: usize| (n / 2).max(1);
        let next = Self {
            groups: half(self.groups),
            rows: half(self.rows),
            findings: half(self.findings),
            lines: half(self.lines),
            chars: half(self.chars).max(40),
            charts: half(self.charts),
        };
        (next != self).then_some(next)
    }
}

/// The whole page as the text of one file.
pub fn page(report: &Report, extras: &Extras) -> String {
    let inventory = Inventory::of(report.integrations.iter());
    let mut limits = Limits::FULL;
    loop {
        let text = Page::new(report, &inventory, extras, limits)
            .render()
            .expect("templates without fallible filters, written to memory");
        match limits.halved() {
            Some(less) if text.len() > MAX_BYTES => limits = less,
            _ => return text,
        }
    }
}

#[cfg(test)]
mod tests;
