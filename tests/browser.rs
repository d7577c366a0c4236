//! The page in a real browser: its numbers are the JSON's, it sorts and filters, it asks for
//! nothing, it complains of nothing, and without scripts it can still be read.

use serde_json::{Value, json};

use crate::support::chromium::{Page, open};
use crate::support::{SAMPLES, at, count, list};

/// The tables of the page: the id there, the key in the JSON, and the most rows of the page.
const TABLES: [(&str, &str, usize); 4] = [
    ("by-user", "by_user", 200),
    ("by-app", "by_app", 200),
    ("by-description", "by_description", 200),
    ("groups", "groups", 300),
];

fn page(scripts: bool) -> Page {
    assert_eq!(SAMPLES.code, 0, "{}", SAMPLES.stderr);
    open(&SAMPLES.folder.join("report.html"), scripts)
}

/// A number as the page writes it.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).expect("digits are ASCII"))
        .collect();
    groups.join(",")
}

/// The name in a column of a row, as the page writes it.
fn named(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or("(unknown)").to_owned()
}

fn assert_numbers_are_those_of_the_json(page: &Page) {
    let report = SAMPLES.json();
    let shown = page.ask(
        "Array.from(document.querySelectorAll('[data-total]'), e => \
         [e.dataset.total, Number(e.dataset.v), e.innerText])",
    );
    let tiles = shown.as_array().expect("tiles are a list");
    assert_eq!(tiles.len(), 6, "{shown}");
    for tile in tiles {
        let key = tile[0].as_str().expect("a tile has a key");
        let total = count(&report, &format!("/totals/{key}"));
        assert_eq!(*tile, json!([key, total, thousands(total)]));
    }
    for (id, key, most) in TABLES {
        let rows = list(&report, &format!("/failures/{key}"));
        let failures: Vec<u64> = rows
            .iter()
            .take(most)
            .map(|row| count(row, "/failures"))
            .collect();
        let of_rows = page.ask(&format!(
            "Array.from(document.querySelectorAll('#t-{id} tbody tr'), r => \
             [Number(r.dataset.failures), Number(r.querySelector('.bars').dataset.v), \
              r.querySelector('.bars').innerText.trim(), r.getClientRects().length > 0])",
        ));
        let expected: Vec<Value> = failures
            .iter()
            .map(|&n| json!([n, n, thousands(n), true]))
            .collect();
        assert_eq!(of_rows, Value::Array(expected), "{id}");
        assert!(!failures.is_empty(), "{id} has rows to compare");
    }
    let ledger = page.ask(
        "Array.from(document.querySelectorAll('#t-inputs tfoot td.num'), e => Number(e.dataset.v))",
    );
    let keys = [
        "read",
        "events",
        "rejects",
        "duplicates",
        "ignored",
        "blank",
    ];
    assert_eq!(
        ledger,
        json!(keys.map(|key| count(at(&report, "/ledger"), &format!("/{key}"))))
    );
}

#[test]
fn the_page_shows_the_numbers_of_the_json_and_asks_for_nothing() {
    let page = page(true);
    assert_numbers_are_those_of_the_json(&page);
    let charts = page.ask(
        "Array.from(document.querySelectorAll('#charts figure'), f => \
         [f.id, f.querySelector('svg').getBoundingClientRect().height > 100])",
    );
    let names = ["chart-timeline", "chart-causes", "chart-heatmap"];
    assert_eq!(charts, json!(names.map(|name| (name, true))));
    // every part is used once, so that a complaint of the script would be heard below
    page.type_into("#q-all", "a");
    page.press("#t-by-user thead th button");
    page.press("#open-all");
    let heard = page.heard();
    assert_eq!(heard.complaints, Vec::<String>::new());
    let file = format!("file://{}", SAMPLES.folder.join("report.html").display());
    assert_eq!(heard.requests, [file], "only the file itself");
}

#[test]
fn typing_into_the_filter_keeps_the_rows_that_have_all_words() {
    let page = page(true);
    let report = SAMPLES.json();
    let groups = list(&report, "/failures/groups");
    let user = named(&groups[0], "user");
    let kept: Vec<&Value> = groups
        .iter()
        .filter(|row| named(row, "user") == user)
        .collect();
    assert!(
        !kept.is_empty() && kept.len() < groups.len(),
        "{user} tells some rows from others"
    );
    let shown = "Array.from(document.querySelectorAll('#t-groups tbody tr'))\
         .filter(r => r.getClientRects().length > 0).map(r => Number(r.dataset.failures))";
    let failures: Vec<u64> = kept.iter().map(|row| count(row, "/failures")).collect();

    page.type_into("#q-groups", &user.to_uppercase());
    assert_eq!(page.ask(shown), json!(failures));
    let sum = failures.iter().sum();
    let counter = format!(
        "{} of {} rows shown, {} failure{}",
        thousands(kept.len() as u64),
        thousands(groups.len() as u64),
        thousands(sum),
        if sum == 1 { "" } else { "s" }
    );
    assert_eq!(
        page.ask("document.getElementById('n-groups').value"),
        json!(counter)
    );

    page.type_into("#q-groups", " no-such-word");
    assert_eq!(page.ask(shown), json!([]));
    let nothing = "getComputedStyle(document.querySelector('#t-groups ~ .nomatch')).display";
    assert_ne!(page.ask(nothing), json!("none"));
    page.tab.press_key("Escape").expect("a key can be pressed");
    assert_eq!(
        page.ask(&format!("{shown}.length")),
        json!(groups.len().min(300))
    );
}

#[test]
fn pressing_a_head_sorts_up_and_down() {
    let page = page(true);
    let rows = |cells: &str| {
        page.ask(&format!(
            "Array.from(document.querySelectorAll('{cells}'), \
             e => e.dataset.v ? Number(e.dataset.v) : e.innerText.toLowerCase())"
        ))
    };
    let sorted = || {
        page.ask(
            "Array.from(document.querySelectorAll('#t-by-user th[aria-sort]'), \
             h => [h.innerText.trim(), h.getAttribute('aria-sort')])",
        )
    };
    // where rows name their org, it is the first column
    let column = page.ask(
        "1 + Array.from(document.querySelectorAll('#t-by-user th'), h => h.innerText.trim())\
         .indexOf('User')",
    );
    let head = format!("#t-by-user th:nth-child({column}) button");
    let cells = format!("#t-by-user tbody td:nth-child({column})");

    let mut names: Vec<String> = list(&SAMPLES.json(), "/failures/by_user")
        .iter()
        .take(200)
        .map(|row| named(row, "user").to_lowercase())
        .collect();
    names.sort();
    assert!(
        names.len() > 2 && !names.contains(&"(unknown)".to_owned()),
        "{names:?}"
    );
    page.press(&head);
    assert_eq!(rows(&cells), json!(names));
    assert_eq!(sorted(), json!([["User", "ascending"]]));
    names.reverse();
    page.press(&head);
    assert_eq!(rows(&cells), json!(names));
    assert_eq!(sorted(), json!([["User", "descending"]]));

    let mut failures: Vec<u64> = list(&SAMPLES.json(), "/failures/by_user")
        .iter()
        .take(200)
        .map(|row| count(row, "/failures"))
        .collect();
    let bars = "#t-by-user tbody td.bars";
    let place = page.ask("1 + document.querySelector('#t-by-user tbody td.bars').cellIndex");
    let head = format!("#t-by-user th:nth-child({place}) button");
    page.press(&head);
    assert_eq!(
        rows(bars),
        json!(failures),
        "numbers start with the largest"
    );
    page.press(&head);
    failures.reverse();
    assert_eq!(rows(bars), json!(failures));
}

#[test]
fn without_scripts_everything_is_there_but_the_controls() {
    let page = page(false);
    assert_numbers_are_those_of_the_json(&page);
    let shown = |selector: &str| {
        page.ask(&format!(
            "Array.from(document.querySelectorAll('{selector}'))\
             .filter(e => e.getClientRects().length > 0).length"
        ))
    };
    assert_eq!(shown("[data-js], input, th button, .nomatch"), json!(0));
    assert!(
        page.ask("document.querySelectorAll('[data-js]').length")
            .as_u64()
            > Some(4)
    );
    assert_eq!(shown("#charts svg"), json!(3));
    assert!(
        page.ask("document.querySelectorAll('details.card').length")
            .as_u64()
            > Some(0)
    );
    let heard = page.heard();
    assert_eq!(heard.requests.len(), 1, "{:?}", heard.requests);
}
