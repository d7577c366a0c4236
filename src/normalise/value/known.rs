//! Values that stand for "not known", and small clean-ups of those that are.

use std::borrow::Cow;

/// What exports write where they know nothing. `9998.0` and `9999` are no API versions.
const UNKNOWN: &[&str] = &[
    "", "9999", "9999.0", "n/a", "na", "unknown", "null", "none", "-", "--",
];
const NO_VERSION: &[&str] = &["9998", "9998.0", "9999", "9999.0"];

/// The value trimmed, or `None` where it stands for "not known".
pub fn known(text: &str) -> Option<&str> {
    let text = text.trim();
    let unknown = text.len() <= 7 && UNKNOWN.iter().any(|word| text.eq_ignore_ascii_case(word));
    (!unknown).then_some(text)
}

/// An API version such as `39.0`.
pub fn api_version(text: &str) -> Option<&str> {
    known(text).filter(|text| !NO_VERSION.contains(text))
}

/// `TLSv1.2` and `TLS 1.2` are one protocol.
pub fn tls(text: &str) -> Option<Cow<'_, str>> {
    let text = known(text)?;
    Some(match text.strip_prefix("TLSv") {
        Some(version) => Cow::Owned(format!("TLS {version}")),
        None => Cow::Borrowed(text),
    })
}

/// A host: lower case, without scheme and path.
pub fn host(text: &str) -> Option<String> {
    let text = known(text)?;
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = text.split_once('/').map_or(text, |(host, _)| host);
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// A client's name: event log files percent-encode colons in it.
pub fn client(text: &str) -> Option<Cow<'_, str>> {
    let text = known(text)?;
    Some(if text.contains("%3A") || text.contains("%3a") {
        Cow::Owned(text.replace("%3A", ":").replace("%3a", ":"))
    } else {
        Cow::Borrowed(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentinels_are_unknown() {
        for text in ["", " ", "N/A", "Unknown", "null", "n/a "] {
            assert_eq!(known(text), None, "{text:?}");
        }
        assert_eq!(known(" 0 "), Some("0"));
        assert_eq!(api_version("9998.0"), None);
        assert_eq!(api_version("39.0"), Some("39.0"));
    }

    #[test]
    fn spellings_become_one() {
        assert_eq!(tls("TLSv1.3").as_deref(), Some("TLS 1.3"));
        assert_eq!(tls("TLS 1.3").as_deref(), Some("TLS 1.3"));
        assert_eq!(
            host("https://Login.Salesforce.com/x").as_deref(),
            Some("login.salesforce.com")
        );
        assert_eq!(
            client("Firefox rv%3A50.0").as_deref(),
            Some("Firefox rv:50.0")
        );
    }
}
