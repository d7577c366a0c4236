//! Numbers, shares, times and spans as a person reads them; one way for every writer.
//!
//! Integers only: a share is rounded from counts, never from a float.

use chrono::{DateTime, TimeDelta};

/// `18,204`
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 user`, `1,234 users`
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// `2.3 %`: `0 %` and `100 %` only where that is exact, and a dash where there is no whole.
pub fn share(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole));
    if whole == 0 {
        return "–".to_owned();
    }
    if part == 0 {
        return "0 %".to_owned();
    }
    if part == whole {
        return "100 %".to_owned();
    }
    match (part * 1000 + whole / 2) / whole {
        0 => "<0.1 %".to_owned(),
        1000 => ">99.9 %".to_owned(),
        permille => format!("{}.{} %", permille / 10, permille % 10),
    }
}

/// `2026-03-02 07:15:00` of `2026-03-02T07:15:00Z`; that it is UTC is for the words around it.
pub fn instant(time: &str) -> String {
    time.trim_end_matches('Z').replacen('T', " ", 1)
}

/// `2026-03-02 07:15 to 2026-03-16 06:59 UTC (14 days)`
pub fn span(start: &str, end: &str) -> String {
    let ends = format!("{} to {} UTC", minute(start), minute(end));
    match length(start, end) {
        Some(length) => format!("{ends} ({length})"),
        None => ends,
    }
}

/// `14 days`, `36 hours`, `5 minutes`: the unit of which there are at least two, rounded.
/// `None` where either time is none.
pub fn length(start: &str, end: &str) -> Option<String> {
    let between: TimeDelta =
        DateTime::parse_from_rfc3339(end).ok()? - DateTime::parse_from_rfc3339(start).ok()?;
    let seconds = u64::try_from(between.num_seconds()).ok()?;
    Some(match seconds {
        172_800.. => count((seconds + 43_200) / 86_400, "day", "days"),
        7_200.. => count((seconds + 1_800) / 3_600, "hour", "hours"),
        120.. => count((seconds + 30) / 60, "minute", "minutes"),
        _ => count(seconds, "second", "seconds"),
    })
}

/// `48.1 MB` in steps of a thousand, `812 bytes` below.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return count(bytes, "byte", "bytes");
    }
    // tenths of the unit; a value that would round up to 1000.0 takes the next unit
    let mut tenths = (u128::from(bytes) + 50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// At most `limit` characters, the cut marked by an ellipsis.
pub fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => text
            .get(..end)
            .map_or_else(String::new, |head| format!("{head}…")),
        None => text.to_owned(),
    }
}

fn minute(time: &str) -> String {
    instant(time).chars().take(16).collect()
}

/// An id in words: `Password flow switched off` of `password-flow-switched-off`.
pub fn spelt(id: &str) -> String {
    let word = |word| match word {
        "api" => "API",
        "idp" => "identity provider",
        "ip" => "IP",
        "mfa" => "MFA",
        "soap" => "SOAP",
        _ => word,
    };
    let words = id.split('-').map(word).collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        let shown = [0, 7, 999, 1000, 18_204, 1_234_567, u64::MAX].map(thousands);
        assert_eq!(
            shown,
            [
                "0",
                "7",
                "999",
                "1,000",
                "18,204",
                "1,234,567",
                "18,446,744,073,709,551,615"
            ]
        );
        assert_eq!(count(1, "user", "users"), "1 user");
        assert_eq!(count(0, "user", "users"), "0 users");
    }

    #[test]
    fn a_share_never_claims_none_or_all_by_rounding() {
        assert_eq!(share(412, 18_204), "2.3 %");
        assert_eq!(share(0, 9), "0 %");
        assert_eq!(share(9, 9), "100 %");
        assert_eq!(share(1, 1_000_000), "<0.1 %");
        assert_eq!(share(999_999, 1_000_000), ">99.9 %");
        assert_eq!(share(1, 2), "50.0 %");
        assert_eq!(share(1, 0), "–");
        assert_eq!(share(u64::MAX - 1, u64::MAX), ">99.9 %");
    }

    #[test]
    fn a_span_names_its_ends_and_length() {
        assert_eq!(
            span("2026-03-02T07:15:00Z", "2026-03-16T06:59:59Z"),
            "2026-03-02 07:15 to 2026-03-16 06:59 UTC (14 days)"
        );
        assert_eq!(span("x", "y"), "x to y UTC");
        let since = |end| length("2026-03-02T00:00:00Z", end);
        assert_eq!(since("2026-03-02T00:00:01Z").as_deref(), Some("1 second"));
        assert_eq!(since("2026-03-02T00:05:10Z").as_deref(), Some("5 minutes"));
        assert_eq!(since("2026-03-03T12:00:00Z").as_deref(), Some("36 hours"));
        assert_eq!(since("2026-03-01T00:00:00Z"), None);
    }

    #[test]
    fn a_time_loses_only_its_letters() {
        assert_eq!(instant("2026-03-02T07:15:00Z"), "2026-03-02 07:15:00");
        assert_eq!(
            instant("2026-03-02T07:15:00.250Z"),
            "2026-03-02 07:15:00.250"
        );
    }

    #[test]
    fn sizes_in_steps_of_a_thousand() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_000), "1.0 kB");
        assert_eq!(size(999_999), "1.0 MB");
        assert_eq!(size(48_123_456), "48.1 MB");
    }

    #[test]
    fn a_cut_is_marked_and_falls_between_characters() {
        assert_eq!(clip("größe", 3), "grö…");
        assert_eq!(clip("größe", 5), "größe");
        assert_eq!(clip("", 0), "");
    }

    #[test]
    fn ids_become_words() {
        assert_eq!(spelt("egress-moved"), "Egress moved");
        assert_eq!(spelt("mfa-enforced"), "MFA enforced");
        assert_eq!(spelt("idp-outage"), "Identity provider outage");
        assert_eq!(spelt(""), "");
    }
}
