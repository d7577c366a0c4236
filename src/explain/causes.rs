//! Which causes of the login history a client's own words may stand for.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::catalogue::{Catalogue, CauseIx};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    no_login: Vec<String>,
    wrong_host: Vec<String>,
    client: Vec<Client>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    says: String,
    stands_for: Vec<String>,
}

/// The index of `causes.toml`.
#[derive(Debug)]
pub(super) struct Stands {
    no_login: BTreeSet<String>,
    wrong_host: BTreeSet<CauseIx>,
    behind: BTreeMap<CauseIx, BTreeSet<CauseIx>>,
    unrecognised: CauseIx,
}

impl Stands {
    pub(super) fn load(causes: &Catalogue) -> anyhow::Result<Self> {
        let file: File = toml::from_str(include_str!("causes.toml")).context("causes.toml")?;
        let position = |id: &String| {
            let found = causes.position(id);
            found.with_context(|| format!("causes.toml: no cause {id}"))
        };
        for id in &file.no_login {
            position(id)?;
        }
        let mut behind = BTreeMap::new();
        for client in &file.client {
            let all: anyhow::Result<BTreeSet<CauseIx>> =
                client.stands_for.iter().map(position).collect();
            let twice = behind.insert(position(&client.says)?, all?);
            ensure!(twice.is_none(), "causes.toml: {} twice", client.says);
        }
        let wrong_host: anyhow::Result<_> = file.wrong_host.iter().map(position).collect();
        Ok(Self {
            wrong_host: wrong_host?,
            no_login: file.no_login.into_iter().collect(),
            behind,
            unrecognised: causes.unrecognised(),
        })
    }

    /// Whether an error with this cause is none of a login.
    pub(super) fn is_no_login(&self, id: &str) -> bool {
        self.no_login.contains(id)
    }

    /// Whether a host that serves other orgs refuses a login so.
    pub(super) fn is_of_wrong_host(&self, cause: CauseIx) -> bool {
        self.wrong_host.contains(&cause)
    }

    /// Whether what a client was told may be what the server had as its reason. What nobody
    /// recognises may be anything.
    pub(super) fn fit(&self, client: CauseIx, server: CauseIx) -> bool {
        let unknown = self.unrecognised;
        client == server
            || client == unknown
            || server == unknown
            || self
                .behind
                .get(&client)
                .is_some_and(|causes| causes.contains(&server))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withheld_reason_fits_many_and_a_named_one_few() {
        let causes = Catalogue::load().expect("the causes");
        let stands = Stands::load(&causes).expect("the list");
        let fit = |client: &str, server: &str| {
            let of = |id| causes.position(id).expect("a cause");
            stands.fit(of(client), of(server))
        };
        assert!(fit("authentication-failure", "user-frozen"));
        assert!(fit("authentication-failure", "authentication-failure"));
        assert!(!fit("refresh-token-invalid", "invalid-password"));
        assert!(!fit("user-frozen", "authentication-failure"));
        assert!(fit("unrecognised", "invalid-password"));
        assert!(stands.is_no_login("session-invalid") && !stands.is_no_login("ip-restricted"));
    }
}
