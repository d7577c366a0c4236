//! Whoever can try to log in can write into the report. None of it may do anything there.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::support::chromium::open;
use crate::support::{Analysis, analyze_once, list, scratch, write};

/// Texts that mean something to a page, a ticket, a spreadsheet or a terminal.
const TEXTS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</td></table><!--",
    "&lt;b&gt; &amp; <b>",
    "](javascript:alert(1))",
    "[x](javascript:alert(1)) ![y](https://a.example/z)",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+2",
    "@x",
    "\t=1",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "txt.\u{202e}exe\u{200b}",
    "a\0b",
    "a|b `c` *d* _e_ ~f~ $g$ \\",
    "'single' \"double\"",
    "line one\nline two\n# three",
    "]]> <![CDATA[ %% {{x}} ${y}",
    "\u{9b}31m",
    "Überweisung 東京 🙂",
];
const COLUMNS: [&str; 9] = [
    "Username",
    "Login Time",
    "Source IP",
    "Login Type",
    "Login Subtype",
    "Status",
    "Application",
    "Browser",
    "Country",
];
/// What a path may hold on the systems we run on.
const FILE: &str = "in\x1b[31m<b>|`put.csv";
const CHANGES: &str = "tr\x1b[31m<b>|`ail.csv";

/// Every text in every column, then a username of ten thousand characters, then a ragged row.
fn export() -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let memory = "memory can be written";
    out.write_record(COLUMNS).expect(memory);
    for (at, text) in TEXTS.iter().enumerate() {
        let time = format!("2026-02-16T16:{at:02}:00Z");
        let row = COLUMNS.map(|column| {
            if column == "Login Time" {
                time.as_str()
            } else {
                text
            }
        });
        out.write_record(row).expect(memory);
    }
    let long = "u".repeat(10_000);
    let sound = [
        "2026-02-16T17:00:00Z",
        "192.0.2.1",
        "Application",
        "",
        "Invalid Password",
        "",
        "",
        "",
    ];
    out.write_record([long.as_str()].into_iter().chain(sound))
        .expect(memory);
    for text in TEXTS {
        let mut bad_time = [*text; COLUMNS.len()];
        bad_time[0] = "ann@example.com";
        out.write_record(bad_time).expect(memory);
    }
    out.into_inner().expect(memory)
}

/// Every text in every column of an audit trail, while people log in.
fn changes() -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let memory = "memory can be written";
    let columns = ["Date", "User", "Action", "Section", "Delegate User"];
    out.write_record(columns).expect(memory);
    for (at, text) in TEXTS.iter().enumerate() {
        let time = format!("2026-02-16T15:{at:02}:00Z");
        // of a kind that touches the whole org, so that findings tell it
        let switched = format!("{text} username-password flow");
        out.write_record([&time, *text, &switched, text, text])
            .expect(memory);
    }
    out.into_inner().expect(memory)
}

static RUN: LazyLock<Analysis> = LazyLock::new(|| {
    let home = scratch();
    write(&home.path().join(FILE), export());
    write(&home.path().join(CHANGES), changes());
    let missing = "no\x1b[31m_such<script>_file.csv";
    let formats = ["--format", "html,md,csv,svg", "--color", "never", "-v"];
    analyze_once(
        "hostile",
        home.path(),
        [FILE, CHANGES, missing].iter().chain(&formats),
    )
});

#[test]
fn hostile_rows_are_counted_like_others() {
    let report = RUN.json();
    assert_eq!(RUN.code, 3, "{}", RUN.stderr);
    assert_eq!(report["totals"]["failures"], json!(TEXTS.len() + 1));
    assert_eq!(list(&report, "/rejects").len(), TEXTS.len());
    assert_eq!(list(&report, "/changes").len(), TEXTS.len());
    let apps: Vec<&str> = list(&report, "/failures/by_app")
        .iter()
        .filter_map(|row| row["app"].as_str())
        .collect();
    // what the JSON holds is the text itself, without the blanks around it
    for text in TEXTS {
        assert!(apps.contains(&text.trim()), "{text:?} in {apps:?}");
    }
}

#[test]
fn a_terminal_gets_no_escape_sequence() {
    for (name, text) in [("summary", &RUN.stdout), ("messages", &RUN.stderr)] {
        assert!(!text.is_empty(), "{name}");
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        let found = text.chars().find(|c| steers(*c));
        assert_eq!(found, None, "{name}: {text}");
    }
    assert!(
        RUN.stderr.contains("\\u{1b}[31m"),
        "the missing path is named: {}",
        RUN.stderr
    );
}

#[test]
fn no_file_to_look_at_holds_what_steers_or_hides() {
    for name in [
        "report.html",
        "report.md",
        "charts/timeline.svg",
        "charts/causes.svg",
    ] {
        let text = RUN.text(name);
        let steers = |c: &char| matches!(c, '\u{1b}' | '\0' | '\u{7}' | '\u{9b}' | '\u{202e}');
        assert_eq!(text.chars().find(steers), None, "{name}");
    }
}

#[test]
fn a_ticket_has_no_link_and_no_tag_of_theirs() {
    let ticket = RUN.text("report.md");
    assert!(
        ticket.chars().count() <= 30_000,
        "{} characters",
        ticket.chars().count()
    );
    assert!(ticket.contains("alert(1)"), "the texts are there");
    // our own comments keep a mention from being one; nothing else may begin with a bracket
    for (at, _) in ticket.match_indices('<') {
        let rest: String = ticket[at..].chars().take(20).collect();
        assert!(rest.starts_with("<!-- -->"), "a tag: {rest}");
    }
    for (at, _) in ticket.match_indices("](") {
        let before: String = ticket[..at]
            .chars()
            .rev()
            .take_while(|c| *c == '\\')
            .collect();
        assert!(
            before.len() % 2 == 1,
            "a link: {}",
            &ticket[at..].lines().next().unwrap_or("")
        );
    }
    let rows = ticket.lines().filter(|line| line.starts_with('|'));
    for row in rows {
        assert!(row.ends_with('|'), "a row is one line: {row}");
    }
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let mut neutralised = 0;
    for (name, bytes) in RUN
        .files()
        .iter()
        .filter(|(name, _)| name.ends_with(".csv"))
    {
        let mut table = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes.as_slice());
        for record in table.records() {
            for cell in &record.expect("our tables are sound CSV") {
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
                assert!(!formula, "{name}: {cell:?}");
                neutralised += usize::from(cell == "'=cmd|' /C calc'!A0");
            }
        }
    }
    // as a user, as an app and as a description
    assert!(neutralised >= 3, "{neutralised} cells");
}

/// What a browser makes of a page or a drawing.
fn in_browser(file: &str) -> (Value, Vec<String>) {
    let page = open(&RUN.folder.join(file), true);
    let drawings = ["timeline", "causes", "heatmap"].map(|id| {
        let svg = json!(RUN.text(&format!("charts/{id}.svg")));
        let parsed = format!("new DOMParser().parseFromString({svg}, 'image/svg+xml')");
        page.ask(&format!(
            "(d => [d.querySelector('parsererror') === null, d.documentElement.localName, \
              d.querySelectorAll('script, foreignObject, image, a').length])({parsed})"
        ))
    });
    let found = page.ask(
        "({scripts: document.scripts.length, images: document.images.length, \
           frames: frames.length, forms: document.forms.length, \
           handlers: Array.from(document.querySelectorAll('*')).filter(e => \
             e.getAttributeNames().some(n => n.startsWith('on'))).length, \
           links: Array.from(document.links).filter(a => \
             !/^(file|https):$/.test(a.protocol)).map(a => a.href), \
           rows: document.querySelectorAll('#t-by-app tbody tr').length, \
           seen: document.body.innerText.includes('<script>alert(1)</script>')})",
    );
    let heard = page.heard();
    assert_eq!(heard.requests.len(), 1, "{:?}", heard.requests);
    (
        json!({"page": found, "drawings": drawings}),
        heard.complaints,
    )
}

#[test]
fn a_browser_runs_and_loads_nothing_of_theirs() {
    let html = RUN.text("report.html");
    assert!(html.len() <= 5_000_000, "{} bytes", html.len());
    assert!(!html.contains("<script>alert"));
    let apps = list(&RUN.json(), "/failures/by_app").len();
    let (seen, complaints) = in_browser("report.html");
    assert_eq!(complaints, Vec::<String>::new());
    let page = json!({
        "scripts": 1, "images": 0, "frames": 0, "forms": 0, "handlers": 0, "links": [],
        "rows": apps, "seen": true,
    });
    let drawing = json!([true, "svg", 0]);
    assert_eq!(
        seen,
        json!({"page": page, "drawings": [drawing, drawing, drawing]})
    );
}

#[test]
fn the_file_is_named_where_it_was() {
    let report = RUN.json();
    assert_eq!(report["inputs"][0]["path"], json!(FILE));
}
