//! What a change is: by the code or the text that an audit trail has for it, and whom it touches.
//!
//! To teach a code or a text, add one string to its kind in `changes.toml`; to add a kind, one
//! `[[kind]]` block with an example.

mod texts;

use std::sync::{LazyLock, OnceLock};

use anyhow::ensure;
use regex::Regex;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::Fit;
use texts::Texts;

/// Whom a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Touches {
    User,
    App,
    /// Everybody in the org may be touched.
    Org,
    /// Nobody whom a login can tell.
    Nobody,
}

/// One kind of change.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeKind {
    pub id: String,
    pub title: String,
    pub touches: Touches,
    /// Where its text names nobody, it touches the whole org.
    #[serde(default)]
    pub else_org: bool,
    /// Ids of the causes that such a change can bring about.
    #[serde(default)]
    pub explains: Vec<String>,
    /// Action codes; one may end in `*`.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Regular expressions over displayed texts.
    #[serde(default)]
    pub texts: Vec<String>,
    /// What a row looks like, for the tests.
    #[serde(default)]
    pub examples: Vec<ChangeExample>,
}

/// A code and a text, and whom they name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeExample {
    pub code: Option<String>,
    pub text: String,
    pub user: Option<String>,
    pub name: Option<String>,
    pub app: Option<String>,
}

/// The position of a kind among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeIx(u16);

impl ChangeIx {
    /// A change that no code and no text tells more of.
    pub const OTHER: Self = Self(0);
}

/// Whom the text of a change names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// A username or an id.
    pub user: Option<String>,
    /// A display name.
    pub name: Option<String>,
    pub app: Option<String>,
}

/// All kinds, found by code and by text.
#[derive(Debug)]
pub struct Changes {
    kinds: Vec<ChangeKind>,
    codes: FxHashMap<String, ChangeIx>,
    /// Beginnings of codes, the longest first.
    beginnings: Vec<(String, ChangeIx)>,
    /// Made when the first text is asked for: most runs have none.
    texts: OnceLock<Texts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: Vec<ChangeKind>,
}

/// A username: Salesforce wants the form of an email address.
static USERNAME: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"[^\s"'()\[\]<>,:;@]+@[^\s"'()\[\]<>,:;@]+\.[^\s"'()\[\]<>,:;@.]+"#;
    Regex::new(pattern).expect("a pattern of this file")
});
/// The id of a user.
static USER_ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b005[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?\b").expect("a pattern of this file")
});

impl Changes {
    /// Reads the compiled-in list.
    ///
    /// # Errors
    /// What is wrong with the list; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        let File { kind: kinds } = toml::from_str(include_str!("changes.toml"))?;
        let first = kinds.first().map(|kind| kind.id.as_str());
        ensure!(first == Some("other"), "the first kind is not \"other\"");
        let mut codes = FxHashMap::default();
        let mut beginnings = Vec::new();
        for (ix, kind) in (0..).map(ChangeIx).zip(&kinds) {
            for code in &kind.codes {
                let folded = code.to_lowercase();
                match folded.strip_suffix('*') {
                    Some(beginning) => beginnings.push((beginning.to_owned(), ix)),
                    None => {
                        let twice = codes.insert(folded, ix).is_some();
                        ensure!(!twice, "the code {code} stands twice");
                    }
                }
            }
        }
        beginnings.sort_by_key(|(beginning, _)| std::cmp::Reverse(beginning.len()));
        Ok(Self {
            kinds,
            codes,
            beginnings,
            texts: OnceLock::new(),
        })
    }

    /// Every kind, `other` first.
    pub fn all(&self) -> &[ChangeKind] {
        &self.kinds
    }

    /// A kind by its position.
    pub fn kind(&self, ix: ChangeIx) -> &ChangeKind {
        &self.kinds[usize::from(ix.0)]
    }

    /// The kind of an action code.
    pub fn of_code(&self, code: &str) -> Option<ChangeIx> {
        let code = code.to_lowercase();
        let by_beginning = || {
            let begins = |(beginning, _): &&(String, _)| code.starts_with(beginning);
            self.beginnings.iter().find(begins).map(|(_, ix)| *ix)
        };
        self.codes.get(&code).copied().or_else(by_beginning)
    }

    /// What an action code and its text (with single blanks) say: the kind, and who is named.
    pub fn told(&self, code: Option<&str>, text: &str) -> (ChangeIx, Named) {
        let by_code = code.and_then(|code| self.of_code(code));
        let texts = self.texts.get_or_init(|| Texts::of(&self.kinds));
        let (by_text, fit) = texts.first_that_fits(by_code, text).unzip();
        let ix = by_code.or(by_text).unwrap_or(ChangeIx::OTHER);
        (ix, self.named(ix, text, fit.as_ref()))
    }

    fn named(&self, ix: ChangeIx, text: &str, fit: Option<&Fit<'_>>) -> Named {
        let group = |name| {
            let found = fit.and_then(|fit| fit.group(name))?.trim();
            (!found.is_empty()).then(|| found.to_owned())
        };
        let whole = |pattern: &Regex| pattern.find(text).map(|found| found.as_str().to_owned());
        let touches_user = self.kind(ix).touches == Touches::User;
        // An email address that is changed stands behind the user's id.
        let user = group("user").or_else(|| {
            let id = || whole(&USER_ID);
            touches_user.then(|| id().or_else(|| whole(&USERNAME)))?
        });
        let name = group("name").filter(|name| Some(name) != user.as_ref());
        Named {
            user,
            name,
            app: group("app"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_kind_is_found_by_its_examples_and_names_whom_they_name() {
        let changes = Changes::load().expect("the list");
        for (ix, kind) in (0..).map(ChangeIx).zip(changes.all()) {
            assert!(
                kind.examples.is_empty() == (ix == ChangeIx::OTHER),
                "{}",
                kind.id
            );
            for example in &kind.examples {
                let (found, named) = changes.told(example.code.as_deref(), &example.text);
                let what = (kind.id.as_str(), &example.text);
                assert_eq!(changes.kind(found).id, kind.id, "{what:?}");
                assert_eq!(named.user, example.user, "{what:?}");
                assert_eq!(named.app, example.app, "{what:?}");
                assert_eq!(named.name, example.name, "{what:?}");
                if !kind.texts.is_empty() && !example.text.contains("changed for") {
                    let (by_text, _) = changes.told(None, &example.text);
                    assert_eq!(changes.kind(by_text).id, kind.id, "by its text: {what:?}");
                }
            }
        }
    }

    #[test]
    fn what_explains_is_a_cause_and_ids_stand_once() {
        let changes = Changes::load().expect("the list");
        let causes = Catalogue::load().expect("the causes");
        let mut ids = BTreeSet::new();
        for kind in changes.all() {
            assert!(ids.insert(&kind.id), "{}", kind.id);
            assert!(
                !kind.title.is_empty() && kind.title.len() < 60,
                "{}",
                kind.id
            );
            assert!(kind.explains.is_sorted(), "{}", kind.id);
            for cause in &kind.explains {
                assert!(causes.by_id(cause).is_some(), "{}: {cause}", kind.id);
            }
        }
    }

    #[test]
    fn a_code_goes_before_its_text_and_an_unknown_one_leaves_it_to_the_text() {
        let changes = Changes::load().expect("the list");
        let id = |code, text| changes.kind(changes.told(code, text).0).id.as_str();
        assert_eq!(
            id(Some("FROZEUSER"), "Reset password for user X"),
            "user-frozen"
        );
        assert_eq!(id(Some("x"), "Reset password for user X"), "password-reset");
        assert_eq!(id(Some("createdApexPage"), "Created page X"), "other");
        assert_eq!(id(None, ""), "other");
        assert_eq!(
            changes.of_code("insertTwoFactorInfo2"),
            changes.of_code("deleteTwoFactorX")
        );
    }

    #[test]
    fn other_kinds_name_no_user_by_chance() {
        let changes = Changes::load().expect("the list");
        let (_, named) = changes.told(None, "Created page for ann@example.com");
        assert_eq!(named, Named::default());
    }
}
