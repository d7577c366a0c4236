//! What error a text says: its code and its description, wherever they stand.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use anyhow::Context;

use super::cause::Cause;
use super::causes::{Catalogue, CauseIx};
use super::fields::{Field, Key, fields};

/// An error as the server gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The OAuth error or the SOAP or REST code, where it is given.
    pub code: Option<String>,
    /// What is said about it, where anything is.
    pub description: Option<String>,
    /// The description, or a code that needs none, is one of the catalogue's.
    pub known: bool,
}

impl Said {
    /// `code: description`, or what there is of it.
    pub fn text(&self) -> String {
        match (&self.code, &self.description) {
            (Some(code), Some(description)) => format!("{code}: {description}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => String::new(),
        }
    }
}

/// Searches for the catalogue's codes and descriptions inside texts.
#[derive(Debug)]
pub(super) struct Index {
    codes: AhoCorasick,
    descriptions: AhoCorasick,
}

/// Descriptions shorter than this stand in too many texts.
const SHORTEST: usize = 8;
/// Characters of a description that are kept.
const LONGEST: usize = 300;

impl Index {
    /// The texts with which clients are refused.
    pub(super) fn of(causes: &[Cause]) -> anyhow::Result<Self> {
        let mut codes: Vec<&str> = Vec::new();
        let mut descriptions: Vec<&str> = Vec::new();
        for cause in causes {
            for text in cause.oauth.iter().chain(&cause.fault) {
                let (code, description) = text.split_once(": ").unwrap_or((text, ""));
                codes.push(code.trim_end_matches('*'));
                descriptions.push(description);
            }
            descriptions.extend(cause.message.iter().map(String::as_str));
        }
        codes.retain(|code| !code.is_empty());
        descriptions.retain(|description| description.len() >= SHORTEST);
        let build = |of: &mut Vec<&str>, any_case: bool| {
            of.sort_unstable();
            of.dedup();
            let mut search = AhoCorasick::builder();
            search.match_kind(MatchKind::LeftmostLongest);
            // A table of all steps takes longer to build than most runs search.
            search.kind(Some(AhoCorasickKind::ContiguousNFA));
            search.ascii_case_insensitive(any_case).build(of)
        };
        Ok(Self {
            codes: build(&mut codes, false).context("codes of causes.toml")?,
            descriptions: build(&mut descriptions, true).context("texts of causes.toml")?,
        })
    }

    /// Every code of the catalogue that stands in a text as a word, in order.
    fn codes<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.codes.find_iter(text).filter_map(|found| {
            let mut end = found.end();
            if text[..end].ends_with('_') {
                let more = &text[end..];
                end += more.find(|c| !is_word(c)).unwrap_or(more.len());
            }
            is_alone(text, &(found.start()..end)).then_some(found.start()..end)
        })
    }

    /// Every description of the catalogue that stands in a text as words, in order.
    fn descriptions<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        let found = self.descriptions.find_iter(text).map(|found| found.range());
        found.filter(|range| is_alone(text, range))
    }

    fn is_code(&self, text: &str) -> bool {
        self.codes(text).next() == Some(0..text.len())
    }

    fn is_description(&self, text: &str) -> bool {
        let text = text.trim_end_matches('.');
        let mut found = self.descriptions(text);
        found.any(|range| range.start == 0)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    // A line end that is still escaped is no letter.
    let escaped = text[..range.start].ends_with("\\n") || text[..range.start].ends_with("\\t");
    let after = text[range.end..].chars().next();
    (escaped || !before.is_some_and(is_word)) && !after.is_some_and(is_word)
}

impl Catalogue {
    /// Every code with which clients are refused; some stand in it twice.
    pub fn client_codes(&self) -> Vec<&str> {
        let texts = self
            .causes()
            .iter()
            .flat_map(|cause| cause.oauth.iter().chain(&cause.fault));
        let code = |text: &'_ String| text.find(": ").map_or(text.len(), |end| end);
        let codes = texts.map(|text| text[..code(text)].trim_end_matches('*'));
        codes.filter(|code| !code.is_empty()).collect()
    }

    /// The error that a text says: the first that comes with a description, else what there is.
    pub fn said(&self, text: &str) -> Option<Said> {
        let index = &self.said;
        let fields = fields(text);
        oauth_pair(index, &fields)
            .or_else(|| fault(index, &fields, text))
            .or_else(|| answer(index, &fields))
            .or_else(|| phrase(index, text))
            .or_else(|| description_alone(index, text))
            .or_else(|| code_alone(index, &fields, text))
    }

    /// The cause that an error names, [`Catalogue::unrecognised`] if no list has it.
    pub fn cause_of(&self, said: &Said) -> CauseIx {
        let both = self.lookup(&said.text());
        let mut found = both.first().map(|found| found.cause);
        for part in [&said.description, &said.code].into_iter().flatten() {
            found = found.or_else(|| self.lookup(part).first().map(|found| found.cause));
        }
        found.unwrap_or(self.unrecognised())
    }
}

fn said(index: &Index, code: &str, description: &str) -> Option<Said> {
    let code = code.rsplit(':').next().unwrap_or(code);
    // Some repeat the code at the beginning of the description.
    let description = match description.strip_prefix(code) {
        Some(rest) if rest.starts_with([':', ' ']) => rest.trim_start_matches([':', ' ']),
        _ => description,
    };
    let description = shortened(description);
    let known = index.is_description(description);
    Some(Said {
        code: Some(code.to_owned()),
        description: (!description.is_empty()).then(|| description.to_owned()),
        known,
    })
}

/// `error` with `error_description`, in either order.
fn oauth_pair(index: &Index, fields: &[Field]) -> Option<Said> {
    let errors = fields.iter().enumerate();
    let mut errors = errors.filter(|(_, field)| field.key == Key::Error);
    errors.find_map(|(at, error)| {
        if let Some(said) = phrase(index, &error.value) {
            return Some(said);
        }
        let described = fields.iter().enumerate();
        let described = described.filter(|(_, field)| field.key == Key::ErrorDescription);
        let (_, nearest) = described.min_by_key(|(other, _)| other.abs_diff(at))?;
        let lower = error
            .value
            .chars()
            .all(|c| c.is_ascii_lowercase() || c == '_');
        let is_error = index.is_code(&error.value) || (error.bounded && lower);
        let said = said(index, &error.value, clean(&nearest.value, nearest.bounded))?;
        is_error.then_some(said)
    })
}

/// A SOAP fault: its code and message, or a string that has both.
fn fault(index: &Index, fields: &[Field], text: &str) -> Option<Said> {
    let of = |key| fields.iter().find(|field| field.key == key);
    if let Some(code) = of(Key::ExceptionCode)
        && (index.is_code(&code.value) || text.contains("LoginFault"))
    {
        let message = of(Key::ExceptionMessage).or_else(|| of(Key::FaultString));
        return said(index, &code.value, message.map_or("", |field| &field.value));
    }
    let string = of(Key::FaultString)?;
    let code = of(Key::FaultCode);
    let code = code.filter(|code| index.is_code(code.value.rsplit(':').next().unwrap_or("")));
    match code {
        Some(code) => said(index, &code.value, &string.value),
        None => phrase(index, &string.value),
    }
}

/// `message` beside `errorCode`, `description` beside `code`.
fn answer(index: &Index, fields: &[Field]) -> Option<Said> {
    let is_code = |field: &Field| {
        matches!(field.key, Key::ErrorCode | Key::Code) && index.is_code(&field.value)
    };
    let describes = |field: &&Field| {
        matches!(
            field.key,
            Key::Message | Key::Description | Key::ErrorDescription
        )
    };
    let mut codes = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| is_code(field));
    codes.find_map(|(at, code)| {
        let before = at.checked_sub(1).and_then(|before| fields.get(before));
        let mut beside = [before, fields.get(at + 1)]
            .into_iter()
            .flatten()
            .filter(describes);
        let found = beside.find(|field| field.at.abs_diff(code.at) < LONGEST * 2)?;
        said(index, &code.value, clean(&found.value, found.bounded))
    })
}

/// `code: description`, `code - description`, `code (description)`.
fn phrase(index: &Index, text: &str) -> Option<Said> {
    index.codes(text).find_map(|range| {
        let rest = text[range.end..].trim_start_matches(' ');
        let description = rest
            .strip_prefix(": ")
            .or_else(|| rest.strip_prefix("- "))
            .or_else(|| rest.strip_prefix("\u{2013} "))
            .or_else(|| rest.strip_prefix('('))?;
        let description = clean(description, false);
        let said = said(index, &text[range], description)?;
        said.description.is_some().then_some(said)
    })
}

/// A description of the catalogue without its code. The Salesforce CLI tries several audiences
/// and tells the outcome of each; that an audience was the wrong one tells least.
fn description_alone(index: &Index, text: &str) -> Option<Said> {
    const LEAST_TELLING: &str = "audience is invalid";
    let mut all: Vec<Range<usize>> = index.descriptions(text).collect();
    let telling = |range: &Range<usize>| !text[range.clone()].eq_ignore_ascii_case(LEAST_TELLING);
    let at = all.iter().position(telling).unwrap_or(0);
    let range = (at < all.len()).then(|| all.swap_remove(at))?;
    // A code of no list may stand before it, and a status of Login History behind it.
    let before = text[..range.start].strip_suffix(": ").unwrap_or("");
    let name = before.trim_end_matches(|c: char| c.is_ascii_uppercase() || c == '_');
    let code = &before[name.len()..];
    let is_code = code.len() > 5 && code.contains('_') && !name.ends_with(is_word);
    let behind = &text[range.end..];
    let more =
        if is_code || behind.starts_with(" - ") || behind.starts_with(" ") && is_phrase(behind) {
            clean(&text[range.start..], false)
        } else {
            &text[range]
        };
    Some(Said {
        code: is_code.then(|| code.to_owned()),
        description: Some(shortened(more).to_owned()),
        known: true,
    })
}

/// Whether a sentence goes on: a lower-case word and more behind it.
fn is_phrase(behind: &str) -> bool {
    let rest = behind.trim_start();
    rest.starts_with("by default in this org")
        || rest.starts_with("REST API")
        || rest.starts_with("API")
        || rest.starts_with("to log in")
}

/// A code and nothing about it.
fn code_alone(index: &Index, fields: &[Field], text: &str) -> Option<Said> {
    let is_code = |field: &&Field| {
        let coded = matches!(field.key, Key::Error | Key::ErrorCode | Key::ExceptionCode);
        coded && index.is_code(&field.value)
    };
    let field = fields
        .iter()
        .find(is_code)
        .map(|field| field.value.as_str());
    let code = field.or_else(|| index.codes(text).next().map(|range| &text[range]))?;
    Some(Said {
        code: Some(code.to_owned()),
        description: None,
        known: code.chars().any(|c| c.is_ascii_uppercase()),
    })
}

/// What a description is without what goes on behind it: its line, up to what closes a bracket
/// or a quote that was opened before it, without an HTTP status in parentheses.
fn clean(text: &str, bounded: bool) -> &str {
    if bounded {
        return text.trim();
    }
    let line = text
        .split(['\n', '\r', '"', '`', '\u{201d}', '<', '|'])
        .next()
        .unwrap_or("");
    let line = line.split("\\n").next().unwrap_or(line);
    let mut open: usize = 0;
    let mut end = line.len();
    for (at, c) in line.char_indices() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' if open == 0 => {
                end = at;
                break;
            }
            ')' | ']' | '}' => open -= 1,
            '\'' if !line[at + 1..].starts_with(char::is_alphanumeric) => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let line = line[..end].trim_end_matches(['\\', ',', ' ']);
    let status = line.strip_suffix(')').and_then(|rest| {
        let (rest, status) = rest.rsplit_once(" (")?;
        let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        digits.then_some(rest)
    });
    status.unwrap_or(line).trim()
}

fn shortened(text: &str) -> &str {
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text[..end].trim_end(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(String, String, bool)> {
        let catalogue = Catalogue::load().expect("the list");
        let said = catalogue.said(text)?;
        let cause = catalogue.cause(catalogue.cause_of(&said)).id.clone();
        Some((said.text(), cause, said.known))
    }

    #[test]
    fn finds_code_and_description() {
        for text in [
            "{ [invalid_grant: authentication failure] name: 'invalid_grant' }",
            "Reason: invalid_grant - authentication failure",
            "Unable to mint: invalid_grant (authentication failure)",
            "Login error code:[invalid_grant] description:[authentication failure]",
            "OAuth error code: invalid_grant, description: authentication failure",
            "auth: invalid_grant: authentication failure (400)",
            "error='invalid_grant: authentication failure' attempt=2",
        ] {
            let expected = "invalid_grant: authentication failure".to_owned();
            let cause = "authentication-failure".to_owned();
            assert_eq!(of(text), Some((expected, cause, true)), "{text}");
        }
    }

    #[test]
    fn keeps_what_no_list_has() {
        let text = r#"{"error":"new_error","error_description":"never heard of"}"#;
        let unknown = (
            "new_error: never heard of".to_owned(),
            "unrecognised".to_owned(),
            false,
        );
        assert_eq!(of(text), Some(unknown));
        assert_eq!(
            of("UNABLE_TO_LOCK_ROW: unable to obtain exclusive access"),
            None
        );
        assert_eq!(of("INSUFFICIENT_ACCESS_OR_READONLY"), None);
        assert_eq!(of("all is well"), None);
    }

    #[test]
    fn the_most_telling_of_several_tries_counts() {
        let text = "Errors encountered:\naudience is invalid\nuser hasn't approved this consumer\n";
        let (said, cause, _) = of(text).expect("an error");
        assert_eq!(said, "user hasn't approved this consumer");
        assert_eq!(cause, "app-not-approved");
    }
}
