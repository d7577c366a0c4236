//! Layouts: which columns an export has, by name, in any order.
//!
//! A new layout is one TOML file in `layouts/` and one line in [`LAYOUTS`].

use std::collections::BTreeMap;

use anyhow::Context;
use rustc_hash::FxHashSet;
use serde::Deserialize;

/// Every layout, the most particular first: the first whose needed columns a header has is taken.
const LAYOUTS: &[&str] = &[
    include_str!("layouts/elf_login.toml"),
    include_str!("layouts/login_history.toml"),
    include_str!("layouts/setup_csv.toml"),
    include_str!("layouts/user.toml"),
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// When, in whatever form; preferred over `Timestamp`.
    Time,
    /// When, as an event log file's `20251001110003.509`.
    Timestamp,
    User,
    UserId,
    Status,
    /// Success or failure without a reason.
    RequestStatus,
    Id,
    Org,
    App,
    Source,
    /// An address that stands in where `Source` is empty.
    ClientIp,
    LoginType,
    LoginSubtype,
    Country,
    Browser,
    ClientVersion,
    ApiType,
    ApiVersion,
    Tls,
    Host,
    Uri,
    EventType,
}

impl Role {
    /// How many roles there are.
    pub const COUNT: usize = Role::EventType as usize + 1;
}

/// What the rows of a layout are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayoutKind {
    /// Login attempts.
    Logins,
    /// Names for user ids: events of their file, never of the totals.
    Users,
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
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

/// One column of a layout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub role: Role,
    /// Its spellings; case, blanks and punctuation don't count.
    pub names: Vec<String>,
    /// What can't be said where the column is missing.
    pub without: Option<String>,
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
        Ok(Self(LAYOUTS.iter().map(read).collect::<Result<_, _>>()?))
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
        self.0
            .iter()
            .find_map(|layout| Some((layout, layout.columns_of(header)?)))
    }
}

impl Layout {
    /// The columns of a header, if it has those that this layout needs.
    pub fn columns_of(&self, header: &[String]) -> Option<Columns> {
        let mut fields: BTreeMap<String, u16> = BTreeMap::new();
        for (at, name) in header.iter().enumerate() {
            fields
                .entry(compared(name))
                .or_insert(u16::try_from(at).ok()?);
        }
        let mut at = [None; Role::COUNT];
        for column in &self.columns {
            let found = column.names.iter().find_map(|name| fields.get(&fold(name)));
            at[column.role as usize] = found.copied();
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

    /// The names of all columns as they are compared, see [`compared`].
    pub(super) fn names(&self) -> FxHashSet<String> {
        let names = self.columns.iter().flat_map(|column| &column.names);
        names.map(|name| fold(name)).collect()
    }

    /// What can't be said of a file with these columns, one sentence for each missing one.
    pub fn costs<'a>(&'a self, columns: &'a Columns) -> impl Iterator<Item = String> + 'a {
        self.columns
            .iter()
            .filter(|column| columns.at(column.role).is_none())
            .filter_map(|column| {
                let without = column.without.as_ref()?;
                Some(format!("no column {:?}: {without}", column.names.first()?))
            })
    }
}

/// Case, blanks and punctuation of a column's name don't count.
fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The name of a column as it is compared: without its zone, and folded.
pub(super) fn compared(name: &str) -> String {
    fold(split_zone(name).0)
}

/// `Login Time (Eastern Daylight Time)` is a name and a zone.
fn split_zone(name: &str) -> (&str, Option<&str>) {
    match name
        .trim()
        .strip_suffix(')')
        .and_then(|name| name.split_once('('))
    {
        Some((name, zone)) if !name.trim().is_empty() => (name.trim(), Some(zone.trim())),
        _ => (name.trim(), None),
    }
}

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
        let costs: Vec<String> = layout.costs(&columns).collect();
        assert!(
            costs
                .iter()
                .any(|cost| cost.starts_with("no column \"Source IP\"")),
            "{costs:?}"
        );
    }
}
