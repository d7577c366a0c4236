//! How the names of columns are compared.

use crate::catalogue::fold_letters;
use crate::ingest::untyped;

/// Whether a file's column is the one that a layout calls `name`.
pub(super) fn is_spelling(written: &str, name: &str) -> bool {
    let name = fold_letters(name);
    fold_letters(written) == name || untyped(written).is_some_and(|bare| fold_letters(bare) == name)
}

/// The name of a column as it is compared: without its zone, and folded.
pub(super) fn compared(name: &str) -> String {
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
