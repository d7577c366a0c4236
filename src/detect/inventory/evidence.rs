//! What all successes tell of who has moved to a modern flow, and whose account is a person's.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::Seen;
use super::super::refusals::{Triple, cause, first_refusals};
use super::{Status, is_modern, is_retiring};
use crate::catalogue::Retirements;
use crate::event::{Flow, Instant};

/// Which modern logins there are, over all that was read.
#[derive(Default)]
pub(super) struct Evidence {
    /// By org and user, and by org and app.
    by_user: FxHashMap<(u32, u32), Modern>,
    by_app: FxHashMap<(u32, u32), Modern>,
    /// Integrations by an unnamed OAuth flow with a success that counts as modern.
    unnamed: FxHashSet<Triple>,
    /// Users that log in through the browser, by org and user.
    pub(super) people: FxHashSet<(u32, u32)>,
    /// When the username-password flow was first refused to each user and app, but for users who
    /// have nothing else: they may be as many as rows, and their own pair tells it.
    pub(super) refused: FxHashMap<Triple, Instant>,
    /// The cause of a refusal, as in `What::cause`.
    pub(super) refusal: Option<u32>,
}

/// What somebody's successes tell.
#[derive(Clone, Copy, Default)]
struct Modern {
    /// A modern flow, refresh tokens apart.
    stated: bool,
    /// A refresh token, which the user-agent flow hands out too.
    refresh: bool,
    /// An OAuth flow that the export doesn't name.
    unnamed: bool,
}

impl Evidence {
    pub(super) fn of(seen: &Seen<'_>) -> Self {
        let mut evidence = Self {
            refused: first_refusals(seen),
            refusal: cause(seen.causes),
            ..Self::default()
        };
        let pairs = seen.tally.pairs();
        for pair in pairs
            .all(seen.tally)
            .filter(|pair| pair.first <= seen.until)
        {
            let what = seen.resolved.what[pair.dims.index()];
            if !what.success {
                continue;
            }
            let triple = Triple::of_pair(&pair, seen);
            let rows = pair.each(seen.tally);
            let mut rows = rows.filter(|row| row.first() <= seen.until);
            let modern = Modern {
                stated: is_modern(what.flow)
                    && !is_retiring(what.flow, seen.retirements)
                    && what.flow != Flow::OauthRefreshToken,
                refresh: what.flow == Flow::OauthRefreshToken,
                // Before the username-password flow was refused to the same user and app, an
                // unnamed flow probably was that one.
                unnamed: what.flow == Flow::OauthUnknown
                    && evidence
                        .refused
                        .get(&triple)
                        .is_none_or(|first| rows.any(|row| row.last() > *first)),
            };
            if matches!(what.flow, Flow::UiPassword | Flow::Sso) {
                evidence.people.insert((triple.org, triple.user));
            }
            if modern.unnamed {
                evidence.unnamed.insert(triple);
            }
            if modern.stated || modern.refresh || modern.unnamed {
                let by_user = evidence.by_user.entry((triple.org, triple.user));
                by_user.or_default().add(modern);
                let by_app = evidence.by_app.entry((triple.org, triple.app));
                by_app.or_default().add(modern);
            }
        }
        evidence
    }

    /// The status of an integration, and whether it rests on unnamed flows alone.
    pub(super) fn status(
        &self,
        triple: Triple,
        flow: Flow,
        retirements: &Retirements,
    ) -> (Status, bool) {
        if !is_retiring(flow, retirements) {
            return match flow {
                _ if is_modern(flow) => (Status::Modern, false),
                Flow::OauthUnknown if self.unnamed.contains(&triple) => (Status::Modern, true),
                _ => (Status::Unknown, false),
            };
        }
        let mut modern = Modern::default();
        // An unknown user or app is nobody in particular.
        if triple.user != 0 {
            modern.add(
                self.by_user
                    .get(&(triple.org, triple.user))
                    .copied()
                    .unwrap_or_default(),
            );
        }
        if triple.app != 0 {
            modern.add(
                self.by_app
                    .get(&(triple.org, triple.app))
                    .copied()
                    .unwrap_or_default(),
            );
        }
        if modern.stated || (modern.refresh && flow != Flow::OauthUserAgent) {
            (Status::Migrating, false)
        } else if modern.unnamed {
            (Status::Migrating, true)
        } else {
            (Status::Retiring, false)
        }
    }
}

impl Modern {
    fn add(&mut self, other: Modern) {
        self.stated |= other.stated;
        self.refresh |= other.refresh;
        self.unnamed |= other.unnamed;
    }
}
