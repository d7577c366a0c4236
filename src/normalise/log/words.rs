//! The words by which lines about logins are found and told from lines of others.

use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::Context;
use serde::Deserialize;

use crate::catalogue::{Catalogue, CauseIx, Pattern, Said, fold_key};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    needles: Vec<String>,
    beside: Vec<String>,
    ordinary: Vec<String>,
    salesforce: String,
    foreign: String,
    failure: Vec<Phrase>,
    success: Vec<Phrase>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    text: String,
    cause: Option<String>,
}

/// The index of `words.toml`.
#[derive(Debug)]
pub(super) struct Words {
    needles: Vec<String>,
    ordinary: Vec<String>,
    salesforce: Pattern,
    foreign: Pattern,
    failures: Vec<(String, Option<CauseIx>)>,
    failure: AhoCorasick,
    success: AhoCorasick,
}

impl Words {
    pub(super) fn load(catalogue: &Catalogue) -> anyhow::Result<Self> {
        let file: File = toml::from_str(include_str!("words.toml")).context("words.toml")?;
        let phrases = |phrases: &[Phrase]| {
            let mut search = AhoCorasick::builder();
            search
                .match_kind(MatchKind::LeftmostLongest)
                .ascii_case_insensitive(true);
            search.build(phrases.iter().map(|phrase| &phrase.text))
        };
        let mut failures = Vec::new();
        for phrase in &file.failure {
            let cause = match &phrase.cause {
                Some(id) => Some(
                    catalogue
                        .position(id)
                        .with_context(|| format!("words.toml: {id}"))?,
                ),
                None => None,
            };
            failures.push((phrase.text.clone(), cause));
        }
        let mut words = Self {
            failure: phrases(&file.failure)?,
            success: phrases(&file.success)?,
            needles: file.needles,
            ordinary: file.ordinary.iter().map(|text| fold_key(text)).collect(),
            salesforce: Pattern::of(file.salesforce.into()),
            foreign: Pattern::of(file.foreign.into()),
            failures,
        };
        for code in catalogue.client_codes() {
            let found = words
                .needles
                .iter()
                .any(|needle| code.contains(needle.as_str()));
            let known = words.is_ordinary(code) || file.beside.iter().any(|known| known == code);
            if !found && !known {
                words.needles.push(code.to_owned());
            }
        }
        Ok(words)
    }

    pub(super) fn needles(&self) -> &[String] {
        &self.needles
    }

    pub(super) fn is_about_salesforce(&self, text: &str) -> bool {
        self.salesforce.is_match(text)
    }

    fn is_ordinary(&self, text: &str) -> bool {
        self.ordinary.contains(&fold_key(text))
    }

    /// Whether an error is one of Salesforce's. `near` is the entry that it stands in; `about` says
    /// that all of its file is about Salesforce.
    pub(super) fn is_salesforces(&self, said: &Said, near: &str, about: bool) -> bool {
        let code = said.code.as_deref();
        let own_code = code.is_some_and(|code| !self.is_ordinary(code));
        let own_text = match &said.description {
            Some(description) => said.known && !self.is_ordinary(description.trim_end_matches('.')),
            None => false,
        };
        // Together they are Salesforce's words, though others use each of them.
        let both = said.known && code.is_some() && said.description.is_some();
        let own = own_text || (own_code && said.known);
        own || self.is_about_salesforce(near)
            || ((own_code || both || about) && !self.foreign.is_match(near))
    }

    /// What a client says of a failed login in words of its own, and the cause if they tell it.
    pub(super) fn failure(&self, text: &str) -> Option<(&str, Option<CauseIx>)> {
        let found = self.failure.find(text)?;
        let (text, cause) = self.failures.get(found.pattern().as_usize())?;
        Some((text, *cause))
    }

    pub(super) fn is_success(&self, text: &str) -> bool {
        self.success.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> (Catalogue, Words) {
        let catalogue = Catalogue::load().expect("the list");
        let words = Words::load(&catalogue).expect("the list");
        (catalogue, words)
    }

    #[test]
    fn every_code_of_the_catalogue_is_looked_at() {
        let (catalogue, words) = words();
        assert!(catalogue.client_codes().len() > 80);
        let listed: File = toml::from_str(include_str!("words.toml")).expect("the list");
        assert_eq!(
            words.needles, listed.needles,
            "no code is searched for by chance"
        );
        // What is searched for beside its needles is no part of the quick search.
        assert!(words.needles.len() <= 40, "{:#?}", words.needles);
        assert!(words.needles.iter().all(|needle| needle.len() >= 4));
    }

    #[test]
    fn clients_own_words_hold_a_needle() {
        let (_, words) = words();
        let listed: File = toml::from_str(include_str!("words.toml")).expect("the list");
        for phrase in listed.failure.iter().chain(&listed.success) {
            let found = words
                .needles
                .iter()
                .any(|needle| phrase.text.contains(needle.as_str()));
            assert!(found, "{}", phrase.text);
        }
    }

    #[test]
    fn tells_salesforces_errors_from_others() {
        let (catalogue, words) = words();
        let ours = |text: &str| {
            let said = catalogue.said(text).expect("an error");
            words.is_salesforces(&said, text, false)
        };
        assert!(ours("invalid_grant: authentication failure"));
        assert!(ours("Salesforce: authentication failure"));
        assert!(ours("INVALID_SESSION_ID: Session expired or invalid"));
        assert!(ours(
            r#"{"error":"invalid_grant","error_description":"something new"}"#
        ));
        assert!(ours(
            "sfdc sync: access_denied: end-user denied authorization"
        ));
        assert!(!ours(
            "sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0"
        ));
        assert!(!ours(
            "oauth2.googleapis.com: {\"error\":\"invalid_grant\",\"error_description\":\"Bad Request\"}"
        ));
        assert!(!ours("proxy: access_denied"));
        assert!(!ours("rpc server_error: try again"));
    }
}
