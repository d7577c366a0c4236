//! What became of each file, what it costs, and what that makes of the exit code.

use super::overlaps::{self, ByInput};
use super::{Material, Outcome, notes_of_logs};
use crate::normalise::{LayoutKind, Ledger};
use crate::report::model::{self, Excerpt, Exit, Input, Org, PathText, Reject};
use crate::report::words::count;

/// Rows at which Salesforce cuts an export: what a query hands out at most, and a list's limit.
const ROW_CAPS: [u64; 2] = [20_000, 30_000];
const DONE: u8 = 0;
const DONE_WITH_LOSSES: u8 = 3;

pub(super) struct Seen {
    pub(super) inputs: Vec<Input>,
    pub(super) ledger: model::Ledger,
    pub(super) exit: Exit,
    pub(super) row_cap_hit: bool,
    pub(super) zone_assumed: Option<String>,
    pub(super) notes: Vec<String>,
}

pub(super) fn seen(material: &Material<'_>) -> Seen {
    let shared = ByInput::of(material);
    let inputs: Vec<Input> = material
        .inputs
        .iter()
        .enumerate()
        .map(|(at, seen)| input(seen, material, shared.notes(material, at)))
        .collect();
    let mut sum = Ledger::default();
    for seen in &material.inputs {
        match &seen.outcome {
            Outcome::Read { file, .. } => sum += file.ledger,
            Outcome::Log(log) => sum += log.ledger,
            Outcome::Unusable(_) | Outcome::Ignored(_) => {}
        }
    }
    let is_capped = |ledger: &Ledger| ROW_CAPS.contains(&(ledger.read() - ledger.blank));
    let capped: Vec<(&str, bool)> = material
        .logins()
        .filter(|(_, file)| is_capped(&file.ledger) || file.has_more)
        .map(|(path, file)| (path, file.has_more))
        .collect();
    let zone_lacking = material.inputs.iter().any(|seen| match &seen.outcome {
        Outcome::Read { file, notes } => file.evidence.time.lacks_zone() && !notes.zone_in_header,
        Outcome::Log(log) => log.zone_assumed,
        _ => false,
    });
    Seen {
        inputs,
        ledger: ledger(&sum),
        exit: exit(material, &sum),
        row_cap_hit: !capped.is_empty(),
        zone_assumed: zone_lacking.then(|| material.options.timezone.clone()),
        notes: notes(material, &capped, zone_lacking),
    }
}

impl Material<'_> {
    /// The files of login attempts that were read.
    fn logins(&self) -> impl Iterator<Item = (&str, &crate::tally::FileRead)> {
        self.inputs
            .iter()
            .filter_map(|seen| match (&seen.outcome, seen.layout) {
                (Outcome::Read { file, .. }, Some(layout)) if layout.kind == LayoutKind::Logins => {
                    Some((seen.path, *file))
                }
                _ => None,
            })
    }
}

/// Every row that could not be read, in order of file and line.
pub(super) fn rejects<'a>(material: &'a Material<'a>) -> impl Iterator<Item = Reject> + 'a {
    material.inputs.iter().flat_map(|seen| {
        let (rejects, columns) = match &seen.outcome {
            Outcome::Read { file, notes } => (Some(&file.rejects), Some(notes.columns)),
            Outcome::Log(log) => (Some(&log.rejects), None),
            _ => (None, None),
        };
        let rejects = rejects.into_iter().flat_map(|rejects| rejects.iter());
        rejects.map(move |reject| Reject {
            path: PathText(seen.path.to_owned()),
            line: reject.line,
            reason: reject.reason.text(columns),
            excerpt: Excerpt(reject.excerpt.to_string()),
        })
    })
}

fn input(seen: &super::InputSeen<'_>, material: &Material<'_>, shared: Vec<String>) -> Input {
    let (sum, mut notes) = match &seen.outcome {
        Outcome::Read { file, notes } => {
            let mut texts = notes.texts(&file.evidence, &material.options.timezone);
            texts.extend(
                file.cut_short
                    .iter()
                    .map(|why| format!("{why}; what came before was read")),
            );
            (file.ledger, texts)
        }
        Outcome::Log(log) => (log.ledger, notes_of_logs::of_one(log, material)),
        Outcome::Unusable(why) => (Ledger::default(), vec![format!("not read: {why}")]),
        Outcome::Ignored(why) => (Ledger::default(), vec![format!("ignored: {why}")]),
    };
    notes.extend(shared);
    notes.dedup();
    let inner = match &seen.outcome {
        Outcome::Read { notes, .. } => notes.container.name(),
        Outcome::Log(_) => "text",
        _ => "csv",
    };
    let container = seen.layout.and(seen.packing).map(|packing| {
        let words: Vec<&str> = packing.names().chain([inner]).collect();
        words.join("+")
    });
    let encoding = seen.packing.and_then(|packing| packing.encoding.name());
    notes.extend(encoding.map(|name| format!("in {name}")));
    Input {
        path: PathText(seen.path.to_owned()),
        layout: seen.layout.map(|layout| layout.id.clone()),
        container,
        org: org(seen, material),
        bytes: seen.bytes,
        read: sum.read(),
        events: sum.events,
        rejects: sum.rejects,
        duplicates: sum.duplicates,
        blank: sum.blank,
        ignored: sum.ignored,
        notes,
    }
}

/// The org of a file: the one that its rows name, else the one that the user or the run names.
fn org(seen: &super::InputSeen<'_>, material: &Material<'_>) -> Option<Org> {
    let file = match &seen.outcome {
        Outcome::Read { file, .. } => file,
        Outcome::Log(_) => return seen.org.map(|org| Org(org.to_owned())),
        Outcome::Unusable(_) | Outcome::Ignored(_) => return None,
    };
    if seen
        .layout
        .is_none_or(|layout| layout.kind != LayoutKind::Logins)
    {
        return seen.org.map(|org| Org(org.to_owned()));
    }
    let mut orgs = file.evidence.orgs.iter();
    match (orgs.next(), orgs.next()) {
        (Some(org), None) => Some(Org(org.clone())),
        (Some(_), Some(_)) => None,
        _ => {
            let named = seen.org.or(material.resolved.org_assumed.as_deref());
            named.map(|org| Org(org.to_owned()))
        }
    }
}

fn ledger(sum: &Ledger) -> model::Ledger {
    model::Ledger {
        read: sum.read(),
        events: sum.events,
        rejects: sum.rejects,
        duplicates: sum.duplicates,
        blank: sum.blank,
        ignored: sum.ignored,
    }
}

fn exit(material: &Material<'_>, sum: &Ledger) -> Exit {
    let mut reasons = material.missing.clone();
    for seen in &material.inputs {
        match &seen.outcome {
            Outcome::Unusable(why) => reasons.push(format!("{}: {why}", seen.path)),
            Outcome::Read { file, .. } => {
                reasons.extend(
                    file.cut_short
                        .iter()
                        .map(|why| format!("{}: {why}", seen.path)),
                );
            }
            Outcome::Log(log) => {
                let cut = log.cut_short.iter();
                reasons.extend(cut.map(|why| format!("{}: {why}", seen.path)));
            }
            Outcome::Ignored(_) => {}
        }
    }
    if sum.rejects > 0 {
        let rows = count(sum.rejects, "row", "rows");
        reasons.push(format!(
            "{rows} could not be read; tables/rejects.csv lists each"
        ));
    }
    let code = if reasons.is_empty() {
        DONE
    } else {
        DONE_WITH_LOSSES
    };
    Exit { code, reasons }
}

/// What a reader must know of the whole run.
fn notes(material: &Material<'_>, capped: &[(&str, bool)], zone_lacking: bool) -> Vec<String> {
    let mut notes = material.notes.to_vec();
    if zone_lacking {
        notes.push(format!(
            "Some times state no zone and were read as {}; --timezone names another.",
            material.options.timezone
        ));
    }
    notes.extend(overlaps::notes(material));
    notes.extend(notes_of_logs::of_all(material));
    notes.extend(of_files(material));
    for &(path, has_more) in capped {
        notes.push(if has_more {
            format!(
                "{path} is a query result that says \"done\": false: further pages follow it, and they have to be read too."
            )
        } else {
            format!(
                "{path} has exactly as many rows as Salesforce hands out at most, so it is probably cut."
            )
        });
    }
    if let Some(org) = &material.resolved.org_assumed {
        notes.push(format!(
            "Logins that name no org were taken for those of {org}, the only org here."
        ));
    }
    let ids = material.resolved.users_by_id();
    if ids > 0 {
        notes.push(format!(
            "{} shown by id, since no export here tells the name; a User export beside it does.",
            count(ids, "user is", "users are")
        ));
    }
    notes
}

/// What is missing from files or was taken for granted, each thing once with the files it holds
/// for, in the order in which files first say it.
fn of_files(material: &Material<'_>) -> Vec<String> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for seen in &material.inputs {
        let Outcome::Read { file, notes } = &seen.outcome else {
            continue;
        };
        for text in notes.costs(&file.evidence) {
            match said.iter_mut().find(|(known, _)| *known == text) {
                Some((_, paths)) => paths.push(seen.path),
                None => said.push((text, vec![seen.path])),
            }
        }
    }
    let sentence = |(text, paths): (String, Vec<&str>)| match paths.as_slice() {
        [path] => format!("{path}: {text}."),
        [path, rest @ ..] => format!(
            "{path} and {}: {text}.",
            count(rest.len() as u64, "more file", "more files")
        ),
        [] => text,
    };
    said.into_iter().map(sentence).collect()
}
