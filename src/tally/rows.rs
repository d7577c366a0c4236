//! The rows that a worker counts, in pieces, so that more of them move none.

use super::row::{Row, compact};

/// Rows of a piece.
const PIECE: usize = 1 << 14;

/// Rows in the order in which they were counted.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// All but the last one are full, or were handed over as they are.
    pieces: Vec<Vec<Row>>,
}

impl Rows {
    /// Adds a row behind all others.
    #[inline]
    pub fn push(&mut self, row: Row) {
        match self.pieces.last_mut() {
            Some(last) if last.len() < last.capacity() => last.push(row),
            _ => self.begin_piece(row),
        }
    }

    #[cold]
    fn begin_piece(&mut self, row: Row) {
        // The first rows of many small files must not take a whole piece each.
        let capacity = (self.len() + 1).next_power_of_two().clamp(4, PIECE);
        let mut piece = Vec::with_capacity(capacity);
        piece.push(row);
        self.pieces.push(piece);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(Vec::is_empty)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.pieces.iter().flatten()
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.pieces.iter_mut().flatten()
    }

    /// Takes all rows of another one.
    pub fn append(&mut self, other: &mut Self) {
        self.pieces.append(&mut other.pieces);
    }

    /// Adds up those that share a key.
    pub(super) fn compact(&mut self) {
        let mut rows: Vec<Row> = Vec::with_capacity(self.len());
        rows.extend(std::mem::take(&mut self.pieces).iter().flatten());
        compact(&mut rows);
        *self = rows.into();
    }
}

impl From<Vec<Row>> for Rows {
    fn from(rows: Vec<Row>) -> Self {
        Self { pieces: vec![rows] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{DimsId, Instant, Place, Sym};

    #[test]
    fn rows_keep_their_order_over_all_pieces() {
        let row = |at: u32| {
            let of = (Sym(at % 7), DimsId(0));
            Row::one(
                at / 2,
                of,
                Instant::from_minute(at / 2),
                Place::new(0, u64::from(at)),
            )
        };
        let count = 3 * PIECE as u32;
        let mut rows = Rows::default();
        (0..count / 2).for_each(|at| rows.push(row(at)));
        let mut more = Rows::from(vec![row(count / 2)]);
        (count / 2 + 1..count).for_each(|at| more.push(row(at)));
        rows.append(&mut more);
        assert_eq!(rows.len(), count as usize);
        assert!(rows.iter().copied().eq((0..count).map(row)));
        rows.push(row(0));
        rows.compact();
        let sum: u64 = rows.iter().map(Row::n).sum();
        assert_eq!(
            (sum, rows.iter().next().map(Row::n)),
            (u64::from(count) + 1, Some(2))
        );
    }
}
