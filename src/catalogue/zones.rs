//! Zone abbreviations and long zone names.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::fold::fold_key;
use crate::event::Zone;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fixed: BTreeMap<String, i32>,
    ambiguous: Vec<Ambiguous>,
    long: BTreeMap<String, String>,
}

/// An abbreviation that several parts of the world use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ambiguous {
    /// The abbreviation, in capitals.
    pub abbreviation: String,
    /// What it can mean.
    pub means: Vec<Meaning>,
}

/// One thing that an ambiguous abbreviation can mean.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// Minutes ahead of UTC.
    pub minutes: i32,
    /// Where, for messages.
    pub place: String,
    /// A zone to name in `--timezone`.
    pub zone: String,
    /// Abbreviations that, met in the same file, speak for this meaning alone.
    pub siblings: Vec<String>,
}

/// The index of `zones.toml`.
#[derive(Debug)]
pub struct Zones {
    fixed: FxHashMap<String, i32>,
    ambiguous: FxHashMap<String, Ambiguous>,
    long: FxHashMap<String, Zone>,
}

impl Zones {
    /// Reads the compiled-in list.
    ///
    /// # Errors
    /// What is wrong with the list; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        let file: File = toml::from_str(include_str!("zones.toml"))?;
        let mut long = FxHashMap::default();
        for (name, zone) in &file.long {
            long.insert(fold_key(name), zone.parse()?);
        }
        let ambiguous = file.ambiguous.into_iter();
        Ok(Self {
            fixed: file.fixed.into_iter().collect(),
            ambiguous: ambiguous
                .map(|entry| (entry.abbreviation.clone(), entry))
                .collect(),
            long,
        })
    }

    /// Minutes ahead of UTC of an abbreviation that means one offset everywhere.
    pub fn fixed(&self, abbreviation: &str) -> Option<i32> {
        self.fixed.get(abbreviation).copied()
    }

    /// What an ambiguous abbreviation can mean.
    pub fn ambiguous(&self, abbreviation: &str) -> Option<&Ambiguous> {
        self.ambiguous.get(abbreviation)
    }

    /// Every ambiguous abbreviation, sorted.
    pub fn all_ambiguous(&self) -> Vec<&Ambiguous> {
        let mut all: Vec<&Ambiguous> = self.ambiguous.values().collect();
        all.sort_by(|a, b| a.abbreviation.cmp(&b.abbreviation));
        all
    }

    /// The zone of a display name such as `Eastern Daylight Time`.
    pub fn long(&self, name: &str) -> Option<Zone> {
        self.long.get(&fold_key(name)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_abbreviation_is_both_fixed_and_ambiguous() {
        let zones = Zones::load().expect("the list");
        assert!(
            zones
                .ambiguous
                .keys()
                .all(|name| !zones.fixed.contains_key(name))
        );
        assert_eq!(zones.fixed("CEST"), Some(120));
        assert_eq!(
            zones
                .long("eastern daylight time")
                .map(|zone| zone.to_string())
                .as_deref(),
            Some("America/New_York")
        );
        let several = |entry: &Ambiguous| entry.means.len() > 1;
        assert!(zones.ambiguous.values().all(several));
        let meanings = zones.ambiguous.values().flat_map(|entry| &entry.means);
        let wrong = meanings.filter(|meaning| meaning.zone.parse::<Zone>().is_err());
        assert_eq!(wrong.count(), 0);
    }
}
