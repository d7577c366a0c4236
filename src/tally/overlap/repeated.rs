//! Ids that stand on more than one row, and the second at which their login stands.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rustc_hash::FxHashSet;

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

/// Ids that are looked at together: their table fits a core's cache.
const TOGETHER: usize = 1 << 14;
/// Most parts that ids are divided into, as a number of bits.
const MOST_BITS: u32 = 12;

/// Ids by the upper bits of their hashes, so that equal ones are in one part.
struct Parted {
    bits: u32,
    /// By thread that divided them, then by part.
    divided: Vec<Vec<Vec<Met>>>,
}

impl Parted {
    fn of(met: Vec<Vec<Met>>) -> Self {
        let count: usize = met.iter().map(Vec::len).sum();
        let bits = (count / TOGETHER + 1).ilog2().min(MOST_BITS);
        let threads = rayon::current_num_threads();
        let mut shares: Vec<Vec<Vec<Met>>> = (0..threads).map(|_| Vec::new()).collect();
        for (at, piece) in met.into_iter().enumerate() {
            shares[at % threads].push(piece);
        }
        let divided = shares.into_par_iter().map(|pieces| divided(pieces, bits));
        Self {
            bits,
            divided: divided.collect(),
        }
    }

    /// Those of a part that stand there more than once, sorted; and by chance some others. `places`
    /// is memory that is used again.
    fn repeated(&self, part: usize, places: &mut Vec<u64>) -> Vec<Met> {
        let all = || self.divided.iter().flat_map(|parts| &parts[part]);
        let count: usize = self.divided.iter().map(|parts| parts[part].len()).sum();
        // Hashes, each at the first free place from where its lower bits say; 0 is free. Two that
        // differ in their last bit alone are taken for one here.
        places.clear();
        places.resize((count * 2).next_power_of_two(), 0);
        let mask = places.len() - 1;
        let mut twice: FxHashSet<u64> = FxHashSet::default();
        for met in all() {
            let hash = met.hash | 1;
            let mut at = (hash >> 1) as usize & mask;
            while places[at] != 0 && places[at] != hash {
                at = (at + 1) & mask;
            }
            if places[at] == hash {
                twice.insert(hash);
            }
            places[at] = hash;
        }
        if twice.is_empty() {
            return Vec::new();
        }
        let mut repeated: Vec<Met> = all()
            .filter(|met| twice.contains(&(met.hash | 1)))
            .copied()
            .collect();
        repeated.sort_unstable();
        repeated
    }
}

/// Divides ids by the upper bits of their hashes, and gives their memory back piece by piece.
fn divided(pieces: Vec<Vec<Met>>, bits: u32) -> Vec<Vec<Met>> {
    // A shift by all bits is none.
    let part = |met: &Met| met.hash.checked_shr(u64::BITS - bits).unwrap_or(0) as usize;
    let mut counts = vec![0; 1 << bits];
    for met in pieces.iter().flatten() {
        counts[part(met)] += 1;
    }
    let mut parts: Vec<Vec<Met>> = counts.into_iter().map(Vec::with_capacity).collect();
    for piece in pieces {
        for met in piece {
            parts[part(&met)].push(met);
        }
    }
    parts
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
    pub(super) fn of(met: Vec<Vec<Met>>, files: usize) -> FoundRepeated {
        let mut found = FoundRepeated {
            repeated: Self::default(),
            files: vec![false; files],
            rows: 0,
        };
        let parted = Parted::of(met);
        let parts: Vec<Vec<Met>> = (0..1_usize << parted.bits)
            .into_par_iter()
            .map_init(Vec::new, |places, part| parted.repeated(part, places))
            .collect();
        // Parts stand in the order of their hashes.
        for same in parts
            .iter()
            .flat_map(|part| part.chunk_by(|a, b| a.hash == b.hash))
        {
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
    fn of_very_many_ids_exactly_those_that_repeat_are_found() {
        let count = (TOGETHER * 9) as u64;
        let hash = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut met: Vec<Met> = (0..count)
            .map(|at| Met::new(hash(at), 0, at as u32))
            .collect();
        met.extend((0..count).step_by(1000).map(|at| Met::new(hash(at), 1, 7)));
        // differs in its last bit alone
        met.push(Met::new(hash(5) ^ 1, 1, 7));
        let pieces = met.chunks(1000).map(<[Met]>::to_vec).collect();
        let found = Repeated::of(pieces, 2);
        for at in 0..count {
            let second = (at % 1000 == 0).then_some(at as u32);
            assert_eq!(found.repeated.second_of(hash(at)), second);
        }
        assert_eq!(found.rows, count.div_ceil(1000) * 2);
    }

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
        let found = Repeated::of(vec![met], 4);
        assert_eq!(found.repeated.second_of(u64::MAX), Some(8));
        assert_eq!(found.repeated.second_of(0), Some(6));
        assert_eq!(found.repeated.second_of(7), None);
        assert_eq!(found.repeated.second_of(8), None);
        assert_eq!(found.files, [true, true, true, true]);
        assert_eq!(found.rows, 5);
        assert!(
            Repeated::of(vec![vec![Met::new(1, 0, 1)]], 1)
                .repeated
                .hashes
                .is_empty()
        );
    }
}
