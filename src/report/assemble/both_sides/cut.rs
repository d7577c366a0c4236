//! An incident in so many lines: what repeats itself is left out first.

use std::collections::BTreeMap;

use crate::report::model::{Side, User};

/// Lines that are told.
const SIDES: usize = 200;

/// At most [`SIDES`] lines: first to go are those between two that say the same of the same, then
/// the last ones.
pub(super) fn cut(lines: Vec<Side>) -> Vec<Side> {
    let mut spare = lines.len().saturating_sub(SIDES);
    if spare == 0 {
        return lines;
    }
    let forward = repeats(lines.iter());
    let mut backward = repeats(lines.iter().rev());
    backward.reverse();
    let mut kept: Vec<Side> = Vec::with_capacity(SIDES);
    for ((line, forward), backward) in lines.into_iter().zip(forward).zip(backward) {
        if spare > 0 && forward && backward {
            spare -= 1;
        } else {
            kept.push(line);
        }
    }
    kept.truncate(SIDES);
    kept
}

/// Of each line, whether the one before it of the same side, app and user says the same.
fn repeats<'a>(lines: impl Iterator<Item = &'a Side>) -> Vec<bool> {
    let mut before: BTreeMap<(&str, &Option<String>, &Option<User>), &str> = BTreeMap::new();
    let told = lines.map(|line| {
        let key = (line.side.as_str(), &line.app, &line.user);
        before.insert(key, &line.text) == Some(&line.text)
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{PathText, Time};

    fn line(at: usize, side: &str, text: &str) -> Side {
        Side {
            time: Time(format!("{at:04}")),
            side: side.to_owned(),
            what: "refused".to_owned(),
            app: None,
            user: None,
            text: text.to_owned(),
            count: 1,
            path: PathText(String::new()),
            line: 1,
        }
    }

    #[test]
    fn what_repeats_itself_goes_and_the_ends_stay() {
        let mut lines: Vec<Side> = (0..300).map(|at| line(at, "history", "a")).collect();
        lines.insert(150, line(150, "change", "b"));
        lines.push(line(300, "history", "c"));
        let times = |kept: &[Side]| -> Vec<String> {
            kept.iter().map(|side| side.time.0.clone()).collect()
        };
        let kept = cut(lines.clone());
        assert_eq!(kept.len(), SIDES);
        assert!(times(&kept).is_sorted());
        assert!(kept.iter().any(|side| side.side == "change"));
        assert_eq!(
            (kept[0].text.as_str(), kept[SIDES - 1].text.as_str()),
            ("a", "c")
        );
        let all_differ: Vec<Side> = (0..201)
            .map(|at| line(at, "log", &at.to_string()))
            .collect();
        let kept = cut(all_differ.clone());
        assert_eq!(kept, all_differ[..SIDES]);
        assert_eq!(cut(lines[..SIDES].to_vec()), lines[..SIDES]);
    }
}
