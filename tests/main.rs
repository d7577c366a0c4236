//! Everything that is tested through the built program, as one binary: it links once.
//!
//! The modules follow the way of the data: what goes in ([`cases`], [`containers`], [`sample_data`],
//! [`hostile`], [`broken`], [`fuzz`]), laws over whole runs ([`whole`], [`laws`], [`oracle`]), languages
//! ([`languages`]), what comes out ([`folder`], [`schema`],
//! [`golden`], [`browser`], [`explain`], [`formats`]), and what is said about it all ([`readme`], [`registers`],
//! [`house`]).

mod broken;
mod browser;
mod cases;
mod changes;
mod containers;
mod explain;
mod folder;
mod formats;
mod fuzz;
mod golden;
mod hostile;
mod house;
mod languages;
mod laws;
mod logs;
mod oracle;
mod overlaps;
mod readme;
mod registers;
mod rotation;
mod sample_data;
mod schema;
mod simulator;
mod support;
mod whole;
