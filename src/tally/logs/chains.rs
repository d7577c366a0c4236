//! Which files are parts of one log that was rotated, as far as their names say so.

use std::collections::BTreeMap;

use super::LogToRead;

/// The parts of one log in one folder, the oldest first. Several files may be the same part: one
/// plain and one packed. They stand in byte order of path.
pub(super) struct Chain(pub(super) Vec<Vec<usize>>);

/// All logs, in order of folder and name.
pub(super) fn chains(files: &[LogToRead<'_>]) -> Vec<Chain> {
    let mut logs: BTreeMap<_, BTreeMap<_, Vec<usize>>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        let name = &file.about.name;
        let log = logs.entry((file.folder, &name.base, file.org));
        let parts = log.or_default();
        parts.entry(&name.mark).or_default().push(at);
    }
    let parts = logs.into_values();
    parts
        .map(|parts| Chain(parts.into_values().collect()))
        .collect()
}

impl Chain {
    /// The parts between which none is missing, older and newer.
    pub(super) fn neighbours<'c>(
        &'c self,
        files: &'c [LogToRead<'_>],
    ) -> impl Iterator<Item = (&'c [usize], &'c [usize])> {
        let mark = |part: &[usize]| &files[part[0]].about.name.mark;
        let pairs = self.0.windows(2);
        pairs
            .filter(move |two| mark(&two[0]).is_followed_by(mark(&two[1])))
            .map(|two| (&two[0][..], &two[1][..]))
    }
}
