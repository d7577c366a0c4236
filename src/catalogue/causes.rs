//! All causes of failed logins and the index of every text that names one.

mod translated;

use anyhow::{Context, ensure};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::cause::Cause;
use super::fold::{fold_key, fold_status};
use super::languages::Languages;
use super::said::Index;
use crate::event::Flow;

/// Position of a cause in [`Catalogue::causes`], which is sorted by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CauseIx(pub u32);

/// What a text is, as `explain` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The vocabulary in which the text was found, in words.
    pub vocabulary: &'static str,
    /// The spelling of the catalogue.
    pub text: &'a str,
    pub cause: CauseIx,
}

/// Where a text stands: which vocabulary, which spelling, which cause.
#[derive(Clone, Debug)]
struct Entry {
    vocabulary: &'static str,
    text: String,
    cause: CauseIx,
}

const STATUS: &str = "Login History status";
const TRANSLATED: &str = "Login History status in another language";
const CODE: &str = "LOGIN_STATUS code of event log files";
const OAUTH: &str = "OAuth error";
const FAULT: &str = "SOAP or REST error code";
const MESSAGE: &str = "SOAP or REST message";
const CAUSE: &str = "cause";

/// All causes and the index of their texts.
#[derive(Debug)]
pub struct Catalogue {
    causes: Vec<Cause>,
    statuses: FxHashMap<String, Entry>,
    sso_statuses: FxHashMap<String, Entry>,
    codes: FxHashMap<String, Entry>,
    oauth: FxHashMap<String, Entry>,
    faults: FxHashMap<String, Entry>,
    fault_prefixes: Vec<(String, Entry)>,
    messages: Vec<(String, Entry)>,
    languages: &'static Languages,
    /// Statuses of other languages.
    translated: FxHashMap<String, Entry>,
    unrecognised: CauseIx,
    /// Finds the texts of client errors inside other texts.
    pub(super) said: Index,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cause: Vec<Cause>,
}

impl Catalogue {
    /// Reads the compiled-in list.
    ///
    /// # Errors
    /// What is wrong with the list: an id twice or out of order, a text under two causes, a cause
    /// without steps. A test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        let file: File = toml::from_str(include_str!("causes.toml")).context("causes.toml")?;
        Self::build(file.cause)
    }

    fn build(causes: Vec<Cause>) -> anyhow::Result<Self> {
        ensure!(
            causes.is_sorted_by(|a, b| a.id < b.id),
            "causes.toml: ids repeat or are not sorted"
        );
        let unrecognised = causes
            .iter()
            .position(|cause| cause.id == "unrecognised")
            .context("causes.toml: no cause \"unrecognised\"")?;
        let mut catalogue = Self {
            causes: Vec::new(),
            statuses: FxHashMap::default(),
            sso_statuses: FxHashMap::default(),
            codes: FxHashMap::default(),
            oauth: FxHashMap::default(),
            faults: FxHashMap::default(),
            fault_prefixes: Vec::new(),
            messages: Vec::new(),
            languages: Languages::load()?,
            translated: FxHashMap::default(),
            unrecognised: CauseIx(u32::try_from(unrecognised)?),
            said: Index::of(&causes)?,
        };
        for (at, cause) in causes.iter().enumerate() {
            ensure!(
                !cause.steps.is_empty(),
                "causes.toml: {} has no step",
                cause.id
            );
            catalogue.index(CauseIx(u32::try_from(at)?), cause)?;
        }
        catalogue.causes = causes;
        catalogue.translate()?;
        Ok(catalogue)
    }

    fn index(&mut self, ix: CauseIx, cause: &Cause) -> anyhow::Result<()> {
        let entry = |vocabulary, text: &str| Entry {
            vocabulary,
            text: text.to_owned(),
            cause: ix,
        };
        for (code, text) in &cause.login_status {
            insert(&mut self.codes, fold_key(code), entry(CODE, code))?;
            if !text.is_empty() && !cause.status_if_sso.contains(text) {
                insert(&mut self.statuses, fold_status(text), entry(STATUS, text))?;
            }
        }
        for text in &cause.status {
            insert(&mut self.statuses, fold_status(text), entry(STATUS, text))?;
        }
        for text in &cause.status_if_sso {
            insert(
                &mut self.sso_statuses,
                fold_status(text),
                entry(STATUS, text),
            )?;
        }
        for text in &cause.oauth {
            insert(&mut self.oauth, fold_key(text), entry(OAUTH, text))?;
        }
        for code in &cause.fault {
            match code.strip_suffix('*') {
                Some(prefix) => self
                    .fault_prefixes
                    .push((fold_key(prefix), entry(FAULT, code))),
                None => insert(&mut self.faults, fold_key(code), entry(FAULT, code))?,
            }
        }
        for phrase in &cause.message {
            self.messages
                .push((fold_key(phrase), entry(MESSAGE, phrase)));
        }
        Ok(())
    }

    /// All causes, sorted by id.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// A cause by its position.
    pub fn cause(&self, ix: CauseIx) -> &Cause {
        &self.causes[ix.0 as usize]
    }

    /// The position of a cause by its id.
    pub fn position(&self, id: &str) -> Option<CauseIx> {
        let at = self
            .causes
            .binary_search_by(|cause| cause.id.as_str().cmp(id))
            .ok()?;
        Some(CauseIx(u32::try_from(at).ok()?))
    }

    /// A cause by its id.
    pub fn by_id(&self, id: &str) -> Option<&Cause> {
        self.position(id).map(|ix| self.cause(ix))
    }

    /// The cause of texts that are in no list.
    pub fn unrecognised(&self) -> CauseIx {
        self.unrecognised
    }

    /// The cause that an export's outcome names: a Login History status or a LOGIN_STATUS code.
    ///
    /// `flow` decides between causes that share one text (`Signature Invalid`).
    pub fn cause_of_outcome(&self, text: &str, flow: Flow) -> Option<CauseIx> {
        let folded = fold_status(text);
        if flow == Flow::Sso
            && let Some(entry) = self.sso_statuses.get(&folded)
        {
            return Some(entry.cause);
        }
        let found = self
            .statuses
            .get(&folded)
            .or_else(|| self.codes.get(&folded));
        found
            .or_else(|| self.sso_statuses.get(&folded))
            .or_else(|| self.translated.get(&self.languages.fold(text)))
            .map(|entry| entry.cause)
    }

    /// Whether any list holds this text as it stands: a status, code, OAuth error or description,
    /// SOAP or REST code, or the id of a cause. All causes that it can mean, most exact first.
    pub fn lookup(&self, text: &str) -> Vec<Found<'_>> {
        let mut found: Vec<&Entry> = Vec::new();
        let status = fold_status(text);
        let key = fold_key(text);
        found.extend(self.statuses.get(&status));
        found.extend(self.sso_statuses.get(&status));
        found.extend(self.codes.get(&key));
        found.extend(self.oauth_entry(&key));
        found.extend(self.fault_entry(&key));
        if found.is_empty() {
            found.extend(self.translated.get(&self.languages.fold(text)));
        }
        let mut found: Vec<Found> = found.into_iter().map(Entry::found).collect();
        if let Ok(at) = self
            .causes
            .binary_search_by(|cause| cause.id.as_str().cmp(&key))
        {
            let cause = CauseIx(u32::try_from(at).unwrap_or(u32::MAX));
            found.push(Found {
                vocabulary: CAUSE,
                text: &self.causes[at].id,
                cause,
            });
        }
        let mut told = Vec::new();
        found.retain(|found| {
            let fresh = !told.contains(&found.cause);
            told.push(found.cause);
            fresh
        });
        found
    }

    /// `error: description`, `error` alone, a description alone, or the older form that appends
    /// the Login History status after ` - `. `key` is folded.
    fn oauth_entry(&self, key: &str) -> Option<&Entry> {
        if let Some(entry) = self.oauth.get(key) {
            return Some(entry);
        }
        let description = key
            .split_once(": ")
            .map_or(key, |(_, description)| description);
        if let Some((_, status)) = description.split_once(" - ")
            && let Some(entry) = self.statuses.get(&fold_status(status))
        {
            return Some(entry);
        }
        if let Some(entry) = self.oauth.get(&format!(": {description}")) {
            return Some(entry);
        }
        if !key.contains(": ") {
            // A description alone: under the error that most descriptions come with, then any.
            if let Some(entry) = self.oauth.get(&format!("invalid_grant: {key}")) {
                return Some(entry);
            }
            let mut keys: Vec<&String> = self.oauth.keys().collect();
            keys.sort_unstable();
            let whole = keys.into_iter().find(|known| {
                known
                    .split_once(": ")
                    .is_some_and(|(_, description)| description == key)
            });
            return whole.and_then(|known| self.oauth.get(known));
        }
        key.split_once(": ")
            .and_then(|(error, _)| self.oauth.get(error))
    }

    /// `CODE`, or `CODE: message`; a message that decides goes before its code. `key` is folded.
    fn fault_entry(&self, key: &str) -> Option<&Entry> {
        if let Some((_, entry)) = self
            .messages
            .iter()
            .find(|(phrase, _)| key.contains(phrase.as_str()))
        {
            return Some(entry);
        }
        let code = key.split_once(':').map_or(key, |(code, _)| code.trim());
        self.faults.get(code).or_else(|| {
            let prefixed = self.fault_prefixes.iter();
            prefixed
                .filter(|(prefix, _)| code.starts_with(prefix.as_str()))
                .map(|(_, entry)| entry)
                .next()
        })
    }

    /// Every text of the catalogue with its cause, for suggestions and for finding a text inside a
    /// pasted line. Sorted, so that results don't depend on hash order.
    pub fn texts(&self) -> Vec<Found<'_>> {
        let maps = [
            &self.statuses,
            &self.sso_statuses,
            &self.codes,
            &self.oauth,
            &self.faults,
        ];
        let mut all: Vec<Found> = Vec::new();
        for map in maps {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            all.extend(
                keys.into_iter()
                    .filter_map(|key| map.get(key))
                    .map(Entry::found),
            );
        }
        all.extend(self.messages.iter().map(|(_, entry)| entry.found()));
        all
    }
}

impl Entry {
    fn found(&self) -> Found<'_> {
        Found {
            vocabulary: self.vocabulary,
            text: &self.text,
            cause: self.cause,
        }
    }
}

/// A text may stand under one cause only.
fn insert(map: &mut FxHashMap<String, Entry>, key: String, entry: Entry) -> anyhow::Result<()> {
    if let Some(earlier) = map.get(&key) {
        ensure!(
            earlier.cause == entry.cause,
            "causes.toml: {:?} stands under two causes",
            entry.text
        );
        return Ok(());
    }
    map.insert(key, entry);
    Ok(())
}
