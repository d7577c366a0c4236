//! What was changed around logins, kept beside the tally: as many as a run can hold, the rest
//! counted.

use crate::normalise::Change;
use crate::normalise::value::id::is_user_id;

/// Changes that a run keeps. Where there are more, kinds that are known go before others, then the
/// newer before the older.
pub const MOST_CHANGES: usize = 100_000;

/// Changes, of a worker's share of a file or of a whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Of a whole run: by time, then file and line.
    pub all: Vec<Change>,
    /// How many more there were.
    pub left_out: u64,
}

impl Changes {
    /// Keeps one more.
    pub(super) fn push(&mut self, change: Change) {
        self.all.push(change);
        // Cutting seldom costs little for each change.
        if self.all.len() >= 2 * MOST_CHANGES {
            self.cut(MOST_CHANGES);
        }
    }

    /// Everything of either, but no more than may be kept.
    pub(super) fn append(&mut self, other: Self) {
        self.left_out += other.left_out;
        for change in other.all {
            self.push(change);
        }
    }

    /// The changes of a run: in order, with the names of ids. `names` are ids of 18 characters and
    /// their usernames, sorted by id.
    pub(super) fn settled(mut self, names: &[(String, String)]) -> Self {
        self.cut(MOST_CHANGES);
        let named = |user: &mut Option<Box<str>>| {
            let Some(id) = user.as_deref().filter(|user| is_user_id(user)) else {
                return;
            };
            if let Ok(at) = names.binary_search_by(|(known, _)| known.as_str().cmp(id)) {
                *user = Some(names[at].1.as_str().into());
            }
        };
        for change in &mut self.all {
            named(&mut change.actor);
            named(&mut change.target_user);
        }
        self.all.sort_unstable();
        self
    }

    /// Keeps the `most` that are worth most.
    fn cut(&mut self, most: usize) {
        if self.all.len() > most {
            let worth_more = |a: &Change, b: &Change| b.worth().cmp(&a.worth());
            self.all.select_nth_unstable_by(most, worth_more);
            self.left_out += (self.all.len() - most) as u64;
            self.all.truncate(most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{ChangeIx, Known};
    use crate::event::{Instant, Place};

    fn change(minute: u32, kind: ChangeIx) -> Change {
        Change {
            at: Instant::from_minute(minute % 7),
            place: Place::new(0, u64::from(minute)),
            kind,
            org: None,
            actor: Some("0055j000000utlPAAQ".into()),
            target_user: None,
            target_name: None,
            target_app: None,
            text: "x".into(),
        }
    }

    #[test]
    fn what_is_kept_does_not_depend_on_who_reads_what() {
        let known = Known::load().expect("the lists");
        let froze = known.changes.of_code("frozeuser").expect("a kind");
        let kind = |at| if at % 3 == 0 { froze } else { ChangeIx::OTHER };
        let all: Vec<Change> = (0..500).map(|at| change(at, kind(at))).collect();
        let cut = |pieces: usize, most: usize| {
            let mut whole = Changes::default();
            for piece in all.chunks(all.len() / pieces) {
                let mut part = Changes::default();
                piece.iter().for_each(|change| part.push(change.clone()));
                part.cut(most);
                whole.append(part);
                whole.cut(most);
            }
            whole.settled(&[])
        };
        for most in [1, 10, 166, 167, 168, 499] {
            let whole = cut(1, most);
            assert_eq!((whole.all.len(), whole.left_out), (most, 500 - most as u64));
            assert_eq!(cut(7, most), whole);
            let others = whole.all.iter().filter(|change| change.kind != froze);
            assert_eq!(others.count(), most.saturating_sub(167));
        }
        let newest = cut(5, 1);
        assert_eq!(newest.all[0].at, Instant::from_minute(6));
    }

    #[test]
    fn ids_get_the_names_of_user_exports() {
        let mut changes = Changes::default();
        changes.push(change(1, ChangeIx::OTHER));
        let names = [(
            "0055j000000utlPAAQ".to_owned(),
            "ann@example.com".to_owned(),
        )];
        let settled = changes.settled(&names);
        assert_eq!(settled.all[0].actor.as_deref(), Some("ann@example.com"));
    }
}
