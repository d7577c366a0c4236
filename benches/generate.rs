//! Writes invented exports: `cargo bench --bench generate -- setup_csv 1000000000 big.csv`.
//!
//! The size is in bytes. The kinds are setup_csv, elf_login, login_history and ndjson; `attack`, a
//! Setup download in which every row has a user of its own; `log`, an integration's log; and
//! `elf_hourly`, a folder of event log files of one hour each, 10,000 unless a fourth argument says
//! how many.

mod data;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Hourly files that share the bytes.
const FILES: u32 = 10_000;
const SEED: u64 = 7;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // Without arguments this is a run of all benches, which asks for no file.
        [] => Ok(()),
        ["elf_hourly", bytes, folder] => hourly(bytes, FILES, folder),
        ["elf_hourly", bytes, folder, files] => hourly(bytes, files.parse()?, folder),
        [kind, bytes, path] => file(kind, bytes.parse()?, path),
        _ => anyhow::bail!("the arguments are: KIND BYTES PATH [FILES]"),
    }
}

fn hourly(bytes: &str, files: u32, folder: &str) -> anyhow::Result<()> {
    anyhow::ensure!(files > 0, "at least one file");
    data::hourly(bytes.parse()?, files, SEED, Path::new(folder))?;
    Ok(())
}

fn file(kind: &str, bytes: u64, path: &str) -> anyhow::Result<()> {
    let shape = data::Shape::of(kind);
    anyhow::ensure!(
        shape.is_some() || ["attack", "log"].contains(&kind),
        "no kind {kind:?}: setup_csv, elf_login, login_history, ndjson, attack, log or elf_hourly"
    );
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    match shape {
        Some(shape) => data::write(shape, bytes, SEED, &mut out)?,
        None if kind == "log" => data::log(bytes, SEED, &mut out)?,
        None => data::attack(bytes, SEED, &mut out)?,
    }
    out.flush()?;
    Ok(())
}
