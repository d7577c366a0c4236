//! Suppressions: findings that somebody has looked at and answers for, until a day.

use serde::Deserialize;

use crate::event::Instant;
use crate::report::model::{Finding, Suppressed, Time};

/// One `[[suppression]]` of a configuration. What it names must all fit a finding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    pub fingerprint: Option<String>,
    pub rule: Option<String>,
    /// A user that the finding concerns.
    pub user: Option<String>,
    /// An app that the finding concerns.
    pub app: Option<String>,
    /// Why it is no concern.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// The last day on which it holds, as YYYY-MM-DD in UTC.
    pub expires: String,
}

/// A suppression that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASuppression {
    #[error(
        "a suppression for {owner} ({reason}) names neither fingerprint, rule, user nor app, so it would hide everything"
    )]
    NamesNothing { owner: String, reason: String },
    #[error(
        "a suppression for {owner} ({reason}) expires on {expires:?}, which is no day; write it as 2026-12-31"
    )]
    NoDay {
        owner: String,
        reason: String,
        expires: String,
    },
}

impl Suppression {
    /// Whether it says what it hides and until when.
    ///
    /// # Errors
    /// What it lacks.
    pub fn check(&self) -> Result<(), NotASuppression> {
        let (owner, reason) = (self.owner.clone(), self.reason.clone());
        let names = [&self.fingerprint, &self.rule, &self.user, &self.app];
        if names.iter().all(|name| name.is_none()) {
            return Err(NotASuppression::NamesNothing { owner, reason });
        }
        match self.end() {
            Some(_) => Ok(()),
            None => Err(NotASuppression::NoDay {
                owner,
                reason,
                expires: self.expires.clone(),
            }),
        }
    }

    /// The last instant at which it holds.
    fn end(&self) -> Option<Instant> {
        Instant::parse_rfc3339(&format!("{}T23:59:59.999Z", self.expires))
    }

    fn fits(&self, finding: &Finding) -> bool {
        let is =
            |wanted: &Option<String>, has: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(has);
        let scope = &finding.scope;
        is(&self.fingerprint, &|wanted| finding.fingerprint == wanted)
            && is(&self.rule, &|wanted| finding.rule == wanted)
            && is(&self.user, &|wanted| {
                scope
                    .users
                    .iter()
                    .any(|user| user.0 == wanted.to_lowercase())
            })
            && is(&self.app, &|wanted| {
                scope.apps.iter().any(|app| app == wanted)
            })
    }

    fn holds(&self, today: Option<&Time>) -> bool {
        let today = today.and_then(|time| Instant::parse_rfc3339(&time.0));
        match (self.end(), today) {
            (Some(end), Some(today)) => today <= end,
            _ => false,
        }
    }

    fn words(&self) -> String {
        format!("{} ({}, until {})", self.reason, self.owner, self.expires)
    }
}

/// Parts findings into those that are shown and those that a suppression hides. Today is the end
/// of the window, so that a report doesn't change by waiting.
pub(super) fn part(
    mut findings: Vec<Finding>,
    suppressions: &[Suppression],
    today: Option<&Time>,
) -> (Vec<Finding>, Vec<Suppressed>) {
    let holding = suppressions.iter().filter(|one| one.holds(today));
    let holding: Vec<&Suppression> = holding.collect();
    let by = |finding: &Finding| holding.iter().find(|one| one.fits(finding));
    let hidden = findings.extract_if(.., |finding| by(finding).is_some());
    let suppressed = hidden.filter_map(|finding| {
        Some(Suppressed {
            suppressed_by: by(&finding)?.words(),
            finding,
        })
    });
    let suppressed = suppressed.collect();
    (findings, suppressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suppression(text: &str) -> Suppression {
        toml::from_str(text).expect("a suppression")
    }

    #[test]
    fn one_that_names_nothing_or_no_day_is_refused() {
        let all = suppression("reason = 'r'\nowner = 'o'\nexpires = '2026-12-31'");
        assert!(matches!(
            all.check(),
            Err(NotASuppression::NamesNothing { .. })
        ));
        let soon = suppression("rule = 'x'\nreason = 'r'\nowner = 'o'\nexpires = 'soon'");
        assert!(matches!(soon.check(), Err(NotASuppression::NoDay { .. })));
    }

    #[test]
    fn it_holds_to_the_end_of_its_last_day() {
        let one = suppression("rule = 'x'\nreason = 'r'\nowner = 'o'\nexpires = '2026-12-31'");
        assert_eq!(one.check(), Ok(()));
        assert!(one.holds(Some(&Time("2026-12-31T23:59:59Z".to_owned()))));
        assert!(!one.holds(Some(&Time("2027-01-01T00:00:00Z".to_owned()))));
        assert!(!one.holds(None));
    }
}
