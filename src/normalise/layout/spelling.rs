//! How the names of columns are compared.

use super::Column;
use crate::catalogue::fold_letters;
use crate::ingest::{Keys, untyped};

/// Whether a file's column is the one that a layout calls `name`.
pub(super) fn is_spelling(written: &str, name: &str) -> bool {
    let name = fold_letters(name);
    fold_letters(written) == name || untyped(written).is_some_and(|bare| fold_letters(bare) == name)
}

/// The name of a column as it is compared: without its zone, and folded.
fn compared(name: &str) -> String {
    fold_letters(split_zone(name).0)
}

/// `Login Time (Eastern Daylight Time)` is a name and a zone.
pub(super) fn split_zone(name: &str) -> (&str, Option<&str>) {
    match name
        .trim()
        .strip_suffix([')', '）'])
        .and_then(|name| name.split_once(['(', '（']))
    {
        Some((name, zone)) if !name.trim().is_empty() => (name.trim(), Some(zone.trim())),
        _ => (name.trim(), None),
    }
}

/// Where the spellings of a layout's columns lead to: they are folded once, and every header of
/// every file is looked up in them.
#[derive(Clone, Debug, Default)]
pub(super) struct Spellings(Keys);

impl Spellings {
    pub(super) fn of(columns: &[Column]) -> Self {
        Self(Keys::new(columns.iter().map(Column::spellings)))
    }

    /// Whether a text is the name of some column.
    pub(super) fn has(&self, text: &str) -> bool {
        self.0.columns(&compared(text)).next().is_some()
    }

    /// The field of each of `count` columns in a header.
    pub(super) fn fields(
        &self,
        header: &Compared,
        count: usize,
    ) -> impl Iterator<Item = Option<u16>> + use<> {
        // Of each column the best spelling so far and the first field that has it.
        let mut best: Vec<Option<(u16, u16)>> = vec![None; count];
        for (name, field) in &header.0 {
            for (column, rank) in self.0.columns(name) {
                if best[column].is_none_or(|(known, _)| rank < known) {
                    best[column] = Some((rank, *field));
                }
            }
        }
        best.into_iter().map(|best| best.map(|(_, field)| field))
    }
}

/// The names of a header as they are compared, each with its field. One that may have a type
/// appended stands there with it and without.
pub(super) struct Compared(Vec<(String, u16)>);

impl Compared {
    /// `None` for a header with more fields than any export has.
    pub(super) fn of(header: &[String]) -> Option<Self> {
        let mut names = Vec::with_capacity(header.len());
        for (at, name) in header.iter().enumerate() {
            let at = u16::try_from(at).ok()?;
            names.push((compared(name), at));
            if let Some(name) = untyped(split_zone(name).0) {
                names.push((fold_letters(name), at));
            }
        }
        Some(Self(names))
    }
}
