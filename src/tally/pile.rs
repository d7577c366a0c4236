//! What grows row by row, in pieces, so that more of it moves none.
//!
//! Fresh memory is dear: a list that doubles as it grows takes twice what it holds, and moves all
//! of it as often as it doubles.

use super::row::{Row, compact};

/// Bytes of a piece.
const PIECE: usize = 1 << 19;

/// Things in the order in which they were added.
#[derive(Clone, Debug)]
pub struct Pile<T> {
    /// All but the last one are full, or were handed over as they are.
    pieces: Vec<Vec<T>>,
}

/// The rows that a worker counts.
pub type Rows = Pile<Row>;

impl<T> Default for Pile<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T> Pile<T> {
    /// Adds one behind all others.
    #[inline]
    pub fn push(&mut self, one: T) {
        match self.pieces.last_mut() {
            Some(last) if last.len() < last.capacity() => last.push(one),
            _ => self.begin_piece(one),
        }
    }

    #[cold]
    fn begin_piece(&mut self, one: T) {
        // The first rows of many small files must not take a whole piece each.
        let most = PIECE / size_of::<T>().max(1);
        let mut piece = Vec::with_capacity((self.len() + 1).next_power_of_two().clamp(4, most));
        piece.push(one);
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
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pieces.iter_mut().flatten()
    }

    /// Takes all of another one.
    pub fn append(&mut self, other: &mut Self) {
        self.pieces.append(&mut other.pieces);
    }

    /// The same in as little memory as it needs, where it is less than a piece: of many small
    /// files each has some.
    pub fn tight(self) -> Self {
        let count = self.len();
        let room: usize = self.pieces.iter().map(Vec::capacity).sum();
        if count == room || room * size_of::<T>() >= PIECE {
            return self;
        }
        let mut all = Vec::with_capacity(count);
        all.extend(self.pieces.into_iter().flatten());
        Self::from(all)
    }

    /// Its pieces, to be given back one by one.
    pub(super) fn into_pieces(self) -> Vec<Vec<T>> {
        self.pieces
    }
}

impl Rows {
    /// Adds up those that share a key.
    pub(super) fn compact(&mut self) {
        let mut rows: Vec<Row> = Vec::with_capacity(self.len());
        rows.extend(std::mem::take(&mut self.pieces).iter().flatten());
        compact(&mut rows);
        *self = rows.into();
    }
}

impl<T> From<Vec<T>> for Pile<T> {
    fn from(all: Vec<T>) -> Self {
        Self { pieces: vec![all] }
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
        let count = 3 * (PIECE / size_of::<Row>()) as u32;
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
