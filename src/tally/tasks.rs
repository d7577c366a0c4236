//! What there is to do in a round of reading.

use super::fill::ToRead;
use super::rounds::State;
use crate::ingest::{Piece, cut};

/// One thing to do: a piece of a file, or the whole file in one go.
pub(super) struct Task {
    pub(super) file: usize,
    pub(super) piece: Option<Piece>,
}

/// What is to be read of the files that are open.
pub(super) fn tasks(files: &[ToRead<'_>], states: &[State], piece_size: u64) -> Vec<Task> {
    let mut whole_files = Vec::new();
    let mut pieces = Vec::new();
    for (at, (file, state)) in files.iter().zip(states).enumerate() {
        match state {
            State::Read(_) | State::NotRead(_) => {}
            State::Open { whole: true } => whole_files.push(Task {
                file: at,
                piece: None,
            }),
            State::Open { whole: false } => {
                let cuts = cut(file.reading.body, file.size, piece_size);
                pieces.extend(cuts.into_iter().map(|piece| Task {
                    file: at,
                    piece: Some(piece),
                }));
                if file.size <= file.reading.body {
                    whole_files.push(Task {
                        file: at,
                        piece: None,
                    });
                }
            }
        }
    }
    // Long work first, so that no worker is left alone with it at the end.
    whole_files.sort_by_key(|task| std::cmp::Reverse(files[task.file].size));
    whole_files.append(&mut pieces);
    whole_files
}
