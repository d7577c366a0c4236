//! What `explain` and `formats` print: the catalogue and the layouts as text for a terminal.

use std::fmt::Write as _;

use textwrap::Options;

use crate::catalogue::{Catalogue, Cause, Found};
use crate::normalise::{Layout, Layouts};
use crate::report::escape;

/// Columns of the terminal that text is wrapped to.
const WIDTH: usize = 88;
/// Suggestions for a text that is not known.
const SUGGESTIONS: usize = 3;
/// How alike two texts must be to suggest one for the other, 0 to 1.
const ALIKE: f64 = 0.75;

/// What is known about a text: every cause that it can mean, the most exact first.
pub fn explanation(catalogue: &Catalogue, found: &[Found<'_>]) -> String {
    let mut out = String::new();
    for (at, found) in found.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let text = found.text.trim_start_matches(": ");
        paragraph(&mut out, "", &format!("{text} ({})", found.vocabulary));
        cause(&mut out, catalogue.cause(found.cause));
    }
    out
}

/// That a text is not known, with what comes near it.
pub fn unknown(catalogue: &Catalogue, text: &str) -> String {
    let mut near: Vec<(f64, &str)> = catalogue
        .texts()
        .iter()
        .map(|found| {
            (
                strsim::jaro_winkler(&found.text.to_lowercase(), &text.to_lowercase()),
                found.text,
            )
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.dedup_by_key(|(_, text)| *text);
    let mut out = format!(
        "{:?} is in no list of statuses, codes or errors",
        escape::terminal(text)
    );
    if !near.is_empty() {
        let near: Vec<String> = near
            .iter()
            .take(SUGGESTIONS)
            .map(|(_, text)| format!("{text:?}"))
            .collect();
        let _ = write!(out, "; did you mean {}?", near.join(" or "));
    }
    out
}

fn cause(out: &mut String, cause: &Cause) {
    let lasting = if cause.permanent {
        "permanent: trying again does not help"
    } else {
        "can pass by itself"
    };
    let _ = writeln!(
        out,
        "\n  {}  ({}, {lasting}; fixed by: {})",
        cause.title,
        cause.class.id(),
        cause.fixed_by
    );
    let _ = writeln!(out, "  cause: {}\n", cause.id);
    paragraph(out, "  ", &cause.means);
    if !cause.tell_apart.is_empty() {
        let _ = writeln!(out, "\n  Told apart by");
        paragraph(out, "    ", &cause.tell_apart);
    }
    let _ = writeln!(out, "\n  What to do");
    for (number, step) in (1..).zip(&cause.steps) {
        let first = format!("    {number}. ");
        let options = Options::new(WIDTH)
            .initial_indent(&first)
            .subsequent_indent("       ");
        let _ = writeln!(out, "{}", textwrap::fill(step, options));
    }
    for source in &cause.source {
        let _ = writeln!(out, "  See {source}");
    }
}

fn paragraph(out: &mut String, indent: &str, text: &str) {
    let options = Options::new(WIDTH)
        .initial_indent(indent)
        .subsequent_indent(indent);
    let _ = writeln!(out, "{}", textwrap::fill(text, options));
}

/// Every layout and container that is read.
pub fn formats(layouts: &Layouts) -> String {
    let mut out = String::from(
        "Containers, told by content: CSV with commas, semicolons or tabs (UTF-8 with or without BOM,\n\
         UTF-16, Latin-1; LF or CRLF), plain or packed with gzip, zstd or zip.\n\
         Layouts, told by their header; columns stand in any order, further ones are passed over.\n",
    );
    for entry in layouts.all() {
        layout(&mut out, entry);
    }
    out
}

fn layout(out: &mut String, layout: &Layout) {
    let _ = writeln!(out, "\n{}  {}", layout.id, layout.title);
    paragraph(out, "  ", &format!("Get it: {}", layout.get));
    let needed = |column: &crate::normalise::Column| {
        layout.must.iter().any(|any| any.contains(&column.role))
    };
    for (head, want) in [("Needed:", true), ("Also read:", false)] {
        let columns = layout
            .columns
            .iter()
            .filter(|column| needed(column) == want);
        let names: Vec<String> = columns.map(|column| column.names.join(" or ")).collect();
        if !names.is_empty() {
            let options = Options::new(WIDTH)
                .initial_indent("  ")
                .subsequent_indent("    ");
            let _ = writeln!(
                out,
                "{}",
                textwrap::fill(&format!("{head} {}", names.join(", ")), options)
            );
        }
    }
}
