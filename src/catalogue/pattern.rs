//! Patterns that are built when a text is first held against them.
//!
//! Most texts are ASCII, and for them letters, digits and blanks of other scripts need not be told
//! apart, which takes up to ten times as long to build. So there are two of each pattern.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Captures, Regex, bytes};

/// A regular expression that is known to be sound.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Cow<'static, str>,
    ascii: OnceLock<bytes::Regex>,
    any: OnceLock<Regex>,
}

/// What of a text fits a pattern.
#[derive(Debug)]
pub struct Fit<'t> {
    text: &'t str,
    captures: Captured<'t>,
}

#[derive(Debug)]
enum Captured<'t> {
    Ascii(bytes::Captures<'t>),
    Any(Captures<'t>),
}

const SOUND: &str = "a pattern that was checked, by a test if it is ours";

impl Pattern {
    /// A pattern of the sources.
    pub const fn new(text: &'static str) -> Self {
        Self::of(Cow::Borrowed(text))
    }

    /// A pattern that was read.
    pub const fn of(text: Cow<'static, str>) -> Self {
        Self {
            text,
            ascii: OnceLock::new(),
            any: OnceLock::new(),
        }
    }

    /// The regular expression.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it fits somewhere in a text.
    pub fn is_match(&self, text: &str) -> bool {
        match text.is_ascii() {
            true => self.of_ascii().is_match(text.as_bytes()),
            false => self.of_any().is_match(text),
        }
    }

    /// The first place in a text that it fits, with its groups.
    pub fn fit<'t>(&self, text: &'t str) -> Option<Fit<'t>> {
        let captures = match text.is_ascii() {
            true => Captured::Ascii(self.of_ascii().captures(text.as_bytes())?),
            false => Captured::Any(self.of_any().captures(text)?),
        };
        Some(Fit { text, captures })
    }

    fn of_ascii(&self) -> &bytes::Regex {
        self.ascii.get_or_init(|| {
            let mut pattern = bytes::RegexBuilder::new(&self.text);
            // What asks for letters of a script can't be built without them.
            let plain = pattern.unicode(false).build();
            plain
                .or_else(|_| pattern.unicode(true).build())
                .expect(SOUND)
        })
    }

    fn of_any(&self) -> &Regex {
        self.any
            .get_or_init(|| Regex::new(&self.text).expect(SOUND))
    }
}

impl<'t> Fit<'t> {
    /// What a named group holds.
    pub fn group(&self, name: &str) -> Option<&'t str> {
        let range = match &self.captures {
            Captured::Ascii(captures) => captures.name(name)?.range(),
            Captured::Any(captures) => captures.name(name)?.range(),
        };
        Some(&self.text[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_all_scripts_are_told_alike() {
        let pattern = Pattern::new(r"(?i)^(?P<word>\w+)\W+(?P<rest>\S.*)$");
        let of = |text| {
            let fit = pattern.fit(text)?;
            Some((fit.group("word")?, fit.group("rest")?))
        };
        assert_eq!(of("who: me"), Some(("who", "me")));
        assert_eq!(of("wär\u{2019} es"), Some(("wär", "es")));
        assert_eq!(of("one"), None);
        assert!(pattern.is_match("a b") && pattern.is_match("ä ö") && !pattern.is_match("ä"));
        assert_eq!(pattern.fit("a b").and_then(|fit| fit.group("none")), None);
    }

    #[test]
    fn what_asks_for_a_script_is_built_for_ascii_too() {
        let pattern = Pattern::new(r"^\p{Greek}*x$");
        assert!(pattern.is_match("x") && pattern.is_match("\u{3b1}x") && !pattern.is_match("ax"));
    }
}
