//! The fuzzer's targets on their examples and on seeded mutations of these: the same each time.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;

use crate::support::{files, repository};

/// Mutations of each example.
const MUTATIONS: u64 = 60;
/// Bytes that mean something to one container or another.
const TELLING: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"sep=;\n",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"\xff\xff\xff\xff",
    b"{",
    b"[",
    b"}",
    b"]",
    b":",
    b"\\",
    b"null",
    b"1e999",
];

/// Changes an example in one to four places.
fn mutate(example: &[u8], other: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = example.to_vec();
    for _ in 0..rng.usize(1..=4) {
        let place = rng.usize(0..=bytes.len());
        let end = (place + rng.usize(0..=32)).min(bytes.len());
        match rng.u8(0..6) {
            0 if place < bytes.len() => bytes[place] ^= 1 << rng.u8(0..8),
            1 => drop(bytes.splice(place..end, [])),
            2 => {
                let again = bytes[place..end].to_vec();
                drop(bytes.splice(place..place, again));
            }
            3 => bytes.truncate(place),
            4 if !other.is_empty() => {
                let from = rng.usize(0..other.len());
                let to = (from + rng.usize(1..=64)).min(other.len());
                drop(bytes.splice(place..place, other[from..to].iter().copied()));
            }
            _ => {
                let telling = TELLING[rng.usize(0..TELLING.len())];
                drop(bytes.splice(place..place, telling.iter().copied()));
            }
        }
    }
    bytes
}

#[test]
fn targets_hold_on_their_examples_and_on_mutations_of_these() {
    for (name, target) in targets::TARGETS {
        let examples = files(&repository(&format!("fuzz/corpus/{name}")));
        assert!(!examples.is_empty(), "fuzz/corpus/{name} has no example");
        let others: Vec<&Vec<u8>> = examples.values().collect();
        for (file, example) in &examples {
            let mut rng = Rng::with_seed(7);
            let holds = |bytes: &[u8], which: &str| {
                let held = catch_unwind(AssertUnwindSafe(|| target(bytes)));
                assert!(
                    held.is_ok(),
                    "{name}, {file}, {which}: {:?}",
                    bytes.escape_ascii().to_string()
                );
            };
            holds(example, "as it is");
            for mutation in 0..MUTATIONS {
                let other = others[rng.usize(0..others.len())];
                holds(
                    &mutate(example, other, &mut rng),
                    &format!("mutation {mutation}"),
                );
            }
        }
    }
}

#[test]
fn every_target_file_is_registered() {
    let register = crate::support::source("fuzz/targets/mod.rs");
    for file in files(&repository("fuzz/targets"))
        .keys()
        .filter(|file| *file != "mod.rs")
    {
        let stem = file.trim_end_matches(".rs");
        assert!(register.contains(&format!("\nmod {stem};\n")), "{file}");
        assert!(
            register.contains(&format!("{stem}::")),
            "{file} has no line in TARGETS"
        );
    }
}
