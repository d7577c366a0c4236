//! Names, spellings and causes, given to the merged tally.
//!
//! Only here, so that tallies of different files and weeks add up before anybody decides what a
//! text means.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{NameTable, Tally, UserTable};
use crate::catalogue::{CauseIx, Known, fold_status};
use crate::event::{Basis, Dims, Flow, Kind, Sym};
use crate::normalise::value::id::is_user_id;

/// What each symbol and combination of a tally means. Entries of [`NameTable`]s.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    pub orgs: NameTable,
    pub users: UserTable,
    pub apps: NameTable,
    pub descriptions: NameTable,
    pub sources: NameTable,
    /// By combination.
    pub what: Vec<What>,
    /// How many users are shown by id for want of a name.
    users_by_id: u64,
    /// Attempts that name no org were taken for this one's, the only one in the run.
    pub org_assumed: Option<String>,
}

/// What a combination means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct What {
    pub success: bool,
    pub org: u32,
    pub app: u32,
    /// The description's most frequent spelling.
    pub description: u32,
    pub source: u32,
    /// Position of the cause plus one; 0 for successes.
    pub cause: u32,
    pub flow: Flow,
    pub basis: Basis,
}

impl What {
    /// The cause of a failure.
    pub fn cause(self) -> Option<CauseIx> {
        self.cause.checked_sub(1).map(CauseIx)
    }
}

impl Resolved {
    /// Resolves a tally. `names` maps 18-character user ids to usernames; `named_orgs` are those
    /// that the user gave to files, from which nothing follows for other files.
    pub fn of(
        tally: &Tally,
        known: &Known,
        names: &[(String, String)],
        named_orgs: &[&str],
    ) -> Self {
        let text = |sym: Sym| tally.symbols.text(sym);
        let users = UserTable::of(&tally.users, names);
        let spellings = spellings(tally);
        let (orgs, org_index) = NameTable::of(tally.dims.iter().map(|dims| text(dims.org)));
        let (apps, app_index) = NameTable::of(tally.dims.iter().map(|dims| text(dims.app)));
        let (sources, source_index) =
            NameTable::of(tally.dims.iter().map(|dims| text(dims.source)));
        let (descriptions, description_index) =
            NameTable::of(tally.dims.iter().map(|dims| spellings.best(dims, tally)));
        let only_org = (orgs.len() == 2).then_some(1);
        let only_org =
            only_org.filter(|org| orgs.get(*org).is_some_and(|org| !named_orgs.contains(&org)));
        let at = |index: &FxHashMap<&str, u32>, text| index.get(text).copied().unwrap_or(0);
        let what = |dims: &Dims| {
            let org = at(&org_index, text(dims.org));
            let (cause, flow) = cause_and_flow(dims, text(dims.description), known);
            What {
                success: dims.success,
                org: if org == 0 { only_org.unwrap_or(0) } else { org },
                app: at(&app_index, text(dims.app)),
                description: at(&description_index, spellings.best(dims, tally)),
                source: at(&source_index, text(dims.source)),
                cause,
                flow,
                basis: if flow == dims.flow {
                    dims.basis
                } else {
                    Basis::Inferred
                },
            }
        };
        let what: Vec<What> = tally.dims.iter().map(what).collect();
        let names_no_org = tally.dims.iter().any(|dims| dims.org.is_unknown());
        let assumed = only_org
            .filter(|_| names_no_org)
            .and_then(|org| orgs.get(org));
        let org_assumed = assumed.map(str::to_owned);
        let users_by_id = users.names().filter(|name| is_user_id(name)).count() as u64;
        Self {
            orgs,
            users,
            apps,
            descriptions,
            sources,
            what,
            users_by_id,
            org_assumed,
        }
    }

    /// The number of a user of the tally.
    #[inline]
    pub fn user(&self, of: Sym) -> u32 {
        self.users.of_tally(of)
    }

    /// Gives attempts that logs tell of the causes that their lines name, which no export spells.
    pub fn give_causes(&mut self, tally: &Tally, causes: &BTreeMap<&str, CauseIx>) {
        for (dims, what) in tally.dims.iter().zip(&mut self.what) {
            if dims.kind != Kind::Log || dims.success {
                continue;
            }
            if let Some(cause) = causes.get(tally.symbols.text(dims.description)) {
                what.cause = cause.0 + 1;
            }
        }
    }

    /// How many distinct known users a tally has.
    pub fn users_of(&self, tally: &Tally) -> u64 {
        let mut met = vec![false; self.users.len()];
        for pair in tally.pairs().all(tally) {
            met[self.user(pair.user) as usize] = true;
        }
        met.iter().skip(1).filter(|met| **met).count() as u64
    }

    /// How many users are shown by id, since no export tells the name.
    pub fn users_by_id(&self) -> u64 {
        self.users_by_id
    }
}

/// The cause of a failure, and its flow: a refusal of the username-password flow says which flow
/// was tried even where the export doesn't.
fn cause_and_flow(dims: &Dims, description: &str, known: &Known) -> (u32, Flow) {
    if dims.success {
        return (0, dims.flow);
    }
    let causes = &known.causes;
    let found = causes.cause_of_outcome(description, dims.flow);
    let cause = found.unwrap_or_else(|| causes.unrecognised());
    let refused = causes.cause(cause).id == "username-password-flow-disabled";
    let flow = if refused && dims.flow == Flow::OauthUnknown {
        Flow::OauthUsernamePassword
    } else {
        dims.flow
    };
    (cause.0 + 1, flow)
}

/// The most frequent spelling of each folded description, the first in byte order in a tie.
struct Spellings<'a>(FxHashMap<String, &'a str>);

fn spellings(tally: &Tally) -> Spellings<'_> {
    let mut counts: BTreeMap<Sym, u64> = BTreeMap::new();
    for (dims, n) in tally.dims.iter().zip(tally.counts()) {
        if !dims.description.is_unknown() {
            *counts.entry(dims.description).or_default() += n;
        }
    }
    let mut best: FxHashMap<String, (&str, u64)> = FxHashMap::default();
    // Symbols are in byte order, so the first of a tie stays.
    for (sym, n) in counts {
        let text = tally.symbols.text(sym);
        let entry = best.entry(fold_status(text)).or_insert((text, n));
        if n > entry.1 {
            *entry = (text, n);
        }
    }
    Spellings(
        best.into_iter()
            .map(|(folded, (text, _))| (folded, text))
            .collect(),
    )
}

impl<'a> Spellings<'a> {
    fn best(&self, dims: &Dims, tally: &'a Tally) -> &'a str
    where
        'a: 'a,
    {
        let text = tally.symbols.text(dims.description);
        self.0.get(&fold_status(text)).map_or(text, |best| *best)
    }
}
