//! What is asked of the tally before anything is explained: rules, inventory and counts, side by
//! side.

use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::detect::inventory::Inventory;
use crate::detect::{self, Answer, Detected, Detector, Seen, Thresholds};
use crate::event::Zone;
use crate::tally::coverage::Unseen;
use crate::tally::slots::{SlotCount, quarters};
use crate::tally::{Resolved, Tally};

/// The answers.
#[derive(Default)]
pub(super) struct Asked<'a> {
    /// `None` where nothing was read.
    pub(super) inventory: Option<Inventory<'a>>,
    pub(super) detected: Detected,
    /// What the counts of all that was read can't see.
    pub(super) unseen: Unseen,
    /// What is shown by quarters of an hour.
    pub(super) quarters: Vec<SlotCount>,
}

impl<'a> Asked<'a> {
    /// Asks all, those that need no inventory while it is made. `tally` is all that was read,
    /// `shown` what is shown of it.
    pub(super) fn of(
        seen: Option<&Seen<'a>>,
        (tally, shown, resolved, zone): (&Tally, &Tally, &Resolved, Zone),
        limits: &Thresholds,
        pool: &ThreadPool,
    ) -> Self {
        let counts = || {
            pool.join(
                || Unseen::of(tally, resolved, zone),
                || quarters(shown, resolved),
            )
        };
        let Some(seen) = seen else {
            let (unseen, quarters) = counts();
            return Self {
                unseen,
                quarters,
                ..Self::default()
            };
        };
        let ask = |rules: Vec<&'static dyn Detector>, seen: &Seen<'_>| -> Vec<Answer> {
            let rules = rules.into_par_iter();
            rules.map(|rule| detect::ask(rule, seen, limits)).collect()
        };
        let of_integrations = || {
            let inventory = Inventory::of(seen);
            let seen = Seen {
                integrations: Some(&inventory.whole),
                ..*seen
            };
            let answers = ask(detect::rules(true), &seen);
            (inventory, answers)
        };
        let others = || ask(detect::rules(false), seen);
        // The first of the other rules, which looks for spikes, takes as long as all else together:
        // it is begun at once, and what waits is taken up from the left.
        let ((others, (unseen, quarters)), (inventory, mut answers)) =
            pool.join(|| pool.join(others, counts), of_integrations);
        answers.extend(others);
        Self {
            inventory: Some(inventory),
            detected: Detected::of(answers, seen),
            unseen,
            quarters,
        }
    }
}
