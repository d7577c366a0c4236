//! What `rules` prints: every rule with its page.

use crate::detect::{DETECTORS, Thresholds};
use crate::explain::RULES;

/// Every rule: its id, its page, and the thresholds in force.
pub fn rules(limits: &Thresholds) -> String {
    let mut out = String::new();
    let detectors = DETECTORS.iter().map(|rule| (rule.id(), rule.page()));
    let mut pages: Vec<(&str, &str)> = detectors.chain(RULES.iter().copied()).collect();
    pages.sort_unstable();
    for (_, page) in pages {
        for line in page.lines() {
            let indent = if line.is_empty() { "" } else { "  " };
            out.push_str(&format!("{indent}{line}\n"));
        }
        out.push('\n');
    }
    out.push_str("Thresholds, settable as [thresholds] in loginscope.toml\n\n");
    for (name, value) in limits.listed() {
        out.push_str(&format!("  {name} = {value}\n"));
    }
    out
}
