//! The rows of a tally, sorted.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::paged::{Paged, Writing};
use crate::tally::Row;

/// Rows sorted by user, combination and bucket.
#[derive(Clone, Debug)]
pub struct SortedRows(Held);

#[derive(Clone, Debug)]
enum Held {
    Memory(Vec<Row>),
    Disk(Arc<Paged>),
}

/// Rows that are read from a file at once.
const BLOCK: usize = 1 << 12;
/// Rows that are read through the pages that stay in memory.
const FEW: usize = 1 << 8;

impl SortedRows {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Memory(rows) => rows.len(),
            Held::Disk(file) => (file.len() / Row::BYTES as u64) as usize,
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row of a position.
    ///
    /// # Panics
    /// There is none.
    #[inline]
    pub fn get(&self, at: usize) -> Row {
        match &self.0 {
            Held::Memory(rows) => rows[at],
            Held::Disk(file) => {
                let mut bytes = [0; Row::BYTES];
                file.read(offset(at), &mut bytes);
                Row::from_bytes(&bytes)
            }
        }
    }

    /// The rows from a position to another, the end excluded.
    ///
    /// # Panics
    /// There are not so many.
    #[inline]
    pub fn range(&self, start: usize, end: usize) -> Cow<'_, [Row]> {
        match &self.0 {
            Held::Memory(rows) => Cow::Borrowed(&rows[start..end]),
            Held::Disk(file) => Cow::Owned(read(file, start, end)),
        }
    }

    /// The rows, so many at a time.
    pub fn chunks(&self, size: usize) -> impl Iterator<Item = Cow<'_, [Row]>> + Clone {
        let starts = (0..self.len()).step_by(size);
        starts.map(move |start| self.range(start, (start + size).min(self.len())))
    }

    /// All rows, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Row> + Clone {
        let size = match &self.0 {
            Held::Memory(rows) => rows.len().max(1),
            Held::Disk(_) => BLOCK,
        };
        self.chunks(size).flat_map(Each::of)
    }
}

/// Rows one by one.
#[derive(Clone, Debug)]
pub struct Each<'a> {
    rows: Cow<'a, [Row]>,
    at: usize,
}

impl<'a> Each<'a> {
    pub(in crate::tally) fn of(rows: Cow<'a, [Row]>) -> Self {
        Self { rows, at: 0 }
    }
}

impl Iterator for Each<'_> {
    type Item = Row;

    #[inline]
    fn next(&mut self) -> Option<Row> {
        let row = self.rows.get(self.at).copied();
        self.at += 1;
        row
    }
}

/// Where a row begins in a file.
const fn offset(at: usize) -> u64 {
    at as u64 * Row::BYTES as u64
}

fn read(file: &Paged, start: usize, end: usize) -> Vec<Row> {
    let mut bytes = vec![0; (end - start) * Row::BYTES];
    // Few are mostly asked for beside others.
    match end - start <= FEW {
        true => file.read(offset(start), &mut bytes),
        false => file.read_through(offset(start), &mut bytes),
    }
    let (rows, _) = bytes.as_chunks();
    rows.iter().map(Row::from_bytes).collect()
}

impl Default for SortedRows {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl From<Vec<Row>> for SortedRows {
    fn from(rows: Vec<Row>) -> Self {
        Self(Held::Memory(rows))
    }
}

impl PartialEq for SortedRows {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Takes rows in their order; what is beyond the budget goes to a file.
#[derive(Debug)]
pub struct RowWriter {
    rows: Vec<Row>,
    /// The most rows in memory.
    most: usize,
    file: Option<Writing>,
}

impl RowWriter {
    /// Keeps so many bytes of rows in memory.
    pub fn within(budget: u64) -> Self {
        let most = usize::try_from(budget).unwrap_or(usize::MAX) / Row::BYTES;
        Self {
            rows: Vec::new(),
            most: most.max(1),
            file: None,
        }
    }

    /// Adds the next row.
    ///
    /// # Errors
    /// What the disk says.
    pub fn push(&mut self, row: Row) -> io::Result<()> {
        if self.rows.len() >= self.most {
            self.write_out()?;
            // From now on few at a time.
            self.most = self.most.min(BLOCK);
        }
        self.rows.push(row);
        Ok(())
    }

    fn write_out(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(Writing::new()?),
        };
        for row in std::mem::take(&mut self.rows) {
            file.push(&row.to_bytes())?;
        }
        Ok(())
    }

    /// All rows.
    ///
    /// # Errors
    /// What the disk says.
    pub fn finish(mut self) -> io::Result<SortedRows> {
        if self.file.is_some() {
            self.write_out()?;
        }
        Ok(match self.file {
            None => self.rows.into(),
            Some(file) => SortedRows(Held::Disk(Arc::new(file.finish()?))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{DimsId, Instant, Place, Sym};

    #[test]
    fn rows_of_a_file_are_those_of_memory() {
        let row = |at: u32| {
            let of = (Sym(at / 3), DimsId(at % 3));
            Row::one(
                at * 5,
                of,
                Instant::from_minute(at * 5),
                Place::new(2, u64::from(at)),
            )
        };
        let count = 3 * BLOCK as u32 + 1;
        let held = |budget| {
            let mut rows = RowWriter::within(budget);
            (0..count).for_each(|at| rows.push(row(at)).expect("written"));
            rows.finish().expect("written")
        };
        let (memory, disk) = (held(u64::MAX), held(1_000));
        assert!(matches!(memory.0, Held::Memory(_)) && matches!(disk.0, Held::Disk(_)));
        assert_eq!(memory, disk);
        assert!(disk.iter().eq((0..count).map(row)));
        for at in [0, 7, BLOCK, count as usize - 1] {
            assert_eq!(
                (memory.get(at), disk.get(at)),
                (row(at as u32), row(at as u32))
            );
            assert_eq!(memory.range(at / 2, at), disk.range(at / 2, at));
            assert_eq!(disk.range(at, at + 1), [row(at as u32)].as_slice());
        }
        assert_eq!(
            disk.chunks(1_000).map(|rows| rows.len()).sum::<usize>(),
            count as usize
        );
    }
}
