//! Users and their rows in a temporary file, sorted by user.
//!
//! A user is the length of the name, the name, how many rows there are, and these. The unknown
//! user has an empty name. In a row the number of its session takes the place of the user's.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use itertools::Itertools;

use crate::event::{Sym, Symbols};
use crate::tally::{Row, Rows};

/// The session of rows that stand where they say: the others count lines from where a piece
/// begins.
pub(in crate::tally) const SETTLED: u32 = u32::MAX;
/// Bytes that are read or written at once.
const BLOCK: usize = 1 << 16;
/// Why a run is taken to be readable.
const WRITTEN: &str = "a temporary file holds what was written to it";

/// The file that the runs of one worker stand in, one behind the other: a file each would be more
/// than a system lets a program open.
pub(in crate::tally) type RunFile = Arc<Mutex<File>>;

/// A sorted run.
#[derive(Debug)]
pub(in crate::tally) struct Run {
    file: RunFile,
    start: u64,
    end: u64,
}

impl Run {
    /// Writes rows by session behind what the file holds; the first run makes it. The users of the
    /// rows are those of the table.
    ///
    /// # Errors
    /// What the disk says.
    pub(in crate::tally) fn write(
        file: &mut Option<RunFile>,
        users: &Symbols,
        rows: impl Iterator<Item = (u32, Rows)>,
    ) -> io::Result<Self> {
        let mut order: Vec<Sym> = (0..users.len() as u32).map(Sym).collect();
        order.sort_unstable_by_key(|sym| users.text(*sym));
        let mut rank = vec![0; users.len()];
        for (at, sym) in (0..).zip(&order) {
            rank[sym.index()] = at;
        }
        let mut pieces: Vec<(u32, Vec<Row>)> = Vec::new();
        for (session, rows) in rows {
            for mut piece in rows.into_pieces() {
                for row in &mut piece {
                    row.user = Sym(rank[row.user.index()]);
                }
                piece.sort_unstable_by_key(|row| row.user);
                pieces.push((session, piece));
            }
        }
        drop(rank);
        // Sorted where they stand: there is no room for all of them a second time.
        let sorted = pieces
            .iter()
            .map(|(session, piece)| piece.iter().map(|row| (*session, *row)));
        let sorted = sorted.kmerge_by(|a, b| a.1.user < b.1.user);
        let into = match file {
            Some(file) => Arc::clone(file),
            None => Arc::clone(file.insert(Arc::new(Mutex::new(tempfile::tempfile()?)))),
        };
        let (start, end) = append(&into, |file| {
            for (user, rows) in &sorted.chunk_by(|(_, row)| row.user) {
                let text = users.text(order[user.index()]);
                let rows: Vec<(u32, Row)> = rows.collect();
                file.write_all(&(text.len() as u32).to_le_bytes())?;
                file.write_all(text.as_bytes())?;
                file.write_all(&(rows.len() as u32).to_le_bytes())?;
                for (session, row) in rows {
                    file.write_all(&row.of(Sym(session), row.dims).to_bytes())?;
                }
            }
            Ok(())
        })?;
        Ok(Self {
            file: into,
            start,
            end,
        })
    }

    /// Reads it from its beginning.
    pub(in crate::tally) fn read(&self) -> Reader<'_> {
        let bytes = Bytes {
            file: &self.file,
            at: self.start,
            end: self.end,
        };
        Reader {
            bytes: BufReader::with_capacity(BLOCK, bytes),
            text: Vec::new(),
            rows: Vec::new(),
        }
    }
}

/// Writes behind what a file holds, and tells where that begins and ends.
fn append(
    file: &Mutex<File>,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> io::Result<(u64, u64)> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    let start = file.seek(SeekFrom::End(0))?;
    let mut buffered = BufWriter::with_capacity(BLOCK, &mut *file);
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    Ok((start, file.stream_position()?))
}

/// The bytes of a run, read by position: others read the same file.
struct Bytes<'r> {
    file: &'r Mutex<File>,
    at: u64,
    end: u64,
}

impl Read for Bytes<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = left.min(to.len());
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(&mut to[..most])?;
        self.at += read as u64;
        Ok(read)
    }
}

/// A run that is read user by user.
pub(in crate::tally) struct Reader<'r> {
    bytes: BufReader<Bytes<'r>>,
    text: Vec<u8>,
    rows: Vec<(u32, Row)>,
}

impl Reader<'_> {
    /// Goes on to the next user; `false` at the end.
    pub(in crate::tally) fn advance(&mut self) -> bool {
        let Bytes { at, end, .. } = self.bytes.get_ref();
        if at == end && self.bytes.buffer().is_empty() {
            return false;
        }
        let mut length = [0; 4];
        self.bytes.read_exact(&mut length).expect(WRITTEN);
        self.text.resize(u32::from_le_bytes(length) as usize, 0);
        self.bytes.read_exact(&mut self.text).expect(WRITTEN);
        let mut count = [0; 4];
        self.bytes.read_exact(&mut count).expect(WRITTEN);
        self.rows.clear();
        for _ in 0..u32::from_le_bytes(count) {
            let mut bytes = [0; Row::BYTES];
            self.bytes.read_exact(&mut bytes).expect(WRITTEN);
            let row = Row::from_bytes(&bytes);
            self.rows.push((row.user.0, row.of(Sym::UNKNOWN, row.dims)));
        }
        true
    }

    /// The user; empty for the unknown one.
    pub(in crate::tally) fn user(&self) -> &str {
        std::str::from_utf8(&self.text).expect(WRITTEN)
    }

    /// The user's rows, each with its session.
    pub(in crate::tally) fn rows(&self) -> &[(u32, Row)] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{DimsId, Instant, Place};

    impl Run {
        /// Users, and session and bucket of each of their rows, sorted.
        fn read_all(&self) -> Vec<(String, Vec<(u32, u32)>)> {
            let mut reader = self.read();
            let mut seen = Vec::new();
            while reader.advance() {
                let rows = reader.rows().iter();
                let mut rows: Vec<_> = rows.map(|(of, row)| (*of, row.bucket)).collect();
                rows.sort_unstable();
                seen.push((reader.user().to_owned(), rows));
            }
            seen
        }
    }

    #[test]
    fn users_come_in_byte_order_with_the_rows_of_all_sessions() {
        let mut users = Symbols::default();
        let (zoe, ann) = (users.intern("zoe"), users.intern("ann"));
        users.intern("nobody");
        let row = |user, minute| {
            let at = Instant::from_minute(minute);
            Row::one(minute, (user, DimsId(minute)), at, Place::new(1, 9))
        };
        let sessions = [
            vec![row(zoe, 1), row(Sym::UNKNOWN, 2)],
            vec![row(ann, 3), row(zoe, 4)],
        ];
        let rows = (5..).zip(sessions.map(Rows::from));
        let mut file = None;
        let run = Run::write(&mut file, &users, rows).expect("written");
        let again = vec![row(ann, 5)];
        let other = Run::write(&mut file, &users, [(7, again.into())].into_iter());
        let mut other = other.expect("written").read_all();
        assert_eq!(other.pop(), Some(("ann".to_owned(), vec![(7, 5)])));
        for _ in 0..2 {
            let seen = run.read_all();
            let wanted = [
                ("", vec![(5, 2)]),
                ("ann", vec![(6, 3)]),
                ("zoe", vec![(5, 1), (6, 4)]),
            ];
            assert_eq!(seen, wanted.map(|(user, rows)| (user.to_owned(), rows)));
        }
    }
}
