//! Objects on a line each that are like an earlier one.
//!
//! All begin alike up to the user: the same keys with the same bytes around them, between which
//! texts stand that may differ. Behind the user only texts may differ of which this was seen, or
//! that are asked for. A text stays a text that is not empty, so that of several keys of a column
//! the same one goes on to tell.

use rustc_hash::FxHashSet;

use super::{Columns, Divided, Free, Model, Models, find_behind};
use crate::ingest::Record;
use crate::ingest::json::like::{Head, Texts, Value, values};

/// What a rest is completed with to be an object again.
const OPENING: &[u8] = b"{\"\":0";

/// How objects are taken apart.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// The column by which users are told apart, and what stands up to its value.
    head: Option<(usize, Head)>,
    /// Keys behind the user whose values may differ from record to record.
    free: FxHashSet<Box<[u8]>>,
}

/// The columns that hold what a value says, of those that are wanted.
fn held(
    value: &Value<'_>,
    record: &Record,
    wanted: impl Iterator<Item = usize>,
) -> impl Iterator<Item = usize> {
    wanted.filter(|column| value.holds(record.field(*column)))
}

impl Objects {
    /// The record that the one at the start of a block is like.
    #[inline]
    pub(super) fn find(
        &self,
        block: &[u8],
        (record, columns): (&mut Record, &Columns),
        models: Models<'_>,
    ) -> Option<(u32, usize)> {
        let (key, head) = self.head.as_ref()?;
        let mut texts = Texts::default();
        let from = head.leading(block, &mut texts, record)?;
        let field = move |at| texts.at(block, at);
        find_behind(models, block, (*key, from), (record, columns), field)
    }

    /// Where a record is divided: behind the first value that tells its user.
    pub(super) fn divide<'r>(
        &mut self,
        record: &Record,
        row: &'r [u8],
        columns: &Columns,
    ) -> Option<Divided<'r>> {
        let mut values = values(row)?;
        let user = |value| held(value, record, columns.users()).next();
        let mut users = values.iter().enumerate();
        let (last, key) = users.find_map(|(at, value)| Some((at, user(value)?)))?;
        let from = values[last].end;
        let known = self.head.as_ref().filter(|(of, head)| {
            let ends = head.leading(row, &mut Texts::default(), &mut Record::default());
            *of == key && ends == Some(from)
        });
        let anew = known.is_none();
        if anew {
            let head = Head::of(row, &values, (last, record.len()), |value| {
                let asked = columns
                    .asked()
                    .filter(|column| !columns.is_telling(*column));
                held(value, record, columns.telling().chain(asked)).collect()
            })?;
            self.head = Some((key, head));
            self.free.clear();
        }
        let told = |value| {
            let others = columns.telling().filter(|column| *column != key);
            held(value, record, others)
        };
        Some(Divided {
            key,
            before: values[..=last].iter().flat_map(told).collect(),
            from,
            anew,
            values: values.split_off(last + 1),
        })
    }

    /// Whether a model gives of its own record what was read of it in full, of all that is asked.
    pub(super) fn gives_again(
        &self,
        model: &Model,
        record: &Record,
        row: &[u8],
        columns: &Columns,
    ) -> bool {
        let mut again = Record::default();
        let mut texts = Texts::default();
        let ends = self.head.as_ref().and_then(|(_, head)| {
            let from = head.leading(row, &mut texts, &mut again)?;
            model.is_like(row, from, &mut again, |at| texts.at(row, at))
        });
        let mut asked = columns.asked();
        ends == Some(row.len()) && asked.all(|at| again.field(at) == record.field(at))
    }

    /// The values of a record that may differ. `known` is the rest of an earlier one that tells the
    /// same: keys whose texts differ may differ from now on.
    pub(super) fn free(
        &mut self,
        record: &Record,
        (row, divided): (&[u8], &Divided<'_>),
        known: Option<&[u8]>,
        columns: &Columns,
    ) -> Vec<Free> {
        let (behind, from) = (&divided.values, divided.from);
        let tells = |value: &Value<'_>| {
            let mut telling = held(value, record, columns.telling());
            telling.next().is_some()
        };
        if let Some(known) = known {
            let known = [OPENING, known].concat();
            let earlier = values(&known).unwrap_or_default();
            let same_keys = earlier.iter().skip(1).map(|value| value.key);
            if same_keys.eq(behind.iter().map(|value| value.key)) {
                for (earlier, value) in earlier.iter().skip(1).zip(behind) {
                    let differs = known[earlier.start..earlier.end] != row[value.start..value.end];
                    if differs && value.is_text && earlier.is_text && !tells(value) {
                        self.free.insert(value.key.into());
                    }
                }
            }
        }
        let may_differ = |value: &&Value<'_>| {
            let mut asked = held(value, record, columns.asked());
            let wanted = asked.next().is_some() || self.free.contains(value.key);
            value.is_text && wanted && !tells(value)
        };
        let free = behind.iter().filter(may_differ);
        free.map(|value| Free {
            asked: held(value, record, columns.asked()).collect(),
            start: value.start - from,
            end: value.end - from,
        })
        .collect()
    }
}
