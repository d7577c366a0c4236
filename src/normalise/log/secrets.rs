//! Secrets in logs: told by kind, and replaced before a line is shown anywhere.
//!
//! When in doubt more is replaced than need be. Only what looks like a value is told as a secret:
//! a log that already masks them has none.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::{Captures, Regex};

use crate::catalogue::Pattern;

/// What kind of secret it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Secret {
    ClientSecret,
    RefreshToken,
    AccessToken,
    Password,
    SecurityToken,
    SessionId,
    Authorization,
    Assertion,
    PrivateKey,
    DeleteToken,
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Secret::ClientSecret => "client secret",
            Secret::RefreshToken => "refresh token",
            Secret::AccessToken => "access token",
            Secret::Password => "password",
            Secret::SecurityToken => "security token",
            Secret::SessionId => "session id",
            Secret::Authorization => "authorization header",
            Secret::Assertion => "assertion",
            Secret::PrivateKey => "private key",
            Secret::DeleteToken => "delete token",
        })
    }
}

/// Names of values that are secret. Those of the second list are too short to be found inside
/// longer names.
const NAMES: &[(&str, Secret)] = &[
    (r"client[_. -]?secret", Secret::ClientSecret),
    (r"consumer[_. -]?secret", Secret::ClientSecret),
    (r"refresh[_. -]?token", Secret::RefreshToken),
    (r"access[_. -]?token", Secret::AccessToken),
    (r"id[_. -]?token", Secret::AccessToken),
    (r"security[_. -]?token", Secret::SecurityToken),
    (r"password", Secret::Password),
    (r"passwd", Secret::Password),
    (r"passphrase", Secret::Password),
    (r"session[_. -]?id", Secret::SessionId),
    (r"delete[_. -]?token", Secret::DeleteToken),
    (r"assertion", Secret::Assertion),
    (r"private[_. -]?key", Secret::PrivateKey),
    (r"authorization", Secret::Authorization),
    (r"\bpwd", Secret::Password),
    (r"\bsid", Secret::SessionId),
];

/// Session ids of Salesforce are far longer.
const SHORTEST_SESSION: usize = 15;

/// Where none of these stands, no secret does.
const SIGNS: &[&str] = &[
    "secret",
    "token",
    "password",
    "passwd",
    "passphrase",
    "session",
    "assertion",
    "private",
    "authorization",
    "bearer",
    "pwd",
    "sid",
    "00D",
    "eyJ",
    "5Aep",
];

static SIGN: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let mut search = AhoCorasick::builder();
    search
        .ascii_case_insensitive(true)
        .build(SIGNS)
        .expect("a list of this file")
});

static PEM: LazyLock<Regex> = LazyLock::new(|| {
    of(r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)")
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<String> = NAMES.iter().map(|(name, _)| format!("({name})")).collect();
    of(&format!(
        r#"(?i)(?:{})(?:\\*["']?\s*(?::|=>|=|%3[Dd])\s*|\\*["']\s*,\s*\\*["']value\\*["']\s*:\s*|(?:\s[^<>]*)?>)"#,
        names.join("|")
    ))
});
/// Values that are secret whatever stands before them.
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    of(concat!(
        r"(?P<session>\b00D[A-Za-z0-9]{9,15}(?:!|%21|\\+u0021|&#33;)[A-Za-z0-9._%-]+)",
        r"|(?P<jwt>\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?)",
        r"|(?P<refresh>\b5Aep[A-Za-z0-9._=!%]{16,})",
        r"|(?P<bearer>\b(?i:bearer|oauth) +(?-i:[A-Za-z0-9._~+/!=%-]{12,}))",
        r"|(?P<basic>\b(?i:basic) +[A-Za-z0-9+/=]{12,})",
    ))
});
/// What stands in the place of a value that was taken out.
static PLACEHOLDER: Pattern = Pattern::new(concat!(
    r"^(?i:\W*|[*x.\u{2022}]+|null|none|nil|undefined|true|false|empty|missing|required|invalid|expired",
    r"|<[^>]*>|\[[^\]]*\]|\$?\{+[^}]*\}+|\W*(?:redacted|masked|hidden|filtered|removed|secret)\W*)$",
));

fn of(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this file")
}

/// A text without its secrets, and which kinds there were. Each is replaced by its kind in
/// brackets: `[client secret]`.
pub fn masked(text: &str) -> (Cow<'_, str>, BTreeSet<Secret>) {
    let mut found = BTreeSet::new();
    if !may_hold_secrets(text) {
        return (Cow::Borrowed(text), found);
    }
    let keys = PEM.replace_all(text, |_: &Captures| mark(Secret::PrivateKey, &mut found));
    let named = named_masked(&keys, &mut found);
    let all = BARE.replace_all(&named, |captures: &Captures| {
        let group = |name| captures.name(name).is_some();
        if (group("bearer") || group("basic")) && !captures[0].bytes().any(|b| b.is_ascii_digit()) {
            return captures[0].to_owned();
        }
        let kind = match () {
            () if group("session") => Secret::SessionId,
            () if group("jwt") => Secret::Assertion,
            () if group("refresh") => Secret::RefreshToken,
            () => Secret::Authorization,
        };
        mark(kind, &mut found)
    });
    (Cow::Owned(all.into_owned()), found)
}

/// Whether there is any reason to look.
fn may_hold_secrets(text: &str) -> bool {
    SIGN.is_match(text)
}

fn mark(kind: Secret, found: &mut BTreeSet<Secret>) -> String {
    found.insert(kind);
    format!("[{kind}]")
}

/// Replaces the values behind the names.
fn named_masked(text: &str, found: &mut BTreeSet<Secret>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(captures) = NAMED.captures_at(text, from) {
        let Some(whole) = captures.get(0) else { break };
        let at = (1..=NAMES.len()).find(|group| captures.get(*group).is_some());
        let kind = at
            .and_then(|group| NAMES.get(group - 1))
            .map(|(_, kind)| *kind);
        out.push_str(&text[from..whole.end()]);
        let rest = &text[whole.end()..];
        let (opening, length) = value(rest, whole.as_str().ends_with('>'), kind);
        let value = &rest[opening..opening + length];
        out.push_str(&rest[..opening]);
        let quoted = opening > 0 || whole.as_str().ends_with(['=', '>']);
        let is_value = !PLACEHOLDER.is_match(value) && (quoted || !is_prose(value));
        match kind {
            // An application's own sessions have short ids, which are no secrets of Salesforce's.
            Some(Secret::SessionId) if is_value && value.len() < SHORTEST_SESSION => {
                out.push_str("[session id]");
            }
            Some(kind) if is_value => out.push_str(&mark(kind, found)),
            _ => out.push_str(value),
        }
        from = whole.end() + opening + length;
    }
    out.push_str(&text[from..]);
    out
}

/// Whether what stands behind a name and a colon goes on a sentence: a short word of letters.
fn is_prose(value: &str) -> bool {
    let word = value.trim_end_matches(|c: char| c.is_ascii_punctuation());
    word.len() < 12 && word.chars().all(char::is_alphabetic)
}

/// Bytes of the quote before a value, and of the value. What isn't closed goes to the line's end.
fn value(rest: &str, tag: bool, kind: Option<Secret>) -> (usize, usize) {
    if tag {
        return (0, rest.find('<').unwrap_or(rest.len()));
    }
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    // Python writes bytes as b'...'.
    let prefix =
        usize::from(rest[slashes..].starts_with("b'") || rest[slashes..].starts_with("b\""));
    let open = slashes + prefix;
    if let Some(quote @ (b'"' | b'\'')) = rest.as_bytes().get(open).copied() {
        let inside = &rest[open + 1..];
        return (open + 1, quoted(inside, char::from(quote), slashes));
    }
    if kind == Some(Secret::Authorization) {
        // A header goes on to the end of its line, or of the text that it is quoted in.
        return (
            0,
            rest.find(['\n', '\r', '"', '\'', ','])
                .unwrap_or(rest.len()),
        );
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '&' | '"' | '<');
    (0, rest.find(ends).unwrap_or(rest.len()))
}

/// Bytes up to the quote that closes: one behind as many backslashes, before what may follow a
/// value.
fn quoted(inside: &str, quote: char, slashes: usize) -> usize {
    let closes = |at: usize| {
        let before = &inside[..at];
        let escapes = before.len() - before.trim_end_matches('\\').len();
        let after = inside[at + 1..]
            .trim_start_matches(['\\', '"', '\''])
            .chars()
            .next();
        let follows = after.is_none_or(|c| c.is_whitespace() || ",}])&;>:".contains(c));
        (escapes <= slashes && (follows || escapes > 0)).then_some(at - escapes)
    };
    let found = inside.match_indices(quote).find_map(|(at, _)| closes(at));
    found.unwrap_or_else(|| inside.find('\n').unwrap_or(inside.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(text: &str) -> (String, Vec<String>) {
        let (masked, found) = masked(text);
        let kinds = found.iter().map(ToString::to_string).collect();
        (masked.into_owned(), kinds)
    }

    #[test]
    fn names_each_kind() {
        for (text, expected, kind) in [
            (
                "client_secret=A1B2C3",
                "client_secret=[client secret]",
                "client secret",
            ),
            (
                "{'refresh_token': '5Aep861zzz'}",
                "{'refresh_token': '[refresh token]'}",
                "refresh token",
            ),
            (
                "\"password\":\"pass#word1XyZtoken\"",
                "\"password\":\"[password]\"",
                "password",
            ),
            (
                "Authorization: Bearer 00Dxx0000001gPL!AR8AQ\nHost: x",
                "Authorization: [authorization header]\nHost: x",
                "authorization header",
            ),
            (
                "GET /secur/frontdoor.jsp?sid=00Dxx0000001gPL%21abc&retURL=x",
                "GET /secur/frontdoor.jsp?sid=[session id]&retURL=x",
                "session id",
            ),
            (
                "with 00Dxx0000001gPL!AQEAQF.x_y here",
                "with [session id] here",
                "session id",
            ),
            (
                "DELETE_TOKEN: abc123",
                "DELETE_TOKEN: [delete token]",
                "delete token",
            ),
            (
                "jwt eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHOSJ9.c2ln done",
                "jwt [assertion] done",
                "assertion",
            ),
            (
                "<sessionId xsi:type=\"x\">abcdefabcdefabc</sessionId>",
                "<sessionId xsi:type=\"x\">[session id]</sessionId>",
                "session id",
            ),
            (
                "key -----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- end",
                "key [private key] end",
                "private key",
            ),
            (
                "cut -----BEGIN PRIVATE KEY-----\nMIIE",
                "cut [private key]",
                "private key",
            ),
        ] {
            assert_eq!(
                kinds(text),
                (expected.to_owned(), vec![kind.to_owned()]),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_masked_or_only_named_is_no_secret() {
        for text in [
            "password=***",
            "'client_secret': '[REDACTED]', 'grant_type': 'refresh_token', 'x': 1",
            "Invalid username, password, security token; or user locked out.",
            "you must add a security token to your password to log in",
            "password: null",
            "client_secret=${SECRET} refresh_token={{token}}",
            "org 00Dxx0000001gPL said no",
            "OAuth authorization error, code: invalid_grant",
            "INVALID_SESSION_ID: Session expired or invalid",
            "{\"error_description\":\"expired access/refresh token\",\"state\":\"x1\"}",
        ] {
            assert_eq!(kinds(text), (text.to_owned(), Vec::new()), "{text}");
        }
    }

    fn carrier(name: &str, secret: &str, carrier: usize) -> String {
        match carrier {
            0 => format!(r#"{{"a":1,"{name}":"{secret}","error":"invalid_grant"}}"#),
            1 => format!("POST /token?a=1&{name}={secret}&b=2 HTTP/1.1"),
            2 => format!("body {{'a': 'b', '{name}': '{secret}', 'c': 'd'}}"),
            3 => format!("{name}: {secret}\r\nHost: a.example"),
            4 => format!(r#"{{"m":"{{\"{name}\":\"{secret}\",\"a\":1}}"}}"#),
            5 => format!("<s:{name} a=\"b\">{secret}</s:{name}>"),
            6 => format!("{{ {name}: '{secret}' }}"),
            7 => format!("level=error {name}=\"{secret}\" a=b"),
            8 => format!("{{'{name}': b'{secret}'}}"),
            9 => format!(r#"{{\\\"{name}\\\": \\\"{secret}\\\"}}"#),
            10 => format!("'{name}' => '{secret}',"),
            _ => format!("{name} = {secret}"),
        }
    }

    proptest! {
        #[test]
        fn no_planted_secret_gets_through(
            secret in "[A-Za-z0-9!#%*+.:/?@^_~-]{0,6}[A-Za-z0-9]{15,40}",
            name in proptest::sample::select(vec![
                "client_secret", "refresh_token", "password", "access_token", "security_token",
                "sessionId", "assertion", "DeleteToken", "clientSecret", "Authorization",
            ]),
            form in 0_usize..12,
        ) {
            let text = carrier(name, &secret, form);
            let (masked, found) = masked(&text);
            prop_assert!(!masked.contains(&secret), "{} -> {}", text, masked);
            prop_assert_eq!(found.len(), 1, "{} -> {}", text, masked);
        }

        #[test]
        fn any_text_can_be_masked(text in "(client_secret|password|sid|00D|eyJ|[\"'\\\\=:{}<>&é \n!a-f0-9]){0,40}") {
            let (once, _) = masked(&text);
            let once = once.into_owned();
            prop_assert!(once.len() <= text.len() * 24 + 24);
        }
    }
}
