//! What must hold of any bytes. Each target has a folder of examples, `fuzz/corpus/<name>/`.
//!
//! The fuzzer runs them for as long as one likes; the tests run them on the examples and on a
//! fixed number of seeded mutations. A new target is one file here, one line in [`TARGETS`], and
//! a folder of examples.

mod container;
mod csv;
mod header;
mod keyed;

/// Panics where what must hold of some bytes does not.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("container", container::opens_or_says_why),
    ("csv", csv::splits_the_same_in_any_blocks),
    ("header", header::is_read_or_refused),
    ("keyed", keyed::splits_the_same_in_any_blocks),
];
