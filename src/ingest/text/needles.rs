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

/// Groups to which the packed search deals its needles in turn.
const GROUPS: usize = 16;
/// Bytes of each needle that it compares first.
const COMPARED: usize = 4;

/// The needles in the order in which they cause the fewest false alarms. One is raised wherever
/// each byte could be that of some needle of a group, so those that look alike belong into one.
fn dealt(mut texts: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    // A byte is compared by its halves; the lower ones tell letters apart.
    let lower = |text: &Vec<u8>| -> Vec<u8> {
        let compared = text.iter().take(COMPARED);
        compared.map(|byte| byte & 0xf).collect()
    };
    texts.sort_by_key(lower);
    let (each, more) = (texts.len() / GROUPS, texts.len() % GROUPS);
    let mut rest = texts.into_iter();
    let groups: Vec<Vec<Vec<u8>>> = (0..GROUPS)
        .map(|group| {
            let size = each + usize::from(group < more);
            rest.by_ref().take(size).collect()
        })
        .collect();
    let turn = |at: usize| {
        groups
            .iter()
            .filter_map(move |group| group.get(at).cloned())
    };
    (0..=each).flat_map(turn).collect()
}

impl Needles {
    /// A search for any of these texts, as they are spelled.
    ///
    /// # Errors
    /// That there are too many of them for the search.
    pub fn new<I: IntoIterator<Item = T>, T: AsRef<[u8]>>(texts: I) -> anyhow::Result<Self> {
        let texts: Vec<Vec<u8>> = texts.into_iter().map(|text| text.as_ref().into()).collect();
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let texts = dealt(texts);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_needle_is_dealt_once_and_alike_ones_to_one_group() {
        for count in [0_u8, 1, 15, 16, 17, 38, 64] {
            let texts: Vec<Vec<u8>> = (0..count).map(|at| vec![b'a', at / 4, 1, 1]).collect();
            let mut all = dealt(texts.clone());
            all.sort();
            assert_eq!(all, texts);
        }
        let texts = (0..32_u8).map(|at| vec![at / 2, 1, 1, at % 2]).collect();
        let dealt = dealt(texts);
        for (first, second) in dealt.iter().zip(&dealt[GROUPS..]) {
            assert_eq!(first[0], second[0]);
        }
    }

    #[test]
    fn finds_the_first_of_many() {
        let texts: Vec<String> = (0..40).map(|at| format!("needle {at:02}")).collect();
        let needles = Needles::new(&texts).expect("few");
        assert_eq!(needles.find(b"needle 4, needle 39, needle 00"), Some(10));
        assert_eq!(needles.find(b"needle 40"), None);
    }
}
