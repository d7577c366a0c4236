//! The words of other languages in a Login History download: headers, outcomes, causes.
//!
//! Setup prints in the language of the person who downloads. Each file in `languages/` holds one of
//! the languages that Salesforce supports fully, and says of each word whether a page of Salesforce
//! shows it (`documented`) or we translated it (`translated`). Queries and event log files use API
//! names and codes, which are never translated, so nothing here applies to them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Context, anyhow, ensure};
use serde::Deserialize;

use super::fold::fold_letters;

/// Every language but English, by code. The list is Salesforce's of fully supported languages:
/// <https://developer.salesforce.com/docs/atlas.en-us.232.0.api_meta.meta/api_meta/meta_translations.htm>.
const LANGUAGES: &[&str] = &[
    include_str!("languages/da.toml"),
    include_str!("languages/de.toml"),
    include_str!("languages/es.toml"),
    include_str!("languages/es_MX.toml"),
    include_str!("languages/fi.toml"),
    include_str!("languages/fr.toml"),
    include_str!("languages/it.toml"),
    include_str!("languages/ja.toml"),
    include_str!("languages/ko.toml"),
    include_str!("languages/nl_NL.toml"),
    include_str!("languages/no.toml"),
    include_str!("languages/pt_BR.toml"),
    include_str!("languages/ru.toml"),
    include_str!("languages/sv.toml"),
    include_str!("languages/th.toml"),
    include_str!("languages/zh_CN.toml"),
    include_str!("languages/zh_TW.toml"),
];

/// Words of one language that stand on the same ground.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    /// Statuses that say a login succeeded.
    success: Vec<String>,
    /// What stands for `Failed` before a colon.
    failed: Vec<String>,
    /// Names of columns by role.
    headers: BTreeMap<String, Vec<String>>,
    /// Statuses of failed logins by the id of their cause.
    causes: BTreeMap<String, Vec<String>>,
}

/// One language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Salesforce's code, such as `pt_BR`.
    pub code: String,
    /// Its English name.
    pub name: String,
    /// Pages that show the documented words.
    pub source: Vec<String>,
    #[serde(default)]
    documented: Words,
    /// Our own translations, not seen in an export.
    translated: Words,
}

impl Language {
    fn words(&self) -> [&Words; 2] {
        [&self.documented, &self.translated]
    }

    /// Statuses that say a login succeeded.
    pub fn successes(&self) -> impl Iterator<Item = &str> {
        let words = self.words().into_iter().flat_map(|words| &words.success);
        words.map(String::as_str)
    }

    /// What stands for `Failed` before a colon.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        let words = self.words().into_iter().flat_map(|words| &words.failed);
        words.map(String::as_str)
    }

    /// Roles with names of columns, the documented ones first.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(self.words().map(|words| &words.headers))
    }

    /// Ids of causes with statuses, the documented ones first.
    pub fn causes(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(self.words().map(|words| &words.causes))
    }
}

fn pairs(lists: [&BTreeMap<String, Vec<String>>; 2]) -> impl Iterator<Item = (&str, &str)> {
    let lists = lists.into_iter().flatten();
    lists.flat_map(|(key, texts)| texts.iter().map(move |text| (key.as_str(), text.as_str())))
}

/// All languages but English.
#[derive(Debug)]
pub struct Languages {
    all: Vec<Language>,
    /// Folded words for `Failed`.
    failed: Vec<String>,
}

static ALL: LazyLock<Result<Languages, String>> =
    LazyLock::new(|| Languages::read().map_err(|error| format!("{error:#}")));

impl Languages {
    /// The compiled-in languages, read once.
    ///
    /// # Errors
    /// What is wrong with one of them; a test keeps that from happening.
    pub fn load() -> anyhow::Result<&'static Self> {
        ALL.as_ref().map_err(|error| anyhow!("{error}"))
    }

    fn read() -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for text in LANGUAGES {
            let language: Language = toml::from_str(text).context("a language")?;
            let Words {
                success,
                failed,
                headers,
                causes,
            } = &language.documented;
            let documented = !(success.is_empty()
                && failed.is_empty()
                && headers.is_empty()
                && causes.is_empty());
            ensure!(
                documented != language.source.is_empty(),
                "{}: documented words need a source, and a source needs them",
                language.name
            );
            all.push(language);
        }
        ensure!(
            all.is_sorted_by(|a: &Language, b| a.code < b.code),
            "languages repeat or are not sorted"
        );
        let failed = all.iter().flat_map(Language::failed);
        let failed = failed.map(fold_letters).collect();
        Ok(Self { all, failed })
    }

    /// All of them, by code.
    pub fn all(&self) -> &[Language] {
        &self.all
    }

    /// A status as it is compared with those of other languages: letters and digits alone, without
    /// a leading word for `Failed` and its colon, which Chinese and Japanese may write wide.
    pub fn fold(&self, text: &str) -> String {
        let split = text.split_once([':', '：']);
        let failed = split.filter(|(head, _)| self.failed.contains(&fold_letters(head)));
        fold_letters(failed.map_or(text, |(_, rest)| rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Successes};
    use crate::event::Flow;

    #[test]
    fn every_fully_supported_language_has_the_words_that_decide() {
        let languages = Languages::load().expect("the languages");
        assert_eq!(languages.all().len(), 17);
        for language in languages.all() {
            assert!(language.successes().count() > 0, "{}", language.name);
            for role in ["user", "time", "status", "source", "app", "login_type"] {
                let named = language.headers().any(|(found, _)| found == role);
                assert!(named, "{}: {role}", language.name);
            }
        }
    }

    #[test]
    fn no_word_means_success_in_one_language_and_failure_in_another() {
        let languages = Languages::load().expect("the languages");
        let (catalogue, successes) = (
            Catalogue::load().expect("the causes"),
            Successes::load().expect("the words"),
        );
        for language in languages.all() {
            for word in language.successes() {
                assert!(successes.is_status(word), "{word}");
                assert!(catalogue.lookup(word).is_empty(), "{word} is a failure too");
                assert!(!languages.failed.contains(&fold_letters(word)), "{word}");
            }
            for (id, text) in language.causes() {
                assert!(!successes.is_status(text), "{text} is a success too");
                let cause = catalogue.cause_of_outcome(text, Flow::Other);
                assert_eq!(cause, catalogue.position(id), "{}: {text}", language.name);
            }
            for word in language.failed() {
                assert!(!successes.is_status(word), "{word}");
            }
        }
    }

    #[test]
    fn statuses_are_known_however_they_are_punctuated() {
        let catalogue = Catalogue::load().expect("the causes");
        let id = |text| {
            let cause = catalogue.cause_of_outcome(text, Flow::Other);
            cause.map(|cause| catalogue.cause(cause).id.as_str())
        };
        assert_eq!(id("無効なパスワードです。"), Some("invalid-password"));
        assert_eq!(id("無効なパスワードです"), Some("invalid-password"));
        let activation = Some("device-activation-required");
        assert_eq!(id("失敗: コンピュータの有効化が必要です。"), activation);
        assert_eq!(id("失敗：コンピューターの有効化が必要です"), activation);
        assert_eq!(
            id("Activation de l’ordinateur requise"),
            activation,
            "a curly apostrophe"
        );
        assert_eq!(
            id("Fehlgeschlagen: Computeraktivierung erforderlich"),
            activation
        );
        assert_eq!(id("Warnung: Computeraktivierung erforderlich"), None);
        assert_eq!(id("。"), None);
    }
}
