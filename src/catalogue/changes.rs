//! What a change is: by the code or the text that an audit trail has for it, and whom it touches.
//!
//! To teach a code or a text, add one string to its kind in `changes.toml`; to add a kind, one
//! `[[kind]]` block with an example.

use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use anyhow::ensure;
use regex::{Captures, Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use serde::Deserialize;

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

/// The patterns of texts, each with its kind, and a search for those that may fit: to build them all
/// takes longer than to read most exports of changes.
#[derive(Debug)]
struct Texts {
    /// Finds the [`needle`] of each.
    needles: AhoCorasick,
    each: Vec<Text>,
}

/// One of them, built when a text may fit.
#[derive(Debug)]
struct Text {
    pattern: String,
    kind: ChangeIx,
    built: OnceLock<Regex>,
}

impl Text {
    fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        let built = self.built.get_or_init(|| {
            let regex = RegexBuilder::new(&self.pattern)
                .case_insensitive(true)
                .build();
            regex.expect(SOUND)
        });
        built.captures(text)
    }
}

const SOUND: &str = "a pattern that the tests of this file compile";

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
        let (by_text, captures) = texts.first_that_fits(by_code, text).unzip();
        let ix = by_code.or(by_text).unwrap_or(ChangeIx::OTHER);
        (ix, self.named(ix, text, captures.as_ref()))
    }

    fn named(&self, ix: ChangeIx, text: &str, captures: Option<&Captures<'_>>) -> Named {
        let group = |name| {
            let found = captures.and_then(|captures| captures.name(name))?;
            let found = found.as_str().trim();
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

impl Texts {
    fn of(kinds: &[ChangeKind]) -> Self {
        let patterns = kinds.iter().flat_map(|kind| &kind.texts);
        let needles = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns.map(|pattern| needle(pattern)));
        let kinds = (0..).map(ChangeIx).zip(kinds);
        let each = kinds.flat_map(|(kind, of)| of.texts.iter().map(move |text| (kind, text)));
        let text = |(kind, text): (ChangeIx, &String)| Text {
            pattern: text.clone(),
            kind,
            built: OnceLock::new(),
        };
        Self {
            needles: needles.expect(SOUND),
            each: each.map(text).collect(),
        }
    }

    /// The first pattern that fits a text, of a kind if it is known.
    fn first_that_fits<'t>(
        &self,
        kind: Option<ChangeIx>,
        text: &'t str,
    ) -> Option<(ChangeIx, Captures<'t>)> {
        let mut each = self.may_fit(text).into_iter().map(|at| &self.each[at]);
        each.find_map(|one| {
            let is_asked = kind.is_none_or(|kind| kind == one.kind);
            let captures = is_asked.then(|| one.captures(text))?;
            Some((one.kind, captures?))
        })
    }

    /// The positions of the patterns that a text may fit.
    fn may_fit(&self, text: &str) -> BTreeSet<usize> {
        // Without regard to case these two letters are `s` and `k`, of which the search knows
        // nothing.
        if text.contains(['\u{17f}', '\u{212a}']) {
            return (0..self.each.len()).collect();
        }
        let found = self.needles.find_overlapping_iter(text);
        found.map(|found| found.pattern().as_usize()).collect()
    }
}

/// The longest run of letters and blanks that stands, in whatever case, in every text that a pattern
/// fits: of what is in brackets, or may be left out, nothing is looked at.
fn needle(pattern: &str) -> String {
    let (mut longest, mut run) = (String::new(), String::new());
    let mut depth = 0_usize;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '\\' => chars.next().filter(char::is_ascii_punctuation),
            '(' => {
                depth += 1;
                None
            }
            ')' => {
                depth = depth.saturating_sub(1);
                None
            }
            '[' => {
                // A class: what is escaped in it doesn't end it.
                while let Some(c) = chars.next().filter(|c| *c != ']') {
                    (c == '\\').then(|| chars.next());
                }
                None
            }
            '?' | '*' | '{' => {
                // The letter before it may be missing; behind a bracket there is none.
                run.pop();
                (c == '{').then(|| chars.by_ref().find(|c| *c == '}'));
                None
            }
            '|' if depth == 0 => return String::new(),
            '^' | '$' | '.' | '+' => None,
            c => Some(c).filter(char::is_ascii),
        };
        match plain.filter(|_| depth == 0) {
            Some(plain) => run.push(plain),
            None if run.len() > longest.len() => longest = std::mem::take(&mut run),
            None => run.clear(),
        }
    }
    if run.len() > longest.len() {
        return run;
    }
    longest
}

#[cfg(test)]
mod tests {
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
    fn a_text_that_a_pattern_fits_is_found_by_its_needle() {
        let changes = Changes::load().expect("the list");
        let texts = Texts::of(changes.all());
        for one in &texts.each {
            let needle = needle(&one.pattern);
            // Escapes with more than one letter would be taken for letters.
            let is_simple = ["\\p", "\\P", "\\x", "\\u"]
                .iter()
                .all(|odd| !one.pattern.contains(odd));
            assert!(is_simple, "{}", one.pattern);
            assert!(needle.len() >= 3, "{}: {needle:?}", one.pattern);
        }
        let examples = changes.all().iter().flat_map(|kind| &kind.examples);
        for example in examples {
            for text in [example.text.clone(), example.text.to_uppercase()] {
                let may_fit = texts.may_fit(&text);
                for (at, one) in texts.each.iter().enumerate() {
                    let fits = one.captures(&text).is_some();
                    assert!(!fits || may_fit.contains(&at), "{}: {text}", one.pattern);
                }
            }
        }
        let told = |text| changes.kind(changes.told(None, text).0).id.as_str();
        assert_eq!(told("Froze u\u{17f}er account for X"), "user-frozen");
    }

    #[test]
    fn needles_are_what_cannot_be_missing() {
        for (pattern, expected) in [
            (
                r"^reset (the )?password for( user)? (?<name>.+?)\.?$",
                "password for",
            ),
            (r"\b(was |were )?revoked\b", "revoked"),
            (r"\btokens? gone", "token"),
            (r"^a+ b*cd", "cd"),
            (r"oauth 2\.0 [^:]+ x", "oauth 2.0 "),
            ("long one|b", ""),
            (r"ab{2}cdef", "cdef"),
            (r"^\d{15} was [)\]x]removed", "removed"),
            (r"(a[)]b)?cd", "cd"),
        ] {
            assert_eq!(needle(pattern), expected, "{pattern}");
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
