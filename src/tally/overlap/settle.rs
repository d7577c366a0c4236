//! After the second reading: what was kept back becomes logins, each once.

use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;

use super::facts::{Facts, take};
use super::matching::{Login, Member, Second};
use super::people::People;
use super::sieve::Sieve;
use super::spool::Sighting;
use crate::event::{DimsId, Instant, Place, Sym, Symbols};
use crate::normalise::Names;
use crate::tally::counts::Counts;
use crate::tally::fill::{Fill, NotFilled, ToRead};
use crate::tally::share::Share;
use crate::tally::{Interrupted, Part};

/// What became of the rows that were kept back.
#[derive(Debug)]
pub(in crate::tally) struct Settled {
    /// The logins, counted.
    pub(in crate::tally) part: Part,
    /// By file: rows that are kept, and rows that are duplicates.
    pub(in crate::tally) of_file: Vec<(u64, u64)>,
    /// How many rows of one file (second) are kept in another or in the same (first).
    pub(in crate::tally) shared: BTreeMap<(usize, usize), u64>,
}

/// Makes logins of all that was kept back. The shares from `again` on are those of the second
/// reading.
///
/// # Errors
/// What the disk says of temporary files, or that the user stopped the run.
pub(in crate::tally) fn settle(
    sieve: &Sieve,
    shares: &[Share],
    again: usize,
    files: &[ToRead<'_>],
    with: &Fill<'_>,
) -> Result<Settled, NotFilled> {
    let mut world = World::of(shares, again, files, with);
    for part in 0..sieve.spool.parts() {
        Interrupted::check(with.stop)?;
        let sightings = sieve.spool.take(part).map_err(disk)?;
        let mut members: Vec<Member> = sightings
            .par_iter()
            .filter_map(|sighting| world.member(sighting))
            .collect();
        drop(sightings);
        members.par_sort_unstable_by_key(|member| (member.second, member.place));
        let seconds: Vec<&[Member]> = members.chunk_by(|a, b| a.second == b.second).collect();
        let facts = &world.facts;
        let logins: Vec<Vec<Login>> = seconds
            .par_iter()
            .map(|members| Second { members, facts }.logins())
            .collect();
        for (members, logins) in seconds.into_iter().zip(logins) {
            for login in logins {
                world.count(members, login);
            }
        }
    }
    Ok(Settled {
        part: Part {
            names: world.names,
            rows: world.counts.into_rows(),
        },
        of_file: world.of_file,
        shared: world.shared,
    })
}

fn disk(error: io::Error) -> NotFilled {
    NotFilled::Disk(error)
}

/// By symbol of a table: the symbol of the same text in another, which takes what it lacks.
fn in_numbers_of(symbols: &mut Symbols, of: &Symbols) -> Vec<Sym> {
    let known = of.texts().map(|text| symbols.intern(text));
    std::iter::once(Sym::UNKNOWN).chain(known).collect()
}

/// The numbers of the whole run, and what was counted so far.
struct World<'w, 'f> {
    files: &'w [ToRead<'f>],
    shares: &'w [Share],
    names: Names,
    /// By share: its users and combinations in the numbers of `names`.
    renames: Vec<(Vec<Sym>, Vec<DimsId>)>,
    facts: Facts,
    /// By user: as users are compared.
    person: Vec<u64>,
    /// By file: the number of its layout.
    layout: Vec<u32>,
    counts: Counts,
    of_file: Vec<(u64, u64)>,
    shared: BTreeMap<(usize, usize), u64>,
}

impl<'w, 'f> World<'w, 'f> {
    fn of(shares: &'w [Share], again: usize, files: &'w [ToRead<'f>], with: &Fill<'_>) -> Self {
        let mut names = Names::default();
        let renames = shares.iter().enumerate().map(|(at, share)| {
            if at < again {
                return (Vec::new(), Vec::new());
            }
            let texts = in_numbers_of(&mut names.symbols, &share.names.symbols);
            let all = share.names.dims.all().iter();
            let dims = all.map(|dims| names.dims.intern(dims.renamed(&texts)));
            let dims = dims.collect();
            (in_numbers_of(&mut names.users, &share.names.users), dims)
        });
        let renames = renames.collect();
        let people = People::of(shares.iter().flat_map(Share::named));
        let texts = std::iter::once("").chain(names.users.texts());
        let mut layouts: BTreeMap<&str, u32> = BTreeMap::new();
        let layout = files.iter().map(|file| {
            let next = u32::try_from(layouts.len()).unwrap_or(u32::MAX);
            *layouts
                .entry(file.reading.layout.id.as_str())
                .or_insert(next)
        });
        Self {
            person: texts.map(|text| people.person(text)).collect(),
            layout: layout.collect(),
            facts: Facts::of(&names, with.known),
            counts: Counts::cut_at(with.cuts),
            of_file: vec![(0, 0); files.len()],
            shared: BTreeMap::new(),
            files,
            shares,
            names,
            renames,
        }
    }

    /// A row in the numbers of the run; `None` where its reading was thrown away.
    fn member(&self, sighting: &Sighting) -> Option<Member> {
        let share = usize::try_from(sighting.share).ok()?;
        let session = usize::try_from(sighting.session).ok()?;
        let session = self.shares.get(share)?.sessions.get(session)?;
        let lines = session.lines.as_deref()?;
        let local = Place::from_packed(sighting.place);
        let (users, dims) = &self.renames[share];
        let user = users[Sym(sighting.user).index()];
        let dims = dims[DimsId(sighting.dims).index()];
        Some(Member {
            second: sighting.second,
            success: self.facts.is_success(dims),
            layout: self.layout[session.file],
            user,
            dims,
            kind: sighting.kind,
            person: self.person[user.index()],
            at: Instant::from_millis(sighting.at),
            place: lines.place(local),
            id: (sighting.id, sighting.check),
        })
    }

    /// Counts a login: its first row is kept, and takes what it lacks from the others.
    fn count(&mut self, members: &[Member], mut login: Login) {
        let member = |at: u32| &members[at as usize];
        login[1..].sort_unstable_by_key(|at| member(*at).rank());
        let kept = member(login[0]);
        let mut dims = *self.facts.dims(kept.dims);
        let mut user = kept.user;
        let file = self.file(kept);
        self.of_file[file].0 += 1;
        for other in login[1..].iter().map(|at| member(*at)) {
            take(&mut dims, self.facts.dims(other.dims));
            if user.is_unknown() {
                user = other.user;
            }
            let of = self.file(other);
            self.of_file[of].1 += 1;
            *self.shared.entry((file, of)).or_default() += 1;
        }
        let dims = if dims == *self.facts.dims(kept.dims) {
            kept.dims
        } else {
            self.names.dims.intern(dims)
        };
        self.counts
            .add(kept.at, kept.success, user, dims, kept.place);
    }

    fn file(&self, member: &Member) -> usize {
        let input = member.place.file();
        // Files stand in the order of their inputs.
        let at = self.files.binary_search_by_key(&input, |file| file.input);
        at.unwrap_or_else(|at| at.min(self.files.len() - 1))
    }
}
