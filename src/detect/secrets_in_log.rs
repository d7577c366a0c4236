//! `secrets-in-log`: secrets that stand in a log, told by file, line and kind.

use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use super::{Confidence, Detector, Finding, Found, Scope, Seen, Severity, Thresholds};
use crate::normalise::log::Secret;
use crate::tally::logs::LogSecret;

/// The rule.
pub const ID: &str = "secrets-in-log";
/// Places that are shown as evidence.
const SHOWN: usize = 20;

/// See the page.
pub struct SecretsInLog;

impl Detector for SecretsInLog {
    fn id(&self) -> &'static str {
        ID
    }

    fn page(&self) -> &'static str {
        include_str!("secrets_in_log.md")
    }

    fn cannot_run(&self, seen: &Seen<'_>) -> Option<String> {
        let logs = seen.logs.files.iter().any(|file| file.is_log);
        (!logs).then(|| "no log was read".to_owned())
    }

    fn detect(&self, seen: &Seen<'_>, _limits: &Thresholds) -> Found {
        // By name, which stays while a log is rotated, so that no two findings are called the same.
        let mut by_log: BTreeMap<String, Vec<&LogSecret>> = BTreeMap::new();
        for secret in &seen.logs.secrets {
            let name = seen.logs.name_of(secret.place.file());
            by_log.entry(name).or_default().push(secret);
        }
        let findings = by_log
            .into_iter()
            .map(|(name, secrets)| finding(seen, name, &secrets));
        Found {
            findings: findings.collect(),
            near_misses: Vec::new(),
        }
    }
}

fn finding(seen: &Seen<'_>, name: String, secrets: &[&LogSecret]) -> Finding {
    let kinds: BTreeSet<Secret> = secrets.iter().map(|secret| secret.kind).collect();
    let names: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    let files: BTreeSet<u32> = secrets.iter().map(|secret| secret.place.file()).collect();
    let more = files.iter().map(|&input| seen.logs.more_secrets(input));
    let count = secrets.len() as u64 + more.sum::<u64>();
    let times = secrets.iter().filter_map(|secret| secret.at);
    let places: BTreeSet<_> = secrets.iter().map(|secret| secret.place).collect();
    Finding {
        rule: ID,
        severity: Severity::High,
        confidence: Confidence::High,
        reason: "High: who can read the log can log in. Confidence high: each value stands behind its own name or has Salesforce's own form.".to_owned(),
        title: format!(
            "The log {name} holds {}: {}",
            wording::count(count, "secret", "secrets"),
            names.join(", ")
        ),
        org: 0,
        start: times.clone().min().unwrap_or(seen.since),
        end: times.max().unwrap_or(seen.until),
        peak: None,
        ongoing: false,
        count,
        expected: None,
        scope: Scope::default(),
        anchor: name,
        onset_day: false,
        steps: steps(&kinds).into(),
        story: Vec::new(),
        places: places.into_iter().take(SHOWN).collect(),
    }
}

fn steps(kinds: &BTreeSet<Secret>) -> Vec<String> {
    let has = |any: &[Secret]| any.iter().any(|kind| kinds.contains(kind));
    let mut steps = Vec::new();
    if has(&[Secret::ClientSecret, Secret::DeleteToken]) {
        steps.push("Rotate the consumer secret: Setup > App Manager > the app > View > Manage Consumer Details (External Client App: Settings > OAuth Settings), store the new one in every place that uses the app, then delete the old.".to_owned());
    }
    if has(&[
        Secret::RefreshToken,
        Secret::AccessToken,
        Secret::SessionId,
        Secret::Authorization,
    ]) {
        steps.push("Revoke the tokens: Setup > Connected Apps OAuth Usage > the app > Revoke for that user, and end its sessions in Setup > Session Management.".to_owned());
    }
    if has(&[Secret::Password, Secret::SecurityToken]) {
        steps.push("Set a new password for the user, which brings a new security token too, and move the client to a flow without passwords: JWT bearer or client credentials.".to_owned());
    }
    if has(&[Secret::PrivateKey, Secret::Assertion]) {
        steps.push(
            "Make a new key and certificate, upload it to the app, and take the old one out."
                .to_owned(),
        );
    }
    steps.push("Keep the client from logging bodies and headers of the token endpoint: lower its log level for HTTP, or mask these fields.".to_owned());
    steps.push("Find who can read this log and its copies (collector, tickets, backups), and look in Login History for logins by that user from other addresses since.".to_owned());
    steps
}
