//! Reading files into a tally in one way or another, without the program around it.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use loginscope::catalogue::Known;
use loginscope::event::Zone;
use loginscope::ingest::{Progress, ProgressWhen, Walked};
use loginscope::normalise::{Assumed, Layouts};
use loginscope::tally::{AtOnce, Fill, Filled, Look, Told, fill, plan};

/// How files are cut, and who reads them in how much memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) threads: usize,
    /// Bytes of a piece.
    pub(crate) piece: u64,
    /// Bytes of rows that may stand in several files.
    pub(crate) budget: u64,
    /// Bytes of users and rows in memory.
    pub(crate) tally_budget: u64,
}

impl Way {
    pub(crate) const WHOLE: Self = Self {
        threads: 1,
        piece: 1 << 20,
        budget: 64 << 20,
        tally_budget: u64::MAX,
    };
}

/// What is read of files.
pub(crate) fn read(paths: &[PathBuf], way: Way) -> Filled {
    read_changing(paths, way, None)
}

/// The same of files that change: `between` happens after the look at them and before they are
/// read, so that none is counted at once.
pub(crate) fn read_changing(paths: &[PathBuf], way: Way, between: Option<&dyn Fn()>) -> Filled {
    static KNOWN: LazyLock<Known> = LazyLock::new(|| Known::load().expect("the lists are sound"));
    static LAYOUTS: LazyLock<Layouts> = LazyLock::new(|| Layouts::load().expect("the layouts"));
    let known = &*KNOWN;
    let assumed = Assumed {
        order: None,
        zone: Zone::UTC,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(way.threads)
        .build()
        .expect("threads");
    let stop = AtomicBool::new(false);
    let progress = Progress::over(0, ProgressWhen::Never);
    let look = Look {
        layouts: &LAYOUTS,
        known,
        assumed,
        told: Told {
            layouts: &[],
            orgs: &[],
        },
        at_once: between.is_none().then_some(AtOnce {
            cuts: &[],
            most: way.piece,
            tally_budget: way.tally_budget,
            progress: &progress,
            stop: &stop,
        }),
    };
    let (found, seen) = pool.install(|| look.at_files(Walked::over(paths)));
    let mut planned = plan(&found.sources, seen, look);
    if let Some(between) = between {
        between();
    }
    let with = Fill {
        known,
        assumed,
        pool: &pool,
        cuts: &[],
        piece_size: way.piece,
        tally_budget: way.tally_budget,
        overlap_budget: way.budget,
        progress: &progress,
        stop: &stop,
    };
    fill(&mut planned.to_read, planned.counted, &with)
        .expect("nobody stops the test, and the disk has room")
}
