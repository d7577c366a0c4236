//! Everything to bytes: how to show it.
//!
//! [`assemble`] turns the tally into the [`model`], the only serialised shape; every writer reads
//! that and nothing else. A new format is one file here and one line in [`folder`]; a new chart is
//! one file in [`chart`] and one line in its registry. Text of events goes through [`escape`].

pub mod assemble;
pub mod catalogue_text;
pub mod chart;
pub mod csv;
pub mod escape;
pub mod folder;
pub mod formats_text;
pub mod html;
pub mod json;
pub mod markdown;
pub mod model;
pub mod rules_text;
pub mod shown;
pub mod terminal;
pub mod ticket;
pub mod verdict;
pub mod words;
