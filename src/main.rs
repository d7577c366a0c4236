//! The program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use loginscope::cli::{Cli, NotForStdout};
use loginscope::run::{Usage, complain, run, was_interrupted};

/// Rows of a tally grow in many steps, which the system's allocator pays for in page faults.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Wrong usage, as clap's own errors have it.
const USAGE: u8 = 2;
/// Nothing readable at all, or the report could not be written.
const FAILED: u8 = 4;
/// Stopped by the user: 128 and the number of the signal.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(status) => ExitCode::from(status.code()),
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(match () {
                () if was_interrupted(&error) => INTERRUPTED,
                () if error.is::<NotForStdout>() || error.is::<Usage>() => USAGE,
                () => FAILED,
            })
        }
    }
}
