//! Which pattern a text of a change fits, without building and trying them all.

use std::collections::BTreeSet;

use super::{ChangeIx, ChangeKind};
use crate::catalogue::{Fit, Pattern};
use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// The patterns of texts, each with its kind, and a search for those that may fit: to build them all
/// takes longer than to read most exports of changes.
#[derive(Debug)]
pub(super) struct Texts {
    /// Finds the [`needle`] of each.
    needles: AhoCorasick,
    each: Vec<Text>,
}

/// One of them, built when a text may fit.
#[derive(Debug)]
struct Text {
    pattern: Pattern,
    kind: ChangeIx,
}

const SOUND: &str = "a pattern that the tests of this file compile";

impl Texts {
    pub(super) fn of(kinds: &[ChangeKind]) -> Self {
        let patterns = kinds.iter().flat_map(|kind| &kind.texts);
        let needles = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns.map(|pattern| needle(pattern)));
        let kinds = (0..).map(ChangeIx).zip(kinds);
        let each = kinds.flat_map(|(kind, of)| of.texts.iter().map(move |text| (kind, text)));
        let text = |(kind, text): (ChangeIx, &String)| Text {
            pattern: Pattern::of(format!("(?i:{text})").into()),
            kind,
        };
        Self {
            needles: needles.expect(SOUND),
            each: each.map(text).collect(),
        }
    }

    /// The first pattern that fits a text, of a kind if it is known.
    pub(super) fn first_that_fits<'t>(
        &self,
        kind: Option<ChangeIx>,
        text: &'t str,
    ) -> Option<(ChangeIx, Fit<'t>)> {
        let mut each = self.may_fit(text).into_iter().map(|at| &self.each[at]);
        each.find_map(|one| {
            let is_asked = kind.is_none_or(|kind| kind == one.kind);
            let fit = is_asked.then(|| one.pattern.fit(text))?;
            Some((one.kind, fit?))
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
    use super::super::Changes;
    use super::*;

    #[test]
    fn a_text_that_a_pattern_fits_is_found_by_its_needle() {
        let changes = Changes::load().expect("the list");
        let texts = Texts::of(changes.all());
        let patterns = changes.all().iter().flat_map(|kind| &kind.texts);
        for pattern in patterns {
            let needle = needle(pattern);
            // Escapes with more than one letter would be taken for letters.
            let is_simple = ["\\p", "\\P", "\\x", "\\u"]
                .iter()
                .all(|odd| !pattern.contains(odd));
            assert!(is_simple, "{pattern}");
            assert!(needle.len() >= 3, "{pattern}: {needle:?}");
        }
        let examples = changes.all().iter().flat_map(|kind| &kind.examples);
        for example in examples {
            for text in [example.text.clone(), example.text.to_uppercase()] {
                let may_fit = texts.may_fit(&text);
                for (at, one) in texts.each.iter().enumerate() {
                    let fits = one.pattern.is_match(&text);
                    assert!(
                        !fits || may_fit.contains(&at),
                        "{}: {text}",
                        one.pattern.as_str()
                    );
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
}
