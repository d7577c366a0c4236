//! What integrations saw, in a few lines; narrowed by `--only`, both sides of an incident in order
//! of time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::report::escape::terminal as safe;
use crate::report::model::{Report, Side};
use crate::report::words::{clip, count, instant, thousands};

/// Answers that are told, and beside both sides of an incident.
const ANSWERS: usize = 2;
const ANSWERS_BESIDE: usize = 1;
/// Lines of both sides.
const SIDES: usize = 8;
const TEXT: usize = 66;

/// Whether both sides of an incident are told, for those who asked for one.
pub(super) fn tells_both_sides(report: &Report) -> bool {
    !report.options.only.is_empty() && !report.log.both_sides.is_empty()
}

/// Where secrets stand in logs, in one line; `None` where there are none.
pub(super) fn secrets(report: &Report) -> Option<String> {
    let secrets = &report.log.secrets;
    let paths: BTreeSet<&str> = secrets
        .iter()
        .map(|secret| secret.path.0.as_str())
        .collect();
    let kinds: BTreeSet<&str> = secrets.iter().map(|secret| secret.kind.as_str()).collect();
    let first = paths.first()?;
    let more = match paths.len() - 1 {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let first = clip(&safe(first), 50);
    Some(format!(
        "secrets in the log {first}{more}: {}",
        clip(&kinds.join(", "), 40)
    ))
}

/// Tells what logs hold; nothing where none was read.
pub(super) fn told(out: &mut String, report: &Report, bold: &dyn Fn(&str) -> String) {
    let log = &report.log;
    if report.totals.log_errors == 0 {
        return;
    }
    let errors = count(report.totals.log_errors, "error", "errors");
    let with_row: u64 = log.clocks.iter().map(|clock| clock.matched).sum();
    let beside = match log.clocks.is_empty() {
        true => String::new(),
        false => format!("; {} have their row in the history", thousands(with_row)),
    };
    let _ = writeln!(out, "\n{}", bold(&format!("logs: {errors}{beside}")));
    let answers = match tells_both_sides(report) {
        true => ANSWERS_BESIDE,
        false => ANSWERS,
    };
    for answer in log.answers.iter().take(answers) {
        let reason = answer
            .server_description
            .as_ref()
            .or(answer.why_unmatched.as_ref());
        let _ = writeln!(
            out,
            "{} x {}: {} <- {}",
            thousands(answer.count),
            clip(&safe(&answer.app), 24),
            clip(&safe(&answer.description), TEXT),
            clip(&safe(reason.map_or("unknown", String::as_str)), TEXT)
        );
    }
    if !tells_both_sides(report) {
        return;
    }
    let turns = turns(&log.both_sides);
    let of = match turns.len() > SIDES {
        true => format!(", {SIDES} of {} turns", turns.len()),
        false => String::new(),
    };
    let head = format!("both sides, by Salesforce's clock{of}");
    let _ = writeln!(out, "{}", bold(&head));
    for side in ends(&turns) {
        let who = match side.side.as_str() {
            "log" => "client    ",
            "change" => "changed   ",
            _ => "Salesforce",
        };
        let _ = writeln!(
            out,
            "{}  {who}  {}",
            instant(&side.time.0),
            clip(&safe(&side.text), TEXT)
        );
    }
}

/// The lines at which something changes: another text, of the same side and app, than the last
/// time. Each change of an org or an app is one.
fn turns(sides: &[Side]) -> Vec<&Side> {
    let mut last: BTreeMap<(&str, Option<&str>), &str> = BTreeMap::new();
    let mut turns = Vec::new();
    for side in sides {
        let before = last.insert((&side.side, side.app.as_deref()), &side.text);
        if side.side == "change" || before != Some(&side.text) {
            turns.push(side);
        }
    }
    turns
}

/// Of many turns the first, and the last one, with which it ends.
fn ends<'a>(turns: &[&'a Side]) -> Vec<&'a Side> {
    let cut = turns.len() > SIDES;
    let first = turns.iter().take(if cut { SIDES - 1 } else { SIDES });
    let last = turns.last().filter(|_| cut);
    first.chain(last).copied().collect()
}
