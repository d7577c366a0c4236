//! `report.json`: the model as it is, keys in the order of its fields.

use crate::report::model::Report;

/// The report as JSON, two blanks an indent, with a line end at the end.
///
/// # Errors
/// None that our model can cause; what the serialiser says all the same.
pub fn json(report: &Report) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
