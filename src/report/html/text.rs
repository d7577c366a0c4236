//! Values as the page shows them: unseen characters visible, long ones cut, unknown ones said.

use crate::report::escape::visible;
use crate::report::model::Time;
use crate::report::words;

/// A value that may be unknown; the template says so in its place.
pub(super) type Value = Option<String>;

/// Text of the input, at most `chars` long. HTML escapes are the template's.
pub(super) fn shown(text: &str, chars: usize) -> String {
    // what is made visible only grows, so no more than this can be shown of a huge text
    let head = text
        .char_indices()
        .nth(chars + 1)
        .and_then(|(end, _)| text.get(..end));
    words::clip(&visible(head.unwrap_or(text)), chars)
}

/// As [`shown`], for what may be unknown.
pub(super) fn value(text: Option<&str>, chars: usize) -> Value {
    text.map(|text| shown(text, chars))
}

/// Up to `lines` texts, and how many more there are.
pub(super) fn lines(texts: &[String], lines: usize, chars: usize) -> Lines {
    Lines {
        shown: texts
            .iter()
            .take(lines)
            .map(|text| shown(text, chars))
            .collect(),
        more: more(texts.len(), lines),
    }
}

/// The head of a list of texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    pub(super) shown: Vec<String>,
    /// How many more there are, in words; `None` if these are all.
    pub(super) more: Option<String>,
}

/// `12` of `62` past the first `50`, in digits; `None` if nothing is left out.
pub(super) fn more(total: usize, shown: usize) -> Option<String> {
    let rest = total.checked_sub(shown).filter(|rest| *rest > 0)?;
    Some(words::thousands(rest as u64))
}

/// A count for people and for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number(pub(super) u64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&words::thousands(self.0))
    }
}

/// A moment for people and for scripts.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) iso: String,
    pub(super) text: String,
}

impl Moment {
    pub(super) fn new(time: &Time) -> Self {
        Self {
            iso: shown(&time.0, 40),
            text: shown(&words::instant(&time.0), 40),
        }
    }
}

/// A word in a frame; the style tells it again in colour.
#[derive(Clone, Debug)]
pub(super) struct Badge {
    pub(super) style: &'static str,
    pub(super) text: String,
}

/// The place of a finding on the page.
pub(super) fn finding_anchor(fingerprint: &str) -> String {
    format!("f-{}", plain(fingerprint))
}

/// The place of a cause on the page.
pub(super) fn anchor(cause: &str) -> String {
    format!("cause-{}", plain(cause))
}

/// An id with nothing in it that an address can't have.
fn plain(id: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => c,
        _ => '-',
    };
    id.chars().take(80).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_made_visible_before_they_are_cut() {
        assert_eq!(shown("\x1b[31m", 4), "\\u{1…");
        assert_eq!(value(None, 9), None);
    }

    #[test]
    fn a_cut_list_tells_how_many_are_missing() {
        let texts = ["a", "b", "c"].map(str::to_owned);
        let head = lines(&texts, 2, 9);
        assert_eq!((head.shown.len(), head.more.as_deref()), (2, Some("1")));
        assert_eq!(lines(&texts, 3, 9).more, None);
    }

    #[test]
    fn an_anchor_is_plain() {
        assert_eq!(anchor("ip-restricted"), "cause-ip-restricted");
        assert_eq!(anchor("a b\"<>"), "cause-a-b---");
        assert_eq!(finding_anchor("00ff\"'"), "f-00ff--");
    }
}
