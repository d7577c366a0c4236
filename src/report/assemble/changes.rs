//! What was changed: within what is reported and shortly before it, and before which findings.

use std::collections::BTreeMap;

use super::findings::fingerprint;
use super::{Material, time};
use crate::catalogue::fold_letters;
use crate::detect;
use crate::event::{DAY_MS, Instant};
use crate::explain::before::{Before, Told, touches_org};
use crate::normalise::Change;
use crate::report::model::{self, Org, PathText, StoryLine, User};
use crate::report::words::{clip, thousands};
use crate::tally::MOST_CHANGES;

/// Milliseconds before the first event reported from which changes are shown.
const REACH_BACK: i64 = 7 * DAY_MS;
/// Changes that a finding's story tells.
const TOLD: usize = 5;
/// Changes that `report.json` holds; the table has all.
const LISTED: usize = 1_000;
/// Characters of a change's text in a story.
const TEXT: usize = 240;

/// The changes before each finding, as stories and lists tell them.
pub(super) struct Cites<'a> {
    before: &'a Before<'a>,
}

impl<'a> Cites<'a> {
    pub(super) const fn of(material: &Material<'a>) -> Self {
        Self {
            before: material.before,
        }
    }

    /// A finding's story with the changes before it, each where its time puts it.
    pub(super) fn story(
        &self,
        material: &Material<'_>,
        at: usize,
        finding: &detect::Finding,
    ) -> Vec<StoryLine> {
        let mut lines: Vec<(Instant, String)> = finding.story.clone();
        for told in self.told(at) {
            let place = lines.iter().position(|(time, _)| *time >= told.change.at);
            let line = (told.change.at, sentence(material, told));
            lines.insert(place.unwrap_or(lines.len()), line);
        }
        let line = |(at, text)| StoryLine {
            time: time(at),
            text,
        };
        lines.into_iter().map(line).collect()
    }

    /// The changes of the report, by time, then path and line: at most [`LISTED`], those before
    /// findings and then the newest.
    pub(super) fn listed(&self, material: &Material<'a>) -> Vec<model::Change> {
        let cited = self.cited(material);
        let mut shown = shown(material, &cited);
        if shown.len() > LISTED {
            shown.sort_by_key(|at| (cited.contains_key(at), *at));
            shown.drain(..shown.len() - LISTED);
            shown.sort_unstable();
        }
        let model = |at| named(material, at, &cited);
        shown.into_iter().map(model).collect()
    }

    /// The changes that the story of a finding tells, by time: those that explain it before others,
    /// then the last ones.
    fn told(&self, at: usize) -> Vec<Told<'a>> {
        let mut told = self.before.finding(at).to_vec();
        // Sorting is stable: of each kind the last stand last.
        told.sort_by_key(|told| told.explains);
        let mut told = told.split_off(told.len().saturating_sub(TOLD));
        told.sort_by_key(|told| told.at);
        told
    }

    fn cited(&self, material: &Material<'_>) -> Cited {
        let mut cited = Cited::new();
        for (at, finding) in material.detected.findings.iter().enumerate() {
            let all = self.told(at);
            if all.is_empty() {
                continue;
            }
            let fingerprint = fingerprint(material, finding);
            for told in all {
                let of = cited.entry(told.at).or_default();
                of.insert(fingerprint.clone(), told.explains);
            }
        }
        cited
    }
}

/// Fingerprints of the findings before which a change stands, and whether it may explain each; by
/// the change's position.
type Cited = BTreeMap<usize, BTreeMap<String, bool>>;

/// Every change that belongs into the report, in order, for the table.
pub fn all_changes<'a>(material: &'a Material<'a>) -> impl Iterator<Item = model::Change> + 'a {
    let cited = Cites::of(material).cited(material);
    let all = shown(material, &cited).into_iter();
    all.map(move |at| named(material, at, &cited))
}

/// What to know where not all changes could be kept.
pub(super) fn notes(material: &Material<'_>) -> Option<String> {
    let left_out = material.changes.left_out;
    (left_out > 0).then(|| {
        format!(
            "Of the changes that were read, the {} kept are those of a known kind before others, and the newer before the older; {} more were counted only.",
            thousands(MOST_CHANGES as u64),
            thousands(left_out)
        )
    })
}

/// Changes within what is reported and [`REACH_BACK`] before it; of a report that is narrowed to
/// users or apps, those that touch them or the whole org, and those before findings. By position.
fn shown(material: &Material<'_>, cited: &Cited) -> Vec<usize> {
    let all = &material.changes.all;
    let (from, to) = match (material.reported, material.history.ends()) {
        (Some((start, end)), _) => (start.millis() - REACH_BACK, end.millis()),
        (None, None) => (i64::MIN, i64::MAX),
        (None, Some(_)) => (1, 0),
    };
    let narrowed = Narrowed::of(material);
    let is_shown = |at: &usize| {
        let (change, cited) = (&all[*at], cited.contains_key(at));
        let time = change.at.millis();
        time >= from && time <= to && (cited || narrowed.lets_through(material, change))
    };
    (0..all.len()).filter(is_shown).collect()
}

/// The users and apps that a report is narrowed to.
struct Narrowed {
    users: Vec<String>,
    apps: Vec<String>,
}

impl Narrowed {
    fn of(material: &Material<'_>) -> Self {
        let only = &material.options.only;
        let behind = |prefix| {
            let named = only
                .iter()
                .filter_map(move |only| only.strip_prefix(prefix));
            named.map(str::to_owned).collect()
        };
        Self {
            users: behind("user="),
            apps: behind("app="),
        }
    }

    fn lets_through(&self, material: &Material<'_>, change: &Change) -> bool {
        let any = |named: &[String], of: Option<&str>| {
            of.is_some_and(|of| {
                named
                    .iter()
                    .any(|one| fold_letters(one) == fold_letters(of))
            })
        };
        let nothing_named = self.users.is_empty() && self.apps.is_empty();
        nothing_named
            || any(&self.users, change.target_user.as_deref())
            || any(&self.apps, change.target_app.as_deref())
            || touches_org(&material.known.changes, change)
    }
}

/// A change as a line of a story.
fn sentence(material: &Material<'_>, told: Told<'_>) -> String {
    let change = told.change;
    let title = &material.known.changes.kind(change.kind).title;
    let lead = match told.explains {
        true => "Changed before, and may explain it",
        false => "Changed before",
    };
    let by = change.actor.as_deref();
    let by = by.map_or_else(String::new, |actor| format!(", by {actor}"));
    let named = |who: &&str| !change.text.contains(*who);
    let user = change.target_user.as_deref().filter(named);
    let user = user.map_or_else(String::new, |user| format!(" for {user}"));
    let app = change.target_app.as_deref().filter(named);
    let app = app.map_or_else(String::new, |app| format!(" through {app}"));
    let text = clip(&change.text, TEXT);
    format!("{lead}: {title}{user}{app}{by}: {text}")
}

fn named(material: &Material<'_>, at: usize, cited: &Cited) -> model::Change {
    let change = &material.changes.all[at];
    let kind = material.known.changes.kind(change.kind);
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let org = owned(&change.org).or_else(|| material.resolved.org_assumed.clone());
    let place = change.place;
    let input = material.inputs.get(place.file() as usize);
    let before = cited.get(&at).into_iter().flatten();
    let explains = before.clone().filter(|(_, explains)| **explains);
    model::Change {
        time: time(change.at),
        org: org.map(Org),
        actor: owned(&change.actor).map(User),
        kind: kind.id.clone(),
        title: kind.title.clone(),
        target_user: owned(&change.target_user).map(User),
        target_app: owned(&change.target_app),
        text: change.text.to_string(),
        path: PathText(input.map_or("", |input| input.path).to_owned()),
        line: place.line(),
        before: before.map(|(of, _)| of.clone()).collect(),
        may_explain: explains.map(|(of, _)| of.clone()).collect(),
    }
}
