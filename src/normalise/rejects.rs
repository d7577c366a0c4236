//! The rows of one file that could not be read, in little memory.

use rustc_hash::FxHashMap;

use super::reject::{Reason, Reject};

/// Rejects of one file that keep their value and excerpt.
pub const KEPT_IN_FULL: usize = 1_000;

/// Rejects in order of line. The first thousand keep value and excerpt; of those behind them only
/// line and reason are kept, in 16 bytes a run of lines that were rejected for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejects {
    full: Vec<Reject>,
    runs: Vec<Run>,
    /// The reasons that runs name by number.
    reasons: Vec<Reason>,
    numbers: FxHashMap<Reason, u32>,
}

/// Rows on consecutive lines with one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    first: u64,
    count: u32,
    reason: u32,
}

impl Rejects {
    /// Keeps a row that stands behind all that are kept. `excerpt` is asked for where it is kept.
    pub fn push(&mut self, line: u64, reason: Reason, excerpt: impl FnOnce() -> Box<str>) {
        if self.full.len() < KEPT_IN_FULL {
            self.full.push(Reject {
                line,
                reason,
                excerpt: excerpt(),
            });
        } else {
            self.push_short(line, reason.in_short());
        }
    }

    fn push_short(&mut self, line: u64, reason: Reason) {
        let number = match self.numbers.get(&reason) {
            Some(&number) => number,
            None => {
                let number = u32::try_from(self.reasons.len()).unwrap_or(u32::MAX);
                self.reasons.push(reason.clone());
                self.numbers.insert(reason, number);
                number
            }
        };
        match self.runs.last_mut() {
            Some(run) if run.reason == number && run.goes_on_at(line) => run.count += 1,
            _ => self.runs.push(Run {
                first: line,
                count: 1,
                reason: number,
            }),
        }
    }

    /// Keeps the rejects of the next piece of the file, whose lines count from behind `base`.
    pub fn append(&mut self, next: &Self, base: u64) {
        for reject in next.iter() {
            self.push(reject.line + base, reject.reason, || reject.excerpt);
        }
    }

    /// Takes out the rejects that a test of line and reason finds, and gives their reasons.
    pub fn take_where(&mut self, mut found: impl FnMut(u64, &Reason) -> bool) -> Vec<Reason> {
        let taken = self
            .full
            .extract_if(.., |reject| found(reject.line, &reject.reason));
        let mut taken: Vec<Reason> = taken.map(|reject| reject.reason).collect();
        let mut kept = Self {
            full: std::mem::take(&mut self.full),
            ..Self::default()
        };
        for reject in self.iter() {
            if found(reject.line, &reject.reason) {
                taken.push(reject.reason);
            } else {
                kept.push_short(reject.line, reject.reason);
            }
        }
        *self = kept;
        taken
    }

    /// All of them, in order of line.
    pub fn iter(&self) -> impl Iterator<Item = Reject> + '_ {
        let short = self.runs.iter().flat_map(|run| {
            (run.first..run.behind()).map(|line| Reject {
                line,
                reason: self.reasons[run.reason as usize].clone(),
                excerpt: "".into(),
            })
        });
        self.full.iter().cloned().chain(short)
    }
}

impl Run {
    fn behind(self) -> u64 {
        self.first + u64::from(self.count)
    }

    fn goes_on_at(self, line: u64) -> bool {
        self.behind() == line && self.count < u32::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Role;

    fn reason(line: u64) -> Reason {
        match line % 5 {
            0 => Reason::BadTime(Role::Time, format!("{line}").into()),
            1 => Reason::FieldCount { got: 1, want: 9 },
            _ => Reason::LostQuote,
        }
    }

    fn made(lines: impl Iterator<Item = u64>) -> Rejects {
        let mut rejects = Rejects::default();
        for line in lines {
            rejects.push(line, reason(line), || format!("row {line}").into());
        }
        rejects
    }

    fn lines(rejects: &Rejects) -> Vec<u64> {
        rejects.iter().map(|reject| reject.line).collect()
    }

    #[test]
    fn the_first_thousand_are_kept_in_full_and_all_are_told() {
        let rejects = made((1..=3000).filter(|line| line % 7 != 0));
        let all: Vec<Reject> = rejects.iter().collect();
        assert_eq!(
            lines(&rejects),
            (1..=3000).filter(|line| line % 7 != 0).collect::<Vec<_>>()
        );
        let last_full = &all[KEPT_IN_FULL - 1];
        assert_eq!(*last_full.excerpt, *format!("row {}", last_full.line));
        assert_eq!(*all[KEPT_IN_FULL].excerpt, *"");
        for reject in &all[KEPT_IN_FULL..] {
            assert_eq!(reject.reason, reason(reject.line).in_short());
        }
    }

    #[test]
    fn consecutive_lines_take_no_room() {
        let mut rejects = Rejects::default();
        for line in 1..=100_000 {
            rejects.push(line, Reason::LostQuote, || "".into());
        }
        assert_eq!(rejects.runs.len(), 1);
        assert_eq!(rejects.iter().count(), 100_000);
        assert_eq!(size_of::<Run>(), 16);
    }

    #[test]
    fn pieces_come_to_the_same_as_one() {
        let mut pieced = made(1..=1500);
        pieced.append(&made(1..=1500), 1500);
        let whole = lines(&pieced);
        assert_eq!(whole, (1..=3000).collect::<Vec<_>>());
        assert_eq!(pieced.full.len(), KEPT_IN_FULL);
    }

    #[test]
    fn some_can_be_taken_out() {
        let mut rejects = made(1..=2000);
        let taken = rejects.take_where(|line, _| line == 3 || line == 1500);
        assert_eq!(taken, [Reason::LostQuote, reason(1500).in_short()]);
        assert_eq!(rejects.iter().count(), 1998);
        assert!(!lines(&rejects).contains(&1500));
    }
}
