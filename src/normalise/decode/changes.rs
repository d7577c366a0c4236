//! Rows of exports that say what was changed.

use super::Decoder;
use crate::catalogue::Touches;
use crate::event::{Instant, Place};
use crate::ingest::Record;
use crate::normalise::change::{CHANGE_TEXT, Change, Tells};
use crate::normalise::log::masked;
use crate::normalise::reject::Reason;
use crate::normalise::role::Role;
use crate::normalise::row::Row;
use crate::normalise::value::id;
use crate::normalise::value::known::known;

/// SESSION_TYPE of a session that a program got by OAuth.
const OAUTH_SESSION: &str = "O";
/// APP_TYPE of OAuth.
const OAUTH_APP: &str = "2514";

/// A row's fields, by role and unpacked.
struct Fields<'r> {
    decoder: &'r Decoder<'r>,
    record: &'r Record,
    block: &'r [u8],
}

impl Fields<'_> {
    /// A known value; runs of blanks and line ends are one blank.
    fn get(&self, role: Role) -> Option<String> {
        let column = self.decoder.reading.columns.at(role)?;
        let text = self.record.text(self.block, column);
        known(&text).map(single_blanks)
    }

    /// A user by name or id, in the form in which logins have it.
    fn user(&self, name: Role, user_id: Role) -> Option<String> {
        let name = self.get(name).map(|name| as_user(&name));
        name.or_else(|| self.get(user_id).map(|id| as_user(&id)))
    }
}

/// What a row says before it is a [`Change`].
#[derive(Default)]
struct Told {
    code: Option<String>,
    text: String,
    actor: Option<String>,
    user: Option<String>,
    app: Option<String>,
}

impl Decoder<'_> {
    /// A row of an export of changes. What tells no change is counted and not kept.
    pub(super) fn change(&mut self, record: &Record, block: &[u8]) -> Row {
        let at = match self.at(record, block) {
            Ok(at) => at,
            Err(None) => return Row::Undecided,
            Err(Some(reason)) => return Row::Reject(reason),
        };
        let mut columns = 0..self.reading.columns.width();
        self.latin1 |= columns.any(|at| !record.is_utf8(block, at));
        let fields = Fields {
            decoder: self,
            record,
            block,
        };
        let told = match self.reading.layout.tells {
            Some(Tells::Setup) => setup(&fields),
            Some(Tells::Logouts) => logout(&fields),
            Some(Tells::Verifications) => verification(&fields),
            Some(Tells::Grants) => grant(&fields),
            Some(Tells::LoginAs) => login_as(&fields),
            None => Ok(None),
        };
        let org = fields.get(Role::Org).map(|org| id::long_id(&org).into());
        let named = self.names.symbols.known(self.org).map(Box::from);
        match told {
            Ok(Some(told)) => Row::Change(Box::new(self.made(at, org.or(named), told))),
            Ok(None) => Row::Context,
            Err(row) => row,
        }
    }

    fn made(&self, at: Instant, org: Option<Box<str>>, told: Told) -> Change {
        let changes = &self.known.changes;
        let (kind, named) = changes.told(told.code.as_deref(), &told.text);
        let user = told.user.or_else(|| named.user.map(|user| as_user(&user)));
        let boxed = |text: Option<String>| text.map(String::into_boxed_str);
        let touches_app = changes.kind(kind).touches == Touches::App;
        Change {
            at,
            place: Place::default(),
            kind,
            org,
            actor: boxed(told.actor),
            target_user: boxed(user),
            target_name: boxed(named.name),
            target_app: boxed(told.app.or(named.app.filter(|_| touches_app))),
            text: clipped(&masked(&told.text).0),
        }
    }
}

/// Setup Audit Trail: the text, or the code where there is no text.
fn setup(fields: &Fields<'_>) -> Result<Option<Told>, Row> {
    let code = fields.get(Role::Action);
    let Some(mut text) = fields.get(Role::Text).or_else(|| code.clone()) else {
        return Err(Row::Reject(Reason::NoChange));
    };
    if let Some(delegate) = fields.get(Role::Delegate) {
        text = format!("{text} (done by {delegate} on behalf of the user)");
    }
    Ok(Some(Told {
        code,
        text,
        actor: fields.user(Role::User, Role::UserId),
        ..Told::default()
    }))
}

/// Event log file Logout: the end of an OAuth session, or a revocation in a batch, which names
/// nobody. People who log out are not kept.
fn logout(fields: &Fields<'_>) -> Result<Option<Told>, Row> {
    let event = fields.get(Role::EventType);
    if event.is_some_and(|event| !event.eq_ignore_ascii_case("logout")) {
        return Err(Row::Ignored);
    }
    let session = fields.get(Role::SessionType);
    let app = fields.get(Role::AppType);
    let user = fields.user(Role::User, Role::UserId);
    let by_oauth = session.as_deref() == Some(OAUTH_SESSION) || app.as_deref() == Some(OAUTH_APP);
    if !by_oauth && user.is_some() {
        return Ok(None);
    }
    let text = match &user {
        Some(_) => "OAuth session ended or token revoked",
        None => "Tokens or sessions revoked in a batch; no user is told",
    };
    Ok(Some(Told {
        code: Some("logout.revoked".to_owned()),
        text: text.to_owned(),
        user,
        ..Told::default()
    }))
}

/// VerificationHistory: what failed or was denied, and changes of methods that succeeded.
fn verification(fields: &Fields<'_>) -> Result<Option<Told>, Row> {
    let word = |role| fields.get(role).unwrap_or_default();
    let (activity, status) = (word(Role::Activity), word(Role::Status));
    let changes = &fields.decoder.known.changes;
    let known_code = |code: String| changes.of_code(&code).is_some().then_some(code);
    let failed = known_code(format!("verification.{status}"));
    let succeeded = matches!(status.as_str(), "Succeeded" | "AutomatedSuccess");
    let method = || known_code(format!("verification.{activity}")).filter(|_| succeeded);
    let Some(code) = failed.or_else(method) else {
        return Ok(None);
    };
    let source = fields.get(Role::Source);
    let source = source.map_or_else(String::new, |source| format!(" from {source}"));
    let user = fields.user(Role::User, Role::UserId);
    Ok(Some(Told {
        code: Some(code),
        text: format!("Identity verification for {activity}{source}: {status}"),
        actor: user.clone(),
        user,
        ..Told::default()
    }))
}

/// OauthToken: when a user authorised an app.
fn grant(fields: &Fields<'_>) -> Result<Option<Told>, Row> {
    let uses = fields.get(Role::Uses);
    // A value that is no number may have slipped here from a column that is secret.
    let uses = uses.filter(|uses| uses.len() < 12 && uses.bytes().all(|b| b.is_ascii_digit()));
    let uses = uses.map_or_else(String::new, |uses| format!("; uses so far: {uses}"));
    let user = fields.user(Role::User, Role::UserId);
    Ok(Some(Told {
        code: Some("token.granted".to_owned()),
        text: format!("OAuth token granted{uses}"),
        actor: user.clone(),
        user,
        app: fields.get(Role::App),
    }))
}

/// Event log file LoginAs.
fn login_as(fields: &Fields<'_>) -> Result<Option<Told>, Row> {
    let event = fields.get(Role::EventType);
    if event.is_some_and(|event| !event.eq_ignore_ascii_case("loginas")) {
        return Err(Row::Ignored);
    }
    Ok(Some(Told {
        code: Some("login-as.started".to_owned()),
        text: "Logged in as another user".to_owned(),
        actor: fields.get(Role::Delegate).map(|name| as_user(&name)),
        user: fields.user(Role::User, Role::UserId),
        ..Told::default()
    }))
}

/// An id with 18 characters, or a name in lower case, as logins have them.
fn as_user(text: &str) -> String {
    if id::is_user_id(text) {
        id::long_id(text).into_owned()
    } else {
        text.to_lowercase()
    }
}

fn single_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clipped(text: &str) -> Box<str> {
    match text.char_indices().nth(CHANGE_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]).into_boxed_str(),
        None => text.into(),
    }
}
