//! Ids that stand on more than one row, and the second at which their login stands.

use super::watch::Met;

/// Upper bits of a hash that an index is kept for.
const INDEXED_BITS: u32 = 16;

/// Hashes of ids met more than once: 12 bytes each.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    /// Sorted.
    hashes: Vec<u64>,
    /// For each: the earliest second in the first file that has it.
    seconds: Vec<u32>,
    /// Where the hashes with each value of the upper bits begin.
    starts: Vec<usize>,
}

/// What was found of ids met more than once.
pub(super) struct FoundRepeated {
    pub(super) repeated: Repeated,
    /// By file: whether it has such a row.
    pub(super) files: Vec<bool>,
    /// How many rows have such an id.
    pub(super) rows: u64,
}

impl Repeated {
    /// Those of all ids that were met. The order of `met` doesn't matter.
    pub(super) fn of(mut met: Vec<Met>, files: usize) -> FoundRepeated {
        use rayon::slice::ParallelSliceMut;
        met.par_sort_unstable();
        let mut found = FoundRepeated {
            repeated: Self::default(),
            files: vec![false; files],
            rows: 0,
        };
        for same in met.chunk_by(|a, b| a.hash == b.hash) {
            let [first, _, ..] = same else { continue };
            found.repeated.hashes.push(first.hash);
            found.repeated.seconds.push(first.second());
            found.rows += same.len() as u64;
            for met in same {
                found.files[met.file()] = true;
            }
        }
        found.repeated.index();
        found
    }

    fn index(&mut self) {
        let at = |upper: u64| {
            self.hashes
                .partition_point(|hash| upper_bits(*hash) < upper)
        };
        self.starts = (0..=1 << INDEXED_BITS).map(at).collect();
    }

    /// The second at which the login of an id stands; `None` for an id that stands on one row.
    pub(super) fn second_of(&self, hash: u64) -> Option<u32> {
        let upper = usize::try_from(upper_bits(hash)).ok()?;
        let (start, end) = (*self.starts.get(upper)?, *self.starts.get(upper + 1)?);
        let at = self.hashes[start..end].binary_search(&hash).ok()?;
        self.seconds.get(start + at).copied()
    }
}

fn upper_bits(hash: u64) -> u64 {
    hash >> (u64::BITS - INDEXED_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_and_in_it_the_earliest_second_stand() {
        let met = vec![
            Met::new(u64::MAX, 2, 5),
            Met::new(7, 0, 1),
            Met::new(u64::MAX, 1, 9),
            Met::new(u64::MAX, 1, 8),
            Met::new(0, 3, 4),
            Met::new(0, 0, 6),
        ];
        let found = Repeated::of(met, 4);
        assert_eq!(found.repeated.second_of(u64::MAX), Some(8));
        assert_eq!(found.repeated.second_of(0), Some(6));
        assert_eq!(found.repeated.second_of(7), None);
        assert_eq!(found.repeated.second_of(8), None);
        assert_eq!(found.files, [true, true, true, true]);
        assert_eq!(found.rows, 5);
        assert!(
            Repeated::of(vec![Met::new(1, 0, 1)], 1)
                .repeated
                .hashes
                .is_empty()
        );
    }
}
