//! The inventory of integrations: one sentence, and a table with what is about to retire first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;

use crate::report::model::{Integration, Org, Report, Time};
use crate::report::words::count;

use super::Limits;
use super::sheet::{Cell, Column, Row, Table, cut};
use super::text::{Badge, Moment, Number, shown, value};

/// Every status, the one to act on first.
const STATUSES: [&str; 4] = ["retiring", "migrating", "unknown", "modern"];

/// Everything of the section on integrations.
pub(super) struct Integrations {
    pub(super) sentence: String,
    /// Of each flow whose date sources differ about: the date and what else is named.
    pub(super) disputed: Vec<String>,
    pub(super) table: Table,
}

impl Integrations {
    pub(super) fn new(
        report: &Report<'_>,
        inventory: &Inventory,
        orgs: bool,
        limits: Limits,
    ) -> Self {
        let today = report.window.end.as_ref();
        let rows = inventory.first.iter().flatten().take(limits.rows);
        let total = report.integrations.len();
        Self {
            sentence: sentence(inventory, today),
            disputed: disputed(inventory, limits),
            table: Table {
                id: "integrations",
                title: "Integrations by user, app and flow",
                lead: "Retiring: by username and password, SOAP login() or the user-agent flow. \
                       Migrating: the same user or app already logs in by a modern flow. \
                       An OAuth login whose flow is not told counts as probably modern. \
                       Logins are those that succeeded; a period stands where they are regular.",
                columns: columns(orgs),
                rows: rows.map(|one| row(one, orgs, today, limits)).collect(),
                cut: cut(total, limits.rows, "integrations"),
                empty: "No integrations.",
            },
        }
    }
}

/// What the page tells of all integrations, gathered in one walk, since there may be as many as
/// rows were read.
#[derive(Default)]
pub(super) struct Inventory {
    /// How many there are of each of [`STATUSES`].
    counts: [u64; STATUSES.len()],
    /// The first of each status, as many as a page shows at most.
    first: [Vec<Integration>; STATUSES.len()],
    /// Every date of retirement with the word before it.
    dates: BTreeSet<(String, &'static str)>,
    /// The last one of each flow whose date sources differ about.
    disputed: BTreeMap<String, Integration>,
    /// Every org.
    pub(super) orgs: BTreeSet<Option<Org>>,
}

impl Inventory {
    pub(super) fn of(all: impl Iterator<Item = Integration>) -> Self {
        let mut inventory = Self::default();
        for one in all {
            inventory.add(one);
        }
        inventory
    }

    fn add(&mut self, one: Integration) {
        let status = status(&one.status);
        self.counts[status] += 1;
        if !self.orgs.contains(&one.org) {
            self.orgs.insert(one.org.clone());
        }
        if let Some(date) = one.retires.as_deref().and_then(date)
            && !self
                .dates
                .iter()
                .any(|known| known.0 == date && known.1 == about(&one))
        {
            self.dates.insert((date.to_owned(), about(&one)));
        }
        if !one.retires_otherwise.is_empty() {
            self.disputed.insert(one.flow.clone(), one.clone());
        }
        if self.first[status].len() < Limits::FULL.rows {
            self.first[status].push(one);
        }
    }
}

/// Where a status stands in [`STATUSES`]; one that is none is unknown.
fn status(name: &str) -> usize {
    STATUSES
        .iter()
        .position(|known| *known == name)
        .unwrap_or(2)
}

/// How many of what status, and the nearest retirement.
fn sentence(all: &Inventory, today: Option<&Time>) -> String {
    let total: u64 = all.counts.iter().sum();
    if total == 0 {
        return "No integrations: no login by OAuth, an API or a program.".to_owned();
    }
    let told: Vec<String> = ["retiring", "migrating", "modern", "unknown"]
        .into_iter()
        .map(|name| (name, all.counts[status(name)]))
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{} {name}", Number(n)))
        .collect();
    let integrations = count(total, "integration", "integrations");
    let head = format!("{integrations}: {}.", told.join(", "));
    match today.and_then(|today| nearest(all, today)) {
        Some(next) => format!("{head} {next}"),
        None => head,
    }
}

/// The flows whose dates sources differ about, each once, in order.
fn disputed(all: &Inventory, limits: Limits) -> Vec<String> {
    let line = |(flow, one): (&String, &Integration)| {
        let others = one.retires_otherwise.iter().take(limits.lines.min(6));
        let others: Vec<String> = others.map(|text| shown(text, limits.chars)).collect();
        let date = shown(one.retires.as_deref().unwrap_or("no date"), limits.chars);
        let (flow, about) = (shown(flow, 80), about(one));
        format!(
            "Sources differ on {flow} ({about}{date}); also named: {}.",
            others.join(", ")
        )
    };
    let flows = all.disputed.iter().take(limits.lines);
    flows.map(line).collect()
}

/// The retirement that comes next; where all are over, the latest.
fn nearest(all: &Inventory, today: &Time) -> Option<String> {
    let dates = all.dates.iter();
    let mut dates: Vec<(i64, &str, &str)> = dates
        .filter_map(|(date, about)| Some((days(today, date)?, *about, date.as_str())))
        .collect();
    dates.sort_unstable();
    let next = dates.iter().find(|(days, ..)| *days >= 0);
    let (days, about, date) = next.or(dates.last())?;
    let far = distance(about, *days);
    let on = if about.is_empty() { "on " } else { about };
    Some(match days {
        0 => format!("The next retirement is {about}on the last day of this report, {date}."),
        1.. => format!("The next retirement is {far}, {on}{date}."),
        _ => format!("The last retirement was {far}, {on}{date}."),
    })
}

fn columns(orgs: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::text("User"),
        Column::text("App"),
        Column::text("Flow"),
        Column::text("Status"),
        Column::text("Retires"),
        Column::number("Logins"),
        Column::number("Failures"),
        Column::number("Sources"),
        Column::number("Period"),
        Column::text("API versions"),
        Column::text("TLS"),
        Column::text("First (UTC)"),
        Column::text("Last (UTC)"),
    ];
    if orgs {
        columns.insert(0, Column::text("Org"));
    }
    columns
}

fn row(one: &Integration, orgs: bool, today: Option<&Time>, limits: Limits) -> Row {
    let chars = limits.chars;
    let org = || one.org.as_ref().map(|org| org.0.as_str());
    let user = one.user.as_ref().map(|user| user.0.as_str());
    let mut cells: Vec<Cell> = orgs
        .then(|| Cell::Short(value(org(), chars)))
        .into_iter()
        .collect();
    cells.extend([
        Cell::Text(value(user, chars)),
        Cell::Text(value(one.app.as_deref(), chars)),
        Cell::Noted(shown(&one.flow, 80), Some(shown(&one.flow_basis, 40))),
        Cell::Badge(badge(&one.status)),
        retires(one, today, limits),
        Cell::Count(Number(one.logins)),
        Cell::Count(Number(one.failures)),
        Cell::Count(Number(one.sources)),
        period(one.period_seconds),
        listed(&one.api_versions, limits),
        listed(&one.tls, limits),
        Cell::Time(Moment::new(&one.first)),
        Cell::Time(Moment::new(&one.last)),
    ]);
    Row {
        failures: one.failures,
        cells,
    }
}

fn badge(name: &str) -> Badge {
    Badge {
        style: STATUSES[status(name)],
        text: shown(name, 40),
    }
}

/// The date or what is known of it, and how far away it is.
fn retires(one: &Integration, today: Option<&Time>, limits: Limits) -> Cell {
    let Some(text) = one.retires.as_deref() else {
        return Cell::Noted("–".to_owned(), None);
    };
    let about = about(one);
    let days = date(text).and_then(|date| days(today?, date));
    let mut notes: Vec<String> = days.map(|days| distance(about, days)).into_iter().collect();
    if !one.retires_otherwise.is_empty() {
        notes.push("sources differ".to_owned());
    }
    let day = format!("{about}{}", shown(text, limits.chars));
    Cell::Noted(day, (!notes.is_empty()).then(|| notes.join("; ")))
}

/// What stands before a date that stands for a release.
fn about(one: &Integration) -> &'static str {
    match one.retires_precision.as_deref() {
        Some("release") => "about ",
        _ => "",
    }
}

/// Up to six versions in a line.
fn listed(texts: &[String], limits: Limits) -> Cell {
    let most = limits.lines.min(6);
    let mut parts: Vec<String> = texts
        .iter()
        .take(most)
        .map(|text| shown(text, 40))
        .collect();
    if let Some(more) = super::text::more(texts.len(), most) {
        parts.push(format!("{more} more"));
    }
    Cell::Short((!parts.is_empty()).then(|| parts.join(", ")))
}

/// What is not regular sorts before all that is.
fn period(seconds: Option<u64>) -> Cell {
    match seconds {
        Some(seconds) => Cell::Measure(every(seconds), seconds),
        None => Cell::Measure("–".to_owned(), 0),
    }
}

/// `15 minutes`, `1 hour`, `36 hours`: rounded, in the unit of which there are two, or just one.
fn every(seconds: u64) -> String {
    match seconds {
        86_400 | 172_800.. => count((seconds + 43_200) / 86_400, "day", "days"),
        3_600 | 7_200.. => count((seconds + 1_800) / 3_600, "hour", "hours"),
        60 | 120.. => count((seconds + 30) / 60, "minute", "minutes"),
        _ => count(seconds, "second", "seconds"),
    }
}

/// The ISO date that a text begins with.
fn date(text: &str) -> Option<&str> {
    let date = text.get(..10)?;
    let ends = !text[10..].starts_with(|c: char| c.is_alphanumeric());
    midnight(date).filter(|_| ends).map(|_| date)
}

fn midnight(date: &str) -> Option<i64> {
    let midnight = DateTime::parse_from_rfc3339(&format!("{date}T00:00:00Z")).ok()?;
    Some(midnight.timestamp())
}

/// Days from the day of a moment to a date.
fn days(today: &Time, date: &str) -> Option<i64> {
    Some((midnight(date)? - midnight(today.0.get(..10)?)?) / 86_400)
}

/// `in 90 days`, `today`, `1 day ago`, seen from the end of the report.
fn distance(about: &str, days: i64) -> String {
    let words = count(days.unsigned_abs(), "day", "days");
    match days {
        0 => format!("{about}today"),
        1.. => format!("in {about}{words}"),
        _ => format!("{about}{words} ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integration(status: &str, retires: Option<&str>) -> Integration {
        let time = Time("2026-11-01T00:00:00Z".to_owned());
        Integration {
            org: None,
            user: None,
            app: None,
            flow: "soap-login".to_owned(),
            flow_basis: "stated".to_owned(),
            logins: 3,
            failures: 1,
            sources: 1,
            api_versions: vec![],
            tls: vec![],
            first: time.clone(),
            last: time,
            period_seconds: None,
            status: status.to_owned(),
            retires: retires.map(str::to_owned),
            retires_precision: retires.map(|_| "day".to_owned()),
            retires_otherwise: Vec::new(),
        }
    }

    fn told(all: &[Integration]) -> Inventory {
        Inventory::of(all.iter().cloned())
    }

    #[test]
    fn the_sentence_counts_and_names_the_nearest_date() {
        let today = Time("2026-11-22T23:59:59Z".to_owned());
        let all = [
            integration("modern", None),
            integration("retiring", Some("2027-02-20")),
            integration("retiring", Some("2027-06-01 with Summer '27")),
            integration("retiring", Some("2025-01-01")),
            integration("odd", Some("not before 2028")),
        ];
        assert_eq!(
            sentence(&told(&all), Some(&today)),
            "5 integrations: 3 retiring, 1 modern, 1 unknown. \
             The next retirement is in 90 days, on 2027-02-20."
        );
        assert_eq!(
            sentence(&told(&all[..1]), Some(&today)),
            "1 integration: 1 modern."
        );
        assert!(
            sentence(&told(&all[3..]), Some(&today)).ends_with("was 690 days ago, on 2025-01-01.")
        );
        assert_eq!(
            sentence(&told(&all[1..2]), None),
            "1 integration: 1 retiring."
        );
    }

    #[test]
    fn a_disputed_date_is_told_once_for_its_flow() {
        let mut soap = integration("retiring", Some("2027-06-01"));
        soap.retires_precision = Some("release".to_owned());
        soap.retires_otherwise = vec!["Spring '27 (partner)".to_owned()];
        let flow = soap.flow.clone();
        let all = [soap.clone(), soap, integration("modern", None)];
        assert_eq!(
            disputed(&told(&all), Limits::FULL),
            [format!(
                "Sources differ on {flow} (about 2027-06-01); also named: Spring '27 (partner)."
            )]
        );
        let today = Time("2027-05-02T08:00:00Z".to_owned());
        assert!(
            sentence(&told(&all), Some(&today))
                .ends_with("The next retirement is in about 30 days, about 2027-06-01.")
        );
    }

    #[test]
    fn a_date_is_one_at_the_start_of_a_text() {
        assert_eq!(date("2027-02-20"), Some("2027-02-20"));
        assert_eq!(date("2027-02-20, with Spring"), Some("2027-02-20"));
        for text in ["2027-02-201", "2027-02-30", "Summer '27", "", "2027-02-2ö"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn periods_are_told_in_the_largest_fitting_unit() {
        let told = [45, 60, 90, 900, 3_600, 5_400, 86_400, 129_600, 604_800].map(every);
        assert_eq!(
            told,
            [
                "45 seconds",
                "1 minute",
                "90 seconds",
                "15 minutes",
                "1 hour",
                "90 minutes",
                "1 day",
                "36 hours",
                "7 days"
            ]
        );
    }
}
