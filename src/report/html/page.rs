//! The template's view of the whole page.

use askama::Template;

use crate::report::model::Report;
use crate::report::verdict::verdict;

use super::causes::{Card, Catalogue};
use super::overview::{Fact, Headline, Notice, Tile, Top};
use super::policy::policy;
use super::quality::Quality;
use super::tables::{Cell, Maker, Table};
use super::text::shown;
use super::{Chart, Extras, Limits, overview};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// All that `page.html` draws, in its order.
#[derive(Template)]
#[template(path = "page.html")]
// wide: one field for each part of the page
pub(super) struct Page {
    policy: String,
    style: &'static str,
    script: &'static str,
    title: String,
    verdict: Headline,
    tiles: Vec<Tile>,
    facts: Vec<Fact>,
    notice: Option<Notice>,
    top: Vec<Top>,
    figures: Vec<Figure>,
    tables: Vec<Table>,
    cards: Vec<Card>,
    quality: Quality,
    method: Method,
}

/// A chart, or where to find one that is too large for the page.
struct Figure {
    id: &'static str,
    title: String,
    summary: String,
    svg: Option<String>,
}

/// What made the report, and how.
struct Method {
    tool: String,
    version: String,
    schema: u32,
    timezone: String,
    date_order: String,
    strict: bool,
}

impl Page {
    pub(super) fn new(report: &Report, extras: &Extras, limits: Limits) -> Self {
        let catalogue = Catalogue(extras.causes);
        let figures = figures(&extras.charts, limits);
        let drawings = figures.iter().filter_map(|figure| figure.svg.as_deref());
        Self {
            policy: policy(STYLE, SCRIPT, drawings),
            style: STYLE,
            script: SCRIPT,
            title: overview::title(report),
            verdict: overview::headline(&verdict(report)),
            tiles: overview::tiles(report),
            facts: overview::facts(report),
            notice: overview::notice(report, limits),
            top: overview::top(report, &catalogue, limits),
            tables: Maker::new(report, &catalogue, limits).tables(report),
            cards: catalogue.cards(report, limits),
            quality: Quality::new(report, limits),
            method: method(report),
            figures,
        }
    }
}

fn figures(charts: &[Chart], limits: Limits) -> Vec<Figure> {
    let mut left = limits.charts;
    let figure = |chart: &Chart| {
        let fits = chart.svg.len() <= left;
        if fits {
            left -= chart.svg.len();
        }
        Figure {
            id: chart.id,
            title: shown(&chart.title, 200),
            summary: shown(&chart.summary, 2_000),
            svg: fits.then(|| chart.svg.clone()),
        }
    };
    charts.iter().map(figure).collect()
}

fn method(report: &Report) -> Method {
    let options = &report.options;
    Method {
        tool: shown(&report.tool.name, 80),
        version: shown(&report.tool.version, 80),
        schema: report.schema,
        timezone: shown(&options.timezone, 80),
        date_order: shown(&options.date_order, 40),
        strict: options.strict,
    }
}
