//! What is known about Salesforce logins: causes, flows and zones, as data.
//!
//! To add a cause, write one `[[cause]]` block into `causes.toml`; to teach a spelling, one string
//! into the list it belongs to; to add a language, one file in `languages/` and one line in
//! `languages.rs`. The tests tell what is missing. Imports only `event`.

mod cause;
mod causes;
mod changes;
mod fields;
mod flows;
mod fold;
mod footers;
mod languages;
mod outcomes;
mod pasted;
mod pattern;
mod retirements;
mod said;
mod zones;

use std::panic::resume_unwind;

pub use cause::{Cause, Class};
pub use causes::{Catalogue, CauseIx, Found};
pub use changes::{ChangeIx, ChangeKind, Changes, Named, Touches};
pub use flows::{Family, Flows};
pub use fold::{fold_key, fold_letters, fold_status};
pub use footers::Footers;
pub use languages::{Language, Languages};
pub use outcomes::Successes;
pub use pattern::{Fit, Pattern};
pub use retirements::{Precision, Retirement, RetirementTold, Retirements};
pub use said::Said;
pub use zones::{Ambiguous, Meaning, Zones};

/// Everything that is known, read once a run.
#[derive(Debug)]
pub struct Known {
    pub causes: Catalogue,
    pub changes: Changes,
    pub flows: Flows,
    pub footers: Footers,
    pub retirements: Retirements,
    pub successes: Successes,
    pub zones: Zones,
}

impl Known {
    /// Reads the compiled-in lists.
    ///
    /// # Errors
    /// What is wrong with one of them; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        // The causes take longer than all the rest.
        std::thread::scope(|scope| {
            let causes = scope.spawn(Catalogue::load);
            Ok(Self {
                changes: Changes::load()?,
                flows: Flows::load()?,
                footers: Footers::load()?,
                retirements: Retirements::load()?,
                successes: Successes::load()?,
                zones: Zones::load()?,
                causes: causes.join().unwrap_or_else(|panic| resume_unwind(panic))?,
            })
        })
    }
}
