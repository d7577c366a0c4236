//! What the options narrow a report to: bounds of time, users, apps and causes.

use crate::catalogue::{CauseIx, Known};
use crate::cli::{Analyze, Only};
use crate::event::Instant;
use crate::normalise::value::bound::Side;
use crate::normalise::value::id::long_id;
use crate::report::shown::Shown;
use crate::tally::{Resolved, Tally};

/// The instants that no bucket of time may span. Bounds that go back from the newest event fall
/// on the edge of a bucket by themselves.
pub(super) fn cuts(ask: &Analyze, known: &Known) -> Vec<Instant> {
    let zone = ask.time.timezone;
    let since = ask
        .time
        .since
        .as_ref()
        .and_then(|at| at.at(zone, Side::Since, &known.zones));
    let until = ask
        .time
        .until
        .as_ref()
        .and_then(|at| at.at(zone, Side::Until, &known.zones));
    let behind = until.map(|until| Instant::from_millis(until.millis() + 1));
    since.into_iter().chain(behind).collect()
}

/// What is to be shown of a tally.
pub(super) fn shown(ask: &Analyze, known: &Known, tally: &Tally, resolved: &Resolved) -> Shown {
    let newest = tally.ends().map(|(_, last)| last).unwrap_or_default();
    let zone = ask.time.timezone;
    let mut shown = Shown {
        since: ask
            .time
            .since
            .as_ref()
            .map(|at| at.instant(zone, Side::Since, newest, &known.zones)),
        until: ask
            .time
            .until
            .as_ref()
            .map(|at| at.instant(zone, Side::Until, newest, &known.zones)),
        ..Shown::default()
    };
    let mut unknown = [false; 3];
    for only in &ask.show.only {
        match only {
            Only::User(name) => shown.log_users.push(name.to_lowercase()),
            Only::App(name) => shown.log_apps.push(name.clone()),
            Only::Cause(id) => {
                let nowhere = CauseIx(u32::MAX);
                let position = known.causes.position(id);
                shown.log_causes.push(position.unwrap_or(nowhere));
            }
        }
        let (kind, list, number) = match only {
            Only::User(name) => (0, &mut shown.users, user_number(name, resolved)),
            Only::App(name) => (1, &mut shown.apps, resolved.apps.find(name)),
            Only::Cause(id) => {
                let position = known.causes.position(id);
                (2, &mut shown.causes, position.map(|ix| ix.0 + 1))
            }
        };
        match number {
            Some(number) => list.push(number),
            None => {
                unknown[kind] = true;
                shown
                    .notes
                    .push(format!("No login that was read has {only}."));
            }
        }
    }
    // Names of one kind are alternatives: nothing passes only where none of them is known.
    let lists = [&shown.users, &shown.apps, &shown.causes];
    shown.nobody = lists
        .iter()
        .zip(unknown)
        .any(|(list, unknown)| unknown && list.is_empty());
    shown
}

/// A user by name as given, in lower case, or by the long form of an id.
fn user_number(name: &str, resolved: &Resolved) -> Option<u32> {
    let users = &resolved.users;
    let by_name = users
        .find(name)
        .or_else(|| users.find(&name.to_lowercase()));
    by_name.or_else(|| users.find(&long_id(name)))
}
