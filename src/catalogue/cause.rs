//! One cause of failed logins: a block of `causes.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The kind of fault that a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The user's password, token or account.
    Credential,
    /// A rule that somebody set in the org.
    Policy,
    /// How the client is written or configured.
    Client,
    /// Salesforce, the identity provider or the network between.
    Platform,
    /// The text fits several causes.
    Ambiguous,
    /// Part of normal operation; feeds no finding.
    Benign,
}

impl Class {
    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Class::Credential => "credential",
            Class::Policy => "policy",
            Class::Client => "client",
            Class::Platform => "platform",
            Class::Ambiguous => "ambiguous",
            Class::Benign => "benign",
        }
    }
}

/// Why logins fail, what it means and what to do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
// wide: one block of causes.toml
pub struct Cause {
    pub id: String,
    pub title: String,
    pub class: Class,
    /// Whether repeating the same call can't succeed.
    pub permanent: bool,
    pub fixed_by: String,
    pub means: String,
    /// What tells it from its neighbours.
    pub tell_apart: String,
    pub steps: Vec<String>,
    /// Web addresses to read more.
    pub source: Vec<String>,
    /// LOGIN_STATUS codes of event log files, each with its Login History text.
    #[serde(default)]
    pub login_status: BTreeMap<String, String>,
    /// Further Login History texts.
    #[serde(default)]
    pub status: Vec<String>,
    /// Texts that mean this cause only where the login is single sign-on.
    #[serde(default)]
    pub status_if_sso: Vec<String>,
    /// `error: error_description`, `error` alone, or `: description` with any error.
    #[serde(default)]
    pub oauth: Vec<String>,
    /// SOAP fault codes and REST error codes; one that ends in `*` is a prefix.
    #[serde(default)]
    pub fault: Vec<String>,
    /// Phrases of SOAP and REST messages that decide where the code doesn't.
    #[serde(default)]
    pub message: Vec<String>,
}
