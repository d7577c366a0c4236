//! Whom and what an entry is about: the user, the host, the endpoint, the HTTP status.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::catalogue::Pattern;

/// What kind of host an integration talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostKind {
    /// `login.salesforce.com`: production.
    Login,
    /// `test.salesforce.com`: sandboxes.
    Test,
    /// A My Domain of a sandbox or of a scratch org: `acme--uat.sandbox.my.salesforce.com`.
    SandboxDomain,
    /// A My Domain, which serves its own org only.
    MyDomain,
    /// An instance such as `na139.salesforce.com`, or another host of Salesforce.
    Other,
}

/// Which orgs a host serves. No username is in both kinds: usernames are unique in all orgs, and a
/// sandbox adds its own ending to the names that it copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Serves {
    Production,
    Sandboxes,
}

impl Serves {
    /// The other kind of org.
    pub const fn other(self) -> Self {
        match self {
            Self::Production => Self::Sandboxes,
            Self::Sandboxes => Self::Production,
        }
    }
}

impl HostKind {
    /// The kind of a host of Salesforce, in lower case.
    pub fn of(host: &str) -> Self {
        let my_domain = [".my.salesforce.com", ".my.salesforce.mil"];
        let my_domain = my_domain.iter().any(|end| host.ends_with(end));
        let of_sandbox = host.contains(".sandbox.") || host.contains(".scratch.");
        if host == "login.salesforce.com" {
            Self::Login
        } else if host == "test.salesforce.com" {
            Self::Test
        } else if of_sandbox || (my_domain && host.contains("--")) {
            Self::SandboxDomain
        } else if my_domain {
            Self::MyDomain
        } else {
            Self::Other
        }
    }

    /// Which orgs log in at such a host; `None` where the name doesn't tell.
    pub const fn serves(self) -> Option<Serves> {
        match self {
            Self::Login | Self::MyDomain => Some(Serves::Production),
            Self::Test | Self::SandboxDomain => Some(Serves::Sandboxes),
            Self::Other => None,
        }
    }
}

/// The name of the sandbox that a My Domain belongs to: `uat` of
/// `acme--uat.sandbox.my.salesforce.com`.
pub fn sandbox_of(host: &str) -> Option<&str> {
    let (_, behind) = host.split('.').next()?.split_once("--")?;
    (HostKind::of(host) == HostKind::SandboxDomain && !behind.is_empty()).then_some(behind)
}

static HOST: LazyLock<Regex> = LazyLock::new(|| {
    of(
        r"(?i-u)\b[a-z0-9][a-z0-9.-]*\.(?:salesforce|force|cloudforce|salesforce-setup)\.(?:com|mil)\b",
    )
});
static ENDPOINT: LazyLock<Regex> =
    LazyLock::new(|| of(r"/services/(?:oauth2|Soap|data|apexrest|async|auth)/[A-Za-z0-9._/-]*"));
static USER: Pattern = Pattern::new(concat!(
    r"(?i)\b(?:user[_ ]?name|user|login|sub|subject|on behalf of)\b",
    r#"(?:\\*["']?\s*(?::|=>|=)\s*\\*["']?| +\\*["']?|[^<>]*>)"#,
    r"(?P<user>[A-Za-z0-9._%+&'-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)",
));
static APP: LazyLock<Regex> = LazyLock::new(|| {
    of(concat!(
        r"(?i-u:\b(?:connected[_ ]?app|client[_ ]?name|app[_ ]?name|application|service[_.]?name|app|service|integration))",
        r#"(?:\\*["']?\s*(?::|=>|=)\s*)(?:\\*"(?P<double>[^"\\]+)\\*"|\\*'(?P<single>[^'\\]+)\\*'|(?P<bare>[A-Za-z0-9][A-Za-z0-9_.-]+))"#,
    ))
});
static STATUS: Pattern = Pattern::new(concat!(
    r"(?i)\b(?:http(?:/\d(?:\.\d)?)?|status(?:[ _]?code)?|response code|code)",
    r#"\\*["']?\s*[:=]?\s*\\*["']?(?P<named>[2-5]\d\d)\b"#,
    r"|\b(?P<phrase>[45]\d\d) (?:Bad Request|Unauthorized|Forbidden|Client Error|Server Error|Too Many|Service Unavailable|invalid_)",
    r"|\((?P<tail>[45]\d\d)\)",
));

fn of(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this file")
}

/// The first host of Salesforce that a text names, in lower case.
pub(super) fn host(text: &str) -> Option<String> {
    Some(HOST.find(text)?.as_str().to_ascii_lowercase())
}

/// The first path of an API that a text names, without what is asked of it.
pub(super) fn endpoint(text: &str) -> Option<String> {
    let found = ENDPOINT.find(text)?.as_str().trim_end_matches(['.', '/']);
    Some(found.chars().take(100).collect())
}

/// The username that a text names, in lower case as Salesforce compares them.
pub(super) fn user(text: &str) -> Option<String> {
    let fit = USER.fit(text)?;
    let user = fit.group("user")?;
    Some(
        user.trim_start_matches('\'')
            .replace("%40", "@")
            .to_lowercase(),
    )
}

/// Characters of a client's name at most: what is longer is a sentence.
const LONGEST_NAME: usize = 80;

/// The client that a text names.
pub(super) fn app(text: &str) -> Option<String> {
    let names = ["double", "single", "bare"];
    let found = |captures: Captures<'_>| {
        let name = names.iter().find_map(|name| captures.name(name))?;
        Some(name.as_str().trim().to_owned())
    };
    let is_name = |name: &String| name.chars().count() <= LONGEST_NAME;
    APP.captures_iter(text).filter_map(found).find(is_name)
}

/// The HTTP status that a text names.
pub(super) fn status(text: &str) -> Option<u16> {
    let fit = STATUS.fit(text)?;
    let found = ["named", "phrase", "tail"]
        .iter()
        .find_map(|name| fit.group(name))?;
    found.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_lines_name() {
        let text = r#"POST https://ACME--uat.sandbox.my.salesforce.com/services/oauth2/token: status code '401', "username":"Sync@Example.com", app=crm-sync"#;
        let found = host(text).expect("a host");
        assert_eq!(found, "acme--uat.sandbox.my.salesforce.com");
        assert_eq!(HostKind::of(&found), HostKind::SandboxDomain);
        assert_eq!(endpoint(text).as_deref(), Some("/services/oauth2/token"));
        assert_eq!(status(text), Some(401));
        assert_eq!(user(text).as_deref(), Some("sync@example.com"));
        assert_eq!(app(text).as_deref(), Some("crm-sync"));
        assert_eq!(
            user("connection for user: a.b@example.org").as_deref(),
            Some("a.b@example.org")
        );
        assert_eq!(
            user("?username=a%40example.com&x").as_deref(),
            Some("a@example.com")
        );
        assert_eq!(status("400 Bad Request"), Some(400));
        assert_eq!(status("invalid_grant: x (400)"), Some(400));
        let kinds = [
            "login.salesforce.com",
            "test.salesforce.com",
            "acme.my.salesforce.com",
            "na139.salesforce.com",
        ];
        let kinds = kinds.map(HostKind::of);
        assert_eq!(
            kinds,
            [
                HostKind::Login,
                HostKind::Test,
                HostKind::MyDomain,
                HostKind::Other
            ]
        );
    }

    #[test]
    fn a_host_tells_which_orgs_it_serves() {
        for (host, serves) in [
            ("login.salesforce.com", Some(Serves::Production)),
            ("acme.my.salesforce.com", Some(Serves::Production)),
            (
                "acme-dev-ed.develop.my.salesforce.com",
                Some(Serves::Production),
            ),
            ("test.salesforce.com", Some(Serves::Sandboxes)),
            ("acme--uat.my.salesforce.com", Some(Serves::Sandboxes)),
            (
                "able-1-dev.scratch.my.salesforce.com",
                Some(Serves::Sandboxes),
            ),
            ("acme--c.visualforce.com", None),
            ("na139.salesforce.com", None),
        ] {
            assert_eq!(HostKind::of(host).serves(), serves, "{host}");
        }
        let named = |host| sandbox_of(host);
        assert_eq!(named("acme--uat.sandbox.my.salesforce.com"), Some("uat"));
        assert_eq!(named("acme--c.visualforce.com"), None);
        assert_eq!(named("test.salesforce.com"), None);
    }

    #[test]
    fn what_is_not_named_is_not_known() {
        let text = "the user gave up at 400 m";
        assert_eq!(
            (user(text), host(text), endpoint(text), app(text)),
            (None, None, None, None)
        );
        assert_eq!(status(text), None);
    }
}
