//! Writes an invented export: `cargo bench --bench generate -- setup_csv 1000000000 big.csv`.
//! The layouts are setup_csv, elf_login and login_history; the size is in bytes.

mod data;

use std::fs::File;
use std::io::BufWriter;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let [layout, bytes, path] = args.as_slice() else {
        // Without arguments this is a run of all benches, which asks for no file.
        return Ok(());
    };
    let Some(shape) = data::Shape::of(layout) else {
        anyhow::bail!("no layout {layout:?}: setup_csv, elf_login or login_history");
    };
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    data::write(shape, bytes.parse()?, 7, &mut out)?;
    Ok(())
}
