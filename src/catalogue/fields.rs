//! Named values inside a text, whatever carries them: JSON in any escaping, dictionaries of Python
//! and JavaScript, query strings, XML, plain `key: value`.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// What a value is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `error`: an OAuth error.
    Error,
    /// `error_description`, and what clients call it.
    ErrorDescription,
    /// `errorCode` of a REST answer.
    ErrorCode,
    /// `message` of a REST answer, and much else.
    Message,
    /// `exceptionCode` of a SOAP fault.
    ExceptionCode,
    ExceptionMessage,
    FaultCode,
    FaultString,
    Code,
    Description,
}

/// A value with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: Key,
    pub(super) value: String,
    /// Where the value begins.
    pub(super) at: usize,
    /// The carrier marks where the value ends.
    pub(super) bounded: bool,
}

static KEY: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)(?-u:\b)(?P<key>error[_ ]?description|error[_ ]?code|error|exception[_ ]?code",
        r"|exception[_ ]?message|faultcode|faultstring|nslocalizeddescription|message",
        r"|description|code)",
        r#"(?:\\*["']?[ \t\r\n]*(?::|=>|=)[ \t\r\n]*|(?P<tag>(?:[ \t\r\n][^<>]*)?>))"#,
    );
    Regex::new(pattern).expect("a pattern of this file")
});

/// Values longer than this many bytes are texts around an error, not the error.
const LONGEST: usize = 2_000;

/// Every value of interest, in the order in which they stand.
pub(super) fn fields(text: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    for captures in KEY.captures_iter(text) {
        let (Some(whole), Some(name)) = (captures.get(0), captures.name("key")) else {
            continue;
        };
        let Some(key) = key_of(name.as_str()) else {
            continue;
        };
        let rest = &text[whole.end()..];
        let value = if captures.name("tag").is_some() {
            if !opens_tag(&text[..name.start()]) {
                continue;
            }
            rest.find('<').map(|end| (Cow::from(&rest[..end]), true))
        } else {
            value(rest, key)
        };
        let Some((value, bounded)) = value else {
            continue;
        };
        let value = value.trim();
        if !value.is_empty() && value.len() <= LONGEST {
            fields.push(Field {
                key,
                value: entities(value),
                at: whole.end(),
                bounded,
            });
        }
    }
    fields
}

fn key_of(name: &str) -> Option<Key> {
    let name = name.replace(['_', ' '], "").to_ascii_lowercase();
    Some(match name.as_str() {
        "error" => Key::Error,
        "errordescription" | "nslocalizeddescription" => Key::ErrorDescription,
        "errorcode" => Key::ErrorCode,
        "message" => Key::Message,
        "exceptioncode" => Key::ExceptionCode,
        "exceptionmessage" => Key::ExceptionMessage,
        "faultcode" => Key::FaultCode,
        "faultstring" => Key::FaultString,
        "code" => Key::Code,
        "description" => Key::Description,
        _ => return None,
    })
}

/// Whether what stands before a name makes it the name of a tag that opens: `<` or `<sf:`.
fn opens_tag(before: &str) -> bool {
    let prefix = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let before = prefix.strip_suffix(':').unwrap_or(before);
    let before = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    before.ends_with('<')
}

/// The value at the start of a text, and whether its end is marked.
fn value(rest: &str, key: Key) -> Option<(Cow<'_, str>, bool)> {
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let behind = &rest[slashes..];
    match behind.chars().next()? {
        quote @ ('"' | '\'' | '\u{201c}') => {
            let inside = &behind[quote.len_utf8()..];
            let end = quoted_end(inside, quote, slashes)?;
            Some((unescaped(&inside[..end]), true))
        }
        '[' if slashes == 0 && matches!(key, Key::Code | Key::ErrorCode | Key::Description) => {
            let end = behind.find(']')?;
            Some((Cow::from(&behind[1..end]), true))
        }
        _ => bare(rest, key).map(|value| (value, false)),
    }
}

/// Where a quoted value ends: at the same quote behind as many backslashes. A single quote
/// between letters is an apostrophe.
fn quoted_end(inside: &str, quote: char, slashes: usize) -> Option<usize> {
    let close = if quote == '\u{201c}' {
        '\u{201d}'
    } else {
        quote
    };
    inside.match_indices(close).find_map(|(at, found)| {
        let before = &inside[..at];
        let escapes = before.len() - before.trim_end_matches('\\').len();
        let after = inside[at + found.len()..].chars().next();
        let apostrophe = close == '\'' && after.is_some_and(char::is_alphanumeric);
        (escapes <= slashes && !apostrophe).then_some(at - escapes)
    })
}

fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::from(value);
    }
    let mut text = value.replace(r"\u0027", "'").replace(r"\u003d", "=");
    for (escape, plain) in [(r"\n", " "), (r"\r", ""), (r"\t", " ")] {
        text = text.replace(escape, plain);
    }
    text.retain(|c| c != '\\');
    Cow::from(text)
}

/// A value without quotes. A code is a word; a description ends where its carrier goes on.
fn bare(rest: &str, key: Key) -> Option<Cow<'_, str>> {
    let is_code = matches!(
        key,
        Key::Error | Key::ErrorCode | Key::ExceptionCode | Key::FaultCode | Key::Code
    );
    if is_code {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches(':');
        return (!word.is_empty()).then(|| Cow::from(word));
    }
    let line = rest.lines().next()?;
    let end = line
        .find(['&', '"', '}', '<', '\\', ';'])
        .unwrap_or(line.len());
    let value = &line[..end];
    if value.contains(' ') || !value.contains(['+', '%']) {
        return Some(Cow::from(value));
    }
    Some(Cow::from(percent_decoded(&value.replace('+', " "))))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex = behind
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match decoded.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn entities(value: &str) -> String {
    let mut text = value.to_owned();
    if text.contains('&') {
        let plain = [
            ("&apos;", "'"),
            ("&#39;", "'"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
        ];
        for (entity, character) in plain.into_iter().chain([("&lt;", "<"), ("&gt;", ">")]) {
            text = text.replace(entity, character);
        }
        text = text.replace("&amp;", "&");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Key, String)> {
        fields(text)
            .into_iter()
            .map(|field| (field.key, field.value))
            .collect()
    }

    #[test]
    fn reads_values_in_every_carrier() {
        let grant = (Key::Error, "invalid_grant".to_owned());
        let why = (
            Key::ErrorDescription,
            "user hasn't approved this consumer".to_owned(),
        );
        for text in [
            r#"{"error":"invalid_grant","error_description":"user hasn't approved this consumer"}"#,
            r#"{\"error\":\"invalid_grant\",\"error_description\":\"user hasn't approved this consumer\"}\n"#,
            r#"{\\\"error\\\": \\\"invalid_grant\\\", \\\"error_description\\\": \\\"user hasn't approved this consumer\\\"}"#,
            r#"{'error': 'invalid_grant', 'error_description': "user hasn't approved this consumer"}"#,
            "?error=invalid_grant&error_description=user+hasn%27t+approved+this+consumer&state=1",
            "error=invalid_grant error_description=user hasn't approved this consumer\nnext",
            "<error>invalid_grant</error><error_description>user hasn&apos;t approved this consumer</error_description>",
            "{error=invalid_grant, NSLocalizedDescription=user hasn't approved this consumer}",
            r#"error="invalid_grant" error_description="user hasn't approved this consumer""#,
        ] {
            assert_eq!(found(text), [grant.clone(), why.clone()], "{text}");
        }
    }

    #[test]
    fn reads_faults_and_apostrophes_in_single_quotes() {
        let text = "exceptionCode='X_Y'\n exceptionMessage='your company's network, once'\n ext";
        let fault = (Key::ExceptionCode, "X_Y".to_owned());
        let message = "your company's network, once".to_owned();
        assert_eq!(found(text), [fault, (Key::ExceptionMessage, message)]);
        let text = "<sf:exceptionCode xsi:type=\"x\">X_Y</sf:exceptionCode>";
        assert_eq!(found(text), [(Key::ExceptionCode, "X_Y".to_owned())]);
        let text = "code:[a_b] description:[c d]";
        let both = [
            (Key::Code, "a_b".to_owned()),
            (Key::Description, "c d".to_owned()),
        ];
        assert_eq!(found(text), both);
    }

    #[test]
    fn odd_texts_are_no_values() {
        for text in [
            "error:",
            "error: `POST",
            "error=\"open",
            "message>",
            "code: [",
            "error: \\",
            "errors: x",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
