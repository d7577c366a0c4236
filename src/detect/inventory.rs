//! Every integration: who logs in through what by which flow, and what that flow's future is.
//!
//! An integration is a user, an app and a flow with an attempt that is neither a password login
//! in the browser nor single sign-on. The export says by which flow an OAuth login came only
//! where it has a subtype; JWT bearer logins have none. So a success by an unnamed OAuth flow
//! counts as probably modern, and [`Integration::probable`] says where a status rests on that.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Seen;
use super::cadence::{Stretch, longest_silence, period_seconds};
use super::refusals::{Earliest, Triple, first_refusals};
use crate::catalogue::Retirement;
use crate::event::{Basis, Flow, Instant, Place, Sym};
use crate::tally::Row;

/// What becomes of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Its flow retires, and nothing else is in use.
    Retiring,
    /// Its flow retires, but the same user or app already logs in by a modern one.
    Migrating,
    Modern,
    Unknown,
}

impl Status {
    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Status::Retiring => "retiring",
            Status::Migrating => "migrating",
            Status::Modern => "modern",
            Status::Unknown => "unknown",
        }
    }
}

/// A user, app and flow that programs log in by. Numbers are those of the `Resolved` tables.
#[derive(Clone, Debug, PartialEq)]
// wide: the contract's integration, and what its finding needs
pub struct Integration<'a> {
    pub org: u32,
    pub user: u32,
    pub app: u32,
    pub flow: Flow,
    /// Stated where any of its attempts states the flow.
    pub basis: Basis,
    /// Successful attempts.
    pub logins: u64,
    pub failures: u64,
    /// The distinct known sources, the busiest first.
    pub sources: Vec<u32>,
    /// By number, then by text.
    pub api_versions: Vec<&'a str>,
    pub tls: Vec<&'a str>,
    /// Of all attempts.
    pub first: Instant,
    pub last: Instant,
    /// Of the successful ones.
    pub first_login: Option<Instant>,
    pub last_login: Option<Instant>,
    /// Seconds between attempts where they come regularly and that can be proved.
    pub period_seconds: Option<u64>,
    /// Milliseconds of the longest silence between two attempts.
    pub longest_silence: i64,
    pub status: Status,
    /// The status rests on successes by an OAuth flow that the export doesn't name.
    pub probable: bool,
    /// The user also logs in through the browser, so it is a person's account.
    pub person: bool,
    pub retires: Option<&'a Retirement>,
    /// Where the first successful attempts stand.
    pub places: Vec<Place>,
}

/// Whether a flow is one that Salesforce retires (contract).
pub const fn is_retiring(flow: Flow) -> bool {
    matches!(
        flow,
        Flow::OauthUsernamePassword | Flow::SoapLogin | Flow::OauthUserAgent
    )
}

/// Whether a flow is known to be a modern one.
pub const fn is_modern(flow: Flow) -> bool {
    matches!(
        flow,
        Flow::OauthWebServer
            | Flow::OauthRefreshToken
            | Flow::OauthClientCredentials
            | Flow::OauthJwtBearer
            | Flow::OauthDevice
            | Flow::OauthTokenExchange
    )
}

/// All integrations with an attempt between `from` and the end of what is reported, sorted by
/// org, user, app and flow. Counts are of the rows that touch that span; a status rests on all
/// that was read up to its end.
pub fn inventory<'a>(seen: &Seen<'a>, from: Instant) -> Vec<Integration<'a>> {
    let evidence = Evidence::of(seen);
    let mut index: FxHashMap<(Triple, Flow), usize> = FxHashMap::default();
    let mut drafts: Vec<Draft> = Vec::new();
    let rows = seen.tally.rows.iter();
    for row in rows.filter(|row| row.last >= from && row.first <= seen.until) {
        let what = seen.resolved.what[row.dims.index()];
        if matches!(what.flow, Flow::UiPassword | Flow::Sso) {
            continue;
        }
        let triple = Triple::of(row, seen);
        let at = *index.entry((triple, what.flow)).or_insert_with(|| {
            drafts.push(Draft::new(triple, what.flow));
            drafts.len() - 1
        });
        drafts[at].add(row, seen);
    }
    drafts.sort_unstable_by_key(|draft| (draft.triple, draft.flow));
    let finished = drafts.into_iter();
    finished
        .map(|draft| draft.finish(seen, &evidence))
        .collect()
}

/// An integration while rows are added to it.
struct Draft {
    triple: Triple,
    flow: Flow,
    basis: Basis,
    logins: u64,
    failures: u64,
    sources: FxHashMap<u32, u64>,
    api_versions: Vec<Sym>,
    tls: Vec<Sym>,
    logged_in: Option<(Instant, Instant)>,
    stretches: Vec<Stretch>,
    places: Earliest,
}

impl Draft {
    fn new(triple: Triple, flow: Flow) -> Self {
        Self {
            triple,
            flow,
            basis: Basis::Inferred,
            logins: 0,
            failures: 0,
            sources: FxHashMap::default(),
            api_versions: Vec::new(),
            tls: Vec::new(),
            logged_in: None,
            stretches: Vec::new(),
            places: Earliest::default(),
        }
    }

    fn add(&mut self, row: &Row, seen: &Seen<'_>) {
        let what = seen.resolved.what[row.dims.index()];
        let dims = seen.tally.dims(row.dims);
        self.basis = self.basis.min(what.basis);
        if what.success {
            self.logins += row.n;
            let (first, last) = self.logged_in.unwrap_or((row.first, row.last));
            self.logged_in = Some((first.min(row.first), last.max(row.last)));
            self.places.add(row.first, row.place);
        } else {
            self.failures += row.n;
        }
        if what.source != 0 {
            *self.sources.entry(what.source).or_default() += row.n;
        }
        for (known, sym) in [
            (&mut self.api_versions, dims.api_version),
            (&mut self.tls, dims.tls),
        ] {
            if !sym.is_unknown() && !known.contains(&sym) {
                known.push(sym);
            }
        }
        self.stretches.push(Stretch {
            first: row.first,
            last: row.last,
            n: row.n,
        });
    }

    fn finish<'a>(self, seen: &Seen<'a>, evidence: &Evidence) -> Integration<'a> {
        let Triple { org, user, app } = self.triple;
        let texts = |syms: Vec<Sym>| -> Vec<&'a str> {
            let mut texts: Vec<&str> = syms
                .iter()
                .map(|sym| seen.tally.symbols.text(*sym))
                .collect();
            texts.sort_unstable();
            texts
        };
        let mut api_versions = texts(self.api_versions);
        let number = |text: &&str| text.parse::<f64>().unwrap_or(f64::INFINITY);
        api_versions.sort_by(|a, b| number(a).total_cmp(&number(b)));
        let (status, probable) = evidence.status(self.triple, self.flow);
        let first = self.stretches.iter().map(|row| row.first).min();
        let last = self.stretches.iter().map(|row| row.last).max();
        Integration {
            org,
            user,
            app,
            flow: self.flow,
            basis: self.basis,
            logins: self.logins,
            failures: self.failures,
            sources: busiest(self.sources),
            api_versions,
            tls: texts(self.tls),
            first: first.unwrap_or_default(),
            last: last.unwrap_or_default(),
            first_login: self.logged_in.map(|(first, _)| first),
            last_login: self.logged_in.map(|(_, last)| last),
            period_seconds: period_seconds(&self.stretches),
            longest_silence: longest_silence(&self.stretches),
            status,
            probable,
            person: user != 0 && evidence.people.contains(&(org, user)),
            retires: seen.retirements.for_flow(self.flow),
            places: self.places.into_places(),
        }
    }
}

/// The keys of a count, the greatest first, in a tie the smaller number.
pub(super) fn busiest(counts: FxHashMap<u32, u64>) -> Vec<u32> {
    let mut counts: Vec<(u32, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(key, n)| (std::cmp::Reverse(*n), *key));
    counts.into_iter().map(|(key, _)| key).collect()
}

/// Which modern logins there are, over all that was read.
#[derive(Default)]
struct Evidence {
    /// By org and user, and by org and app.
    by_user: FxHashMap<(u32, u32), Modern>,
    by_app: FxHashMap<(u32, u32), Modern>,
    /// Integrations by an unnamed OAuth flow with a success that counts as modern.
    unnamed: FxHashSet<Triple>,
    /// Users that log in through the browser, by org and user.
    people: FxHashSet<(u32, u32)>,
}

/// What somebody's successes tell.
#[derive(Clone, Copy, Default)]
struct Modern {
    /// A modern flow, refresh tokens apart.
    stated: bool,
    /// A refresh token, which the user-agent flow hands out too.
    refresh: bool,
    /// An OAuth flow that the export doesn't name.
    unnamed: bool,
}

impl Evidence {
    fn of(seen: &Seen<'_>) -> Self {
        let refused = first_refusals(seen);
        let mut evidence = Self::default();
        for row in seen.tally.rows.iter().filter(|row| row.first <= seen.until) {
            let what = seen.resolved.what[row.dims.index()];
            if !what.success {
                continue;
            }
            let triple = Triple::of(row, seen);
            let modern = Modern {
                stated: is_modern(what.flow) && what.flow != Flow::OauthRefreshToken,
                refresh: what.flow == Flow::OauthRefreshToken,
                // Before the username-password flow was refused to the same user and app, an
                // unnamed flow probably was that one.
                unnamed: what.flow == Flow::OauthUnknown
                    && refused.get(&triple).is_none_or(|first| row.last > *first),
            };
            if matches!(what.flow, Flow::UiPassword | Flow::Sso) {
                evidence.people.insert((triple.org, triple.user));
            }
            if modern.unnamed {
                evidence.unnamed.insert(triple);
            }
            if modern.stated || modern.refresh || modern.unnamed {
                let by_user = evidence.by_user.entry((triple.org, triple.user));
                by_user.or_default().add(modern);
                let by_app = evidence.by_app.entry((triple.org, triple.app));
                by_app.or_default().add(modern);
            }
        }
        evidence
    }

    /// The status of an integration, and whether it rests on unnamed flows alone.
    fn status(&self, triple: Triple, flow: Flow) -> (Status, bool) {
        if is_modern(flow) {
            return (Status::Modern, false);
        }
        if flow == Flow::OauthUnknown && self.unnamed.contains(&triple) {
            return (Status::Modern, true);
        }
        if !is_retiring(flow) {
            return (Status::Unknown, false);
        }
        let mut modern = Modern::default();
        // An unknown user or app is nobody in particular.
        if triple.user != 0 {
            modern.add(
                self.by_user
                    .get(&(triple.org, triple.user))
                    .copied()
                    .unwrap_or_default(),
            );
        }
        if triple.app != 0 {
            modern.add(
                self.by_app
                    .get(&(triple.org, triple.app))
                    .copied()
                    .unwrap_or_default(),
            );
        }
        if modern.stated || (modern.refresh && flow != Flow::OauthUserAgent) {
            (Status::Migrating, false)
        } else if modern.unnamed {
            (Status::Migrating, true)
        } else {
            (Status::Retiring, false)
        }
    }
}

impl Modern {
    fn add(&mut self, other: Modern) {
        self.stated |= other.stated;
        self.refresh |= other.refresh;
        self.unnamed |= other.unnamed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample::{Attempt, Sample, at};

    const APP: &str = "Nightly";
    const USER: &str = "etl@example.com";
    const OTHER: &str = "ops@example.com";
    const PASSWORD: Attempt<'static> = Attempt::of(USER, APP, Flow::OauthUsernamePassword);

    /// User, app, flow, status and whether that is probable, of every integration.
    fn told(sample: &Sample) -> Vec<String> {
        sample.see("12-31 00:00", |seen, _| {
            let all = inventory(seen, Instant::from_millis(0));
            let line = |one: &Integration<'_>| {
                let user = seen.resolved.users.get(one.user).unwrap_or("-");
                let app = seen.resolved.apps.get(one.app).unwrap_or("-");
                let sure = if one.probable { "?" } else { "" };
                format!("{user} {app} {} {}{sure}", one.flow.id(), one.status.id())
            };
            all.iter().map(line).collect()
        })
    }

    fn of(attempts: &[Attempt<'_>]) -> Vec<String> {
        let mut sample = Sample::default();
        for attempt in attempts {
            sample.add("03-10 07:00", *attempt);
        }
        told(&sample)
    }

    #[test]
    fn empty_data_and_people_alone_have_no_integration() {
        assert_eq!(of(&[]), [] as [&str; 0]);
        let browser = [Flow::UiPassword, Flow::Sso].map(|flow| Attempt { flow, ..PASSWORD });
        assert_eq!(of(&browser), [] as [&str; 0]);
    }

    #[test]
    fn a_modern_login_of_the_same_user_or_app_means_migrating() {
        let jwt = Attempt {
            flow: Flow::OauthJwtBearer,
            ..PASSWORD
        };
        let same_user = Attempt {
            app: "Other",
            ..jwt
        };
        let same_app = Attempt { user: OTHER, ..jwt };
        let neither = Attempt {
            user: OTHER,
            app: "Other",
            ..jwt
        };
        let failed = Attempt {
            status: "Invalid Password",
            ..jwt
        };
        let password = "etl@example.com Nightly oauth-username-password";
        for (modern, status) in [
            (jwt, "migrating"),
            (same_user, "migrating"),
            (same_app, "migrating"),
            (neither, "retiring"),
            (failed, "retiring"),
        ] {
            let all = of(&[PASSWORD, modern]);
            assert!(all.contains(&format!("{password} {status}")), "{all:?}");
        }
    }

    #[test]
    fn an_unknown_user_or_app_is_nobody_in_particular() {
        let nobody = Attempt {
            user: "",
            app: "",
            ..PASSWORD
        };
        let jwt = Attempt {
            flow: Flow::OauthJwtBearer,
            ..nobody
        };
        assert_eq!(
            of(&[nobody, jwt]),
            [
                "- - oauth-username-password retiring",
                "- - oauth-jwt-bearer modern"
            ]
        );
    }

    #[test]
    fn an_unnamed_flow_is_probably_modern_if_it_ever_succeeds() {
        let unnamed = Attempt {
            flow: Flow::OauthUnknown,
            basis: Basis::Inferred,
            ..PASSWORD
        };
        assert_eq!(
            of(&[PASSWORD, unnamed]),
            [
                "etl@example.com Nightly oauth-username-password migrating?",
                "etl@example.com Nightly oauth-unknown modern?"
            ]
        );
        let failed = Attempt {
            status: "Invalid Password",
            ..unnamed
        };
        assert_eq!(
            of(&[failed]),
            ["etl@example.com Nightly oauth-unknown unknown"]
        );
        let other = Attempt {
            flow: Flow::Other,
            ..PASSWORD
        };
        assert_eq!(of(&[other]), ["etl@example.com Nightly other unknown"]);
    }

    #[test]
    fn an_unnamed_flow_before_a_refusal_was_probably_the_refused_one() {
        let unnamed = Attempt {
            flow: Flow::OauthUnknown,
            ..PASSWORD
        };
        let mut sample = Sample::default();
        sample.add("03-10 07:00", unnamed);
        sample.add("03-10 08:00", Attempt::refused(USER, APP));
        assert_eq!(
            told(&sample),
            [
                "etl@example.com Nightly oauth-username-password retiring",
                "etl@example.com Nightly oauth-unknown unknown"
            ]
        );
        sample.add("03-10 09:00", unnamed);
        assert_eq!(
            told(&sample),
            [
                "etl@example.com Nightly oauth-username-password migrating?",
                "etl@example.com Nightly oauth-unknown modern?"
            ]
        );
    }

    #[test]
    fn a_refresh_token_may_come_from_the_user_agent_flow() {
        let refresh = Attempt {
            flow: Flow::OauthRefreshToken,
            ..PASSWORD
        };
        let agent = Attempt {
            flow: Flow::OauthUserAgent,
            ..PASSWORD
        };
        assert_eq!(
            of(&[agent, refresh])[0],
            "etl@example.com Nightly oauth-user-agent retiring"
        );
        assert!(of(&[PASSWORD, refresh])[0].ends_with("migrating"));
    }

    #[test]
    fn counts_versions_sources_and_times() {
        let mut sample = Sample::default();
        let soap = Attempt {
            flow: Flow::SoapLogin,
            basis: Basis::Inferred,
            api_version: "39.0",
            ..PASSWORD
        };
        sample.add(
            "03-10 07:00",
            Attempt {
                status: "Invalid Password",
                source: "",
                ..soap
            },
        );
        for hour in 8..14 {
            let version = if hour == 10 { "9.0" } else { "39.0" };
            let source = if hour == 11 { "192.0.2.2" } else { "192.0.2.7" };
            let attempt = Attempt {
                api_version: version,
                source,
                tls: "TLS 1.3",
                ..soap
            };
            sample.add(&format!("03-10 {hour:02}:00"), attempt);
        }
        sample.see("03-10 12:30", |seen, _| {
            let all = inventory(seen, Instant::from_millis(0));
            let [one] = all.as_slice() else {
                panic!("{all:?}")
            };
            assert_eq!((one.logins, one.failures), (5, 1));
            assert_eq!(
                (one.first, one.last),
                (at("03-10 07:00"), at("03-10 12:00"))
            );
            assert_eq!(one.first_login, Some(at("03-10 08:00")));
            assert_eq!(one.api_versions, ["9.0", "39.0"]);
            assert_eq!(one.tls, ["TLS 1.2", "TLS 1.3"]);
            let sources: Vec<_> = one
                .sources
                .iter()
                .map(|at| seen.resolved.sources.get(*at))
                .collect();
            assert_eq!(sources, [Some("192.0.2.7"), Some("192.0.2.2")]);
            assert_eq!(one.period_seconds, Some(3600));
            assert_eq!(one.basis, Basis::Inferred);
            assert_eq!(
                one.retires.map(|entry| entry.id.as_str()),
                Some("soap-login")
            );
            assert_eq!(inventory(seen, at("03-10 12:00"))[0].logins, 1);
        });
    }

    #[test]
    fn a_statement_anywhere_makes_the_flow_stated() {
        let inferred = Attempt {
            basis: Basis::Inferred,
            ..PASSWORD
        };
        let mut sample = Sample::default();
        sample.add("03-10 07:00", inferred);
        sample.add("03-10 08:00", PASSWORD);
        let basis = sample.see("03-11 00:00", |seen, _| {
            inventory(seen, at("03-01 00:00"))[0].basis
        });
        assert_eq!(basis, Basis::Stated);
    }
}
