//! The README's commands are run, so that none of them lies.
//!
//! A line of a `sh`, `bash` or `console` block is a command (after `$ `, where the block has
//! prompts; its other lines are output then). Those of our program run in a copy of the sample
//! data and must end with 0, or with N where the line ends in `# exit N`; those of Cargo are only
//! checked, since a test can't build what it is part of. A line of a `crontab` block is five
//! fields of time and a command, whose options are tried with paths that exist.

use std::path::Path;
use std::process::Command;

use regex::Regex;

use crate::support::{PROGRAM, copy_of_samples, repository, source};

/// The languages of blocks that are only shown.
const SHOWN: [&str; 5] = ["text", "json", "toml", "csv", "soql"];
/// Options of ours that take the next word.
const WITH_VALUE: [&str; 11] = [
    "-o",
    "--out",
    "--format",
    "--timezone",
    "--date-order",
    "--org",
    "--users",
    "--layout",
    "--threads",
    "--color",
    "--progress",
];

/// A fenced block: its language and its lines, continued ones joined.
struct Block {
    language: String,
    lines: Vec<String>,
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in source("README.md").lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            open = !open;
            if open {
                blocks.push(Block {
                    language: language.trim().to_owned(),
                    lines: Vec::new(),
                });
            }
        } else if open {
            let lines = &mut blocks.last_mut().expect("a block is open").lines;
            match lines.last_mut().filter(|last| last.ends_with('\\')) {
                Some(last) => {
                    last.pop();
                    last.push_str(line.trim_start());
                }
                None => lines.push(line.trim().to_owned()),
            }
        }
    }
    assert!(!open, "the README's last block is not closed");
    blocks
}

impl Block {
    /// The commands of a shell block.
    fn commands(&self) -> Vec<&str> {
        let prompted = self.lines.iter().any(|line| line.starts_with("$ "));
        let lines = self.lines.iter().map(String::as_str);
        let commands: Vec<&str> = match prompted {
            true => lines.filter_map(|line| line.strip_prefix("$ ")).collect(),
            false => lines.collect(),
        };
        commands
            .into_iter()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect()
    }
}

/// Runs a command of ours in a shell, where `loginscope` is the built program.
fn run_in_shell(line: &str, folder: &Path) -> (Option<i32>, String) {
    let programs = Path::new(PROGRAM)
        .parent()
        .expect("the program stands in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("HOME", folder)
        .output()
        .expect("there is a shell");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// Cargo's command exists, and so do its options.
fn assert_cargo_knows(line: &str) {
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let name = words
        .first()
        .unwrap_or_else(|| panic!("{line}: cargo does what?"));
    let help = Command::new(cargo)
        .args([name, "--help"])
        .output()
        .expect("cargo starts");
    assert!(help.status.success(), "{line}: cargo has no {name}");
    let help = String::from_utf8_lossy(&help.stdout);
    for option in words
        .iter()
        .take_while(|word| **word != "--")
        .filter(|w| w.starts_with('-'))
    {
        let option = option.split('=').next().unwrap_or(option);
        let listed = help
            .split([' ', ',', '\n', '[', '='])
            .any(|word| word == option);
        assert!(listed, "{line}: cargo {name} has no {option}");
    }
    if let Some(at) = words.iter().position(|word| *word == "--path") {
        let path = words
            .get(at + 1)
            .unwrap_or_else(|| panic!("{line}: which path?"));
        assert!(
            repository(path).join("Cargo.toml").is_file(),
            "{line}: nothing to build there"
        );
    }
}

fn check_command(line: &str, folder: &Path) {
    let (line, wanted) = match line.rsplit_once("# exit ") {
        Some((line, code)) => (
            line.trim(),
            code.trim().parse().expect("`# exit` and a number"),
        ),
        None => (line, 0),
    };
    let ours = ["cargo run --release -- ", "cargo run -- "].iter();
    let ours = ours.fold(line.to_owned(), |line, call| {
        line.replace(call, "loginscope ")
    });
    let first = ours.split_whitespace().next().unwrap_or("");
    match first {
        "loginscope" | "mkdir" => {
            let (code, stderr) = run_in_shell(&ours, folder);
            assert_eq!(code, Some(wanted), "README: {line}\n{stderr}");
        }
        "cargo" => assert_cargo_knows(line),
        path if path.trim_start_matches("./") == ".ci/run" => {
            assert!(repository(".ci/run").is_file(), "README: {line}");
        }
        other => panic!("README: nobody checks {other:?} in {line:?}"),
    }
}

/// Five fields of time, or a word for them, and the command behind them.
fn check_cron(line: &str, folder: &Path) {
    let form = Regex::new(
        r"^(?:@(?:hourly|daily|weekly|monthly)|(?:[-*/,0-9]+\s+){4}[-*/,0-9A-Za-z]+)\s+(.+)$",
    );
    let found = form.expect("a pattern").captures(line);
    let found = found.unwrap_or_else(|| panic!("README: not a line of a crontab: {line}"));
    let command = &found[1];
    let bare = Regex::new(r"(^|[^\\])%").expect("a pattern");
    assert!(
        !bare.is_match(command),
        "README: cron ends a command at a bare %: {line}"
    );
    let is_program = |word: &str| word.ends_with("loginscope");
    let words = |part| str::split_whitespace(part).map(|word| word.trim_matches('"'));
    let ours = command
        .split(['&', ';', '|', '>'])
        .find(|&part| words(part).any(is_program));
    let ours = ours.unwrap_or_else(|| panic!("README: nothing of ours in {line}"));
    let mut words = words(ours).skip_while(|word| !is_program(word)).skip(1);
    let mut args = vec![words.next().unwrap_or("").to_owned()];
    while let Some(word) = words.next() {
        if ["-o", "--out"].contains(&word) {
            assert!(words.next().is_some(), "README: {line}");
            args.extend([word.to_owned(), "from-cron".to_owned()]);
        } else if WITH_VALUE.contains(&word) {
            args.extend([word.to_owned(), words.next().unwrap_or("").to_owned()]);
        } else if word.starts_with('-') {
            args.push(word.to_owned());
        } else {
            args.push("sample_data/setup_csv".to_owned());
        }
    }
    let done = crate::support::run(folder, &args);
    // Exit code 1 says that there are findings, which is what a weekly run is for.
    let code = done.code;
    assert!(
        matches!(code, 0 | 1),
        "README: {line}\n{args:?}\n{}",
        done.stderr
    );
}

#[test]
fn every_block_of_the_readme_does_what_it_says() {
    let home = copy_of_samples();
    let mut checked = 0;
    for block in blocks() {
        match block.language.as_str() {
            "sh" | "bash" | "console" => {
                for command in block.commands() {
                    check_command(command, home.path());
                    checked += 1;
                }
            }
            "crontab" => {
                let setting = |line: &&String| {
                    line.is_empty()
                        || line.starts_with('#')
                        || line
                            .split_whitespace()
                            .next()
                            .is_some_and(|w| w.contains('='))
                };
                for line in block.lines.iter().filter(|line| !setting(line)) {
                    check_cron(line, home.path());
                    checked += 1;
                }
            }
            shown => assert!(
                SHOWN.contains(&shown),
                "README: nobody checks blocks of {shown:?}"
            ),
        }
    }
    assert!(checked > 0, "the README shows no command");
}
