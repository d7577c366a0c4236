//! Finding what the catalogue knows inside a pasted line: a log line, a JSON body, a fault.

use super::causes::{Catalogue, Found};
use super::fold::fold_key;

/// Shorter texts are too common to be found inside a line.
const SHORTEST: usize = 8;

impl Catalogue {
    /// What a text means: as it stands, else what is found inside it. Most exact first.
    pub fn explain(&self, text: &str) -> Vec<Found<'_>> {
        let found = self.lookup(text);
        if !found.is_empty() {
            return found;
        }
        if let Some(said) = self.said(text) {
            let found = self.lookup(&said.text());
            if !found.is_empty() {
                return found;
            }
        }
        self.inside(text)
    }

    /// The longest text of the catalogue that stands as whole words inside a line.
    fn inside(&self, line: &str) -> Vec<Found<'_>> {
        let line = fold_key(line);
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let stands = |text: &str| {
            line.match_indices(text).any(|(at, text)| {
                let before = line.get(..at).and_then(|head| head.chars().next_back());
                let after = line
                    .get(at + text.len()..)
                    .and_then(|tail| tail.chars().next());
                !is_word(before) && !is_word(after)
            })
        };
        let mut best: Option<(usize, Found)> = None;
        for found in self.texts() {
            let text = fold_key(found.text);
            let text = text.trim_start_matches(": ");
            let longer = best.as_ref().is_none_or(|(length, _)| text.len() > *length);
            if text.len() >= SHORTEST && longer && stands(text) {
                best = Some((text.len(), found));
            }
        }
        best.into_iter().map(|(_, found)| found).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(text: &str) -> Option<String> {
        let catalogue = Catalogue::load().expect("the list");
        let found = catalogue.explain(text);
        found
            .first()
            .map(|found| catalogue.cause(found.cause).id.clone())
    }

    #[test]
    fn finds_errors_in_bodies_and_lines() {
        for text in [
            r#"{"error":"invalid_grant","error_description":"expired access/refresh token"}"#,
            r#"{\"error\":\"invalid_grant\",\"error_description\":\"expired access/refresh token\"}\n"#,
            "400 invalid_grant: expired access/refresh token",
            "?error=invalid_grant&error_description=expired+access/refresh+token&state=1",
            "Error authenticating with the refresh token due to: expired access/refresh token",
        ] {
            assert_eq!(
                cause_of(text).as_deref(),
                Some("refresh-token-invalid"),
                "{text}"
            );
        }
        assert_eq!(cause_of("nothing to see here"), None);
    }

    #[test]
    fn finds_soap_codes_in_lines() {
        let line = "client.LoginClient - [LoginFault exceptionCode='LOGIN_DURING_RESTRICTED_TIME'";
        assert_eq!(cause_of(line).as_deref(), Some("login-hours-restricted"));
    }
}
