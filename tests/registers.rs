//! What is on disk is registered, and what is registered has a sample: nothing is half-added.

use std::fs;

use loginscope::detect::DETECTORS;
use loginscope::explain::RULES;

use crate::support::{read, repository, source};

/// The file stems of a folder with an extension, sorted.
fn stems(folder: &str, extension: &str) -> Vec<String> {
    let listed = fs::read_dir(repository(folder)).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let mut stems: Vec<String> = listed
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    stems.sort();
    stems
}

#[test]
fn every_layout_is_registered_and_has_a_sample() {
    let register = source("src/normalise/layout.rs");
    for id in stems("src/normalise/layouts", "toml") {
        let layout = source(&format!("src/normalise/layouts/{id}.toml"));
        let layout: toml::Table = layout.parse().expect("a layout is TOML");
        assert_eq!(
            layout["id"].as_str(),
            Some(id.as_str()),
            "a layout's file has its id"
        );
        let entry = format!("include_str!(\"layouts/{id}.toml\")");
        assert!(register.contains(&entry), "layout.rs doesn't register {id}");
        let samples = match layout["kind"].as_str() {
            // names stand beside the logins that they are for
            Some("users") => repository("sample_data/login_history/users.csv").is_file(),
            _ => repository(&format!("sample_data/{id}"))
                .read_dir()
                .is_ok_and(|mut files| files.next().is_some()),
        };
        assert!(samples, "sample_data has nothing of the layout {id}");
    }
}

#[test]
fn every_language_is_registered() {
    let register = source("src/catalogue/languages.rs");
    for code in stems("src/catalogue/languages", "toml") {
        let language = source(&format!("src/catalogue/languages/{code}.toml"));
        let language: toml::Table = language.parse().expect("a language is TOML");
        assert_eq!(
            language["code"].as_str(),
            Some(code.as_str()),
            "a language's file has its code"
        );
        let entry = format!("include_str!(\"languages/{code}.toml\")");
        assert!(
            register.contains(&entry),
            "languages.rs doesn't register {code}"
        );
    }
}

#[test]
fn every_shape_of_logs_is_registered_and_has_its_own_id() {
    let register = source("src/normalise/log/shape.rs");
    let stems = stems("src/normalise/log/shapes", "toml");
    assert!(stems.len() >= 15, "{} shapes", stems.len());
    for id in stems {
        let shape = source(&format!("src/normalise/log/shapes/{id}.toml"));
        let shape: toml::Table = shape.parse().expect("a shape is TOML");
        assert_eq!(shape["id"].as_str(), Some(id.as_str()));
        let entry = format!("include_str!(\"shapes/{id}.toml\")");
        assert!(register.contains(&entry), "shape.rs doesn't register {id}");
    }
}

/// A rule's page has every part, and the rule has cases.
fn assert_told_and_tried(id: &str, page: &str) {
    assert!(page.starts_with(&format!("# {id}\n")), "{id}");
    for heading in [
        "## What\n",
        "## Why it matters\n",
        "## When it stays quiet\n",
        "## What to look at\n",
    ] {
        assert!(page.contains(heading), "{id} has no {heading}");
    }
    assert!(page.contains("fingerprint"), "{id}: of what?");
    let cases = repository(&format!("tests/cases/analyze/{}", id.replace('-', "_")));
    assert!(cases.is_dir(), "{id} has no cases");
}

#[test]
fn every_detector_is_registered_by_its_id_and_has_a_page_and_cases() {
    let ids: Vec<&str> = DETECTORS.iter().map(|rule| rule.id()).collect();
    assert!(
        ids.is_sorted_by(|a, b| a < b),
        "in order of their ids: {ids:?}"
    );
    let on_disk: Vec<String> = stems("src/detect", "md")
        .iter()
        .map(|stem| stem.replace('_', "-"))
        .collect();
    assert_eq!(ids, on_disk, "each page in src/detect is of a detector");
    for rule in DETECTORS {
        let (id, page) = (rule.id(), rule.page());
        let file = id.replace('-', "_");
        assert_eq!(page, source(&format!("src/detect/{file}.md")), "{id}");
        assert_told_and_tried(id, page);
        let code = source(&format!("src/detect/{file}.rs"));
        assert!(code.contains("impl Detector for"), "{id}");
        assert!(
            code.contains(&format!("const ID: &str = \"{id}\";")),
            "{id}"
        );
    }
    let detectors = fs::read_dir(repository("src/detect")).expect("the room can be listed");
    let implemented = detectors
        .map(|entry| entry.expect("the room can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| read(path).contains("\nimpl Detector for "));
    assert_eq!(implemented.count(), ids.len(), "every rule is in DETECTORS");
}

#[test]
fn every_chart_and_every_test_is_registered() {
    let register = source("src/report/chart/mod.rs");
    let mut charts = 0;
    for stem in stems("src/report/chart", "rs") {
        if source(&format!("src/report/chart/{stem}.rs")).contains("\npub fn chart(") {
            let entry = format!("(\"{stem}\", {stem}::chart)");
            assert!(
                register.contains(&entry),
                "chart/mod.rs doesn't register {stem}"
            );
            charts += 1;
        }
    }
    assert!(charts >= 3, "{charts} charts");
    let main = source("tests/main.rs");
    for stem in stems("tests", "rs").iter().filter(|stem| *stem != "main") {
        assert!(
            main.contains(&format!("\nmod {stem};\n")),
            "main.rs doesn't declare {stem}"
        );
    }
}

#[test]
fn every_rule_over_logs_is_registered_and_has_a_page_and_cases() {
    let ids: Vec<&str> = RULES.iter().map(|(id, _)| *id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "in order: {ids:?}");
    let on_disk: Vec<String> = stems("src/explain", "md")
        .iter()
        .map(|stem| stem.replace('_', "-"))
        .collect();
    assert_eq!(ids, on_disk, "each page in src/explain is of a rule");
    for (id, page) in RULES {
        assert_told_and_tried(id, page);
    }
}

#[test]
fn every_hypothesis_is_registered() {
    let register = source("src/explain/hypotheses/mod.rs");
    let mut hypotheses = 0;
    for stem in stems("src/explain/hypotheses", "rs") {
        let code = source(&format!("src/explain/hypotheses/{stem}.rs"));
        if code.contains("pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis>") {
            let entry = format!("    {stem}::judge,\n");
            assert!(register.contains(&entry), "mod.rs doesn't register {stem}");
            hypotheses += 1;
        }
    }
    assert!(hypotheses >= 12, "{hypotheses} hypotheses");
}
