//! Records to attempts: what a row means.
//!
//! To teach a spelling of a column, add one string to its layout in `layouts/`; to add a layout,
//! write one TOML file there, one line in `layout.rs`, and a file in `sample_data/<id>/`.

mod around;
mod change;
mod decode;
mod header;
mod headerless;
mod headers_met;
mod languages;
mod layout;
mod ledger;
pub mod log;
mod names;
mod notes;
mod preview;
mod reading;
mod reject;
mod rejects;
mod role;
mod row;
mod sampling;
mod tails;
mod told;
pub mod value;
mod worth;

pub use change::{CHANGE_TEXT, Change, Tells};
pub use decode::{Decoder, Memo, Repeated};
pub use headers_met::HeadersMet;
pub use layout::{Carrier, Column, Columns, Layout, LayoutKind, Layouts, Understood};
pub use ledger::Ledger;
pub use names::{Given, Names};
pub use notes::FileNotes;
pub use preview::{Preview, PreviewRow, first_rows};
pub use reading::{Assumed, NotRead, Reading, columns_written};
pub use reject::{Reason, Reject, excerpt};
pub use rejects::{KEPT_IN_FULL, Rejects};
pub use role::Role;
pub use row::{Evidence, Row};
pub use sampling::settle;
