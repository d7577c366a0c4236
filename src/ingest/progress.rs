//! Progress of long work on a terminal: bytes, rate, time left.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// When progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressWhen {
    /// On a terminal.
    #[default]
    Auto,
    Always,
    Never,
}

/// Counts bytes that have been read. Cheap to share between threads.
#[derive(Clone, Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Progress over so many bytes, on standard error.
    pub fn over(bytes: u64, when: ProgressWhen) -> Self {
        let shown = match when {
            ProgressWhen::Auto => std::io::stderr().is_terminal(),
            ProgressWhen::Always => true,
            ProgressWhen::Never => false,
        };
        if !shown {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
        let form = "reading {bytes} of {total_bytes} {wide_bar} {bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// So many more bytes are to be read.
    pub fn lengthen(&self, bytes: u64) {
        self.0.inc_length(bytes);
    }

    /// So many more bytes have been read.
    pub fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
