//! Nothing that was read speaks for one root cause.

use super::case::Case;
use super::{Diagnosis, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Diagnosis {
    let mut one = Diagnosis::of("undecided", Verdict::Possible);
    one.because
        .push("What was read fits several root causes, and speaks for none.".to_owned());
    one.because.extend(case.both_sides());
    let check = if !case.reads_changes() {
        "Read the Setup Audit Trail of the day before beside it: a change right before the first failure is what decides most often."
    } else if case.around.seen.logs.errors.is_empty() {
        "Read the log of the client beside it, and ask its owner what changed on that side: the changes that were read have nothing that explains it."
    } else {
        "Ask the owner of the client what changed on that side: neither the changes nor the logs that were read explain it."
    };
    one.check(check)
}
