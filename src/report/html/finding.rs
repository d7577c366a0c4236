//! One finding as a card: what is odd and since when, whom it concerns, what to do, and the proof.

use crate::report::model::{Diagnosis, Evidence, Finding, Scope, ScopeTotals};
use crate::report::words::{count, length, spelt, thousands};

use super::Limits;
use super::causes::{Catalogue, Source, sources};
use super::text::{Badge, Lines, Moment, Number, Value, finding_anchor, lines, more, shown, value};

/// How many of each kind of thing a card names.
const NAMED: usize = 10;
/// How many rows a card quotes as evidence, and how many lines its story has.
const QUOTED: usize = 20;

/// A finding as the page draws it.
// wide: the parts of a card from top to bottom
pub(super) struct FindingCard {
    pub(super) anchor: String,
    pub(super) severity: Badge,
    pub(super) confidence: String,
    pub(super) title: String,
    /// Whether the card stands open from the start.
    pub(super) open: bool,
    /// Why it is not among the findings, if it is not.
    pub(super) suppressed_by: Option<String>,
    pub(super) reason: String,
    pub(super) rule: String,
    /// Only where findings are of several organisations.
    pub(super) org: Option<Value>,
    pub(super) when: When,
    pub(super) count: String,
    pub(super) scope: Vec<Concerned>,
    pub(super) chart: Picture,
    pub(super) story: Vec<Happened>,
    pub(super) more_story: Option<String>,
    pub(super) diagnosis: Vec<RootCause>,
    pub(super) steps: Lines,
    pub(super) evidence: Vec<Proof>,
    pub(super) more_evidence: Option<String>,
    pub(super) links: Vec<Source>,
}

/// From when to when, and the worst of it.
pub(super) struct When {
    pub(super) start: Moment,
    pub(super) end: Moment,
    pub(super) length: Option<String>,
    pub(super) peak: Option<Moment>,
    pub(super) ongoing: bool,
}

/// Things of one kind that a finding concerns.
pub(super) struct Concerned {
    pub(super) label: &'static str,
    pub(super) items: Vec<Item>,
    pub(super) more: Option<String>,
}

/// A name, with the way to its card if there is one.
pub(super) struct Item {
    pub(super) text: String,
    pub(super) anchor: Option<String>,
}

/// A card's chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    None,
    Svg(String),
    /// There is one, but the page has no room for it.
    TooLarge,
}

/// What happened at a time.
pub(super) struct Happened {
    pub(super) at: Moment,
    pub(super) text: String,
}

/// What may be behind a finding.
pub(super) struct RootCause {
    pub(super) name: String,
    pub(super) verdict: Badge,
    pub(super) because: Lines,
    pub(super) against: Lines,
    pub(super) next_check: Value,
}

/// A row that a finding rests on.
pub(super) struct Proof {
    pub(super) path: String,
    pub(super) line: Number,
    pub(super) at: Option<Moment>,
    pub(super) text: String,
}

/// What all cards are made with.
#[derive(Clone, Copy)]
pub(super) struct CardMaker<'a> {
    pub(super) catalogue: &'a Catalogue<'a>,
    /// The causes that have a card on the page.
    pub(super) causes: &'a [&'a str],
    pub(super) orgs: bool,
    pub(super) limits: Limits,
}

impl CardMaker<'_> {
    pub(super) fn card(self, finding: &Finding, chart: Picture) -> FindingCard {
        let limits = self.limits;
        let quoted = limits.lines.min(QUOTED);
        let org = finding.org.as_ref().map(|org| org.0.as_str());
        FindingCard {
            anchor: finding_anchor(&finding.fingerprint),
            severity: severity(&finding.severity),
            confidence: shown(&finding.confidence, 20),
            title: shown(&finding.title, limits.chars),
            open: matches!(finding.severity.as_str(), "critical" | "high"),
            suppressed_by: None,
            reason: shown(&finding.reason, limits.chars * 4),
            rule: shown(&finding.rule, 80),
            org: self.orgs.then(|| value(org, 80)),
            when: when(finding),
            count: attempts(finding),
            scope: self.scope(&finding.scope, &finding.scope_totals),
            chart,
            story: self.story(finding, quoted),
            more_story: more(finding.story.len(), quoted),
            diagnosis: self.diagnosis(&finding.diagnosis),
            steps: lines(&finding.steps, quoted, limits.chars * 4),
            evidence: finding
                .evidence
                .iter()
                .take(quoted)
                .map(|row| self.proof(row))
                .collect(),
            more_evidence: more(finding.evidence.len(), quoted),
            links: sources(&finding.links),
        }
    }

    /// Whom it concerns, by kind; only what there is.
    fn scope(self, scope: &Scope, totals: &ScopeTotals) -> Vec<Concerned> {
        let plain = |texts: Vec<&str>| texts.into_iter().map(|text| self.item(text)).collect();
        let users = scope.users.iter().map(|user| user.0.as_str()).take(NAMED);
        let sources = scope
            .sources
            .iter()
            .map(|source| source.0.as_str())
            .take(NAMED);
        let named = |texts: &'_ [String]| -> Vec<Item> {
            texts
                .iter()
                .take(NAMED)
                .map(|text| self.item(text))
                .collect()
        };
        let causes = scope
            .causes
            .iter()
            .take(NAMED)
            .map(|cause| self.cause(cause));
        let all = [
            (
                "Users",
                plain(users.collect()),
                scope.users.len(),
                totals.users,
            ),
            ("Apps", named(&scope.apps), scope.apps.len(), totals.apps),
            (
                "Sources",
                plain(sources.collect()),
                scope.sources.len(),
                totals.sources,
            ),
            (
                "Countries",
                named(&scope.countries),
                scope.countries.len(),
                totals.countries,
            ),
            ("Causes", causes.collect(), scope.causes.len(), 0),
        ];
        let concerned = |(label, items, listed, total): (_, Vec<Item>, usize, u64)| {
            let rest = total.max(listed as u64).saturating_sub(items.len() as u64);
            Concerned {
                label,
                items,
                more: (rest > 0).then(|| thousands(rest)),
            }
        };
        let told = all.into_iter().map(concerned);
        told.filter(|one| !one.items.is_empty() || one.more.is_some())
            .collect()
    }

    fn item(self, text: &str) -> Item {
        Item {
            text: shown(text, self.limits.chars / 2),
            anchor: None,
        }
    }

    fn cause(self, cause: &str) -> Item {
        let link = self.catalogue.link(cause);
        Item {
            text: link.title,
            anchor: self.causes.contains(&cause).then_some(link.anchor),
        }
    }

    fn story(self, finding: &Finding, quoted: usize) -> Vec<Happened> {
        let happened = |line: &crate::report::model::StoryLine| Happened {
            at: Moment::new(&line.time),
            text: shown(&line.text, self.limits.chars * 2),
        };
        finding.story.iter().take(quoted).map(happened).collect()
    }

    /// The five best.
    fn diagnosis(self, all: &[Diagnosis]) -> Vec<RootCause> {
        let limits = self.limits;
        let reasons = |texts: &[String]| lines(texts, limits.lines.min(10), limits.chars * 2);
        let one = |one: &Diagnosis| RootCause {
            name: shown(&spelt(&one.root_cause), 80),
            verdict: Badge {
                style: match one.verdict.as_str() {
                    "likely" => "likely",
                    "unlikely" => "unlikely",
                    _ => "possible",
                },
                text: shown(&one.verdict, 20),
            },
            because: reasons(&one.because),
            against: reasons(&one.against),
            next_check: value(one.next_check.as_deref(), limits.chars * 4),
        };
        all.iter().take(limits.lines.min(5)).map(one).collect()
    }

    fn proof(self, row: &Evidence) -> Proof {
        Proof {
            path: shown(&row.path.0, self.limits.chars),
            line: Number(row.line),
            at: row.time.as_ref().map(Moment::new),
            text: shown(&row.text, self.limits.chars * 2),
        }
    }
}

/// The badge of a severity; one that is none looks like the mildest.
pub(super) fn severity(name: &str) -> Badge {
    Badge {
        style: match name {
            "critical" => "critical",
            "high" => "high",
            "medium" => "medium",
            "low" => "low",
            _ => "info",
        },
        text: shown(name, 20),
    }
}

/// `118 attempts, 4 expected`
pub(super) fn attempts(finding: &Finding) -> String {
    let attempts = count(finding.count, "attempt", "attempts");
    match finding.expected {
        Some(expected) => format!("{attempts}, {} expected", thousands(expected)),
        None => attempts,
    }
}

pub(super) fn when(finding: &Finding) -> When {
    let (start, end) = (&finding.start, &finding.end);
    When {
        start: Moment::new(start),
        end: Moment::new(end),
        length: (start != end).then(|| length(&start.0, &end.0)).flatten(),
        peak: finding.peak.as_ref().map(Moment::new),
        ongoing: finding.ongoing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_told_in_words_too() {
        let one = severity("critical");
        assert_eq!((one.style, one.text.as_str()), ("critical", "critical"));
        assert_eq!(severity("odd\" x").style, "info");
    }
}
