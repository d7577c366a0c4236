//! What the failures mean and what to do: one card a cause, which the tables link to.

use crate::report::model::{ByCause, ByDescription, Report};
use crate::report::words::{count, share};

use super::text::{Moment, Number, Value, anchor, more, shown, value};
use super::{CauseText, Limits};

/// The texts of the causes, by id.
pub(super) struct Catalogue<'a>(pub(super) &'a [CauseText]);

/// A cause by name, with the way to its card.
#[derive(Clone, Debug)]
pub(super) struct CauseLink {
    pub(super) anchor: String,
    pub(super) title: String,
}

/// What to know and do about one cause.
pub(super) struct Card {
    pub(super) cause: CauseLink,
    pub(super) failures: Number,
    pub(super) share: String,
    pub(super) whom: String,
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) texts: Vec<Text>,
    pub(super) more_texts: Option<String>,
    /// `None` where the catalogue has nothing about it.
    pub(super) known: Option<Known>,
}

/// A description of the cause as the source spells it.
pub(super) struct Text {
    pub(super) text: Value,
    pub(super) failures: Number,
}

/// The catalogue's part of a card.
pub(super) struct Known {
    pub(super) class: Class,
    pub(super) permanent: bool,
    pub(super) fixed_by: String,
    pub(super) means: String,
    pub(super) tell_apart: String,
    pub(super) steps: Vec<String>,
    pub(super) sources: Vec<Source>,
}

/// A class of causes: its name, the style of its badge, and what it says.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) style: &'static str,
    pub(super) help: &'static str,
}

/// Where something is documented.
pub(super) struct Source {
    pub(super) text: String,
    pub(super) link: bool,
}

impl Catalogue<'_> {
    pub(super) fn link(&self, cause: &str) -> CauseLink {
        let title = self.get(cause).map_or(cause, |text| text.title.as_str());
        CauseLink {
            anchor: anchor(cause),
            title: shown(title, 80),
        }
    }

    /// A card for each cause, most failures first.
    pub(super) fn cards(&self, report: &Report, limits: Limits) -> Vec<Card> {
        let failures = &report.failures;
        let causes = failures.by_cause.iter().take(limits.rows);
        causes
            .map(|cause| {
                self.card(
                    cause,
                    report.totals.failures,
                    &failures.by_description,
                    limits,
                )
            })
            .collect()
    }

    fn get(&self, cause: &str) -> Option<&CauseText> {
        self.0.iter().find(|text| text.id == cause)
    }

    fn card(
        &self,
        cause: &ByCause,
        failures: u64,
        descriptions: &[ByDescription],
        limits: Limits,
    ) -> Card {
        let texts: Vec<_> = descriptions
            .iter()
            .filter(|d| d.cause == cause.cause)
            .collect();
        let limit = limits.lines.min(10);
        let text = |d: &&ByDescription| Text {
            text: value(d.description.as_deref(), limits.chars),
            failures: Number(d.failures),
        };
        Card {
            cause: self.link(&cause.cause),
            failures: Number(cause.failures),
            share: share(cause.failures, failures),
            whom: whom(cause),
            first: Moment::new(&cause.first),
            last: Moment::new(&cause.last),
            texts: texts.iter().take(limit).map(text).collect(),
            more_texts: more(texts.len(), limit),
            known: self.get(&cause.cause).map(known),
        }
    }
}

fn known(text: &CauseText) -> Known {
    Known {
        class: class(&text.class),
        permanent: text.permanent,
        fixed_by: shown(&text.fixed_by, 200),
        means: shown(&text.means, 2_000),
        tell_apart: shown(&text.tell_apart, 2_000),
        steps: text
            .steps
            .iter()
            .take(20)
            .map(|step| shown(step, 1_000))
            .collect(),
        sources: sources(&text.source),
    }
}

/// The first ten addresses or names of documents.
pub(super) fn sources(texts: &[String]) -> Vec<Source> {
    let source = |text: &String| Source {
        text: shown(text, 300),
        link: is_link(text),
    };
    texts.iter().take(10).map(source).collect()
}

/// `7 users, 2 apps, 3 addresses`, without what no source tells.
fn whom(cause: &ByCause) -> String {
    let parts = [
        (cause.users, "user", "users"),
        (cause.apps, "app", "apps"),
        (cause.sources, "address", "addresses"),
    ];
    let told = parts.into_iter().filter(|(n, ..)| *n > 0);
    told.map(|(n, one, many)| count(n, one, many))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Only a plain, short https address is one; all else is shown as text.
fn is_link(source: &str) -> bool {
    source
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty())
        && source.len() <= 300
        && source.chars().all(|c| c.is_ascii_graphic())
}

fn class(name: &str) -> Class {
    let (style, help) = match name {
        "credential" => (
            "credential",
            "what was presented is wrong, missing or expired",
        ),
        "policy" => ("policy", "a setting of the org or of the user forbids it"),
        "client" => (
            "client",
            "the app or its configuration asks for the wrong thing",
        ),
        "platform" => (
            "platform",
            "Salesforce or an identity provider was at its limit or down",
        ),
        "ambiguous" => (
            "ambiguous",
            "the answer fits several causes and does not say which",
        ),
        "benign" => ("benign", "part of normal operation"),
        _ => ("other", "a class of its own"),
    };
    Class {
        name: shown(name, 40),
        style,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_becomes_a_link() {
        assert!(is_link(
            "https://help.salesforce.com/s/articleView?id=1&type=5"
        ));
        for text in [
            "http://a.example",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "Login\u{202e}",
            " https://a",
        ] {
            assert!(!is_link(text), "{text}");
        }
    }

    #[test]
    fn a_cause_without_text_is_called_by_its_id() {
        let link = Catalogue(&[]).link("own cause");
        assert_eq!(
            (link.title.as_str(), link.anchor.as_str()),
            ("own cause", "cause-own-cause")
        );
    }
}
