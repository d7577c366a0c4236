//! The fuzzer's program: `LOGINSCOPE_FUZZ` names which of the targets it runs.
#![no_main]

mod targets;

use std::sync::LazyLock;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("LOGINSCOPE_FUZZ").unwrap_or_default();
    let known = targets::TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = known.expect("LOGINSCOPE_FUZZ names a target of fuzz/targets/mod.rs");
    *target
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
