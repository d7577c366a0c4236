//! What integrations saw, in a few lines; narrowed by `--only`, both sides of an incident in order
//! of time.

use std::fmt::Write as _;

use crate::report::escape::terminal as safe;
use crate::report::model::{Report, Side};
use crate::report::words::{clip, count, instant, thousands};

/// Answers that are told.
const ANSWERS: usize = 2;
/// Lines of both sides.
const SIDES: usize = 6;
const TEXT: usize = 60;

/// Whether both sides of an incident are told, for those who asked for one.
pub(super) fn tells_both_sides(report: &Report) -> bool {
    !report.options.only.is_empty() && !report.log.both_sides.is_empty()
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
    for answer in log.answers.iter().take(ANSWERS) {
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
    let _ = writeln!(out, "{}", bold("both sides, by Salesforce's clock"));
    for side in turns(&log.both_sides) {
        let who = match side.side.as_str() {
            "log" => "client    ",
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

/// The lines at which something changes: another text, on the same side, than the last time.
fn turns(sides: &[Side]) -> Vec<&Side> {
    let mut last: [Option<&str>; 2] = [None, None];
    let mut kept = Vec::new();
    for side in sides {
        let known = &mut last[usize::from(side.side == "log")];
        if *known != Some(side.text.as_str()) {
            *known = Some(&side.text);
            kept.push(side);
        }
    }
    kept.truncate(SIDES);
    kept
}
