//! What a finding tells beside its title: what happened, one after the other, and what to do.

use super::super::Seen;
use super::super::inventory::busiest;
use super::super::wording::{self, count, time};
use super::Case;
use crate::catalogue::Retirement;
use crate::event::{Flow, Instant};

/// Users and apps that a story tells one by one. Ours: what a reader takes in.
const TOLD: usize = 10;
/// Where the org allows or blocks the flow.
const SETTING: &str =
    "Setup > OAuth and OpenID Connect Settings > Allow OAuth Username-Password Flows";

impl Case<'_, '_> {
    /// What to do, in order.
    pub(super) fn steps(&self, seen: &Seen<'_>) -> Vec<String> {
        let resolved = seen.resolved;
        let members = &self.group.members;
        let (users, apps) = (&self.scope.users, &self.scope.apps);
        let user = match users.as_slice() {
            [] => "the user".into(),
            [only] => wording::user(resolved, *only),
            _ => "the users concerned".into(),
        };
        let app = match apps.as_slice() {
            [] => "the app",
            [only] => wording::app(resolved, *only),
            _ => "the apps concerned",
        };
        let sources = wording::names(&resolved.sources, &self.scope.sources);
        let mut steps = vec![format!(
            "Stop the retries of {app} (they come from {sources}); the password is not the reason, \
             so leave it alone."
        )];
        steps.push(self.check());
        let retires = seen.retirements.for_flow(Flow::OauthUsernamePassword);
        steps.extend(retires.map(|entry| countdown(entry, seen.until)));
        let known = retires.filter(|entry| !entry.steps.is_empty());
        match known {
            Some(entry) => {
                let person = members.iter().all(|one| one.person);
                steps.extend(entry.steps_for(person, &user, app));
            }
            None => {
                let cause = seen.causes.by_id("username-password-flow-disabled");
                steps.extend(cause.iter().flat_map(|cause| cause.steps.clone()));
            }
        }
        steps
    }

    /// The setting to look at.
    fn check(&self) -> String {
        if let Some(at) = self.recovered {
            return format!(
                "The flow was switched on again, at {} at the latest. Ask who did that, and until when: {SETTING}, \
                 and Setup > View Setup Audit Trail.",
                time(at)
            );
        }
        match (self.last_worked, self.others) {
            (Some((last, _)), 0) => {
                let off = if last < self.switched {
                    format!("between {} and {}", time(last), time(self.switched))
                } else {
                    format!("around {}", time(self.switched))
                };
                format!(
                    "Look at {SETTING}: it is probably off. Setup > View Setup Audit Trail, {off}: \
                     who changed it, and why? Switching it on again is a bridge at best."
                )
            }
            (Some(_), _) => format!(
                "{SETTING} is on, since others log in by this flow. See what changed about the app: \
                 was it moved to an External Client App, which does not have this flow?"
            ),
            (None, 0) => format!(
                "Look at {SETTING}: off is the default of orgs created since Summer '23. Leave it \
                 off if nothing that matters needs it, and see whether the app is an External \
                 Client App, which does not have this flow."
            ),
            (None, _) => format!(
                "{SETTING} is on, since others log in by this flow. See whether this app is an \
                 External Client App, which does not have this flow."
            ),
        }
    }

    /// What happened, in order of time.
    pub(super) fn story(&self, seen: &Seen<'_>) -> Vec<(Instant, String)> {
        let resolved = seen.resolved;
        let mut story: Vec<(Instant, String)> = Vec::new();
        for one in self.group.members.iter().take(TOLD) {
            let user = wording::user(resolved, one.triple.user);
            let app = wording::app(resolved, one.triple.app);
            let who = format!("{user} through {app}");
            if let Some(worked) = one.worked() {
                let word = if worked.exact {
                    "last"
                } else {
                    "last provable"
                };
                story.push((
                    worked.last,
                    format!("The {word} login before the refusals: {who}"),
                ));
            }
            let sources = wording::names(&resolved.sources, &busiest(one.sources()));
            let refusals = count(one.count, "refusal", "refusals");
            story.push((
                one.first,
                format!("The first of {refusals}: {who}, from {sources}"),
            ));
            if let Some((since, _)) = one.again() {
                story.push((since, format!("The flow works again: {who}")));
            }
            if let Some((at, flow)) = one.moved() {
                let flow = wording::flow(flow);
                story.push((at, format!("Logs in by another flow, {flow}: {who}")));
            }
            if one.last > one.first {
                story.push((one.last, format!("The last refusal: {who}")));
            }
        }
        story.sort();
        story
    }
}

/// When the flow ends for everybody.
fn countdown(entry: &Retirement, until: Instant) -> String {
    let left = entry.days_left(until);
    let day = entry.day();
    match u64::try_from(left) {
        Ok(left) => format!(
            "Do not count on the flow for long: it retires on {day}, {} after the end of these data.",
            count(left, "day", "days")
        ),
        Err(_) => format!("The flow retired on {day}: only another flow helps."),
    }
}
