//! One search for several texts at once.

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::Context;

/// Finds the texts that make an entry worth a look.
#[derive(Clone, Debug)]
pub struct Needles {
    search: Search,
    longest: usize,
}

#[derive(Clone, Debug)]
enum Search {
    /// All of them compared at once, sixteen bytes and more at a time.
    Packed(Searcher),
    /// For processors that can't do that, and for more needles than it can take.
    Automaton(AhoCorasick),
}

impl Needles {
    /// A search for any of these texts, as they are spelled.
    ///
    /// # Errors
    /// That there are too many of them for the search.
    pub fn new<I: IntoIterator<Item = T>, T: AsRef<[u8]>>(texts: I) -> anyhow::Result<Self> {
        let texts: Vec<Vec<u8>> = texts.into_iter().map(|text| text.as_ref().into()).collect();
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let packed = packed::Config::new().builder().extend(&texts).build();
        let search = match packed {
            Some(packed) => Search::Packed(packed),
            None => {
                let mut automaton = AhoCorasick::builder();
                automaton.match_kind(MatchKind::LeftmostFirst);
                Search::Automaton(automaton.build(texts).context("needles of text logs")?)
            }
        };
        Ok(Self { search, longest })
    }

    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        let found = match &self.search {
            Search::Packed(packed) => packed.find(bytes),
            Search::Automaton(automaton) => automaton.find(bytes),
        };
        found.map(|found| found.start())
    }

    /// Bytes at a block's end in which a needle may begin that isn't all there.
    pub(super) fn overlap(&self) -> usize {
        self.longest.saturating_sub(1)
    }

    /// Whether any of them stands in a text.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        self.find(bytes).is_some()
    }
}
