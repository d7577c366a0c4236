//! The flow of a login, from the fields that tell it.

use super::known::known;
use crate::catalogue::{Family, Flows};
use crate::event::{Basis, Flow};

/// The fields of a row that tell its flow, as written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    pub login_type: &'a str,
    pub login_subtype: &'a str,
    pub api_type: &'a str,
    pub uri: &'a str,
}

/// Words of the API type that go with SOAP login(): the event log file's codes of the Enterprise
/// and Partner API, and their labels.
const SOAP_API_TYPES: &[&str] = &[
    "e",
    "p",
    "soap enterprise",
    "soap partner",
    "enterprise",
    "partner",
    "soap",
];
const TOKEN_URI: &str = "/services/oauth2/token";

/// The flow, and whether the export states it.
///
/// A subtype states it. Without one: an OAuth login type says only that it was OAuth, since JWT
/// bearer, SAML bearer and device logins have no subtype at all; a partner or other API login is
/// SOAP login() unless its API type says otherwise; a login type Application is a browser only
/// where its address isn't the token endpoint's.
pub fn flow(told: Told<'_>, flows: &Flows) -> (Flow, Basis) {
    if let Some(subtype) = known(told.login_subtype)
        && let Some(flow) = flows.subtype(subtype)
    {
        return (flow, Basis::Stated);
    }
    let token_endpoint = told.uri.contains(TOKEN_URI);
    let family = known(told.login_type).and_then(|text| flows.login_type(text));
    let inferred = match family {
        Some(Family::Sso) => return (Flow::Sso, Basis::Stated),
        _ if token_endpoint => Flow::OauthUnknown,
        Some(Family::Oauth) => Flow::OauthUnknown,
        Some(Family::Ui) => Flow::UiPassword,
        Some(Family::Api) if speaks_soap(told.api_type) => Flow::SoapLogin,
        Some(Family::Api | Family::Other) => Flow::Other,
        None if told.uri == "Api" && speaks_soap(told.api_type) => Flow::SoapLogin,
        None => Flow::Other,
    };
    (inferred, Basis::Inferred)
}

/// An unknown API type doesn't speak against SOAP.
fn speaks_soap(api_type: &str) -> bool {
    known(api_type).is_none_or(|text| {
        SOAP_API_TYPES
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_facts() {
        let flows = Flows::load().expect("the list");
        let of = |login_type, login_subtype, api_type, uri| {
            let (flow, basis) = flow(
                Told {
                    login_type,
                    login_subtype,
                    api_type,
                    uri,
                },
                &flows,
            );
            format!("{} {}", flow.id(), basis.id())
        };
        assert_eq!(
            of("A", "oauthpassword", "", TOKEN_URI),
            "oauth-username-password stated"
        );
        assert_eq!(of("A", "", "", TOKEN_URI), "oauth-unknown inferred");
        assert_eq!(of("Application", "", "", ""), "ui-password inferred");
        assert_eq!(
            of("Remote Access 2.0", "", "N/A", ""),
            "oauth-unknown inferred"
        );
        assert_eq!(of("R", "", "P", "Api"), "soap-login inferred");
        assert_eq!(
            of("Partner Product", "", "SOAP Partner", ""),
            "soap-login inferred"
        );
        assert_eq!(of("Other Apex API", "", "REST API", ""), "other inferred");
        assert_eq!(of("SAML Idp Initiated SSO", "", "", ""), "sso stated");
        assert_eq!(of("", "", "P", "Api"), "soap-login inferred");
        assert_eq!(
            of("i", "oauthrefreshtoken", "", ""),
            "oauth-refresh-token stated"
        );
        assert_eq!(of("i", "something new", "", ""), "oauth-unknown inferred");
    }
}
