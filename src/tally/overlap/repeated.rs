//! Ids that stand on more than one row, and the second at which their login stands.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::watch::Piece;

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

/// Ids by the upper bits of their hashes, so that equal ones are in one part. Of each there are
/// only the next 32 bits: fresh memory is dear.
struct Parted {
    bits: u32,
    /// By thread that divided them, then by part.
    divided: Vec<Vec<Vec<u32>>>,
}

impl Parted {
    fn of(pieces: &[Piece]) -> Self {
        let count: usize = pieces.iter().map(|piece| piece.met.len()).sum();
        let bits = (count / TOGETHER + 1).ilog2().min(MOST_BITS);
        let threads = rayon::current_num_threads();
        let share = |at| pieces.iter().skip(at).step_by(threads);
        let divided = (0..threads).into_par_iter();
        Self {
            bits,
            divided: divided.map(|at| divide(share(at), bits)).collect(),
        }
    }

    /// Puts down where equal ones of a part begin. `places` is memory that is used again.
    fn look_for_repeated(&self, part: usize, places: &mut Vec<u32>) -> Vec<u64> {
        let all = || self.divided.iter().flat_map(|parts| &parts[part]);
        let count: usize = self.divided.iter().map(|parts| parts[part].len()).sum();
        // Each at the first free place from where its lower bits say; 0 is free. Two that differ
        // in their last bit alone may be taken for one.
        places.clear();
        places.resize((count * 2).next_power_of_two(), 0);
        let mask = places.len() - 1;
        let mut repeated = Vec::new();
        for &bits in all() {
            let bits = bits.max(1);
            let mut at = (bits >> 1) as usize & mask;
            while places[at] != 0 && places[at] != bits {
                at = (at + 1) & mask;
            }
            if places[at] == bits {
                let upper = (part as u64) << 32 | u64::from(bits);
                repeated.push(upper << (32 - self.bits));
            }
            places[at] = bits;
        }
        repeated
    }
}

/// Divides ids by the upper bits of their hashes.
fn divide<'a>(pieces: impl Iterator<Item = &'a Piece> + Clone, bits: u32) -> Vec<Vec<u32>> {
    let count: usize = pieces.clone().map(|piece| piece.met.len()).sum();
    // Hashes fall into all parts alike, give or take what chance does.
    let each = count >> bits;
    let room = each + 4 * each.isqrt() + 4;
    let mut parts: Vec<Vec<u32>> = (0..1 << bits).map(|_| Vec::with_capacity(room)).collect();
    for met in pieces.flat_map(|piece| &piece.met) {
        let hash = met.hash();
        // A shift by all bits is none.
        let part = hash.checked_shr(u64::BITS - bits).unwrap_or(0) as usize;
        parts[part].push((hash << bits >> 32) as u32);
    }
    parts
}

/// Whether an id may be one that repeats, by so many upper bits of its hash.
struct MayRepeat {
    bits: u32,
    marks: Vec<u64>,
}

impl MayRepeat {
    fn of(hashes: &[Vec<u64>]) -> Self {
        let count: usize = hashes.iter().map(Vec::len).sum();
        // Few others share a mark: one id in sixteen at most, unless there are very many.
        let bits = (count.max(1).ilog2() + 5).clamp(18, 28);
        let mut marks = Self {
            bits,
            marks: vec![0; 1 << (bits - 6)],
        };
        for hash in hashes.iter().flatten() {
            let (at, mark) = marks.place(*hash);
            marks.marks[at] |= mark;
        }
        marks
    }

    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        let upper = hash >> (u64::BITS - self.bits);
        ((upper >> 6) as usize, 1 << (upper & 63))
    }

    #[inline]
    fn has(&self, hash: u64) -> bool {
        let (at, mark) = self.place(hash);
        self.marks[at] & mark != 0
    }
}

/// Where an id was met that may repeat: its hash, and packed the file (upper half) and the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct MetIn {
    hash: u64,
    file_and_second: u64,
}

impl MetIn {
    fn new(hash: u64, file: usize, second: u32) -> Self {
        let file_and_second = (file as u64) << 32 | u64::from(second);
        Self {
            hash,
            file_and_second,
        }
    }

    fn file(self) -> usize {
        usize::try_from(self.file_and_second >> 32).unwrap_or(usize::MAX)
    }

    fn second(self) -> u32 {
        self.file_and_second as u32
    }
}

/// All ids that repeat, sorted; and by chance some others.
fn may_repeat(pieces: Vec<Piece>) -> Vec<MetIn> {
    let parted = Parted::of(&pieces);
    let repeated: Vec<Vec<u64>> = (0..1_usize << parted.bits)
        .into_par_iter()
        .map_init(Vec::new, |places, part| {
            parted.look_for_repeated(part, places)
        })
        .collect();
    drop(parted);
    if repeated.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let marks = MayRepeat::of(&repeated);
    drop(repeated);
    let of_piece = |Piece { file, met }: Piece| -> Vec<MetIn> {
        let met = met.iter().filter(|met| marks.has(met.hash()));
        met.map(|met| MetIn::new(met.hash(), file, met.second))
            .collect()
    };
    let of_pieces: Vec<Vec<MetIn>> = pieces.into_par_iter().map(of_piece).collect();
    let mut all = Vec::with_capacity(of_pieces.iter().map(Vec::len).sum());
    all.extend(of_pieces.into_iter().flatten());
    all.par_sort_unstable();
    all
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
    /// Those of all ids that were met. The order of the pieces doesn't matter.
    pub(super) fn of(pieces: Vec<Piece>, files: usize) -> FoundRepeated {
        let mut found = FoundRepeated {
            repeated: Self::default(),
            files: vec![false; files],
            rows: 0,
        };
        for same in may_repeat(pieces).chunk_by(|a, b| a.hash == b.hash) {
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
    use super::super::watch::Met;
    use super::*;

    /// Hash, file and second.
    type Of = (u64, usize, u32);

    fn pieces(met: &[Of]) -> Vec<Piece> {
        let same_file = met.chunk_by(|a, b| a.1 == b.1);
        let piece = |met: &[Of]| Piece {
            file: met[0].1,
            met: met.iter().map(|met| Met::new(met.0, met.2)).collect(),
        };
        same_file
            .flat_map(|met| met.chunks(1000).map(piece))
            .collect()
    }

    #[test]
    fn of_very_many_ids_exactly_those_that_repeat_are_found() {
        let count = (TOGETHER * 9) as u64;
        let hash = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut met: Vec<Of> = (0..count).map(|at| (hash(at), 0, at as u32)).collect();
        met.extend((0..count).step_by(1000).map(|at| (hash(at), 1, 7)));
        // differ in their last bits alone
        met.push((hash(5) ^ 1, 1, 7));
        met.push((hash(5) ^ 1 << 20, 1, 7));
        let found = Repeated::of(pieces(&met), 2);
        for at in 0..count {
            let second = (at % 1000 == 0).then_some(at as u32);
            assert_eq!(found.repeated.second_of(hash(at)), second);
        }
        assert_eq!(found.rows, count.div_ceil(1000) * 2);
    }

    #[test]
    fn where_all_ids_repeat_all_are_found() {
        let count = (TOGETHER * 5) as u64;
        let hash = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let of_file = |file| (0..count).map(move |at| (hash(at), file, at as u32));
        let met: Vec<Of> = of_file(1).chain(of_file(0)).collect();
        let found = Repeated::of(pieces(&met), 2);
        assert_eq!((found.rows, found.files), (2 * count, vec![true, true]));
        for at in 0..count {
            assert_eq!(found.repeated.second_of(hash(at)), Some(at as u32));
        }
    }

    #[test]
    fn the_first_file_and_in_it_the_earliest_second_stand() {
        let met = [
            (u64::MAX, 2, 5),
            (7, 0, 1),
            (u64::MAX, 1, 9),
            (u64::MAX, 1, 8),
            (0, 3, 4),
            (0, 0, 6),
        ];
        let found = Repeated::of(pieces(&met), 4);
        assert_eq!(found.repeated.second_of(u64::MAX), Some(8));
        assert_eq!(found.repeated.second_of(0), Some(6));
        assert_eq!(found.repeated.second_of(7), None);
        assert_eq!(found.repeated.second_of(8), None);
        assert_eq!(found.files, [true, true, true, true]);
        assert_eq!(found.rows, 5);
        let one = Repeated::of(pieces(&[(1, 0, 1)]), 1);
        assert!(one.repeated.hashes.is_empty());
        assert!(Repeated::of(Vec::new(), 1).repeated.hashes.is_empty());
    }
}
