//! Who a row is about, and the names that rows give to user ids.

use super::memo::UserMet;
use super::{Decoder, REMEMBERED};
use crate::event::{Instant, Sym, Symbols};
use crate::ingest::{Escape, Record};
use crate::normalise::reject::Reason;
use crate::normalise::role::Role;
use crate::normalise::row::Row;
use crate::normalise::tails;
use crate::normalise::value::id;
use crate::normalise::value::known::known;

impl Decoder<'_> {
    /// Who a row is about.
    pub(super) fn user(&mut self, record: &Record, block: &[u8], at: Instant) -> UserMet {
        let plain = self.plain_key(record, block);
        let columns = &self.reading.columns;
        let (name, user_id) = (columns.at(Role::User), columns.at(Role::UserId));
        let users = match plain {
            Some(_) => &mut self.memo.plain_users,
            None => &mut self.memo.users,
        };
        self.key.clear();
        let key = plain.unwrap_or_else(|| {
            for column in [name, user_id].into_iter().flatten() {
                record.push_key(block, column, &mut self.key);
            }
            &self.key
        });
        if let Some(met) = users.get_mut(key) {
            if met.file != self.memo.file {
                *met = met.in_file(self.memo.file, &self.memo.pairs, &mut self.named);
            }
            self.named.seen(met.given, at);
            return *met;
        }
        let key: Box<[u8]> = key.into();
        let columns = [name, user_id].into_iter().flatten();
        self.latin1 |= columns.clone().any(|column| !record.is_utf8(block, column));
        let text = |column: Option<usize>| column.map(|column| record.text(block, column));
        let (name, id) = (text(name), text(user_id));
        let (user, given) = self.intern_user(name.as_deref(), id.as_deref());
        self.named.seen(given, at);
        let memo = &self.memo;
        if memo.users.len() + memo.plain_users.len() >= REMEMBERED {
            self.forget_users();
        }
        let memo = &mut self.memo;
        let pair = self.named.pair(given).map_or(u32::MAX, |pair| {
            memo.pairs.push(pair);
            u32::try_from(memo.pairs.len() - 1).unwrap_or(u32::MAX)
        });
        let users = match plain {
            Some(_) => &mut memo.plain_users,
            None => &mut memo.users,
        };
        let file = memo.file;
        let met = UserMet {
            user,
            file,
            given,
            pair,
            last_tail: tails::NONE,
        };
        users.insert(key, met);
        met
    }

    fn forget_users(&mut self) {
        let memo = &mut self.memo;
        memo.users.clear();
        memo.plain_users.clear();
        memo.pairs.clear();
        self.alike.forget();
    }

    /// Takes the users met so far; from now on they have new numbers.
    pub fn take_users(&mut self) -> Symbols {
        self.forget_users();
        std::mem::take(&mut self.names.users)
    }

    /// The user's field, where one without escapes tells who it is: its bytes are a key as they
    /// stand.
    #[inline]
    pub(super) fn plain_key<'b>(&self, record: &Record, block: &'b [u8]) -> Option<&'b [u8]> {
        let columns = &self.reading.columns;
        match (columns.at(Role::User), columns.at(Role::UserId)) {
            (Some(column), None) | (None, Some(column)) => {
                (record.escape(column) == Escape::None).then(|| record.raw(block, column))
            }
            _ => None,
        }
    }

    /// The username in lower case, or else the 18-character id; where both stand, the name is
    /// noted for exports that have ids only.
    fn intern_user(&mut self, name: Option<&str>, user_id: Option<&str>) -> (Sym, u32) {
        let id = user_id.and_then(known).map(id::long_id);
        let name = name.and_then(known).map(str::to_lowercase);
        let given = match (&id, &name) {
            (Some(id), Some(name)) => self.given(id, name, false),
            _ => u32::MAX,
        };
        let text = name.as_deref().or(id.as_deref());
        let user = text.map_or(Sym::UNKNOWN, |text| self.names.users.intern(text));
        (user, given)
    }

    /// The number of a name that a row gives to an id.
    fn given(&mut self, id: &str, name: &str, by_users: bool) -> u32 {
        let symbols = &mut self.names.symbols;
        let (id, name) = (symbols.intern(id), symbols.intern(name));
        self.named.number(id, name, by_users)
    }

    /// A row of a user export.
    pub(super) fn user_row(&mut self, record: &Record, block: &[u8]) -> Row {
        let columns = &self.reading.columns;
        let text = |role| columns.at(role).map(|column| record.text(block, column));
        let (name, user_id) = (text(Role::User), text(Role::UserId));
        let is_header = user_id.as_deref() == Some(columns.name(Role::UserId));
        let (Some(name), Some(id), false) = (
            name.as_deref().and_then(known),
            user_id.as_deref().and_then(known),
            is_header,
        ) else {
            return Row::Reject(Reason::NoUser);
        };
        let given = self.given(&id::long_id(id), &name.to_lowercase(), true);
        // Of several names of one id the newest counts. Only a time that can't be misread says so:
        // names are no reason to ask for the order of day and month.
        let changed = columns.at(Role::Time);
        let is_iso = changed.is_some_and(|at| record.raw(block, at).get(4) == Some(&b'-'));
        if is_iso && let Ok(at) = self.at(record, block) {
            self.named.seen(given, at);
        }
        Row::User
    }
}
