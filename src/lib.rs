//! # loginscope
//!
//! Reads what Salesforce customers can export about logins, with the logs of their integrations,
//! and says who fails, through which app, with which description, since when, why, and what to do
//! now.
//!
//! The house has one room a step; they stand here in the order in which data flows through them,
//! and no room imports a later one:
//!
//! - [`event`]: the vocabulary. Instants, flows, places, interned texts.
//! - [`catalogue`]: what is known. Causes with steps, flows, zones: all of it data.
//! - [`ingest`]: paths to records. Files, compressions, splitting, pieces, progress.
//! - [`normalise`]: records to attempts and changes, lines of logs to entries. Layouts and shapes
//!   as data, one parser for each kind of value, the ledger, rejects.
//! - [`tally`]: attempts to one additive table, filled in parallel; names and causes given to it
//!   after the merge; the questions asked of it.
//! - [`detect`]: the tally to findings. One file a rule, thresholds with their sources, the
//!   seasonal baseline, the inventory of integrations.
//! - [`explain`]: findings to reasons. What integrations say beside what Salesforce says, the rules
//!   about both, and what may be behind a finding.
//! - [`report`]: everything to bytes. The model, and one file for each way to show it.
//!
//! [`cli`] turns arguments into options, [`run`] reads as the table of contents.

pub mod event;

pub mod catalogue;

pub mod ingest;

pub mod normalise;

pub mod tally;

pub mod detect;

pub mod explain;

pub mod report;

pub mod cli;

pub mod run;
