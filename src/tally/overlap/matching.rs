//! Which rows of one second are one login.
//!
//! Files are taken in byte order of path. A row looks for a login of earlier files that none of
//! its own file's rows has been given to and with which it agrees in all that both know. First
//! every row is given to a login that has its equal; then each row in order of line to the one it
//! agrees with in most. What finds none is a login of its own. So what files share counts once,
//! and look-alikes within one file are all kept.

use rustc_hash::FxHashMap;

use super::facts::{Agreement, EQUAL, Facts, Told};
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

    /// Gives the rows of one file to logins of earlier files.
    fn give(&self, logins: &mut Vec<Login>, units: Vec<Login>) {
        let mut given: Vec<Option<usize>> = vec![None; units.len()];
        if let ([login], [unit]) = (logins.as_slice(), units.as_slice()) {
            // By far the most seconds have one login of a user.
            let fits = !self.share_a_file(login, unit) && self.agreement(login, unit).is_some();
            given[0] = fits.then_some(0);
        } else if !logins.is_empty() {
            let mut offer = Offer::of(self, logins);
            for (unit, given) in units.iter().zip(&mut given) {
                *given = offer.equal_to(unit);
            }
            for (unit, given) in units.iter().zip(&mut given) {
                if given.is_none() {
                    *given = offer.best_for(unit);
                }
            }
        }
        for (unit, given) in units.into_iter().zip(given) {
            match given {
                Some(login) => logins[login].extend(unit),
                None => logins.push(unit),
            }
        }
    }

    /// How well a login and a unit agree, without what the files say: `None` where any two of
    /// their rows can't be one login.
    fn agreement(&self, login: &Login, unit: &Login) -> Option<Agreement> {
        let mut best = 0;
        for one in login.iter().map(|at| self.member(*at)) {
            for other in unit.iter().map(|at| self.member(*at)) {
                if one.kind != 0 && one.kind == other.kind {
                    return None;
                }
                best = best.max(self.facts.agreement(one.told(), other.told())?);
            }
        }
        Some(best)
    }

    fn share_a_file(&self, login: &Login, unit: &Login) -> bool {
        let file = |at: &u32| self.member(*at).place.file();
        login
            .iter()
            .any(|one| unit.iter().any(|other| file(one) == file(other)))
    }

    /// What tells logins apart for the rows that look for one.
    fn looks(&self, login: &Login) -> Vec<(Told, u32)> {
        let told = |at: &u32| (self.member(*at).told(), self.member(*at).kind);
        let mut looks: Vec<(Told, u32)> = login.iter().map(told).collect();
        looks.sort_unstable_by_key(|(told, kind)| (told.layout, told.dims, told.at, *kind));
        looks.dedup();
        looks
    }
}

fn agree(one: Sym, other: Sym) -> bool {
    one.is_unknown() || other.is_unknown() || one == other
}

/// The logins of earlier files, those that look alike together, so that a thousand alike are
/// compared once.
struct Offer<'a, 'm> {
    second: &'a Second<'m>,
    logins: &'a [Login],
    alike: Vec<Alike>,
    /// Which of `alike` have a row that tells just this.
    telling: FxHashMap<Told, Vec<usize>>,
}

/// Logins that look alike, in order of their first rows.
struct Alike {
    logins: Vec<usize>,
    /// Those before this one are given away.
    next: usize,
}

impl<'a, 'm> Offer<'a, 'm> {
    fn of(second: &'a Second<'m>, logins: &'a [Login]) -> Self {
        let mut numbers: FxHashMap<Vec<(Told, u32)>, usize> = FxHashMap::default();
        let mut offer = Self {
            second,
            logins,
            alike: Vec::new(),
            telling: FxHashMap::default(),
        };
        let mut order: Vec<usize> = (0..logins.len()).collect();
        order.sort_by_key(|at| second.first(&logins[*at]).rank());
        for at in order {
            let looks = second.looks(&logins[at]);
            let alike = *numbers.entry(looks).or_insert_with_key(|looks| {
                for (told, _) in looks {
                    let telling = offer.telling.entry(*told).or_default();
                    telling.push(offer.alike.len());
                }
                offer.alike.push(Alike {
                    logins: Vec::new(),
                    next: 0,
                });
                offer.alike.len() - 1
            });
            offer.alike[alike].logins.push(at);
        }
        offer
    }

    /// A login that has the unit's equal, taken from the offer.
    fn equal_to(&mut self, unit: &Login) -> Option<usize> {
        let second = self.second;
        let tells = |at: &u32| self.telling.get(&second.member(*at).told());
        let mut alike: Vec<usize> = unit.iter().filter_map(tells).flatten().copied().collect();
        alike.sort_unstable();
        alike.dedup();
        let found = self.best_of(alike.into_iter(), unit)?;
        (found.0 == EQUAL).then(|| self.hand_out(found))
    }

    /// The login that the unit agrees with in most, taken from the offer.
    fn best_for(&mut self, unit: &Login) -> Option<usize> {
        let found = self.best_of(0..self.alike.len(), unit)?;
        Some(self.hand_out(found))
    }

    /// The best agreement and, of the logins with it, the first: its alikes and its position
    /// among them.
    fn best_of(
        &self,
        alikes: impl Iterator<Item = usize>,
        unit: &Login,
    ) -> Option<(Agreement, usize, usize)> {
        let mut best: Option<(Agreement, usize, usize)> = None;
        let login_of = |(_, alike, at): (Agreement, usize, usize)| self.alike[alike].logins[at];
        for number in alikes {
            let alike = &self.alike[number];
            let Some(agreement) = alike
                .logins
                .get(alike.next)
                .and_then(|first| self.second.agreement(&self.logins[*first], unit))
            else {
                continue;
            };
            let free = (alike.next..alike.logins.len()).find(|at| {
                !self
                    .second
                    .share_a_file(&self.logins[alike.logins[*at]], unit)
            });
            let Some(at) = free else { continue };
            let found = (agreement, number, at);
            let order = |found: (Agreement, usize, usize)| {
                let first = self.second.first(&self.logins[login_of(found)]);
                (std::cmp::Reverse(found.0), first.rank())
            };
            if best.is_none_or(|best| order(found) < order(best)) {
                best = Some(found);
            }
        }
        best
    }

    fn hand_out(&mut self, (_, alike, at): (Agreement, usize, usize)) -> usize {
        let alike = &mut self.alike[alike];
        let login = alike.logins[at];
        if at == alike.next {
            alike.next += 1;
        } else {
            alike.logins.remove(at);
        }
        login
    }
}
