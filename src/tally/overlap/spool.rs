//! Rows that were kept back, until all are there: in memory, or in temporary files where they
//! would take more than the budget.
//!
//! They are parted by the second at which their login stands, so that all that can be one login
//! is in one part, and one part at a time is in memory.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A row that may stand in another file too, in its worker's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    /// The second at which its login stands.
    pub(super) second: u32,
    /// Whose numbers these are.
    pub(super) share: u32,
    pub(super) session: u32,
    pub(super) user: u32,
    pub(super) dims: u32,
    /// Kind of the id plus one; 0 for none.
    pub(super) kind: u32,
    /// Milliseconds since 1970.
    pub(super) at: i64,
    /// Piece of the file and line in it, packed.
    pub(super) place: u64,
    pub(super) id: u64,
    pub(super) check: u64,
}

/// Bytes of a sighting in a file.
const SIZE: usize = 56;
/// Bytes that a sighting takes in memory while its part is settled.
pub(super) const IN_MEMORY: u64 = 160;
/// The most parts: each takes a temporary file.
const MOST_PARTS: u64 = 256;
/// Sightings that a worker gathers for a part before it hands them over.
const PARCEL: usize = 512;

impl Sighting {
    fn to_bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        let words = [
            self.second,
            self.share,
            self.session,
            self.user,
            self.dims,
            self.kind,
        ];
        for (word, to) in words.iter().zip(bytes[..24].chunks_exact_mut(4)) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        let longs = [self.at as u64, self.place, self.id, self.check];
        for (long, to) in longs.iter().zip(bytes[24..].chunks_exact_mut(8)) {
            to.copy_from_slice(&long.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8; SIZE]) -> Self {
        let word = |at: usize| {
            let mut word = [0; 4];
            word.copy_from_slice(&bytes[at * 4..at * 4 + 4]);
            u32::from_le_bytes(word)
        };
        let long = |at: usize| {
            let mut long = [0; 8];
            long.copy_from_slice(&bytes[24 + at * 8..32 + at * 8]);
            u64::from_le_bytes(long)
        };
        Self {
            second: word(0),
            share: word(1),
            session: word(2),
            user: word(3),
            dims: word(4),
            kind: word(5),
            at: long(0) as i64,
            place: long(1),
            id: long(2),
            check: long(3),
        }
    }
}

/// One part of what was kept back.
#[derive(Debug)]
enum Part {
    Memory(Vec<Sighting>),
    /// `None` until something comes.
    Disk(Option<File>),
}

/// All that was kept back.
#[derive(Debug)]
pub(super) struct Spool {
    parts: Vec<Mutex<Part>>,
    /// What the disk said first.
    failed: Mutex<Option<io::Error>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A worker that panicked ends the run anyway.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Spool {
    /// Room for about so many sightings, of which at most `budget` bytes are in memory at a time.
    pub(super) fn for_about(sightings: u64, budget: u64) -> Self {
        let wanted = sightings.saturating_mul(IN_MEMORY);
        let parts = wanted.div_ceil(budget.max(1)).clamp(1, MOST_PARTS);
        let part = |_| {
            Mutex::new(match parts {
                1 => Part::Memory(Vec::new()),
                _ => Part::Disk(None),
            })
        };
        Self {
            parts: (0..parts).map(part).collect(),
            failed: Mutex::new(None),
        }
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    fn part_of(&self, second: u32) -> usize {
        // Neighbouring seconds go to different parts, so that a busy hour fills all alike.
        let mixed = second.wrapping_mul(0x9e37_79b1) >> 8;
        mixed as usize % self.parts.len()
    }

    fn add(&self, part: usize, parcel: &mut Vec<Sighting>) {
        let written = match &mut *lock(&self.parts[part]) {
            Part::Memory(all) => {
                all.append(parcel);
                Ok(())
            }
            Part::Disk(file) => write(file, parcel),
        };
        parcel.clear();
        if let Err(error) = written {
            lock(&self.failed).get_or_insert(error);
        }
    }

    /// Takes a part out.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn take(&self, part: usize) -> io::Result<Vec<Sighting>> {
        if let Some(error) = lock(&self.failed).take() {
            return Err(error);
        }
        match std::mem::replace(&mut *lock(&self.parts[part]), Part::Disk(None)) {
            Part::Memory(all) => Ok(all),
            Part::Disk(None) => Ok(Vec::new()),
            Part::Disk(Some(file)) => read(file),
        }
    }
}

fn write(file: &mut Option<File>, parcel: &[Sighting]) -> io::Result<()> {
    if file.is_none() {
        *file = Some(tempfile::tempfile()?);
    }
    let bytes: Vec<u8> = parcel.iter().flat_map(|one| one.to_bytes()).collect();
    file.as_mut().map_or(Ok(()), |file| file.write_all(&bytes))
}

fn read(mut file: File) -> io::Result<Vec<Sighting>> {
    file.rewind()?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    let mut all = Vec::with_capacity(size / SIZE);
    let mut reader = io::BufReader::with_capacity(1 << 20, file);
    let mut bytes = [0; SIZE];
    for _ in 0..size / SIZE {
        reader.read_exact(&mut bytes)?;
        all.push(Sighting::from_bytes(&bytes));
    }
    Ok(all)
}

/// What one worker has for the spool.
pub(super) struct Outbox<'s> {
    spool: &'s Spool,
    parcels: Vec<Vec<Sighting>>,
}

impl<'s> Outbox<'s> {
    pub(super) fn to(spool: &'s Spool) -> Self {
        Self {
            spool,
            parcels: vec![Vec::new(); spool.parts()],
        }
    }

    pub(super) fn put(&mut self, sighting: Sighting) {
        let part = self.spool.part_of(sighting.second);
        let parcel = &mut self.parcels[part];
        parcel.push(sighting);
        if parcel.len() >= PARCEL {
            self.spool.add(part, parcel);
        }
    }

    /// Hands over the rest.
    pub(super) fn send(mut self) {
        for (part, parcel) in self.parcels.iter_mut().enumerate() {
            if !parcel.is_empty() {
                self.spool.add(part, parcel);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(second: u32) -> Sighting {
        Sighting {
            second,
            share: 1,
            session: 2,
            user: 3,
            dims: u32::MAX,
            kind: 2,
            at: -5,
            place: u64::MAX - 1,
            id: 1 << 63,
            check: 77,
        }
    }

    #[test]
    fn what_goes_in_comes_out_from_memory_and_from_disk() {
        for budget in [u64::MAX, 10 * IN_MEMORY, 1] {
            let spool = Spool::for_about(3000, budget);
            let mut outbox = Outbox::to(&spool);
            for second in 0..3000 {
                outbox.put(sighting(second));
            }
            outbox.send();
            let mut back: Vec<u32> = Vec::new();
            for part in 0..spool.parts() {
                let all = spool.take(part).expect("a disk with room");
                assert!(all.iter().all(|one| *one == sighting(one.second)));
                back.extend(all.iter().map(|one| one.second));
            }
            back.sort_unstable();
            assert_eq!(back, (0..3000).collect::<Vec<u32>>());
        }
    }
}
