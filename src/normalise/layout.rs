//! Layouts: which columns an export has, by name, in any order.
//!
//! A new layout is one TOML file in `layouts/` and one line in [`LAYOUTS`].

mod spelling;

use anyhow::Context;
use serde::Deserialize;

use super::change::Tells;
use super::languages;
use super::role::Role;
use crate::ingest::{Container, Keys};

use spelling::{Compared, Spellings, is_spelling, split_zone};

/// Every layout, the most particular first: the first whose needed columns a header has is taken.
const LAYOUTS: &[&str] = &[
    include_str!("layouts/elf_logout.toml"),
    include_str!("layouts/elf_login_as.toml"),
    include_str!("layouts/elf_login.toml"),
    include_str!("layouts/login_event_log.toml"),
    include_str!("layouts/login_event.toml"),
    include_str!("layouts/verification_history.toml"),
    include_str!("layouts/setup_audit_trail_query.toml"),
    include_str!("layouts/setup_audit_trail.toml"),
    include_str!("layouts/oauth_token.toml"),
    include_str!("layouts/login_history.toml"),
    include_str!("layouts/login_history_pairs.toml"),
    include_str!("layouts/setup_csv.toml"),
    include_str!("layouts/user.toml"),
    include_str!("layouts/log.toml"),
];

/// What the rows of a layout are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayoutKind {
    /// Login attempts.
    Logins,
    /// Names for user ids: events of their file, never of the totals.
    Users,
    /// What was changed around logins: events of their file, never of the totals.
    Changes,
    /// Lines of an integration's log. They have no columns; [`super::log`] reads them.
    Log,
}

/// A kind of container, as layouts name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    Csv,
    Json,
    Pairs,
}

impl Carrier {
    /// The kind of a file's container.
    pub const fn of(container: Container) -> Self {
        match container {
            Container::Csv { .. } => Carrier::Csv,
            Container::Json { .. } => Carrier::Json,
            Container::Pairs => Carrier::Pairs,
        }
    }

    /// Its name.
    pub const fn id(self) -> &'static str {
        match self {
            Carrier::Csv => "csv",
            Carrier::Json => "json",
            Carrier::Pairs => "pairs",
        }
    }
}

/// One export shape.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    pub id: String,
    pub title: String,
    pub kind: LayoutKind,
    /// How to get such a file.
    pub get: String,
    /// Roles that must be there; of each inner list at least one.
    pub must: Vec<Vec<Role>>,
    /// In which containers it is told by its columns.
    pub containers: Vec<Carrier>,
    /// Its times are UTC where they state no zone.
    #[serde(default)]
    pub utc: bool,
    #[serde(rename = "column", default)]
    pub columns: Vec<Column>,
    /// Other languages in which its header is known too, by their English names.
    #[serde(skip)]
    pub languages: Vec<String>,
    /// Columns that are known and have nothing that is read.
    #[serde(default)]
    pub passed_over: Vec<String>,
    /// What rows of changes tell.
    pub tells: Option<Tells>,
    /// The names of its columns in order, where it also comes without a header.
    #[serde(default)]
    pub without_header: Vec<String>,
    /// Columns that hold secrets: nothing is shown of a row that can't be read.
    #[serde(default)]
    pub secret: Vec<String>,
    /// Where each spelling leads to, as it is compared: filled once all languages are known.
    #[serde(skip)]
    spelled: Spellings,
}

/// One column of a layout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub role: Role,
    /// Its spellings; case, blanks and punctuation don't count.
    pub names: Vec<String>,
    /// Its spellings in other languages.
    #[serde(skip)]
    pub translated: Vec<String>,
    /// What can't be said where the column is missing.
    pub without: Option<String>,
}

impl Column {
    /// Its spellings, English first.
    pub fn spellings(&self) -> impl Iterator<Item = &String> {
        self.names.iter().chain(&self.translated)
    }
}

/// A header that was understood: which field has which role.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Field number of each role.
    at: [Option<u16>; Role::COUNT],
    /// The header's names as written.
    pub names: Vec<String>,
    /// What stands in parentheses behind the name of the time column: its zone.
    pub zone: Option<String>,
}

impl Columns {
    /// The field that has a role.
    #[inline]
    pub fn at(&self, role: Role) -> Option<usize> {
        self.at[role as usize].map(usize::from)
    }

    /// How many fields a row has.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// The header's name of a role.
    pub fn name(&self, role: Role) -> &str {
        self.at(role)
            .and_then(|at| self.names.get(at))
            .map_or("", String::as_str)
    }
}

/// All layouts.
#[derive(Debug)]
pub struct Layouts(Vec<Layout>);

impl Layouts {
    /// Reads the compiled-in layouts.
    ///
    /// # Errors
    /// What is wrong with one of them; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        let read = |text: &&str| toml::from_str::<Layout>(text).context("a layout");
        let mut layouts = LAYOUTS.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        languages::translate(&mut layouts)?;
        for layout in &mut layouts {
            layout.spelled = Spellings::of(&layout.columns);
        }
        Ok(Self(layouts))
    }

    /// All layouts, the most particular first.
    pub fn all(&self) -> &[Layout] {
        &self.0
    }

    /// A layout by its id.
    pub fn by_id(&self, id: &str) -> Option<&Layout> {
        self.0.iter().find(|layout| layout.id == id)
    }

    /// The first layout whose needed columns a header has.
    pub fn recognise(&self, header: &[String]) -> Option<(&Layout, Columns)> {
        let compared = Compared::of(header)?;
        self.of(Carrier::Csv)
            .find_map(|layout| Some((layout, layout.columns_at(header, &compared)?)))
    }

    /// The first layout whose needed columns some record of a container with keys has, or all of
    /// its records together.
    pub fn recognise_keys(
        &self,
        carrier: Carrier,
        records: &[Vec<String>],
    ) -> Option<(&Layout, Columns)> {
        let all = records.concat();
        let each: Vec<Compared> = records
            .iter()
            .map(|names| Compared::of(names))
            .collect::<Option<_>>()?;
        let by_record = |layout: &&Layout| {
            let mut records = records.iter().zip(&each);
            records.any(|(names, compared)| layout.columns_at(names, compared).is_some())
        };
        let found = self.of(carrier).find(by_record);
        let found = found.or_else(|| {
            self.of(carrier)
                .find(|layout| layout.columns_of(&all).is_some())
        });
        found.map(|layout| (layout, layout.columns_by_key(&all)))
    }

    /// The layouts that come nearest to a header without having all that they need, each with what
    /// it lacks: of each thing that is needed the first spelling.
    pub fn nearest<'a>(
        &'a self,
        carrier: Carrier,
        names: &[String],
    ) -> Vec<(&'a Layout, Vec<&'a str>)> {
        let mut near: Vec<(usize, &Layout, Vec<&str>)> = Vec::new();
        for layout in self.of(carrier) {
            let missing = layout.missing(names);
            let has = layout.must.len() - missing.len();
            if has > 0 && !missing.is_empty() {
                near.push((missing.len(), layout, missing));
            }
        }
        near.sort_by_key(|(missing, _, _)| *missing);
        near.into_iter()
            .map(|(_, layout, missing)| (layout, missing))
            .collect()
    }

    pub(super) fn of(&self, carrier: Carrier) -> impl Iterator<Item = &Layout> {
        let is_in = move |layout: &&Layout| layout.containers.contains(&carrier);
        self.0.iter().filter(is_in)
    }
}

impl Layout {
    /// The columns of a header, if it has those that this layout needs.
    pub fn columns_of(&self, header: &[String]) -> Option<Columns> {
        self.columns_at(header, &Compared::of(header)?)
    }

    fn columns_at(&self, header: &[String], compared: &Compared) -> Option<Columns> {
        let mut at = [None; Role::COUNT];
        let fields = self.spelled.fields(compared, self.columns.len());
        for (column, field) in self.columns.iter().zip(fields) {
            at[column.role as usize] = field;
        }
        let has = |role: &Role| at[*role as usize].is_some();
        if !self.must.iter().all(|any| any.iter().any(has)) {
            return None;
        }
        let time = at[Role::Time as usize].and_then(|at| header.get(usize::from(at)));
        let zone = time.and_then(|name| split_zone(name).1).map(str::to_owned);
        Some(Columns {
            at,
            names: header.to_vec(),
            zone,
        })
    }

    /// The columns of a container whose records name their values: all that the layout has, in its
    /// order, since a key may be met late. `met` are keys as the first records spell them.
    pub fn columns_by_key(&self, met: &[String]) -> Columns {
        let mut at = [None; Role::COUNT];
        let mut names = Vec::new();
        for (position, column) in (0..).zip(&self.columns) {
            at[column.role as usize] = Some(position);
            let spelled = column.names.iter().find_map(|name| {
                let is_name = |met: &&String| is_spelling(met, name);
                met.iter().find(is_name)
            });
            names.push(
                spelled
                    .or(column.names.first())
                    .cloned()
                    .unwrap_or_default(),
            );
        }
        let zone = None;
        Columns { at, names, zone }
    }

    /// Whether a text is the name of one of its columns.
    pub(super) fn has_column(&self, text: &str) -> bool {
        self.spelled.has(text)
    }

    /// Whether rows of a file with these columns hold secrets.
    pub(super) fn has_secrets(&self, written: &[String]) -> bool {
        let live = |name: &String| is_spelling(name, SECRET);
        !self.secret.is_empty() || written.iter().any(live)
    }

    /// What a header lacks of what the layout needs, by first spellings.
    fn missing(&self, names: &[String]) -> Vec<&str> {
        let mut missing = Vec::new();
        for any in &self.must {
            let columns = self.columns.iter().filter(|c| any.contains(&c.role));
            let mut spelled = columns.clone().flat_map(Column::spellings);
            let is_written = |name: &String| {
                let mut written = names.iter().map(|name| split_zone(name).0);
                written.any(|written| is_spelling(written, name))
            };
            if !spelled.any(is_written) {
                missing.extend(columns.flat_map(|c| c.names.first()).next());
            }
        }
        missing.into_iter().map(String::as_str).collect()
    }

    /// The keys of the columns in [`Layout::columns_by_key`].
    pub fn keys(&self) -> Keys {
        Keys::new(self.columns.iter().map(|column| &column.names))
    }

    /// The role of a column by its name, or whether it is known to hold nothing that is read.
    pub fn knows(&self, name: &str) -> Option<Understood<'_>> {
        let (name, _) = split_zone(name);
        let is_name = |known: &String| is_spelling(name, known);
        let mut columns = self.columns.iter();
        let column = columns.find(|column| column.spellings().any(is_name));
        column.map(Understood::Column).or_else(|| {
            let secret = self.secret.iter();
            self.passed_over
                .iter()
                .chain(secret)
                .any(is_name)
                .then_some(Understood::PassedOver)
        })
    }

    /// What can't be said of a file with these columns, one sentence for each missing one. `seen`
    /// has a bit for each column that some record has, where no header tells.
    pub fn costs<'a>(
        &'a self,
        columns: &'a Columns,
        seen: Option<u64>,
    ) -> impl Iterator<Item = String> + 'a {
        let is_missing = move |at: usize, role: Role| match seen {
            Some(seen) => seen >> at & 1 == 0,
            None => columns.at(role).is_none(),
        };
        self.columns
            .iter()
            .enumerate()
            .filter(move |(at, column)| is_missing(*at, column.role))
            .filter_map(|(_, column)| {
                let without = column.without.as_ref()?;
                Some(format!("no column {:?}: {without}", column.names.first()?))
            })
    }
}

/// What is known of a column.
#[derive(Clone, Copy, Debug)]
pub enum Understood<'a> {
    Column(&'a Column),
    /// It holds nothing that is read.
    PassedOver,
}

/// The column of OauthToken with which anybody can revoke the token; no layout needs it.
const SECRET: &str = "DeleteToken";

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(header: &[&str]) -> Option<(String, Columns)> {
        let header: Vec<String> = header.iter().map(ToString::to_string).collect();
        let layouts = Layouts::load().expect("the layouts");
        layouts
            .recognise(&header)
            .map(|(layout, columns)| (layout.id.clone(), columns))
    }

    #[test]
    fn columns_are_found_in_any_order_and_spelling() {
        let (id, columns) = recognised(&[
            "STATUS",
            "x",
            "Login Time (Eastern Daylight Time)",
            "username",
        ])
        .expect("a layout");
        assert_eq!(id, "setup_csv");
        assert_eq!(columns.at(Role::Time), Some(2));
        assert_eq!(columns.zone.as_deref(), Some("Eastern Daylight Time"));
        assert_eq!(columns.at(Role::App), None);
        let (id, _) = recognised(&["USERID", "LOGINTIME", "STATUS"]).expect("a layout");
        assert_eq!(id, "login_history");
        let (id, _) = recognised(&["Id", "Username", "LastLoginDate"]).expect("a layout");
        assert_eq!(id, "user");
        assert!(recognised(&["a", "b"]).is_none());
    }

    #[test]
    fn missing_columns_are_told_with_what_they_cost() {
        let layouts = Layouts::load().expect("the layouts");
        let header = ["Username", "Login Time", "Status"].map(str::to_owned);
        let (layout, columns) = layouts.recognise(&header).expect("a layout");
        let costs: Vec<String> = layout.costs(&columns, None).collect();
        assert!(
            costs
                .iter()
                .any(|cost| cost.starts_with("no column \"Source IP\"")),
            "{costs:?}"
        );
    }
}
