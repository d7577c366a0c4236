//! What `formats` prints: the layouts as text for a terminal, and what files were taken for.

use std::fmt::Write as _;

use textwrap::Options;

use super::escape;
use super::words::count;
use crate::normalise::log::Shapes;
use crate::normalise::{
    Column, Layout, LayoutKind, Layouts, Preview, PreviewRow, Reading, Role, Understood,
};

/// Columns of the terminal that text is wrapped to.
const WIDTH: usize = 88;
/// Layouts that are proposed for a file that has none.
const NEAREST: usize = 2;
/// Names of columns that are listed of one kind.
const MOST_NAMES: usize = 100;

/// Every layout and container that is read.
pub fn formats(layouts: &Layouts, shapes: &Shapes) -> String {
    let mut out = String::from(
        "Containers, told by content, plain or packed with gzip, zstd or zip:\n         \x20 csv    rows below a header, with commas, semicolons or tabs (UTF-8 with or without BOM,\n         \x20        UTF-16, Latin-1; LF or CRLF)\n         \x20 json   objects one after the other or on lines (NDJSON), arrays of them, query results\n         \x20        with \"records\" (REST, also several pages in one file), what sf ... --json prints\n         \x20        (\"result\"), streamed events (\"data\", \"payload\"), search results (\"result\",\n         \x20        \"_source\"); nested objects are read as Parent.Child\n         \x20 pairs  lines of KEY=\"value\" as log collectors write them, and CEF messages\n         Layouts, told by the names of their columns or keys: in any order, whatever their case,\n         blanks and punctuation; further ones are passed over. `loginscope formats FILE` says what\n         a file is taken for, and why.\n",
    );
    for entry in layouts.all() {
        layout(&mut out, entry);
    }
    let _ = writeln!(
        out,
        "\nShapes of log lines, in layout log; what is said is found in lines of no shape too. Own ones \
         are taught by [[shape]] in loginscope.toml:"
    );
    for shape in shapes.all() {
        let example = shape.file.example.first().map(|example| &example.text);
        let line = example.and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
        let _ = writeln!(out, "\n{}  {}", shape.file.id, shape.file.title);
        let line: String = line.unwrap_or_default().chars().take(WIDTH - 4).collect();
        let _ = writeln!(out, "  {}", escape::terminal(&line));
    }
    out
}

fn layout(out: &mut String, layout: &Layout) {
    let _ = writeln!(out, "\n{}  {}", layout.id, layout.title);
    let carriers: Vec<&str> = layout
        .containers
        .iter()
        .map(|carrier| carrier.id())
        .collect();
    let carriers = match layout.kind {
        LayoutKind::Log => "text".to_owned(),
        _ => carriers.join(", "),
    };
    hanging(out, "In: ", &carriers);
    hanging(out, "Get it: ", &layout.get);
    let needed = |column: &Column| layout.must.iter().any(|any| any.contains(&column.role));
    for (head, want) in [("Needed: ", true), ("Also read: ", false)] {
        let columns = layout.columns.iter();
        let columns = columns.filter(|column| needed(column) == want);
        let names: Vec<String> = columns.map(|column| column.names.join(" or ")).collect();
        hanging(out, head, &names.join(", "));
    }
    hanging(out, "Known, not needed: ", &layout.passed_over.join(", "));
    if !layout.languages.is_empty() {
        let text = format!(
            "Headers and statuses are known in {} too. They come from Salesforce's documentation \
             in Japanese where it shows them, else from our own translation; no export in \
             another language than English was available. A status that is not known is listed \
             as unrecognised.",
            layout.languages.join(", ")
        );
        hanging(out, "", &text);
    }
}

/// A paragraph whose further lines are indented; nothing where there is no text.
fn hanging(out: &mut String, head: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let options = Options::new(WIDTH)
        .initial_indent("  ")
        .subsequent_indent("    ");
    let _ = writeln!(out, "{}", textwrap::fill(&format!("{head}{text}"), options));
}

/// What became of one file that was named.
pub struct FileTold<'a> {
    pub path: &'a str,
    /// `gzip` and the like, where it is packed.
    pub packed: Option<String>,
    pub found: Told<'a>,
}

/// What a file was taken for.
pub enum Told<'a> {
    Read {
        reading: &'a Reading<'a>,
        rows: Vec<Preview>,
        /// What the first rows leave open, and which option settles it.
        open: Option<String>,
    },
    /// A log of an integration: its lines, and the errors of logins that they tell of.
    Log { lines: u64, errors: u64 },
    NotRead {
        why: &'a str,
        /// The columns that it has, and the layouts that come nearest with what they lack.
        written: Vec<String>,
        nearest: Vec<(&'a Layout, Vec<&'a str>)>,
    },
}

/// What files were taken for.
pub fn files(told: &[FileTold<'_>]) -> String {
    let mut out = String::new();
    for (at, file) in told.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let _ = writeln!(out, "{}", escape::terminal(file.path));
        match &file.found {
            Told::Read {
                reading,
                rows,
                open,
            } => read(&mut out, file, reading, rows, open.as_deref()),
            Told::Log { lines, errors } => {
                log(&mut out, file.packed.as_deref(), *lines, *errors);
            }
            Told::NotRead {
                why,
                written,
                nearest,
            } => not_read(&mut out, why, written, nearest),
        }
    }
    out
}

/// A log: what its lines tell.
fn log(out: &mut String, packed: Option<&str>, lines: u64, errors: u64) {
    let packed = packed.map_or(String::new(), |packed| format!("{packed}+"));
    let text = format!(
        "log, in {packed}text: {}, {} of logins to Salesforce. `analyze` puts them beside the \
         login history.",
        count(lines, "line", "lines"),
        count(errors, "error", "errors")
    );
    hanging(out, "", &text);
}

fn read(
    out: &mut String,
    file: &FileTold<'_>,
    reading: &Reading<'_>,
    rows: &[Preview],
    open: Option<&str>,
) {
    let layout = reading.layout;
    hanging(
        out,
        "Taken for: ",
        &format!("{}, {}", layout.id, layout.title),
    );
    let container = reading.container.name();
    let packed = file
        .packed
        .as_ref()
        .map(|name| format!("{name}+"))
        .unwrap_or_default();
    hanging(out, "Container: ", &format!("{packed}{container}"));
    let columns = Sorted::of(reading);
    let needed = |role: Role| layout.must.iter().any(|any| any.contains(&role));
    let because = columns.read.iter().filter(|(_, role)| needed(*role));
    let because: Vec<String> = because.map(|(name, _)| shown(name)).collect();
    let because = format!("it has {}", because.join(", "));
    hanging(out, "Because: ", &because);
    let understood = columns.read.iter();
    let understood = understood.map(|(name, role)| format!("{} = {}", shown(name), role.words()));
    hanging(out, "Understood: ", &listed(understood));
    let passed_over = columns.passed_over.iter().map(|name| shown(name));
    hanging(out, "Known, not needed: ", &listed(passed_over));
    let unknown = columns.unknown.iter().map(|name| shown(name));
    hanging(out, "Not known: ", &listed(unknown));
    if reading.layout.utc {
        hanging(
            out,
            "Times without a zone: ",
            "UTC, as in every file of this layout",
        );
    }
    if let Some(open) = open {
        let open = escape::terminal(open);
        hanging(out, "Open, as far as its first rows tell: ", &open);
    }
    if rows.is_empty() {
        hanging(out, "Rows: ", "none in its first 256 KiB");
    }
    for row in rows {
        let _ = writeln!(out, "  line {}: {}", row.line, row_text(&row.row));
    }
}

fn row_text(row: &PreviewRow) -> String {
    match row {
        PreviewRow::Attempt {
            at,
            user,
            app,
            success,
            description,
            flow,
            source,
        } => {
            let text =
                |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), shown);
            let outcome = if *success { "success" } else { "failure" };
            format!(
                "{at}  user {}  app {}  {outcome} {}  flow {flow}  from {}",
                text(user),
                text(app),
                text(description),
                text(source)
            )
        }
        PreviewRow::User => "a user id with its name".to_owned(),
        PreviewRow::Change {
            at,
            actor,
            title,
            text,
        } => {
            let actor = actor.as_deref().map_or_else(|| "-".to_owned(), shown);
            format!("{at}  {title}  by {actor}  {}", shown(text))
        }
        PreviewRow::Context => "something around logins; it is kept out of all totals".to_owned(),
        PreviewRow::Ignored => "passed over: another type of event, or the header again".to_owned(),
        PreviewRow::Undecided => "its time is open until the zone is known".to_owned(),
        PreviewRow::Reject(why) => format!("can't be read: {}", escape::terminal(why)),
    }
}

fn not_read(out: &mut String, why: &str, written: &[String], nearest: &[(&Layout, Vec<&str>)]) {
    hanging(out, "Not read: ", &escape::terminal(why));
    hanging(
        out,
        "It has: ",
        &listed(written.iter().map(|name| shown(name))),
    );
    for (layout, missing) in nearest.iter().take(NEAREST) {
        let missing: Vec<String> = missing.iter().map(|name| format!("{name:?}")).collect();
        let lacks = format!(
            "{}, {}; it lacks {}",
            layout.id,
            layout.title,
            missing.join(", ")
        );
        hanging(out, "Nearest: ", &lacks);
    }
}

/// A name or value in quotes, with nothing in it that steers a terminal.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(WIDTH).collect();
    format!("{:?}", escape::terminal(&short)).replace("\\\\", "\\")
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    if names.len() > MOST_NAMES {
        let more = names.len() - MOST_NAMES;
        names.truncate(MOST_NAMES);
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

/// The columns of a file by what is known of them.
#[derive(Default)]
struct Sorted<'a> {
    read: Vec<(&'a str, Role)>,
    passed_over: Vec<&'a str>,
    unknown: Vec<&'a str>,
}

impl<'a> Sorted<'a> {
    fn of(reading: &'a Reading<'_>) -> Self {
        let mut sorted = Self::default();
        for name in reading.written.iter() {
            match reading.layout.knows(name) {
                Some(Understood::Column(column)) => sorted.read.push((name, column.role)),
                Some(Understood::PassedOver) => sorted.passed_over.push(name),
                None => sorted.unknown.push(name),
            }
        }
        sorted
    }
}
