//! The list of hypotheses against the ids that reports promise.

use super::*;
use crate::catalogue::Known;

/// Ids of root causes that a report may have.
const PROMISED: &str = "password-changed user-deactivated user-frozen password-expired account-locked security-token-missing client-secret-changed certificate-expired clock-skew app-removed app-blocked app-not-preauthorised app-propagating password-flow-switched-off password-flow-never-enabled mfa-enforced device-activation ip-policy-tightened egress-moved login-hours stale-credential five-grant-limit refresh-expires-immediately refresh-rotation-not-stored refresh-lifetime-reached tokens-revoked concurrent-refresh wrong-endpoint sandbox-refreshed login-rate-limit login-loop soap-login-retired api-version-removed platform-outage idp-outage password-guessing password-spraying credential-stuffing account-takeover log-in-other-zone unknown-user-or-other-org undecided";

#[test]
fn stated_root_causes_are_promised_ones() {
    let known = Known::load().expect("the lists");
    let stated = Stated::load(&known).expect("the list");
    let promised: Vec<&str> = PROMISED.split(' ').collect();
    let mut seen = 0;
    for root in stated.root_causes() {
        assert!(promised.contains(&root), "{root}");
        seen += 1;
    }
    assert!(seen >= 18, "{seen}");
}

#[test]
fn the_best_verdict_stands_first() {
    let mut all = [Verdict::Unlikely, Verdict::Likely, Verdict::Possible];
    all.sort();
    assert_eq!(all.map(Verdict::id), ["likely", "possible", "unlikely"]);
}
