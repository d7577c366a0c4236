//! Dates of retirement as a user tells them: a later day for what is known, or something new.
//!
//! What sources said before stays listed, so that a date of one's own never looks undisputed.

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::{Precision, Publisher, Retirement, Retirements, Says, day, flows};
use crate::event::{Flow, Instant};

/// One `[[retirement]]` of a configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
// wide: what a block may say
pub struct RetirementTold {
    /// An id of `retirements.toml`, or a new one.
    pub id: String,
    #[serde(deserialize_with = "day")]
    pub date: Instant,
    #[serde(default)]
    pub precision: Precision,
    /// Why this date and no other.
    pub because: String,
    /// Where it stands: a web address, a notice, a ticket.
    pub source: String,
    pub title: Option<String>,
    /// The flows that it ends.
    #[serde(default, deserialize_with = "flows")]
    pub flows: Vec<Flow>,
    pub meanwhile: Option<String>,
    #[serde(default)]
    pub steps: Vec<String>,
}

impl RetirementTold {
    /// What is known with what is told laid over it; what is told must say enough if nothing is
    /// known.
    fn over(self, known: Option<&Retirement>) -> anyhow::Result<Retirement> {
        let says = Says {
            kind: Publisher::Configuration,
            says: self.date.to_string().chars().take(10).collect(),
            date: Some(self.date.to_string().chars().take(10).collect()),
            differs: false,
            source: self.source,
            note: None,
        };
        let mut entry = match known {
            Some(known) => known.clone(),
            None => {
                let id = &self.id;
                ensure!(
                    !self.flows.is_empty(),
                    "retirement {id:?} is not known: name the flows that it ends"
                );
                let title = self.title.clone();
                Retirement {
                    id: id.clone(),
                    title: title.with_context(|| {
                        format!("retirement {id:?} is not known: give it a title")
                    })?,
                    flows: Vec::new(),
                    api_versions: None,
                    instanced_hosts: false,
                    date: self.date,
                    precision: self.precision,
                    because: String::new(),
                    meanwhile: None,
                    steps: Vec::new(),
                    steps_person: Vec::new(),
                    says: Vec::new(),
                }
            }
        };
        (entry.date, entry.precision, entry.because) = (self.date, self.precision, self.because);
        entry.says.insert(0, says);
        entry.title = self.title.unwrap_or(entry.title);
        entry.meanwhile = self.meanwhile.or(entry.meanwhile);
        if !self.flows.is_empty() {
            entry.flows = self.flows;
        }
        if !self.steps.is_empty() {
            entry.steps = self.steps;
            entry.steps_person.clear();
        }
        Ok(entry)
    }
}

impl Retirements {
    /// The same with what a user tells.
    ///
    /// # Errors
    /// An id that is told twice, one that is new and says too little, or a flow that two entries
    /// end.
    pub fn told(self, told: Vec<RetirementTold>) -> anyhow::Result<Self> {
        let mut more: Vec<Retirement> = Vec::new();
        for one in told {
            let known = self.all().iter().find(|entry| entry.id == one.id);
            let twice = more.iter().any(|entry| entry.id == one.id);
            ensure!(!twice, "retirement {:?} stands there twice", one.id);
            more.push(one.over(known)?);
        }
        self.with(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> anyhow::Result<Retirements> {
        #[derive(Deserialize)]
        struct File {
            retirement: Vec<RetirementTold>,
        }
        let file: File = toml::from_str(text)?;
        Retirements::load()?.told(file.retirement)
    }

    const MOVED: &str = "[[retirement]]\nid = 'oauth-username-password'\ndate = '2027-05-01'\n\
                         because = 'An extension for our org.'\nsource = 'case 1'\n";

    #[test]
    fn a_moved_date_keeps_what_else_is_said() {
        let list = told(MOVED).expect("it fits");
        let entry = list.for_flow(Flow::OauthUsernamePassword).expect("it");
        assert_eq!(
            (entry.day().as_str(), entry.words().as_str()),
            ("2027-05-01", "2027-05-01")
        );
        assert_eq!(entry.because, "An extension for our org.");
        assert!(entry.steps.len() > 3 && entry.says.len() == 8);
        let others = entry.others();
        assert!(others[0].contains("20 February 2027"), "{others:?}");
        assert!(
            others
                .iter()
                .any(|other| other == "Winter '27 (Salesforce)"),
            "{others:?}"
        );
        assert!(
            !others
                .iter()
                .any(|other| other.contains("your configuration"))
        );
    }

    #[test]
    fn a_new_one_needs_a_title_and_flows() {
        let new = MOVED.replace("oauth-username-password", "device");
        assert!(told(&new).is_err());
        assert!(told(&format!("{new}flows = ['oauth-device']")).is_err());
        let whole =
            format!("{new}title = 'Device flow'\nflows = ['oauth-device']\nprecision = 'release'");
        let list = told(&whole).expect("it fits");
        let entry = list.for_flow(Flow::OauthDevice).expect("it");
        assert_eq!(entry.words(), "about 2027-05-01");
        assert_eq!(entry.others(), [] as [&str; 0]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(told(&format!("{MOVED}{MOVED}")).is_err());
        assert!(told(&format!("{MOVED}flows = ['soap-login']")).is_err());
        assert!(told(&format!("{MOVED}flows = ['telepathy']")).is_err());
        assert!(told(&MOVED.replace("2027-05-01", "2027-02-30")).is_err());
        assert!(told(&MOVED.replace("source = 'case 1'\n", "")).is_err());
    }
}
