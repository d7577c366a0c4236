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
}

impl Role {
    /// How many roles there are.
    pub const COUNT: usize = Role::Activity as usize + 1;

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
        }
    }
}
