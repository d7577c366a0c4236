//! What an ending of a username says: a sandbox adds its own name to every username it copies.

use std::collections::BTreeSet;

use anyhow::Context;
use serde::Deserialize;

/// The index of `usernames.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Endings {
    sandboxes: BTreeSet<String>,
    domains: BTreeSet<String>,
}

impl Endings {
    pub(super) fn load() -> anyhow::Result<Self> {
        toml::from_str(include_str!("usernames.toml")).context("usernames.toml")
    }

    /// Whether an ending is one that sandboxes are commonly called by, behind a name that is whole
    /// without it: `uat` and `uat2` of `sync@example.com.uat`, but not `dev` of `sync@example.dev`.
    pub(super) fn is_common(&self, user: &str) -> bool {
        let Some((whole, ending)) = split(user) else {
            return false;
        };
        let last = whole.rsplit('.').next().unwrap_or("");
        let is_domain = last.chars().count() == 2 || self.domains.contains(last);
        let word = ending.trim_end_matches(|c: char| c.is_ascii_digit());
        is_domain && self.sandboxes.contains(word)
    }
}

/// A username without its last part, which a sandbox may have added, and that part: only where
/// what is left still is a username.
pub(super) fn split(user: &str) -> Option<(&str, &str)> {
    let (_, domain) = user.split_once('@')?;
    let (whole, ending) = user.rsplit_once('.')?;
    (domain.split('.').count() >= 3 && !ending.is_empty()).then_some((whole, ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_counts_only_behind_a_whole_name() {
        let endings = Endings::load().expect("the list");
        for (user, common) in [
            ("sync@example.com.uat", true),
            ("sync@example.co.uk.qa2", true),
            ("sync@example.com.full", true),
            ("sync@example.com", false),
            ("sync@example.co.uk", false),
            ("sync@example.dev", false),
            ("sync@mail.example.dev", false),
            ("sync@example.com.au", false),
            ("sync", false),
        ] {
            assert_eq!(endings.is_common(user), common, "{user}");
        }
        assert_eq!(split("a@example.com.uat"), Some(("a@example.com", "uat")));
        assert_eq!(split("a@example.com"), None);
    }
}
