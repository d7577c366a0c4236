//! One-to-one between the rows of a file and the logins of earlier files.
//!
//! First every row is given to a login that has its equal. Of what is left, the pairs that agree in
//! most come first. A row that then has none may still get one if others move to logins that they
//! fit as well: as many rows as possible are given, so that no login counts twice for want of
//! order.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::facts::{Agreement, EQUAL, Told};
use super::matching::{Login, Second};

/// Pairs that are compared; a user with more rows in one second than this leads to (some 2,000 in
/// each file) keeps all those that have no equal.
const MOST_PAIRS: usize = 1 << 22;

/// Which login each row was given to.
pub(super) struct Pairing<'a, 'm> {
    second: &'a Second<'m>,
    logins: &'a [Login],
    units: &'a [Login],
    /// By unit.
    pub(super) given: Vec<Option<usize>>,
    /// By login: the unit it was given.
    holder: Vec<Option<usize>>,
}

/// The logins that a unit fits, the best first.
type Fits = Vec<Vec<usize>>;

impl<'a, 'm> Pairing<'a, 'm> {
    /// Both are in order of their first rows.
    pub(super) fn of(second: &'a Second<'m>, logins: &'a [Login], units: &'a [Login]) -> Self {
        let mut pairing = Self {
            second,
            logins,
            units,
            given: vec![None; units.len()],
            holder: vec![None; logins.len()],
        };
        pairing.equals();
        pairing.others();
        pairing
    }

    fn give(&mut self, unit: usize, login: usize) {
        self.given[unit] = Some(login);
        self.holder[login] = Some(unit);
    }

    /// Gives each unit to the first login that has an equal of any of its rows.
    fn equals(&mut self) {
        let mut telling: FxHashMap<Told, Vec<usize>> = FxHashMap::default();
        // The first is taken from the end.
        for (at, login) in self.logins.iter().enumerate().rev() {
            for told in self.second.told(login) {
                telling.entry(told).or_default().push(at);
            }
        }
        for (unit, rows) in self.units.iter().enumerate() {
            let mut first = None;
            for told in self.second.told(rows) {
                let Some(equals) = telling.get_mut(&told) else {
                    continue;
                };
                while equals
                    .last()
                    .is_some_and(|last| self.holder[*last].is_some())
                {
                    equals.pop();
                }
                let fit = equals.iter().rev().copied().find(|login| {
                    let agreement = || self.second.agreement(&self.logins[*login], rows);
                    self.holder[*login].is_none() && agreement() == Some(EQUAL)
                });
                // Rows of one id may tell different things, and so have equals in several logins.
                first = first.into_iter().chain(fit).min();
            }
            if let Some(login) = first {
                self.give(unit, login);
            }
        }
    }

    /// Gives what is left, the pairs that agree in most first.
    fn others(&mut self) {
        let units: Vec<usize> = (0..self.units.len())
            .filter(|unit| self.given[*unit].is_none())
            .collect();
        let logins: Vec<usize> = (0..self.logins.len())
            .filter(|login| self.holder[*login].is_none())
            .collect();
        if units.len().saturating_mul(logins.len()) > MOST_PAIRS {
            return;
        }
        let mut pairs: Vec<(Reverse<Agreement>, usize, usize)> = Vec::new();
        for &login in &logins {
            for &unit in &units {
                let agreement = self
                    .second
                    .agreement(&self.logins[login], &self.units[unit]);
                pairs.extend(agreement.map(|agreement| (Reverse(agreement), login, unit)));
            }
        }
        pairs.sort_unstable();
        let mut fits: Fits = vec![Vec::new(); self.units.len()];
        for &(_, login, unit) in &pairs {
            fits[unit].push(login);
            if self.given[unit].is_none() && self.holder[login].is_none() {
                self.give(unit, login);
            }
        }
        let mut seen = vec![false; self.logins.len()];
        for unit in units {
            // What a search without success has seen leads nowhere until one succeeds.
            if self.given[unit].is_none() && self.make_room(unit, &fits, &mut seen) {
                seen.fill(false);
            }
        }
    }

    /// Gives a unit to a login, moving others where needed. The search is deep first, without
    /// recursion: chains can be as long as a file has rows in a second.
    fn make_room(&mut self, unit: usize, fits: &Fits, seen: &mut [bool]) -> bool {
        // Units on the way, each with how many of its fits were tried.
        let mut way = vec![(unit, 0)];
        while let Some((unit, tried)) = way.last_mut() {
            let Some(&login) = fits[*unit].get(*tried) else {
                way.pop();
                continue;
            };
            *tried += 1;
            if std::mem::replace(&mut seen[login], true) {
                continue;
            }
            if let Some(holder) = self.holder[login] {
                way.push((holder, 0));
                continue;
            }
            for (unit, tried) in way {
                self.give(unit, fits[unit][tried - 1]);
            }
            return true;
        }
        false
    }
}
