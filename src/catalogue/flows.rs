//! Login types and subtypes in all their vocabularies.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::fold::fold_key;
use crate::event::Flow;

/// What a login type leads to where no subtype states the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// A person in a browser, or a password login over OAuth: the other fields tell.
    Ui,
    /// Some OAuth flow.
    Oauth,
    /// SOAP login(), if the API type agrees.
    Api,
    /// Single sign-on.
    Sso,
    /// Anything else that is known.
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    subtype: Vec<Subtype>,
    #[serde(rename = "type")]
    types: Vec<Type>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subtype {
    flow: String,
    code: Option<String>,
    api: Option<String>,
    label: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    family: Family,
    letter: Option<char>,
    api: Option<String>,
    label: Option<String>,
}

/// The index of `flows.toml`.
#[derive(Debug)]
pub struct Flows {
    subtypes: FxHashMap<String, Flow>,
    letters: FxHashMap<char, Family>,
    types: FxHashMap<String, Family>,
}

impl Flows {
    /// Reads the compiled-in list.
    ///
    /// # Errors
    /// What is wrong with the list; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        let file: File = toml::from_str(include_str!("flows.toml"))?;
        let mut flows = Self {
            subtypes: FxHashMap::default(),
            letters: FxHashMap::default(),
            types: FxHashMap::default(),
        };
        for entry in file.subtype {
            let flow = Flow::from_id(&entry.flow)
                .ok_or_else(|| anyhow::anyhow!("flows.toml: no flow {:?}", entry.flow))?;
            for name in [entry.code, entry.api, entry.label].into_iter().flatten() {
                flows.subtypes.insert(fold_key(&name), flow);
            }
        }
        for entry in file.types {
            if let Some(letter) = entry.letter {
                flows.letters.insert(letter, entry.family);
            }
            for name in [entry.api, entry.label].into_iter().flatten() {
                flows.types.insert(fold_key(&name), entry.family);
            }
        }
        Ok(flows)
    }

    /// The flow that a login subtype states, in any vocabulary.
    pub fn subtype(&self, text: &str) -> Option<Flow> {
        self.subtypes.get(&fold_key(text)).copied()
    }

    /// The family of a login type. A single character is an event log file's letter, whose case
    /// counts; anything else is a value or label, whose case doesn't.
    pub fn login_type(&self, text: &str) -> Option<Family> {
        let mut chars = text.trim().chars();
        match (chars.next(), chars.next()) {
            (Some(letter), None) => self.letters.get(&letter).copied(),
            _ => self.types.get(&fold_key(text)).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_keep_their_case() {
        let flows = Flows::load().expect("the list");
        assert_eq!(flows.login_type("i"), Some(Family::Oauth));
        assert_eq!(flows.login_type("I"), Some(Family::Api));
        assert_eq!(flows.login_type("r"), Some(Family::Sso));
        assert_eq!(flows.login_type("R"), Some(Family::Api));
        assert_eq!(flows.login_type("remote access 2.0"), Some(Family::Oauth));
        assert_eq!(flows.login_type("?"), None);
    }

    #[test]
    fn subtypes_come_in_three_vocabularies() {
        let flows = Flows::load().expect("the list");
        for text in [
            "oauthpassword",
            "OauthUsernamePassword",
            "OAuth Username-Password",
        ] {
            assert_eq!(
                flows.subtype(text),
                Some(Flow::OauthUsernamePassword),
                "{text}"
            );
        }
        assert_eq!(flows.subtype("something new"), None);
    }
}
