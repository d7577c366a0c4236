//! Whole reports of the sample data as they were last approved. `UPDATE=1 cargo test golden`
//! writes them anew; the difference is then read by a person.

use std::fs;
use std::path::Path;
use std::process::Command;

const FILES: [&str; 3] = ["report.json", "report.md", "report.html"];

#[test]
fn the_report_of_the_sample_data_is_as_approved() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = root.join("tests/golden/sample_data");
    let out = tempfile::tempdir().expect("a temporary folder");
    let report = out.path().join("report");
    let status = Command::new(env!("CARGO_BIN_EXE_loginscope"))
        .current_dir(root)
        .args([
            "analyze",
            "--quiet",
            "--timezone",
            "Europe/Berlin",
            "--fail-on",
            "never",
            "--out",
        ])
        .arg(&report)
        .args([
            "sample_data/setup_csv",
            "sample_data/login_history",
            "sample_data/elf_login",
            "sample_data/setup_audit_trail",
        ])
        .status()
        .expect("the program runs");
    assert!(status.success(), "{status}");
    for name in FILES {
        let fresh = fs::read_to_string(report.join(name)).expect("the report has this file");
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(&golden).expect("the golden folder");
            fs::write(golden.join(name), &fresh).expect("the golden file");
        }
        let approved = fs::read_to_string(golden.join(name)).unwrap_or_default();
        let differs = approved
            .lines()
            .zip(fresh.lines())
            .find(|(old, new)| old != new);
        assert!(
            approved == fresh,
            "{name} differs from tests/golden/sample_data/{name}, first here: {differs:?}"
        );
    }
}
