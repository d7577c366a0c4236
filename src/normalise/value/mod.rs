//! One parser for each kind of value.

pub mod address;
pub mod bound;
pub mod flow;
pub mod id;
pub mod known;
pub mod login_id;
pub mod time;
