//! By which flow somebody or something logged in, in one vocabulary for all exports.

/// The flow of a login. See the contract for what each id means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Flow {
    UiPassword,
    Sso,
    OauthUsernamePassword,
    OauthWebServer,
    OauthUserAgent,
    OauthRefreshToken,
    OauthClientCredentials,
    OauthJwtBearer,
    OauthDevice,
    OauthTokenExchange,
    OauthUnknown,
    SoapLogin,
    #[default]
    Other,
}

/// Whether the export states the flow, or it follows from other fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Basis {
    Stated,
    #[default]
    Inferred,
}

impl Flow {
    /// Every flow, in the order of the contract.
    pub const ALL: [Flow; 13] = [
        Flow::UiPassword,
        Flow::Sso,
        Flow::OauthUsernamePassword,
        Flow::OauthWebServer,
        Flow::OauthUserAgent,
        Flow::OauthRefreshToken,
        Flow::OauthClientCredentials,
        Flow::OauthJwtBearer,
        Flow::OauthDevice,
        Flow::OauthTokenExchange,
        Flow::OauthUnknown,
        Flow::SoapLogin,
        Flow::Other,
    ];

    /// The id that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Flow::UiPassword => "ui-password",
            Flow::Sso => "sso",
            Flow::OauthUsernamePassword => "oauth-username-password",
            Flow::OauthWebServer => "oauth-web-server",
            Flow::OauthUserAgent => "oauth-user-agent",
            Flow::OauthRefreshToken => "oauth-refresh-token",
            Flow::OauthClientCredentials => "oauth-client-credentials",
            Flow::OauthJwtBearer => "oauth-jwt-bearer",
            Flow::OauthDevice => "oauth-device",
            Flow::OauthTokenExchange => "oauth-token-exchange",
            Flow::OauthUnknown => "oauth-unknown",
            Flow::SoapLogin => "soap-login",
            Flow::Other => "other",
        }
    }

    /// The flow of an id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flow| flow.id() == id)
    }
}

impl Basis {
    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Basis::Stated => "stated",
            Basis::Inferred => "inferred",
        }
    }
}
