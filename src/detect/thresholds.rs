//! Every number that a detector compares against, with its default and where it comes from.
//!
//! `[thresholds]` of a configuration replaces any of them by its name in kebab-case:
//! `spike-min-excess = 30`.

use serde::{Deserialize, Serialize};

use super::legacy_login::LegacyLimits;
use super::password_flow_disabled::PasswordFlowLimits;

/// Limits of the detectors.
///
/// "Measured" means: by the simulator in `tests/simulator`, on seeds that the gate does not use.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
// wide: a flat list, as people write it
pub struct Thresholds {
    /// Failures beyond the expected ones that a spike needs. A clear incident has 20; a little
    /// less, since the expectation is itself an estimate.
    pub spike_min_excess: f64,
    /// How many times the expected failures a spike needs. A clear incident has three times as
    /// many; a little less, since the expectation is itself an estimate.
    pub spike_min_ratio: f64,
    /// Chance findings that are accepted in one organisation and week, over all series together.
    /// Ours: as many as are aimed at.
    pub spike_false_per_week: f64,
    /// Days with any event that must precede a day for it to be judged by its past alone; before
    /// that, the other days of the first weeks stand in. Ours: two of each weekday.
    pub spike_past_days: u32,
    /// Days of the beginning that judge each other while there is no past. Ours: four weeks.
    pub spike_first_days: u32,
    /// Days with any event below which a finding's confidence is low. Three weeks are what
    /// Datadog's weekly season needs (docs.datadoghq.com, anomaly monitors).
    pub spike_season_days: u32,
    /// Weeks before the end of what is reported that are looked at. Ours: a year, twice what
    /// Login History keeps (six months).
    pub spike_history_weeks: u32,
    /// Share of an incident's excess that one user, app or source must hold to be its head.
    /// Measured.
    pub spike_head_share: f64,
    /// Share of a spike's failures that known incidents must hold for it to be part of them.
    /// Measured.
    pub spike_shared: f64,
    /// Days in a row (weekends and holidays apart) that failures must stay up for a level shift.
    /// Ours: what ends within two days is a burst.
    pub spike_shift_days: u32,
    /// Chance of a run of raised days, by how often the days of its series are raised, above which
    /// it is no level shift. Ours: one series in a thousand.
    pub spike_shift_chance: f64,
    /// How many times its first quarter the last quarter of a slow ramp must have. Ours.
    pub trend_min_ratio: f64,
    /// Failures by which the last quarter of a slow ramp must exceed its first. Ours: so many
    /// that a doubling of a small team's typing errors is none.
    pub trend_min_excess: f64,
    /// Days with any event that a slow ramp needs. Ours: four weeks, one for each quarter.
    pub trend_min_days: u32,
    /// Login errors of one log and app without a row in the history that `missing-from-history`
    /// needs. Ours: one or two may be a row that was written a little late or early.
    pub missing_min: u64,
    /// Refusals of one client at a host of other orgs that `wrong-endpoint` needs. Ours: one may be
    /// somebody's try by hand.
    pub wrong_endpoint_min: u64,
    /// Minutes from the beginning of an app in which an unknown client id is harmless for
    /// `new-app-propagation`. Salesforce: a new app takes up to ten minutes to be known everywhere.
    pub propagation_minutes: u32,
    /// Limits of `legacy-login`, as `[thresholds.legacy]`.
    pub legacy: LegacyLimits,
    /// Limits of `password-flow-disabled`, as `[thresholds.password-flow]`.
    pub password_flow: PasswordFlowLimits,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            spike_min_excess: 16.0,
            spike_min_ratio: 2.5,
            spike_false_per_week: 0.2,
            spike_past_days: 14,
            spike_first_days: 28,
            spike_season_days: 21,
            spike_history_weeks: 52,
            spike_head_share: 0.7,
            spike_shared: 0.6,
            spike_shift_days: 3,
            spike_shift_chance: 0.001,
            trend_min_ratio: 3.0,
            trend_min_excess: 60.0,
            trend_min_days: 28,
            missing_min: 3,
            wrong_endpoint_min: 2,
            propagation_minutes: 10,
            legacy: LegacyLimits::default(),
            password_flow: PasswordFlowLimits::default(),
        }
    }
}

impl Thresholds {
    /// Every threshold by its name in a configuration, with its value as it is written there, in
    /// order of name.
    pub fn listed(&self) -> Vec<(String, String)> {
        let table = toml::Table::try_from(self).unwrap_or_default();
        let mut listed: Vec<(String, String)> = table
            .into_iter()
            .map(|(name, value)| (name, value.to_string()))
            .collect();
        listed.sort();
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_replaces_by_name_and_knows_no_others() {
        let some: Thresholds = toml::from_str("spike-min-excess = 30.0").expect("a threshold");
        assert_eq!(some.spike_min_excess, 30.0);
        assert_eq!(some.spike_min_ratio, Thresholds::default().spike_min_ratio);
        assert!(toml::from_str::<Thresholds>("spike-min-exces = 30.0").is_err());
    }
}
