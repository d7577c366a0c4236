//! Splitting bytes into records doesn't depend on how they are read.

use loginscope::ingest::Blocks;
use loginscope::ingest::csv::{self, Record, Step};

/// Splits the bytes read in one go and in small blocks, and compares.
pub fn splits_the_same_in_any_blocks(bytes: &[u8]) {
    for delimiter in [b',', b';', b'\t'] {
        let whole = split(bytes, delimiter, bytes.len() + 1);
        for block in [1, 7, 64] {
            assert_eq!(split(bytes, delimiter, block), whole, "blocks of {block}");
        }
        let passed: usize = whole.iter().map(|(_, bytes, _)| bytes).sum();
        assert_eq!(passed, bytes.len(), "every byte is passed over once");
    }
}

/// Every step: what it is, how many bytes it takes, and its fields.
fn split(bytes: &[u8], delimiter: u8, block: usize) -> Vec<(&'static str, usize, Vec<String>)> {
    let mut blocks = Blocks::new(bytes, 0, u64::MAX, block, Vec::new());
    let mut record = Record::default();
    let mut steps = Vec::new();
    loop {
        let here = blocks.bytes();
        let (step, taken, fields) = match csv::next(here, blocks.ended(), delimiter, &mut record) {
            Step::Record { bytes, .. } => {
                let fields = (0..record.len()).map(|at| record.text(here, at).into_owned());
                ("record", bytes, fields.collect())
            }
            Step::Blank { bytes } => ("blank", bytes, Vec::new()),
            Step::LostQuote { bytes } => ("lost", bytes, Vec::new()),
            Step::HalfWritten { bytes } => ("half", bytes, Vec::new()),
            Step::Between { .. } | Step::Broken { .. } | Step::TooLong => {
                unreachable!("rows of a table are never that, nor that long")
            }
            Step::Incomplete => {
                blocks.more().expect("memory can be read");
                continue;
            }
            Step::End => return steps,
        };
        assert!(taken > 0, "each step goes on");
        steps.push((step, taken, fields));
        blocks.advance(taken);
    }
}
