//! What is odd: the line and the three worst on the first screen, the cards, and what was almost
//! or on purpose not among them.

use std::collections::BTreeMap;

use crate::report::model::{Finding, NearMiss, Report, Suppressed};
use crate::report::words::{count, thousands};

use super::Limits;
use super::finding::{CardMaker, FindingCard, Picture, When, attempts, severity, when};
use super::text::{Badge, Number, finding_anchor, shown};

/// How many findings the first screen names.
const TOP: usize = 3;

/// What the first screen says of findings.
pub(super) struct Summary {
    pub(super) total: Number,
    /// Worst first.
    pub(super) counts: Vec<SeverityCount>,
    /// `7 rules ran`
    pub(super) ran: String,
    pub(super) not_run: Number,
    pub(super) suppressed: Number,
    pub(super) top: Vec<TopFinding>,
}

/// How many findings there are of a severity, with the way to the first of them.
pub(super) struct SeverityCount {
    pub(super) number: Number,
    pub(super) severity: Badge,
    pub(super) anchor: String,
}

/// One of the worst findings.
pub(super) struct TopFinding {
    pub(super) anchor: String,
    pub(super) severity: Badge,
    pub(super) title: String,
    pub(super) when: When,
    pub(super) count: String,
}

/// Everything of the section on findings.
pub(super) struct Findings {
    pub(super) cards: Vec<FindingCard>,
    pub(super) cut: Option<String>,
    /// That not all findings have a chart.
    pub(super) charted: Option<String>,
    pub(super) suppressed: Vec<FindingCard>,
    pub(super) suppressed_total: Number,
    pub(super) suppressed_cut: Option<String>,
    pub(super) near_misses: Vec<NearMissRow>,
    pub(super) near_misses_total: Number,
    pub(super) near_misses_cut: Option<String>,
}

/// What almost became a finding.
pub(super) struct NearMissRow {
    pub(super) rule: String,
    pub(super) scope: String,
    pub(super) reached: String,
    pub(super) needed: String,
}

impl Summary {
    pub(super) fn new(report: &Report, limits: Limits) -> Self {
        let findings = &report.findings;
        let ran = match report.rules.run.len() {
            0 => "no rule ran".to_owned(),
            n => format!("{} ran", count(n as u64, "rule", "rules")),
        };
        let top = findings.iter().enumerate().take(TOP);
        Self {
            total: Number(findings.len() as u64),
            counts: counts(findings, limits),
            ran,
            not_run: Number(report.rules.not_run.len() as u64),
            suppressed: Number(report.suppressed.len() as u64),
            top: top.map(|(at, finding)| one(at, finding, limits)).collect(),
        }
    }
}

fn counts(findings: &[Finding], limits: Limits) -> Vec<SeverityCount> {
    let mut counts: Vec<SeverityCount> = Vec::new();
    let mut before: Option<&str> = None;
    for (at, finding) in findings.iter().enumerate() {
        match counts.last_mut() {
            Some(last) if before == Some(&finding.severity) => last.number.0 += 1,
            _ => counts.push(SeverityCount {
                number: Number(1),
                severity: severity(&finding.severity),
                anchor: place(at, finding, limits),
            }),
        }
        before = Some(&finding.severity);
    }
    counts
}

fn one(at: usize, finding: &Finding, limits: Limits) -> TopFinding {
    TopFinding {
        anchor: place(at, finding, limits),
        severity: severity(&finding.severity),
        title: shown(&finding.title, limits.chars),
        when: when(finding),
        count: attempts(finding),
    }
}

/// The card of a finding, or the section where the card is cut.
fn place(at: usize, finding: &Finding, limits: Limits) -> String {
    if at < limits.findings {
        finding_anchor(&finding.fingerprint)
    } else {
        "findings".to_owned()
    }
}

impl Findings {
    /// The charts take what room the page's other charts have `left`.
    pub(super) fn new(
        report: &Report,
        maker: CardMaker,
        charts: &BTreeMap<String, String>,
        left: usize,
    ) -> Self {
        let limits = maker.limits;
        let limit = limits.findings;
        let mut left = left;
        let shown = report.findings.iter().take(limit);
        let cards = shown.map(|finding| {
            let chart = charts.get(&finding.fingerprint);
            maker.card(finding, picture(chart, &mut left))
        });
        let hidden = report.suppressed.iter().take(limit);
        let near = &report.near_misses;
        Self {
            cards: cards.collect(),
            cut: cut(
                report.findings.len(),
                limit,
                "findings",
                "tables/findings.csv",
            ),
            charted: charted(report.findings.len(), charts.len()),
            suppressed: hidden.map(|one| suppressed(one, maker)).collect(),
            suppressed_total: Number(report.suppressed.len() as u64),
            suppressed_cut: cut(report.suppressed.len(), limit, "findings", "report.json"),
            near_misses: near
                .iter()
                .take(limits.rows)
                .map(|one| near_miss(one, limits))
                .collect(),
            near_misses_total: Number(near.len() as u64),
            near_misses_cut: cut(near.len(), limits.rows, "near misses", "report.json"),
        }
    }
}

/// Where some findings have a chart, others are not left without a word.
fn charted(findings: usize, charts: usize) -> Option<String> {
    (charts > 0 && charts < findings)
        .then(|| format!("The first {} have a chart.", thousands(charts as u64)))
}

fn picture(svg: Option<&String>, left: &mut usize) -> Picture {
    match svg {
        None => Picture::None,
        Some(svg) if svg.len() > *left => Picture::TooLarge,
        Some(svg) => {
            *left -= svg.len();
            Picture::Svg(svg.clone())
        }
    }
}

fn suppressed(one: &Suppressed, maker: CardMaker) -> FindingCard {
    FindingCard {
        open: false,
        suppressed_by: Some(shown(&one.suppressed_by, maker.limits.chars * 2)),
        ..maker.card(&one.finding, Picture::None)
    }
}

fn near_miss(one: &NearMiss, limits: Limits) -> NearMissRow {
    NearMissRow {
        rule: shown(&one.rule, 80),
        scope: shown(&one.scope, limits.chars),
        reached: shown(&one.reached, limits.chars),
        needed: shown(&one.needed, limits.chars),
    }
}

fn cut(total: usize, limit: usize, what: &str, file: &str) -> Option<String> {
    (total > limit).then(|| {
        format!(
            "The first {} of {} {what}; all are in {file}.",
            thousands(limit as u64),
            thousands(total as u64)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_chart_is_told() {
        assert_eq!(charted(40, 40), None);
        assert_eq!(charted(41, 0), None);
        let told = charted(41, 40);
        assert_eq!(told.as_deref(), Some("The first 40 have a chart."));
    }

    #[test]
    fn charts_share_what_room_there_is() {
        let mut left = 5;
        let svg = "<svg>".to_owned();
        assert_eq!(picture(None, &mut left), Picture::None);
        assert_eq!(picture(Some(&svg), &mut left), Picture::Svg(svg.clone()));
        assert_eq!(picture(Some(&svg), &mut left), Picture::TooLarge);
    }
}
