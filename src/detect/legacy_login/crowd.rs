//! An app that very many users log in to by a retiring flow: one finding for all of them.
//!
//! A report with a finding for each of a hundred thousand users helps nobody, and under an attack
//! there may be as many as rows. Who they are stands in the inventory.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::detect::inventory::{Integration, Integrations, Status, busiest};
use crate::detect::refusals::Earliest;
use crate::event::{Basis, Flow};

/// What the members of a crowd have in common: org, app and flow.
type Key = (u32, u32, Flow);

/// The users of an app by one flow, put together.
pub(super) struct Crowd<'a> {
    /// As if all were one; its user is unknown.
    pub(super) whole: Integration<'a>,
    /// Numbers of the users, in order.
    pub(super) users: Vec<u32>,
    sources: FxHashMap<u32, u64>,
    persons: u64,
    places: Earliest,
}

/// The crowds; `alone` takes the integrations that stand for themselves.
pub(super) fn gather<'a>(
    all: &Integrations<'a>,
    most: u32,
    mut alone: impl FnMut(Integration<'a>),
) -> Vec<Crowd<'a>> {
    let mut counts: BTreeMap<Key, u32> = BTreeMap::new();
    for key in all.retiring_keys() {
        *counts.entry(key).or_default() += 1;
    }
    counts.retain(|_, users| *users > most);
    let crowds = counts.into_keys().map(|key| (key, None));
    let mut crowds: BTreeMap<Key, Option<Crowd<'a>>> = crowds.collect();
    for one in all.retiring_logins() {
        match crowds.get_mut(&(one.org, one.app, one.flow)) {
            None => alone(one),
            Some(_) if one.first_login.is_none() => {}
            Some(crowd) => crowd.get_or_insert_with(|| Crowd::of(&one)).add(&one),
        }
    }
    crowds.into_values().flatten().map(Crowd::finish).collect()
}

impl<'a> Crowd<'a> {
    fn of(first: &Integration<'a>) -> Self {
        Self {
            whole: Integration {
                user: 0,
                logins: 0,
                failures: 0,
                basis: Basis::Stated,
                status: Status::Migrating,
                probable: false,
                period_seconds: None,
                longest_silence: 0,
                refused: None,
                sources: Vec::new(),
                places: Vec::new(),
                ..first.clone()
            },
            users: Vec::new(),
            sources: FxHashMap::default(),
            persons: 0,
            places: Earliest::default(),
        }
    }

    fn add(&mut self, one: &Integration<'a>) {
        let whole = &mut self.whole;
        whole.logins += one.logins;
        whole.failures += one.failures;
        // What is not so of one is not claimed of all.
        whole.basis = whole.basis.max(one.basis);
        whole.status = whole.status.min(one.status);
        whole.probable |= one.probable;
        whole.first = whole.first.min(one.first);
        whole.last = whole.last.max(one.last);
        whole.first_login = whole.first_login.into_iter().chain(one.first_login).min();
        whole.last_login = whole.last_login.max(one.last_login);
        self.users.extend((one.user != 0).then_some(one.user));
        self.persons += u64::from(one.person);
        for source in &one.sources {
            *self.sources.entry(*source).or_default() += one.logins;
        }
        // Of each user the first login, so that the earliest of all are told.
        if let (Some(at), Some(place)) = (one.first_login, one.places.first()) {
            self.places.add(at, *place);
        }
    }

    fn finish(mut self) -> Self {
        self.whole.person = self.persons * 2 > self.users.len() as u64;
        self.whole.sources = busiest(std::mem::take(&mut self.sources));
        self.whole.places = std::mem::take(&mut self.places).into_places();
        self
    }
}
