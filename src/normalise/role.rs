//! What a column holds, whatever it is called.

use serde::Deserialize;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// When, in whatever form; preferred over `Timestamp`.
    Time,
    /// When, as an event log file's `20251001110003.509`.
    Timestamp,
    User,
    UserId,
    Status,
    /// Success or failure without a reason.
    RequestStatus,
    Id,
    Org,
    App,
    Source,
    /// An address that stands in where `Source` is empty.
    ClientIp,
    LoginType,
    LoginSubtype,
    Country,
    Browser,
    ClientVersion,
    ApiType,
    ApiVersion,
    Tls,
    Host,
    Uri,
    EventType,
    /// What was verified, in an export of verifications.
    Activity,
    /// The code of what was changed.
    Action,
    /// What was changed, in words.
    Text,
    /// Where in Setup it was changed.
    Section,
    /// Who acted for another user.
    Delegate,
    SessionType,
    AppType,
    /// How often a token was used.
    Uses,
}

impl Role {
    /// How many roles there are.
    pub const COUNT: usize = Role::Uses as usize + 1;

    /// What it is called where a file is explained.
    pub const fn words(self) -> &'static str {
        match self {
            Role::Time => "time",
            Role::Timestamp => "time, if there is no other",
            Role::User => "username",
            Role::UserId => "user id",
            Role::Status => "outcome and description",
            Role::RequestStatus => "outcome, if there is no other",
            Role::Id => "id of the login",
            Role::Org => "org",
            Role::App => "app",
            Role::Source => "source address",
            Role::ClientIp => "source address, if there is no other",
            Role::LoginType => "login type",
            Role::LoginSubtype => "login subtype",
            Role::Country => "country",
            Role::Browser => "client",
            Role::ClientVersion => "client version",
            Role::ApiType => "API type",
            Role::ApiVersion => "API version",
            Role::Tls => "TLS version",
            Role::Host => "host",
            Role::Uri => "address that was called",
            Role::EventType => "type of event",
            Role::Activity => "what was verified",
            Role::Action => "code of the change",
            Role::Text => "what was changed",
            Role::Section => "part of Setup",
            Role::Delegate => "who acted for another user",
            Role::SessionType => "type of session",
            Role::AppType => "type of app",
            Role::Uses => "uses of the token",
        }
    }
}
