//! Laws of whole runs: what may not change a report.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{
    HEADER, ROW, SAMPLES, analyze, assert_ledger_adds_up, assert_same, copy_of_samples, count,
    files, gzip, list, one_login, repository, run, scratch, write,
};

/// All plain sample files with `\n` and without a byte order mark, each changed by `change`.
fn samples_as(change: fn(&[u8]) -> Vec<u8>) -> tempfile::TempDir {
    let home = scratch();
    for (path, bytes) in files(&repository("sample_data")) {
        if path.contains('/') && !path.ends_with(".gz") {
            let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            let plain: Vec<u8> = plain
                .iter()
                .copied()
                .filter(|&byte| byte != b'\r')
                .collect();
            write(&home.path().join("data").join(path), change(&plain));
        }
    }
    // a line break inside a row that is rejected: its excerpt may not tell the line ends apart
    let ragged = [HEADER, "ann@example.com,\"one\ntwo\",Success\n", ROW].concat();
    write(
        &home.path().join("data/ragged.csv"),
        change(ragged.as_bytes()),
    );
    home
}

/// The report on such files, without what the law excepts: sizes and containers of the inputs.
fn report_on(change: fn(&[u8]) -> Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let home = samples_as(change);
    let run = analyze(home.path(), ["data", "--format", "md,csv,svg"]);
    let mut json = run.json();
    for input in json["inputs"].as_array_mut().expect("inputs are a list") {
        let input = input.as_object_mut().expect("an input is an object");
        assert!(input.remove("bytes").is_some() && input.remove("container").is_some());
    }
    let mut report = run.files();
    report.insert("report.json".to_owned(), format!("{json:#}\n").into_bytes());
    report
}

fn as_it_is(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

#[test]
fn line_ends_a_mark_and_packing_change_nothing() {
    let plain = report_on(as_it_is);
    // byte by byte, since one of the files is no UTF-8
    let crlf: fn(&[u8]) -> Vec<u8> = |bytes| {
        bytes
            .iter()
            .flat_map(|&b| if b == b'\n' { vec![b'\r', b] } else { vec![b] })
            .collect()
    };
    assert_same(&plain, &report_on(crlf), "LF and CRLF");
    assert_same(
        &plain,
        &report_on(|b| [b"\xef\xbb\xbf", b].concat()),
        "no mark and a mark",
    );
    assert_same(&plain, &report_on(gzip), "plain and gzip");
    let members: fn(&[u8]) -> Vec<u8> = |bytes| {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        [gzip(first), gzip(second)].concat()
    };
    assert_same(&plain, &report_on(members), "plain and two members of gzip");
}

#[test]
fn threads_and_order_of_paths_change_nothing() {
    const PATHS: [&str; 4] = ["broken", "elf_login", "login_history", "setup_csv"];
    let home = copy_of_samples();
    let folder = home.path().join("sample_data");
    let report = |threads, paths: &[&str]| {
        let args = [
            &["--threads", threads, "--timezone", "Europe/Berlin"],
            paths,
        ]
        .concat();
        analyze(&folder, args).files()
    };
    let one = report("1", &PATHS);
    assert_same(&one, &report("8", &PATHS), "1 and 8 threads");
    let mut other = PATHS;
    other.reverse();
    assert_same(&one, &report("2", &other), "paths from last to first");
    other.swap(0, 2);
    assert_same(&one, &report("3", &other), "paths in another order");
}

#[test]
fn the_size_of_pieces_changes_nothing() {
    let home = copy_of_samples();
    let report = |size: Option<&str>, path| {
        let option = size.map(|size| format!("--piece-size={size}"));
        let args = option
            .as_deref()
            .into_iter()
            .chain([path, "--format", "html,md,csv,svg"]);
        let run = analyze(home.path(), args);
        assert_ledger_adds_up(&run.json());
        run.files()
    };
    let whole = report(None, "sample_data");
    for size in ["64", "4096"] {
        assert_same(
            &whole,
            &report(Some(size), "sample_data"),
            &format!("pieces of {size} bytes"),
        );
    }
    let broken = report(None, "sample_data/broken");
    for size in ["1", "7"] {
        let small = report(Some(size), "sample_data/broken");
        assert_same(
            &broken,
            &small,
            &format!("pieces of {size} bytes, broken files"),
        );
    }
}

#[test]
fn what_has_to_leave_memory_changes_nothing() {
    let home = copy_of_samples();
    let report = |budget: &str, bounds: &[&str]| {
        let args = ["--format", "html,md,csv,svg", "sample_data"];
        let budget = [&*format!("--tally-budget={budget}")];
        analyze(home.path(), [&args[..], &budget[..], bounds].concat()).files()
    };
    for bounds in [&[][..], &["--since", "20d"], &["--only", "app=Data Loader"]] {
        let whole = report("1000000000", bounds);
        for budget in ["0", "30000"] {
            let small = report(budget, bounds);
            assert_same(&whole, &small, &format!("{budget} bytes, {bounds:?}"));
        }
    }
}

#[test]
fn every_row_is_in_the_ledger_once() {
    assert_ledger_adds_up(&SAMPLES.json());
    let all = analyze(
        &repository("."),
        [
            "sample_data",
            "--timezone",
            "Europe/Berlin",
            "--fail-on",
            "never",
        ],
    );
    assert_eq!(all.code, 3, "{}", all.stderr);
    let report = all.json();
    assert_ledger_adds_up(&report);
    assert!(
        count(&report, "/ledger/rejects") > 0,
        "the broken files hold broken rows"
    );
    assert_eq!(
        list(&report, "/rejects").len() as u64,
        count(&report, "/ledger/rejects")
    );
}

#[test]
fn the_same_file_twice_is_read_once() {
    let home = one_login();
    let twice = analyze(home.path(), ["logins.csv", "./logins.csv", ".", "*.csv"]).json();
    assert_eq!(list(&twice, "/inputs").len(), 1);
    assert_eq!(count(&twice, "/totals/events"), 1);
}

#[test]
fn an_earlier_report_among_the_paths_is_skipped() {
    let home = one_login();
    let first = run(home.path(), ["analyze", ".", "-o", "earlier"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let read = |paths: &[&str]| -> Vec<Value> {
        let report = analyze(home.path(), paths).json();
        list(&report, "/inputs")
            .iter()
            .map(|input| input["path"].clone())
            .collect()
    };
    assert_eq!(read(&["."]), ["./logins.csv"]);
    assert_eq!(read(&["logins.csv", "earlier"]), ["logins.csv"]);
}

#[test]
fn a_configuration_that_can_not_be_used_is_wrong_usage_and_leaves_the_report() {
    let home = scratch();
    write(&home.path().join("input.csv"), [HEADER, ROW].concat());
    let asked = |name: &str, text: &str| {
        write(&home.path().join(name), text);
        let args = ["analyze", "--config", name, "--out", "report", "input.csv"];
        run(home.path(), args)
    };
    let suppression = "[[suppression]]\nowner = 'o'\nreason = 'r'\nexpires = '2026-12-31'\n";
    let retirement = "[[retirement]]\ndate = '2027-05-01'\nbecause = 'b'\nsource = 's'\n";
    for (name, text, why) in [
        (
            "slip.toml",
            "[thresholds]\nspike-min-exces = 3.0\n",
            "spike-min-exces",
        ),
        ("broken.toml", "[thresholds\n", "TOML"),
        ("all.toml", suppression, "would hide everything"),
        (
            "new.toml",
            &format!("{retirement}id = 'fax'\n"),
            "name the flows",
        ),
        (
            "twice.toml",
            &format!("{retirement}id = 'fax'\ntitle = 'Fax'\nflows = ['soap-login']\n"),
            "fax, soap-login",
        ),
    ] {
        let ran = asked(name, text);
        assert_eq!(ran.code, 2, "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains(why), "{name}: {}", ran.stderr);
        assert!(!home.path().join("report").exists(), "{name}");
    }
    let missing = ["analyze", "--config", "none.toml", "input.csv"];
    assert_eq!(run(home.path(), missing).code, 2);
    assert_eq!(asked("empty.toml", "").code, 0);
}
