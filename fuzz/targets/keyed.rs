//! Records that name their values are the same however the bytes are read.

use std::sync::LazyLock;

use loginscope::ingest::{Blocks, Container, Keys, Record, Step};
use loginscope::normalise::Layouts;

static KEYS: LazyLock<Vec<Keys>> = LazyLock::new(|| {
    let layouts = Layouts::load().expect("the layouts");
    layouts.all().iter().map(|layout| layout.keys()).collect()
});

/// Splits the bytes as JSON and as lines of pairs, in one go and in small blocks, and compares.
pub fn splits_the_same_in_any_blocks(bytes: &[u8]) {
    for container in [Container::Json { bare: true }, Container::Pairs] {
        for keys in KEYS.iter() {
            let whole = split(bytes, container, keys, bytes.len() + 1);
            assert_eq!(split(bytes, container, keys, 7), whole, "{container:?}");
        }
    }
}

/// What stands at each offset: the lines it has, and its fields or why it is broken.
fn split(bytes: &[u8], container: Container, keys: &Keys, block: usize) -> Vec<(u64, Vec<String>)> {
    let mut blocks = Blocks::new(bytes, 0, u64::MAX, block, Vec::new());
    let mut splitter = container.splitter(keys);
    let mut record = Record::default();
    let mut seen = Vec::new();
    loop {
        let at = blocks.offset();
        let here = blocks.bytes();
        let taken = match splitter.next(here, blocks.ended(), &mut record) {
            Step::Record { bytes, .. } => {
                let fields = (0..record.len()).map(|at| record.text(here, at).into_owned());
                seen.push((at, fields.collect()));
                bytes
            }
            Step::Broken { bytes, why, .. } => {
                seen.push((at, vec![why.to_owned()]));
                bytes
            }
            Step::HalfWritten { bytes } => {
                seen.push((at, vec!["half".to_owned()]));
                bytes
            }
            Step::Blank { bytes } | Step::Between { bytes, .. } | Step::LostQuote { bytes } => {
                bytes
            }
            Step::TooLong => unreachable!("no input of the fuzzer is that long"),
            Step::Incomplete => {
                blocks.more().expect("memory can be read");
                continue;
            }
            Step::End => return seen,
        };
        assert!(taken > 0, "each step goes on");
        blocks.advance(taken);
    }
}
