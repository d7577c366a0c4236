//! Whatever a text begins with: it is taken for a layout, or it is said why not.

use std::sync::LazyLock;

use loginscope::catalogue::Known;
use loginscope::event::Zone;
use loginscope::normalise::{Assumed, Decoder, Layouts, Memo, Names, Reading};

static LAYOUTS: LazyLock<Layouts> = LazyLock::new(|| Layouts::load().expect("the layouts"));
static KNOWN: LazyLock<Known> = LazyLock::new(|| Known::load().expect("the lists"));

/// Recognises the header, settles the clock by the rows behind it, and decodes these.
pub fn is_read_or_refused(bytes: &[u8]) {
    let assumed = Assumed {
        order: None,
        zone: Zone::UTC,
    };
    let mut reading = match Reading::of(bytes, &LAYOUTS, None, &KNOWN.zones, assumed) {
        Ok(reading) => reading,
        Err(why) => {
            assert!(!why.to_string().is_empty());
            return;
        }
    };
    let body = usize::try_from(reading.body).expect("it lies in the bytes");
    let rows = bytes
        .get(body..)
        .expect("the first row lies behind the header");
    let lines = bytes[..body].iter().filter(|byte| **byte == b'\n').count() as u64;
    let unended = u64::from(!bytes[..body].ends_with(b"\n"));
    assert!(reading.lines_before <= lines + unended, "lines are counted");
    assert!(reading.blank_before + reading.ignored_before <= reading.lines_before);
    reading.sample(&[rows], &KNOWN, assumed);
    let mut names = Names::default();
    let mut decoder = Decoder::new(&reading, &KNOWN, &mut names, None, Memo::default());
    reading.rows(rows, true, |record, block, _| {
        decoder.row(record, block);
        true
    });
}
