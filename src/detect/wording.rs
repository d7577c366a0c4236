//! Names, counts, times and spans in the sentences of findings.

use std::borrow::Cow;

use crate::event::{Flow, Instant};
use crate::tally::{NameTable, Resolved};

/// `1 user`, `1,234 users`
pub fn count(n: u64, one: &str, many: &str) -> String {
    let digits = n.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    format!("{shown} {}", if n == 1 { one } else { many })
}

/// `2026-03-02 07:15:30 UTC`
pub fn time(at: Instant) -> String {
    let text = at.to_string();
    let second: String = text.trim_end_matches('Z').chars().take(19).collect();
    format!("{} UTC", second.replacen('T', " ", 1))
}

/// `3 days`, `36 hours`, `5 minutes`: the unit of which there are at least two, rounded down.
pub fn span(millis: i64) -> String {
    let seconds = u64::try_from(millis / 1000).unwrap_or(0);
    match seconds {
        172_800.. => count(seconds / 86_400, "day", "days"),
        7_200.. => count(seconds / 3_600, "hour", "hours"),
        120.. => count(seconds / 60, "minute", "minutes"),
        _ => count(seconds, "second", "seconds"),
    }
}

/// The user's name in a sentence.
pub fn user(resolved: &Resolved, number: u32) -> Cow<'_, str> {
    let known = resolved.users.get(number);
    known.unwrap_or(Cow::Borrowed("an unknown user"))
}

/// The app's name in a sentence.
pub fn app(resolved: &Resolved, number: u32) -> &str {
    resolved.apps.get(number).unwrap_or("an unnamed app")
}

/// `a, b and 3 more`: names of a table, in the order given, at most three of them.
pub fn names(table: &NameTable, numbers: &[u32]) -> String {
    const SHOWN: usize = 3;
    let known: Vec<&str> = numbers.iter().filter_map(|at| table.get(*at)).collect();
    let more = known.len().saturating_sub(SHOWN) as u64;
    match known.as_slice() {
        [] => "unknown".to_owned(),
        [only] => (*only).to_owned(),
        [most @ .., last] if more == 0 => format!("{} and {last}", most.join(", ")),
        _ => format!("{} and {more} more", known[..SHOWN].join(", ")),
    }
}

/// The flow as Salesforce's documentation calls it.
pub const fn flow(flow: Flow) -> &'static str {
    match flow {
        Flow::UiPassword => "password login in the browser",
        Flow::Sso => "single sign-on",
        Flow::OauthUsernamePassword => "OAuth username-password flow",
        Flow::OauthWebServer => "OAuth web server flow (authorization code)",
        Flow::OauthUserAgent => "OAuth user-agent flow",
        Flow::OauthRefreshToken => "OAuth refresh token",
        Flow::OauthClientCredentials => "OAuth client credentials flow",
        Flow::OauthJwtBearer => "OAuth JWT bearer flow",
        Flow::OauthDevice => "OAuth device flow",
        Flow::OauthTokenExchange => "OAuth token exchange",
        Flow::OauthUnknown => "OAuth flow that the export doesn't name",
        Flow::SoapLogin => "SOAP API login()",
        Flow::Other => "login of another kind",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DAY_MS;

    #[test]
    fn counts_times_and_spans() {
        assert_eq!(count(1, "login", "logins"), "1 login");
        assert_eq!(count(12_345, "login", "logins"), "12,345 logins");
        let at = Instant::from_millis(1_772_435_700_509);
        assert_eq!(time(at), "2026-03-02 07:15:00 UTC");
        assert_eq!(span(2 * DAY_MS), "2 days");
        assert_eq!(span(2 * DAY_MS - 1), "47 hours");
        assert_eq!(span(119_999), "119 seconds");
        assert_eq!(span(-5), "0 seconds");
    }
}
