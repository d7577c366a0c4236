//! Records to attempts: what a row means.
//!
//! To teach a spelling of a column, add one string to its layout in `layouts/`; to add a layout,
//! write one TOML file there, one line in `layout.rs`, and a file in `sample_data/<id>/`.

mod decode;
mod layout;
mod ledger;
pub mod log;
mod names;
mod notes;
mod reading;
mod reject;
mod row;
pub mod value;

pub use decode::Decoder;
pub use layout::{Column, Columns, Layout, LayoutKind, Layouts, Role};
pub use ledger::Ledger;
pub use names::Names;
pub use notes::FileNotes;
pub use reading::{Assumed, NotRead, Reading, settle};
pub use reject::{Reason, Reject, excerpt};
pub use row::{Evidence, Row};
