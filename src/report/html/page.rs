//! The template's view of the whole page.

use askama::Template;

use crate::report::model::Report;
use crate::report::verdict::verdict;

use super::causes::{Card, Catalogue};
use super::finding::{CardMaker, Picture};
use super::findings::{Findings, Summary};
use super::integrations::{Integrations, Inventory};
use super::method::Method;
use super::overview::{Fact, Headline, Notice, Tile, Top};
use super::policy::policy;
use super::quality::Quality;
use super::sheet::{Cell, Table};
use super::tables::Maker;
use super::text::shown;
use super::{Chart, Extras, Limits, changes, overview};

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
    found: Summary,
    top: Vec<Top>,
    findings: Findings,
    changes: Option<Table>,
    figures: Vec<Figure>,
    tables: Vec<Table>,
    integrations: Integrations,
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

impl Page {
    pub(super) fn new(
        report: &Report<'_>,
        inventory: &Inventory,
        extras: &Extras,
        limits: Limits,
    ) -> Self {
        let catalogue = Catalogue(extras.causes);
        let orgs = several_orgs(report, inventory);
        let (figures, left) = figures(&extras.charts, limits);
        let by_cause = report.failures.by_cause.iter().take(limits.rows);
        let causes: Vec<&str> = by_cause.map(|cause| cause.cause.as_str()).collect();
        let maker = CardMaker {
            catalogue: &catalogue,
            causes: &causes,
            orgs,
            limits,
        };
        let findings = Findings::new(report, maker, &extras.finding_charts, left);
        let drawings = figures.iter().filter_map(|figure| figure.svg.as_deref());
        let small = findings.cards.iter().filter_map(|card| match &card.chart {
            Picture::Svg(svg) => Some(svg.as_str()),
            Picture::None | Picture::TooLarge => None,
        });
        Self {
            policy: policy(STYLE, SCRIPT, drawings.chain(small)),
            style: STYLE,
            script: SCRIPT,
            title: overview::title(report),
            verdict: overview::headline(&verdict(report)),
            tiles: overview::tiles(report),
            facts: overview::facts(report),
            notice: overview::notice(report, limits),
            found: Summary::new(report, limits),
            top: overview::top(report, &catalogue, limits),
            tables: Maker::new(report, &catalogue, limits).tables(report),
            integrations: Integrations::new(report, inventory, orgs, limits),
            cards: catalogue.cards(report, limits),
            quality: Quality::new(report, limits),
            method: Method::new(report, extras, limits),
            changes: changes::table(report, limits),
            findings,
            figures,
        }
    }
}

/// Whether findings and integrations are of more than one organisation, or of some and of none.
fn several_orgs(report: &Report<'_>, inventory: &Inventory) -> bool {
    let findings = report.findings.iter().map(|finding| &finding.org);
    let suppressed = report.suppressed.iter().map(|one| &one.finding.org);
    // What fails is told by app too, of which there are few.
    let apps = report.failures.by_app.iter().map(|app| &app.org);
    let mut orgs = findings
        .chain(suppressed)
        .chain(&inventory.orgs)
        .chain(apps);
    let first = orgs.next();
    orgs.any(|org| Some(org) != first)
}

/// The charts that fit, and how many bytes are left for others.
fn figures(charts: &[Chart], limits: Limits) -> (Vec<Figure>, usize) {
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
    let figures = charts.iter().map(figure).collect();
    (figures, left)
}
