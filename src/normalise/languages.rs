//! Headers of other languages: those of the catalogue, added to the layout that Setup prints.
//!
//! Only the Setup download has translated headers. Queries and event log files have API names.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use super::layout::Layout;
use super::role::Role;
use crate::catalogue::{Languages, fold_letters};

/// The layout whose headers are in the language of the person who downloads.
const TRANSLATED: &str = "setup_csv";

/// Adds every language's headers to the layout that has them.
///
/// # Errors
/// A role that is none or that the layout doesn't have, or a name that stands for two roles.
pub(super) fn translate(layouts: &mut [Layout]) -> anyhow::Result<()> {
    let layout = layouts.iter_mut().find(|layout| layout.id == TRANSLATED);
    let layout = layout.context("no layout for the languages")?;
    for language in Languages::load()?.all() {
        for (role, name) in language.headers() {
            let named: StrDeserializer<'_, Error> = role.into_deserializer();
            let role = Role::deserialize(named).with_context(|| language.name.clone())?;
            let mut columns = layout.columns.iter_mut();
            let column = columns.find(|column| column.role == role);
            let column = column.with_context(|| format!("no column {role:?}"))?;
            column.translated.push(name.to_owned());
        }
        layout.languages.push(language.name.clone());
    }
    unambiguous(layout)
}

/// One name, one role, whatever the language.
fn unambiguous(layout: &Layout) -> anyhow::Result<()> {
    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    for column in &layout.columns {
        for name in column.spellings() {
            let role = *roles.entry(fold_letters(name)).or_insert(column.role);
            ensure!(
                role == column.role,
                "the header {name:?} stands for {role:?} and {:?}",
                column.role
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Layouts;

    #[test]
    fn every_header_of_every_language_is_understood() {
        let layouts = Layouts::load().expect("the layouts");
        for language in Languages::load().expect("the languages").all() {
            for (role, name) in language.headers() {
                let named: StrDeserializer<'_, Error> = role.into_deserializer();
                let role = Role::deserialize(named).expect("a role");
                let mut header = vec![name.to_owned()];
                // What the layout can't do without, unless it is what is tried.
                for needed in ["user", "time", "status"] {
                    let named = language.headers().filter(|(role, _)| *role == needed);
                    let names: Vec<&str> = named.map(|(_, name)| name).collect();
                    if !names.contains(&name) {
                        header.push(names[0].to_owned());
                    }
                }
                let (layout, columns) = layouts.recognise(&header).expect("a layout");
                assert_eq!(layout.id, TRANSLATED, "{}: {name}", language.name);
                assert_eq!(columns.at(role), Some(0), "{}: {name}", language.name);
            }
        }
    }
}
