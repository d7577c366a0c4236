//! The configuration: thresholds and suppressions, from `--config` or `loginscope.toml` here.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::told::Usage;
use crate::catalogue::{Known, RetirementTold};
use crate::detect::Thresholds;
use crate::normalise::log::Logs;
use crate::report::assemble::Suppression;
use crate::tally::logs::AppOfLog;

/// Read where no `--config` is given, if it is there.
const DEFAULT: &str = "loginscope.toml";

/// What a configuration can say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    pub(super) thresholds: Thresholds,
    #[serde(rename = "suppression")]
    pub(super) suppressions: Vec<Suppression>,
    /// Dates of retirement, laid over those that are known.
    #[serde(rename = "retirement")]
    pub(super) retirements: Vec<RetirementTold>,
    /// Shapes of log lines, tried before those that are known.
    #[serde(rename = "shape")]
    shapes: Vec<toml::Table>,
    /// What the client of a log is called.
    #[serde(rename = "log")]
    logs: Vec<ClientOfLog>,
}

/// What the client of some logs is called, where their lines don't say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientOfLog {
    /// A file's name or the end of its path; `*` stands for any text.
    file: String,
    app: String,
}

impl Config {
    /// The configuration of a file, or of the default one if it exists.
    ///
    /// # Errors
    /// That the file can't be read, what in it isn't understood, or a suppression that can't be
    /// used.
    pub(super) fn load(file: Option<&Path>) -> Result<Self, Usage> {
        Self::read(file).map_err(|error| Usage::of(&error))
    }

    /// Lays the dates of retirement over those that are known.
    ///
    /// # Errors
    /// Those that don't fit to what is known.
    pub(super) fn teach(&self, known: &mut Known) -> Result<(), Usage> {
        let list = std::mem::take(&mut known.retirements);
        known.retirements = list
            .told(self.retirements.clone())
            .context("configuration")
            .map_err(|error| Usage::of(&error))?;
        Ok(())
    }

    /// What is known of logs, with the shapes of this configuration.
    ///
    /// # Errors
    /// What is wrong with a shape.
    pub(super) fn logs(&self, known: &Known) -> Result<Logs, Usage> {
        let written = self.shapes.iter().map(toml::to_string);
        let shapes: Result<Vec<String>, _> = written.collect();
        let shapes = shapes
            .context("configuration")
            .map_err(|error| Usage::of(&error))?;
        let texts: Vec<&str> = shapes.iter().map(String::as_str).collect();
        Logs::with(known, &texts)
            .context("configuration")
            .map_err(|error| Usage::of(&error))
    }

    /// What the clients of logs are called.
    pub(super) fn apps_of_logs(&self) -> Vec<AppOfLog> {
        let named = self.logs.iter().map(|log| AppOfLog {
            file: log.file.clone(),
            app: log.app.clone(),
        });
        named.collect()
    }

    fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let path = file.unwrap_or(Path::new(DEFAULT));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && file.is_none() => {
                return Ok(Self::default());
            }
            Err(error) => bail!("{}: {error}", path.display()),
        };
        let named = || path.display().to_string();
        let config: Self = toml::from_str(&text).with_context(named)?;
        for suppression in &config.suppressions {
            suppression.check().with_context(named)?;
        }
        Ok(config)
    }
}
