//! Root causes that a status states outright.

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::catalogue::Known;
use crate::detect::wording::count;

/// Percent of the failures from which on a cause is what the finding is about, and below which it
/// is not among what may be behind it. Ours.
const MOST: u64 = 50;
const SOME: u64 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stated: Vec<One>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    root_cause: String,
    cause: String,
    changes: Vec<String>,
    #[serde(default)]
    most: Most,
    check: String,
}

/// The most that a status says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Most {
    #[default]
    Likely,
    Possible,
}

/// The index of `stated.toml`.
#[derive(Debug)]
pub(super) struct Stated(Vec<One>);

impl Stated {
    pub(super) fn load(known: &Known) -> anyhow::Result<Self> {
        let file: File = toml::from_str(include_str!("stated.toml")).context("stated.toml")?;
        for one in &file.stated {
            let cause = &one.cause;
            let found = known.causes.position(cause);
            ensure!(found.is_some(), "stated.toml: no cause {cause}");
            for kind in &one.changes {
                let found = known.changes.all().iter().any(|known| known.id == *kind);
                ensure!(found, "stated.toml: no kind of change {kind}");
            }
        }
        Ok(Self(file.stated))
    }

    /// All root causes, for tests.
    #[cfg(test)]
    pub(super) fn root_causes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|one| one.root_cause.as_str())
    }

    /// Those that the failures of a finding state.
    pub(super) fn judge(&self, case: &Case<'_>) -> Vec<Diagnosis> {
        self.0.iter().filter_map(|one| one.judge(case)).collect()
    }
}

impl One {
    fn judge(&self, case: &Case<'_>) -> Option<Diagnosis> {
        let percent = case.percent(&[&self.cause]);
        if percent < SOME {
            return None;
        }
        let kinds: Vec<&str> = self.changes.iter().map(String::as_str).collect();
        let changes = case.changed(&kinds);
        let decided = case.is_decided_by(&changes);
        let verdict = match self.most {
            Most::Likely if percent >= MOST => Verdict::Likely,
            // A change right before it makes up for what the status leaves open.
            Most::Possible if percent >= MOST && decided => Verdict::Likely,
            _ => Verdict::Possible,
        };
        let mut one = Diagnosis::of(&self.root_cause, verdict).check(&self.check);
        let causes = &case.around.known.causes;
        let title = causes
            .by_id(&self.cause)
            .map_or("", |cause| cause.title.as_str());
        let n = count(case.finding.count, "failure", "failures");
        let share = match percent {
            100 => format!("All of the {n} have"),
            _ => format!("{percent} % of the {n} have"),
        };
        one.because.push(format!("{share} the reason \"{title}\"."));
        one.because.extend(case.both_sides());
        one.because.extend(case.cite(&changes));
        one.because.extend(case.worked_until());
        one.against.extend(case.worked_since(&changes));
        if changes.is_empty() && !kinds.is_empty() {
            one.against
                .extend(case.no_change("change that brings this about"));
        }
        Some(one)
    }
}
