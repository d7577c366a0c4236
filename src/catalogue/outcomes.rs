//! Which words say that a login succeeded.

use serde::Deserialize;

use super::fold::fold_key;
use super::languages::Languages;

/// The words of `outcomes.toml` and, for a status, of every language; folded.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Successes {
    status: Vec<String>,
    request: Vec<String>,
}

impl Successes {
    /// Reads the compiled-in list.
    ///
    /// # Errors
    /// What is wrong with the list; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        let mut words: Self = toml::from_str(include_str!("outcomes.toml"))?;
        for language in Languages::load()?.all() {
            words.status.extend(language.successes().map(str::to_owned));
        }
        for word in words.status.iter_mut().chain(&mut words.request) {
            *word = fold_key(word);
        }
        Ok(words)
    }

    /// Whether a status or LOGIN_STATUS code says success.
    pub fn is_status(&self, text: &str) -> bool {
        self.status.contains(&fold_key(text))
    }

    /// Whether a REQUEST_STATUS says success.
    pub fn is_request(&self, text: &str) -> bool {
        self.request.contains(&fold_key(text))
    }
}
