//! What samples of a file say of its clock, so that the whole is mostly read once.

use super::decode::{Decoder, Memo};
use super::names::Names;
use super::reading::{Assumed, NotRead, Reading};
use super::row::Evidence;
use super::value::time::{Clock, DateUndecided};
use crate::catalogue::{Known, Zones};
use crate::ingest::{Record, Step};

/// Rounds in which a sample of a file settles its clock: order first, then zones.
const ROUNDS: usize = 3;

impl Reading<'_> {
    /// Settles the clock as far as samples of the file can, so that the whole is mostly read once.
    /// Each sample begins at the start of a row.
    pub fn sample(&mut self, samples: &[&[u8]], known: &Known, assumed: Assumed) {
        for _ in 0..ROUNDS {
            let evidence = self.evidence_of(samples, known);
            match settle(&self.clock, &evidence, &known.zones, assumed) {
                Ok(Some(clock)) => self.clock = clock,
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// What the samples leave open of the clock, if anything.
    pub fn open_question(
        &self,
        samples: &[&[u8]],
        known: &Known,
        assumed: Assumed,
    ) -> Option<NotRead> {
        let evidence = self.evidence_of(samples, known);
        settle(&self.clock, &evidence, &known.zones, assumed).err()
    }

    fn evidence_of(&self, samples: &[&[u8]], known: &Known) -> Evidence {
        let mut names = Names::default();
        let mut decoder = Decoder::new(self, known, &mut names, None, Memo::default());
        for sample in samples {
            self.rows(sample, false, |record, block, _| {
                decoder.row(record, block);
                true
            });
        }
        decoder.finish().0
    }
}

impl Reading<'_> {
    /// Gives the records of a sample, with the lines that end before each, to `each` until it says
    /// no more.
    pub fn rows(
        &self,
        sample: &[u8],
        at_end: bool,
        mut each: impl FnMut(&Record, &[u8], u64) -> bool,
    ) {
        let mut record = Record::default();
        let mut splitter = self.splitter();
        let mut rest = sample;
        let mut lines = 0;
        loop {
            let passed = match splitter.next(rest, at_end, &mut record) {
                Step::Record { bytes, .. } if !each(&record, &rest[..bytes], lines) => return,
                Step::Record { bytes, .. }
                | Step::Blank { bytes }
                | Step::Between { bytes, .. }
                | Step::Broken { bytes, .. }
                | Step::LostQuote { bytes } => bytes,
                _ => return,
            };
            lines += memchr::memchr_iter(b'\n', &rest[..passed]).count() as u64;
            rest = &rest[passed..];
        }
    }
}

/// The clock that a file's evidence asks for, `None` if the one it was read with is right.
///
/// # Errors
/// What is open and which option settles it.
pub fn settle(
    clock: &Clock,
    evidence: &Evidence,
    zones: &Zones,
    assumed: Assumed,
) -> Result<Option<Clock>, NotRead> {
    let order = match assumed.order {
        Some(order) => order,
        None => match evidence.time.order() {
            Ok(order) => order.unwrap_or(clock.order),
            Err(DateUndecided::Nothing) => {
                return Err(NotRead::DateOrder {
                    why: "no day is over 12 and the dates don't tell",
                });
            }
            Err(DateUndecided::Conflict) => {
                return Err(NotRead::DateOrder {
                    why: "its dates speak for both",
                });
            }
        },
    };
    if order != clock.order {
        // Rows that were no dates in the wrong order said nothing of zones yet.
        return Ok(Some(Clock {
            order,
            ..clock.clone()
        }));
    }
    let decided = evidence
        .time
        .abbreviations(zones, assumed.zone)
        .map_err(|ambiguous| {
            let meanings: Vec<&str> = ambiguous
                .means
                .iter()
                .map(|meaning| meaning.place.as_str())
                .collect();
            NotRead::Zone {
                abbreviation: ambiguous.abbreviation.clone(),
                meanings: meanings.join(" or "),
                example: ambiguous
                    .means
                    .first()
                    .map_or("UTC", |meaning| &meaning.zone)
                    .to_owned(),
            }
        })?;
    Ok((decided != clock.decided).then(|| Clock {
        decided,
        ..clock.clone()
    }))
}
