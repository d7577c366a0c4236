//! The first screen: the verdict, the headline numbers, what they cover, and the top failures.

use crate::report::model::{Group, Report};
use crate::report::words::{count, share, span};

use super::causes::{Catalogue, CauseLink};
use super::text::{Lines, Moment, Number, Value, lines, shown, value};
use super::{Limits, text};

/// How many groups the first screen names.
const TOP: usize = 5;

/// A headline number.
pub(super) struct Tile {
    /// The key in `totals`.
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) number: Number,
    pub(super) note: Option<String>,
    /// Whether it is bad news.
    pub(super) bad: bool,
}

/// A line of what the numbers cover.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) text: String,
}

/// One of the largest groups of failures.
pub(super) struct Top {
    pub(super) failures: Number,
    pub(super) share: String,
    pub(super) user: Value,
    pub(super) app: Value,
    pub(super) description: Value,
    pub(super) cause: CauseLink,
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) beside: String,
}

/// What to know before the numbers are used.
pub(super) struct Notice {
    pub(super) title: &'static str,
    pub(super) reasons: Lines,
    pub(super) notes: Lines,
}

/// The verdict, cut so that its shares stay on one line.
pub(super) struct Headline {
    /// Every second part is a share.
    pub(super) parts: Vec<String>,
    /// Too long for the largest letters.
    pub(super) long: bool,
}

pub(super) fn headline(verdict: &str) -> Headline {
    let verdict = text::shown(verdict, 2_000);
    let mut parts = Vec::new();
    let mut rest = verdict.as_str();
    while let Some((before, after)) = rest.split_once(" %") {
        let (words, number) = before.split_at(before.rfind([' ', '(']).map_or(0, |at| at + 1));
        // in a quoted description it may be anything, so only what is as short as a share
        match number.len() {
            0..=6 => parts.extend([words.to_owned(), format!("{number} %")]),
            _ => parts.extend([format!("{before} %"), String::new()]),
        }
        rest = after;
    }
    parts.push(rest.to_owned());
    Headline {
        parts,
        long: verdict.chars().count() > 160,
    }
}

pub(super) fn tiles(report: &Report) -> Vec<Tile> {
    let totals = &report.totals;
    let tile = |key, label, number| Tile {
        key,
        label,
        number: Number(number),
        note: None,
        bad: false,
    };
    let of_all = |part| (totals.events > 0).then(|| share(part, totals.events));
    let mut tiles = vec![
        tile("events", "Login attempts", totals.events),
        Tile {
            note: of_all(totals.failures),
            bad: totals.failures > 0,
            ..tile("failures", "Failed", totals.failures)
        },
        Tile {
            note: of_all(totals.successes),
            ..tile("successes", "Succeeded", totals.successes)
        },
        tile("users", "Users", totals.users),
        tile("apps", "Apps", totals.apps),
        tile("sources", "Source addresses", totals.sources),
    ];
    if totals.log_errors > 0 {
        tiles.push(tile("log_errors", "Errors in logs", totals.log_errors));
    }
    tiles
}

pub(super) fn facts(report: &Report) -> Vec<Fact> {
    let mut facts = when(report);
    facts.extend(rows(report));
    facts.extend(limits(report));
    facts
}

/// The span, what else was read, and the zones.
fn when(report: &Report) -> Vec<Fact> {
    let (window, history) = (&report.window, &report.history);
    let mut facts = vec![Fact {
        label: "Window",
        text: match (&window.start, &window.end) {
            (Some(start), Some(end)) => shown(&span(&start.0, &end.0), 120),
            _ => "no login attempt".to_owned(),
        },
    }];
    if let (Some(start), Some(end)) = (&history.start, &history.end)
        && (&window.start, &window.end) != (&history.start, &history.end)
    {
        let span = span(&start.0, &end.0);
        let events = count(history.events, "attempt", "attempts");
        facts.push(Fact {
            label: "Read in all",
            text: shown(&format!("{events}, {span}"), 160),
        });
    }
    facts.push(Fact {
        label: "Zone",
        text: shown(
            &format!(
                "{} for hour of week; times are UTC",
                report.options.timezone
            ),
            120,
        ),
    });
    facts.push(Fact {
        label: "Times without a zone",
        text: match &report.coverage.zone_assumed {
            Some(zone) => shown(&format!("taken as {zone}"), 120),
            None => "none".to_owned(),
        },
    });
    facts
}

/// Where the records went.
fn rows(report: &Report) -> Vec<Fact> {
    let ledger = &report.ledger;
    let fact = |label, n| Fact {
        label,
        text: Number(n).to_string(),
    };
    vec![
        fact("Files", report.inputs.len() as u64),
        fact("Rows read", ledger.read),
        fact("Usable rows", ledger.events),
        fact("Rejected", ledger.rejects),
        fact("Duplicates", ledger.duplicates),
        fact("Ignored", ledger.ignored),
        fact("Blank", ledger.blank),
    ]
}

/// What the counts can't see; only what there is.
fn limits(report: &Report) -> Vec<Fact> {
    let coverage = &report.coverage;
    let mut facts = Vec::new();
    if !coverage.gaps.is_empty() {
        let gaps = count(coverage.gaps.len() as u64, "span", "spans");
        facts.push(Fact {
            label: "Gaps",
            text: format!("{gaps} without any attempt"),
        });
    }
    if coverage.row_cap_hit {
        facts.push(Fact {
            label: "Row limit",
            text: "reached: rows may be missing".to_owned(),
        });
    }
    if !coverage.saturated.is_empty() {
        let times = count(coverage.saturated.len() as u64, "time", "times");
        facts.push(Fact {
            label: "Hourly login limit",
            text: format!("reached {times}"),
        });
    }
    facts
}

/// Shown where the run did not end well, or something limits the counts.
pub(super) fn notice(report: &Report, limits: Limits) -> Option<Notice> {
    let (exit, notes) = (&report.exit, &report.coverage.notes);
    if exit.code == 0 && exit.reasons.is_empty() && notes.is_empty() {
        return None;
    }
    let title = match exit.code {
        0 => "What to know about these numbers",
        3 => "Done, but some of the input could not be used",
        _ => "How the run ended",
    };
    let cut = |texts: &[String]| lines(texts, limits.lines.min(10), limits.chars * 2);
    Some(Notice {
        title,
        reasons: cut(&exit.reasons),
        notes: cut(notes),
    })
}

pub(super) fn top(report: &Report, catalogue: &Catalogue, limits: Limits) -> Vec<Top> {
    let groups = report.failures.groups.iter().take(TOP);
    groups
        .map(|group| one(&group, report.totals.failures, catalogue, limits))
        .collect()
}

fn one(group: &Group, failures: u64, catalogue: &Catalogue, limits: Limits) -> Top {
    let chars = limits.chars / 2;
    Top {
        failures: Number(group.failures),
        share: share(group.failures, failures),
        user: value(group.user.as_ref().map(|user| user.0.as_str()), chars),
        app: value(group.app.as_deref(), chars),
        description: value(group.description.as_deref(), limits.chars),
        cause: catalogue.link(&group.cause),
        first: Moment::new(&group.first),
        last: Moment::new(&group.last),
        beside: beside(group),
    }
}

/// Where the failures came from, and whether the same user and app also succeed.
fn beside(group: &Group) -> String {
    let successes = match group.successes {
        0 => "no success of this user and app".to_owned(),
        n => format!("{} of this user and app", count(n, "success", "successes")),
    };
    match group.sources {
        0 => successes,
        n => format!("{}, {successes}", count(n, "address", "addresses")),
    }
}

/// What the browser's tab and the bookmark say.
pub(super) fn title(report: &Report) -> String {
    let day = |time: &crate::report::model::Time| text::shown(&time.0, 10).replace('…', "");
    match (&report.window.start, &report.window.end) {
        (Some(start), Some(end)) => format!("Login report, {} to {}", day(start), day(end)),
        _ => "Login report".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stay_whole_and_nothing_is_lost() {
        let parts = |text| headline(text).parts;
        assert_eq!(
            parts("1 of 2 (50.0 %), all"),
            ["1 of 2 (", "50.0 %", "), all"]
        );
        assert_eq!(parts(" % and 5 %"), ["", " %", " and ", "5 %", ""]);
        assert_eq!(parts("none"), ["none"]);
        assert_eq!(parts("a longer-word % b"), ["a longer-word %", "", " b"]);
    }
}
