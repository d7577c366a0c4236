//! `report.json`: the model as it is, keys in the order of its fields.

use std::io::{self, Write};

use crate::report::model::Report;

/// Writes the report as JSON, two blanks an indent, with a line end at the end. It is never held
/// as a whole, since its lists may be as long as what was read.
///
/// # Errors
/// What the writer says.
pub fn write(report: &Report<'_>, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, report)?;
    out.write_all(b"\n")
}
