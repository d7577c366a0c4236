//! A new app isn't known on all servers yet.

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::detect::Confidence;
use crate::explain::new_app_propagation;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    let finding = case.finding;
    if finding.rule != new_app_propagation::ID {
        return None;
    }
    let mut one = Diagnosis::of("app-propagating", Verdict::Likely).check(
        "When the app was made: Setup > App Manager shows it. If it is older, compare the client id that was sent then with its consumer key.",
    );
    let story = finding.story.iter().map(|(_, text)| format!("{text}."));
    one.because.extend(story);
    if finding.confidence == Confidence::Low {
        one.verdict = Verdict::Possible;
        one.against.push("Nothing that was read shows that the app was new; a wrong client id that somebody corrected looks the same.".to_owned());
    }
    Some(one)
}
