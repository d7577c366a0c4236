//! Which rows of one second are one login.
//!
//! Files are taken in byte order of path. Each of a file's rows is given to a login of earlier
//! files, one to one, where the two agree in all that both know ([`pairing`](super::pairing)).
//! What finds none is a login of its own. So what files share counts once, and look-alikes within
//! one file are all kept.

use rustc_hash::FxHashMap;

use super::facts::{Agreement, Facts, Told};
use super::pairing::Pairing;
use crate::event::{DimsId, Instant, Place, Sym};

/// A row that was kept back, in the numbers of the whole run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    /// The second at which its login stands.
    pub(super) second: u32,
    pub(super) success: bool,
    /// Number of the layout of its file.
    pub(super) layout: u32,
    pub(super) user: Sym,
    pub(super) dims: DimsId,
    /// Kind of the id plus one; 0 for none.
    pub(super) kind: u32,
    /// Its user, as users are compared.
    pub(super) person: u64,
    pub(super) at: Instant,
    pub(super) place: Place,
    pub(super) id: (u64, u64),
}

impl Member {
    fn told(&self) -> Told {
        Told {
            layout: self.layout,
            dims: self.dims,
            at: self.at.millis(),
        }
    }

    /// The order in which rows speak for a login: the first file, in it the earliest time.
    pub(super) fn rank(&self) -> (u32, Instant, Place) {
        (self.place.file(), self.at, self.place)
    }
}

/// Positions of the rows of one login: the one that is kept, then the others.
pub(super) type Login = Vec<u32>;

/// The rows of one second.
pub(super) struct Second<'a> {
    pub(super) members: &'a [Member],
    pub(super) facts: &'a Facts,
}

impl Second<'_> {
    /// The logins of the second.
    pub(super) fn logins(&self) -> Vec<Login> {
        if self.members.len() == 1 {
            return vec![vec![0]];
        }
        let mut units = self.by_id();
        let key = |unit: &Login| {
            let first = self.first(unit);
            (first.person, first.success)
        };
        units.sort_by_cached_key(|unit| (key(unit), self.first(unit).rank()));
        let mut logins = Vec::with_capacity(units.len());
        let mut rest = units.into_iter().peekable();
        while let Some(unit) = rest.next() {
            let mut group = vec![unit];
            while let Some(next) = rest.next_if(|next| key(next) == key(&group[0])) {
                group.push(next);
            }
            logins.append(&mut self.matched(group));
        }
        logins
    }

    fn member(&self, at: u32) -> &Member {
        &self.members[at as usize]
    }

    fn first(&self, login: &Login) -> &Member {
        self.member(login[0])
    }

    /// Rows of one id are one login, unless their orgs differ.
    fn by_id(&self) -> Vec<Login> {
        let mut order: Vec<u32> = (0..).take(self.members.len()).collect();
        order.sort_unstable_by_key(|at| self.member(*at).rank());
        let mut of_id: FxHashMap<(u32, (u64, u64)), Vec<usize>> = FxHashMap::default();
        let mut units: Vec<Login> = Vec::with_capacity(order.len());
        for at in order {
            let member = self.member(at);
            if member.kind == 0 {
                units.push(vec![at]);
                continue;
            }
            let same_id = of_id.entry((member.kind, member.id)).or_default();
            let unit = same_id.iter().copied().find(|unit| {
                let others = units[*unit].iter();
                others
                    .map(|other| self.facts.org(self.member(*other).dims))
                    .all(|org| agree(org, self.facts.org(member.dims)))
            });
            match unit {
                Some(unit) => units[unit].push(at),
                None => {
                    same_id.push(units.len());
                    units.push(vec![at]);
                }
            }
        }
        units
    }

    /// The logins of one user and outcome. `units` are in order of their first rows.
    fn matched(&self, units: Vec<Login>) -> Vec<Login> {
        let mut logins: Vec<Login> = Vec::with_capacity(units.len());
        let mut rest = units.into_iter().peekable();
        while let Some(unit) = rest.next() {
            let file = self.first(&unit).place.file();
            let mut of_file = vec![unit];
            while let Some(next) = rest.next_if(|next| self.first(next).place.file() == file) {
                of_file.push(next);
            }
            self.give(&mut logins, of_file);
        }
        logins
    }

    /// Gives the rows of one file to logins of earlier files, which are in order of their first
    /// rows.
    fn give(&self, logins: &mut Vec<Login>, units: Vec<Login>) {
        let given = match (logins.as_slice(), units.as_slice()) {
            ([], units) => vec![None; units.len()],
            // By far the most seconds have one login of a user.
            ([login], [unit]) => vec![self.agreement(login, unit).map(|_| 0)],
            (logins, units) => Pairing::of(self, logins, units).given,
        };
        for (unit, given) in units.into_iter().zip(given) {
            match given {
                Some(login) => logins[login].extend(unit),
                None => logins.push(unit),
            }
        }
    }

    /// How well a login and a unit agree: `None` where they have rows of one file, or where any
    /// two of their rows can't be one login.
    pub(super) fn agreement(&self, login: &Login, unit: &Login) -> Option<Agreement> {
        let mut best = 0;
        for one in login.iter().map(|at| self.member(*at)) {
            for other in unit.iter().map(|at| self.member(*at)) {
                let same_file = one.place.file() == other.place.file();
                if same_file || (one.kind != 0 && one.kind == other.kind) {
                    return None;
                }
                best = best.max(self.facts.agreement(one.told(), other.told())?);
            }
        }
        Some(best)
    }

    /// What the rows of a login tell.
    pub(super) fn told(&self, login: &Login) -> impl Iterator<Item = Told> {
        login.iter().map(|at| self.member(*at).told())
    }
}

fn agree(one: Sym, other: Sym) -> bool {
    one.is_unknown() || other.is_unknown() || one == other
}
