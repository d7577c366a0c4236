//! Exports that overlap, against an oracle: the contract's rule over rows as they were made, in
//! the plainest words and without regard to time or memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use loginscope::event::{Basis, Dims, Flow, Instant, Place};
use loginscope::tally::{Filled, Part, Row, Tally};
use proptest::prelude::*;

use crate::support::reading::{self, Way};
use crate::support::{scratch, write};

/// Just before a quarter of an hour ends: logins of a world are within three seconds of it.
const EDGE: i64 = 1_772_446_499_000;

/// One login as it truly was.
#[derive(Clone, Debug)]
struct Truth {
    at: i64,
    user: usize,
    outcome: usize,
    app: usize,
    source: usize,
    flow: usize,
    org: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layout {
    Setup,
    History,
    Event,
}

/// What a file holds of the truth.
#[derive(Clone, Debug)]
struct Export {
    name: String,
    layout: Layout,
    /// Whether it has an id, an application, a source, a subtype and an org column.
    columns: [bool; 5],
    /// For each row: its truth, which of its fields say nothing, and whether its clock is a second
    /// late.
    rows: Vec<(usize, [bool; 5], bool)>,
}

#[derive(Clone, Debug)]
struct World {
    truths: Vec<Truth>,
    exports: Vec<Export>,
    /// A User export stands beside them.
    users: bool,
}

const OUTCOMES: [(&str, &str, &str); 5] = [
    ("Success", "LOGIN_NO_ERROR", "success"),
    (
        "Invalid Password",
        "LOGIN_ERROR_INVALID_PASSWORD",
        "invalid-password",
    ),
    (
        "User is inactive",
        "LOGIN_ERROR_USER_INACTIVE",
        "user-inactive",
    ),
    ("Failed: Something New", "LOGIN_ERROR_SOMETHING_NEW", ""),
    ("Failed: Something Else", "LOGIN_ERROR_SOMETHING_ELSE", ""),
];
const FLOWS: [(&str, &str, Flow); 2] = [
    (
        "OAuth Username-Password",
        "oauthpassword",
        Flow::OauthUsernamePassword,
    ),
    ("OAuth Web Server", "oauthcode", Flow::OauthWebServer),
];
const USERS: [(&str, &str); 3] = [
    ("005xx0000000001", "ann@example.com"),
    ("005xx0000000002", "ben@example.com"),
    ("005xx0000000003", "eve@example.com"),
];
const ORGS: [&str; 2] = ["00Dxx0000000001EAA", "00Dxx0000000002EAA"];

fn truth() -> impl Strategy<Value = Truth> {
    (
        0_i64..3,
        0_i64..3,
        0_usize..3,
        0_usize..5,
        0_usize..2,
        0_usize..2,
        0_usize..2,
        0_usize..8,
    )
        .prop_map(
            |(second, part, user, outcome, app, source, flow, org)| Truth {
                at: EDGE + second * 1000 + [0, 137, 999][part as usize],
                user,
                outcome,
                app,
                source,
                flow,
                org: usize::from(org == 0),
            },
        )
}

fn export() -> impl Strategy<Value = Export> {
    let layout = prop_oneof![
        Just(Layout::Setup),
        Just(Layout::History),
        Just(Layout::Event)
    ];
    let mostly = || prop_oneof![4 => Just(false), 1 => Just(true)];
    let blanks = [mostly(), mostly(), mostly(), mostly(), mostly()];
    let seldom = prop_oneof![3 => Just([false; 5]), 1 => blanks];
    let late = prop_oneof![9 => Just(false), 1 => Just(true)];
    let row = (0_usize..12, seldom, late);
    let rows = proptest::collection::vec(row, 0..14);
    ("[a-z]{3}", layout, any::<[bool; 5]>(), rows).prop_map(|(name, layout, columns, rows)| {
        Export {
            name,
            layout,
            columns,
            rows,
        }
    })
}

fn world() -> impl Strategy<Value = World> {
    let truths = proptest::collection::vec(truth(), 1..12);
    let exports = proptest::collection::vec(export(), 1..6);
    (truths, exports, any::<bool>()).prop_map(|(truths, exports, users)| World {
        truths,
        exports,
        users,
    })
}

/// A row as the oracle sees it.
#[derive(Clone, Debug)]
struct Seen {
    file: usize,
    line: u64,
    at: i64,
    layout: Layout,
    user_id: Option<&'static str>,
    user_name: Option<&'static str>,
    outcome: usize,
    app: Option<String>,
    source: Option<String>,
    flow: Option<usize>,
    org: Option<&'static str>,
    /// Vocabulary and id.
    id: Option<(Layout, usize)>,
}

impl World {
    /// The exports in byte order of path, each with its name.
    fn files(&self) -> BTreeMap<String, &Export> {
        let named = self.exports.iter().enumerate();
        named
            .map(|(at, export)| (format!("{}{at}.csv", export.name), export))
            .collect()
    }

    /// All rows, in order of file and line.
    fn rows(&self) -> Vec<Seen> {
        let mut rows = Vec::new();
        for (file, export) in self.files().values().enumerate() {
            for (line, &(truth, blank, late)) in (2..).zip(&export.rows) {
                let number = truth % self.truths.len();
                let truth = &self.truths[number];
                let has = |at: usize| export.columns[at] && !blank[at];
                let at = truth.at + if late { 1000 } else { 0 };
                let event = export.layout == Layout::Event;
                let setup = export.layout == Layout::Setup;
                rows.push(Seen {
                    file,
                    line,
                    at: if event { at } else { at / 1000 * 1000 },
                    layout: export.layout,
                    user_id: (!setup).then_some(USERS[truth.user].0),
                    user_name: (setup || (event && export.columns[1]))
                        .then_some(USERS[truth.user].1),
                    outcome: truth.outcome,
                    app: (!event && has(1)).then(|| format!("App {}", truth.app)),
                    source: has(2).then(|| format!("192.0.2.{}", truth.source + 1)),
                    flow: has(3).then_some(truth.flow),
                    org: (event && has(4)).then_some(ORGS[truth.org]),
                    id: (!setup && has(0)).then_some((export.layout, number)),
                });
            }
        }
        rows
    }

    fn write(&self, folder: &Path) {
        let rows = self.rows();
        for (file, (name, export)) in self.files().iter().enumerate() {
            let mut text = export.header() + "\n";
            for row in rows.iter().filter(|row| row.file == file) {
                text += &export.line(row);
                text.push('\n');
            }
            write(&folder.join(name), text);
        }
        if self.users {
            let users = USERS.map(|(id, name)| format!("{id},{name}\n")).concat();
            write(&folder.join("users.csv"), format!("Id,Username\n{users}"));
        }
    }
}

impl Export {
    /// Names of the columns that are not always there.
    fn names(&self) -> [&'static str; 5] {
        match self.layout {
            Layout::Setup => ["", "Application", "Source IP", "Login Subtype", ""],
            Layout::History => ["Id", "Application", "SourceIp", "LoginSubType", ""],
            Layout::Event => [
                "REQUEST_ID",
                "",
                "SOURCE_IP",
                "LOGIN_SUB_TYPE",
                "ORGANIZATION_ID",
            ],
        }
    }

    fn optional(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let names = self.names().into_iter().enumerate();
        let columns = self.columns;
        names.filter(move |(at, name)| columns[*at] && !name.is_empty())
    }

    fn header(&self) -> String {
        let mut header = match self.layout {
            Layout::Setup => "Username,Login Time,Status".to_owned(),
            Layout::History => "UserId,LoginTime,Status".to_owned(),
            Layout::Event => {
                let name = if self.columns[1] { ",USER_NAME" } else { "" };
                format!("EVENT_TYPE,USER_ID,TIMESTAMP_DERIVED,LOGIN_STATUS{name}")
            }
        };
        for (_, name) in self.optional() {
            header += ",";
            header += name;
        }
        header
    }

    fn line(&self, row: &Seen) -> String {
        let at = Instant::from_millis(row.at).to_string();
        let outcome = OUTCOMES[row.outcome];
        let mut line = match self.layout {
            Layout::Setup => format!("{},{at},{}", row.user_name.unwrap_or(""), outcome.0),
            Layout::History => format!("{},{at},{}", row.user_id.unwrap_or(""), outcome.0),
            Layout::Event => {
                let id = row.user_id.unwrap_or("");
                let name = row.user_name.map(|name| format!(",{name}"));
                format!("Login,{id},{at},{}{}", outcome.1, name.unwrap_or_default())
            }
        };
        for (at, _) in self.optional() {
            let value = match at {
                0 => row.id.map(|(layout, number)| match layout {
                    Layout::History => format!("0Yaxx{:010}", number + 1),
                    _ => format!("SLB:request{number}"),
                }),
                1 => row.app.clone(),
                2 => row.source.clone(),
                3 => row.flow.map(|flow| match row.layout {
                    Layout::Event => FLOWS[flow].1.to_owned(),
                    _ => FLOWS[flow].0.to_owned(),
                }),
                _ => row.org.map(str::to_owned),
            };
            let own_name = match self.layout {
                Layout::History => "Id",
                _ => "SLB:REQUEST_ID",
            };
            let words = if at == 0 { 3 } else { 2 };
            let nothing = ["", "N/A", own_name][row.line as usize % words];
            line += ",";
            line += &value.unwrap_or_else(|| nothing.to_owned());
        }
        line
    }
}

/// The oracle: logins as lists of rows, the kept one first.
fn logins(rows: &[Seen], with_users: bool) -> Vec<Vec<&Seen>> {
    let linked = |user: &str| {
        let of_row =
            |row: &&Seen| row.user_id.is_some() && row.user_name.is_some() && same_user(row, user);
        with_users || rows.iter().any(|row| of_row(&row))
    };
    // How users are compared: by id where both are known to belong together, else as written.
    let person = |row: &Seen| {
        let (id, name) = USERS[USERS
            .iter()
            .position(|(id, name)| row.user_id == Some(id) || row.user_name == Some(name))
            .expect("every row has a user")];
        match row.user_name {
            _ if linked(id) => id,
            Some(_) => name,
            None => id,
        }
    };
    // Rows of one id first. The first file keeps the login, at its earliest time there.
    let mut units: Vec<Vec<&Seen>> = Vec::new();
    let mut order: Vec<&Seen> = rows.iter().collect();
    order.sort_by_key(|row| (row.file, row.at, row.line));
    for row in order {
        let same = units.iter_mut().find(|unit| {
            row.id.is_some()
                && unit[0].id == row.id
                && unit
                    .iter()
                    .all(|other| agree(&other.org, &row.org) != Some(false))
        });
        match same {
            Some(unit) => unit.push(row),
            None => units.push(vec![row]),
        }
    }
    // Then file by file.
    let files = rows
        .iter()
        .map(|row| row.file)
        .max()
        .map_or(0, |last| last + 1);
    let mut logins: Vec<Vec<&Seen>> = Vec::new();
    for file in 0..files {
        let mut open: Vec<Vec<&Seen>> = units
            .iter()
            .filter(|unit| unit[0].file == file)
            .cloned()
            .collect();
        let fit = |login: &[&Seen], unit: &[&Seen]| -> Option<u32> {
            let second = login[0].at / 1000 == unit[0].at / 1000;
            let disjoint = login.iter().all(|a| unit.iter().all(|b| a.file != b.file));
            let who = person(login[0]) == person(unit[0]);
            let both = login
                .iter()
                .flat_map(|a| unit.iter().map(move |b| compare(a, b)));
            let all: Option<Vec<u32>> = both.collect();
            all.filter(|_| second && disjoint && who)?.into_iter().max()
        };
        let mut pairs: Vec<(std::cmp::Reverse<u32>, usize, usize)> = Vec::new();
        for (at, login) in logins.iter().enumerate() {
            for (number, unit) in open.iter().enumerate() {
                pairs
                    .extend(fit(login, unit).map(|agreed| (std::cmp::Reverse(agreed), at, number)));
            }
        }
        let mut given: BTreeMap<usize, usize> = BTreeMap::new();
        // Equals first, each row the first login that has its equal; then what agrees in most.
        let equal = std::cmp::Reverse(u32::MAX);
        pairs.sort_by_key(|&(agreed, login, unit)| {
            let (first, then) = if agreed == equal {
                (unit, login)
            } else {
                (login, unit)
            };
            (agreed, first, then)
        });
        for &(_, login, unit) in &pairs {
            if !given.contains_key(&login) && !given.values().any(|taken| *taken == unit) {
                given.insert(login, unit);
            }
        }
        // Then as many as possible, without touching equals.
        let firm: BTreeSet<usize> = pairs
            .iter()
            .filter(|(agreed, login, unit)| *agreed == equal && given.get(login) == Some(unit))
            .map(|(_, login, _)| *login)
            .collect();
        pairs.retain(|(_, login, _)| !firm.contains(login));
        for unit in 0..open.len() {
            if !given.values().any(|taken| *taken == unit) {
                make_room(unit, &pairs, &mut given, &mut BTreeSet::new());
            }
        }
        let taken: BTreeSet<usize> = given.values().copied().collect();
        for (login, unit) in given {
            logins[login].extend(open[unit].iter().copied());
        }
        let mut number = 0..;
        open.retain(|_| !taken.contains(&number.next().expect("numbers go on")));
        logins.append(&mut open);
    }
    for login in &mut logins {
        login[1..].sort_by_key(|row| (row.file, row.at, row.line));
    }
    logins
}

/// Finds a login for a row, where others can move to another that they fit.
fn make_room(
    unit: usize,
    pairs: &[(std::cmp::Reverse<u32>, usize, usize)],
    given: &mut BTreeMap<usize, usize>,
    seen: &mut BTreeSet<usize>,
) -> bool {
    for &(_, login, _) in pairs.iter().filter(|(_, _, of)| *of == unit) {
        if !seen.insert(login) {
            continue;
        }
        let holder = given.get(&login).copied();
        if holder.is_none_or(|holder| make_room(holder, pairs, given, seen)) {
            given.insert(login, unit);
            return true;
        }
    }
    false
}

fn same_user(row: &Seen, user: &str) -> bool {
    row.user_id == Some(user) || row.user_name == Some(user)
}

/// Whether two values agree; `None` where one of them isn't known.
fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> Option<bool> {
    Some(one.as_ref()? == other.as_ref()?)
}

/// In how many things two rows agree; `None` where they can't be one login.
fn compare(a: &Seen, b: &Seen) -> Option<u32> {
    let same_layout = a.layout == b.layout;
    if let (Some((one, _)), Some((other, _))) = (a.id, b.id)
        && one == other
    {
        return None;
    }
    let flow = |row: &Seen| row.flow;
    let success = |row: &Seen| row.outcome == 0;
    if success(a) != success(b) || (same_layout && a.at != b.at) {
        return None;
    }
    let cause = |row: &Seen| OUTCOMES[row.outcome].2;
    let description = if same_layout || (a.layout != Layout::Event && b.layout != Layout::Event) {
        Some(a.outcome == b.outcome)
    } else if cause(a).is_empty() || cause(b).is_empty() {
        None
    } else {
        Some(cause(a) == cause(b))
    };
    let all = [
        agree(&a.org, &b.org),
        agree(&a.app, &b.app),
        agree(&a.source, &b.source),
        agree(&flow(a), &flow(b)),
        description,
    ];
    if all.contains(&Some(false)) {
        return None;
    }
    let equal =
        same_layout && (&a.org, &a.app, &a.source, a.flow) == (&b.org, &b.app, &b.source, b.flow);
    if equal {
        return Some(u32::MAX);
    }
    let agreed = all.iter().filter(|agreed| **agreed == Some(true)).count() as u32;
    Some(agreed + u32::from(a.at == b.at))
}

/// What must be counted: events and duplicates by file, and the tally.
fn expected(world: &World) -> (Vec<(u64, u64)>, Tally) {
    let rows = world.rows();
    let mut ledgers = vec![(0, 0); world.exports.len()];
    let mut part = Part::default();
    for login in logins(&rows, world.users) {
        let kept = login[0];
        ledgers[kept.file].0 += 1;
        for row in &login[1..] {
            ledgers[row.file].1 += 1;
        }
        let symbols = &mut part.names.symbols;
        let mut text = |value: Option<&str>| symbols.intern(value.unwrap_or(""));
        let first = |pick: fn(&Seen) -> Option<&str>| login.iter().find_map(|row| pick(row));
        let flow = login.iter().find_map(|row| row.flow);
        let outcome = OUTCOMES[kept.outcome];
        let success = kept.outcome == 0;
        let at = Instant::from_millis(kept.at);
        let user_id = kept.user_id.map(|id| format!("{id}{}", suffix(id)));
        let dims = Dims {
            success,
            flow: flow.map_or(Flow::Other, |flow| FLOWS[flow].2),
            basis: flow.map_or(Basis::Inferred, |_| Basis::Stated),
            org: text(first(|row| row.org)),
            app: text(first(|row| row.app.as_deref())),
            description: text(Some(match kept.layout {
                Layout::Event => outcome.1,
                _ => outcome.0,
            })),
            source: text(first(|row| row.source.as_deref())),
            ..Dims::default()
        };
        let user = kept.user_name.or(user_id.as_deref());
        let user = part.names.users.intern(user.unwrap_or(""));
        part.rows.push(Row::one(
            if success {
                at.quarter_hour()
            } else {
                at.minute()
            },
            (user, part.names.dims.intern(dims)),
            at,
            Place::new(kept.file as u32, kept.line),
        ));
    }
    (ledgers, Tally::from_parts(vec![part]))
}

/// The three characters that make the case of these ids safe: none of their letters is a capital.
fn suffix(id: &str) -> &'static str {
    assert_eq!(id.to_lowercase(), id);
    "AAA"
}

/// One way of reading all files of a folder.
fn read(
    folder: &Path,
    names: &[String],
    (threads, piece): (usize, u64),
    (budget, tally_budget): (u64, u64),
) -> Filled {
    let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    let way = Way {
        threads,
        piece,
        budget,
        tally_budget,
    };
    reading::read(&paths, way)
}

/// Two rows of one id have their equals in different logins: the first of these gets both.
#[test]
fn rows_of_one_id_are_given_to_the_first_login_that_has_an_equal_of_any() {
    let world = World {
        truths: vec![Truth {
            at: EDGE,
            user: 0,
            outcome: 0,
            app: 0,
            source: 0,
            flow: 0,
            org: 0,
        }],
        exports: [
            ([false, true], [false, true, true]),
            ([true, true], [true, false, true]),
        ]
        .map(|(columns, apps)| Export {
            name: "aaa".to_owned(),
            layout: Layout::History,
            columns: [columns[0], columns[1], false, false, false],
            rows: apps
                .map(|app| (0, [false, !app, false, false, false], false))
                .into(),
        })
        .into(),
        users: false,
    };
    let home = scratch();
    world.write(home.path());
    let names: Vec<String> = world.files().into_keys().collect();
    let filled = read(home.path(), &names, (1, u64::MAX), (u64::MAX, u64::MAX));
    let (ledgers, tally) = expected(&world);
    assert_eq!(ledgers, [(3, 0), (0, 3)]);
    assert_eq!(filled.tally, tally);
    let apps = filled.tally.rows.iter().map(|row| row.n());
    assert_eq!(apps.collect::<Vec<_>>(), [3], "all three know the app");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shared_logins_count_once_whatever_the_order_pieces_threads_and_memory(
        world in world(),
        shift in 0_usize..6,
        threads in 1_usize..5,
        piece in 1_u64..400,
        budget in prop_oneof![Just(u64::MAX), Just(1_u64), 100_u64..2_000],
        tally_budget in prop_oneof![Just(u64::MAX), Just(0_u64), 500_u64..9_000],
    ) {
        let home = scratch();
        world.write(home.path());
        let mut names: Vec<String> = world.files().into_keys().collect();
        let (ledgers, tally) = expected(&world);
        let count = names.len();
        names.rotate_left(shift % count);
        if world.users {
            names.insert(shift % count, "users.csv".to_owned());
        }
        let filled = read(home.path(), &names, (threads, piece), (budget, tally_budget));
        // The User export's name sorts somewhere among the others.
        let found: Vec<(u64, u64)> = filled
            .files
            .iter()
            .map(|file| file.as_ref().expect("every file can be read").ledger)
            .map(|ledger| (ledger.events, ledger.duplicates))
            .collect();
        let mut wanted: Vec<(String, (u64, u64))> = world.files().into_keys().zip(ledgers).collect();
        let mut input: Vec<u32> = (0..).take(wanted.len()).collect();
        if world.users {
            wanted.push(("users.csv".to_owned(), (USERS.len() as u64, 0)));
            wanted.sort();
            let users = wanted.iter().position(|(name, _)| name == "users.csv").expect("it is there") as u32;
            for at in &mut input {
                *at += u32::from(*at >= users);
            }
        }
        let wanted: Vec<(u64, u64)> = wanted.into_iter().map(|(_, ledger)| ledger).collect();
        prop_assert_eq!(found, wanted);
        let mut tally = tally;
        let rows = tally.rows.iter().map(|mut row| {
            row.place = Place::new(input[row.place.file() as usize], row.place.line());
            row
        });
        tally.rows = rows.collect::<Vec<Row>>().into();
        prop_assert_eq!(&filled.tally, &tally);
        let duplicates: u64 = filled.overlaps.shared.iter().map(|shared| shared.rows).sum();
        let files = filled.files.iter().flatten();
        prop_assert_eq!(duplicates, files.map(|file| file.ledger.duplicates).sum::<u64>());
        let pairs: BTreeSet<_> = filled.overlaps.shared.iter().map(|shared| (shared.kept_in, shared.duplicate_in)).collect();
        prop_assert_eq!(pairs.len(), filled.overlaps.shared.len());
    }
}
