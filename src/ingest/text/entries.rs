//! Which lines of a text log begin an entry.
//!
//! A line with a stamp does: a date, a clock, a structured line, whatever the shapes of logs say.
//! Where most lines have one, nothing else does. Where few or none have, a line begins an entry
//! unless it goes on what the line before it has begun: a stack frame, a cause, a body.

use std::sync::LazyLock;

use anyhow::Context;
use regex::bytes::{Regex, RegexBuilder};

/// A line of that kind goes on what stands before it, whatever that is.
const GOES_ON: &str = concat!(
    r"^(?:",
    r#"\s|$|['"\])}]|</|&|\|"#,
    r"|\[\w*(?:Fault|Exception|Error) \[|at (?:\S+\(|\S+\.\S)|\.\.\. \d+ (?:more|common)|Caused by\b|Suppressed:",
    r"|During handling of the above|The above exception was",
    r"|(?i:error_description|error description|description|reason|due to|response|body|status|cause",
    r"|faultstring|exceptionMessage|extendedErrorDetails|details?)\b.{0,2}[:=]",
    r")",
);

/// Behind a line that ends like this something must follow.
const OPENS: &str = r"(?:[:{\[(,=]|\b(?i:traceback|xml|was|is|body|response))\s*$";

/// A line that only names what an account tries; what came of it is on the next.
const ANNOUNCES: &str =
    r"(?i)\b(?:connect\w*|log(?:ging)?[ -]?in|authenticat\w*)\b.{0,80}\buser(?:name)?\b";
/// A line that begins with what came of it.
const CODE: &str = r"^(?:[A-Z][A-Z_]{5,}|[a-z]+_[a-z_]+): ";

/// The exception behind the frames of a Python traceback.
const EXCEPTION: &str = r"^(?:\w+\.)*[A-Z]\w*(?:: |:?\s*$)";
/// An exception with its package, as loggers print it behind the line that it is logged with.
const LOGGED_EXCEPTION: &str = r"^(?:[a-z]\w*\.)+[A-Z]\w*(?:: |:?\s*$)";
const FRAME_OF_PYTHON: &str = r"^(?:  File |    \S|\s+\^)";
const FRAME_OF_OTHERS: &str = r"^\s+(?:at |\.\.\. \d|- )";

/// One of the tries of which the Salesforce CLI prints a line each.
const TRY: &str = concat!(
    r"^(?:user hasn't approved this consumer|audience is invalid",
    r"|External client app is not installed in this org|invalid assertion",
    r"|client identifier invalid)\b",
);

/// A line with a stamp whose text only goes on: the description that belongs to an error which
/// was printed as a line of its own.
const HALF: &str = r"^.{0,160}?[\s\]>|-](?:error_description|description)\s*[:=]";
const WHOLE: &str = r#"\berror"?'?\s*[:=]"#;

struct Rules {
    goes_on: Regex,
    opens: Regex,
    announces: Regex,
    code: Regex,
    exception: Regex,
    logged_exception: Regex,
    frame_of_python: Regex,
    frame_of_others: Regex,
    a_try: Regex,
    half: Regex,
    whole: Regex,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let of = |pattern: &str| pattern_of(pattern).expect("a pattern of this file");
    Rules {
        goes_on: of(GOES_ON),
        opens: of(OPENS),
        announces: of(ANNOUNCES),
        code: of(CODE),
        exception: of(EXCEPTION),
        logged_exception: of(LOGGED_EXCEPTION),
        frame_of_python: of(FRAME_OF_PYTHON),
        frame_of_others: of(FRAME_OF_OTHERS),
        a_try: of(TRY),
        half: of(HALF),
        whole: of(WHOLE),
    }
});

fn pattern_of(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).build()
}

/// How the entries of one file begin.
#[derive(Clone, Debug)]
pub struct Entries {
    stamp: Regex,
    stamped: bool,
}

impl Entries {
    /// The entries of a file with this beginning. `stamps` fits the beginning of each line that
    /// has a stamp, see [`Entries::stamps`].
    pub fn of(sample: &[u8], stamps: &Regex) -> Self {
        let mut entries = Self {
            stamp: stamps.clone(),
            stamped: false,
        };
        let (mut with, mut without) = (0_usize, 0_usize);
        for line in sample.split_inclusive(|&byte| byte == b'\n').take(SAMPLED) {
            if entries.begins(line) {
                with += 1;
            } else if !RULES.goes_on.is_match(trimmed(line)) {
                without += 1;
            }
        }
        entries.stamped = with > 0 && with >= without;
        entries
    }

    /// One pattern out of those of several stamps; colours may stand before each.
    ///
    /// # Errors
    /// That a pattern can't be understood.
    pub fn stamps<'p>(patterns: impl IntoIterator<Item = &'p str>) -> anyhow::Result<Regex> {
        let all: Vec<String> = patterns.into_iter().map(|p| format!("(?:{p})")).collect();
        let one = format!(r"^(?:\x1b\[[0-9;]*m)*(?:{})", all.join("|"));
        pattern_of(&one).context("patterns of stamps")
    }

    /// The same for a file that goes on a log in which nothing but a stamp begins an entry.
    pub fn as_stamped(self) -> Self {
        Self {
            stamped: true,
            ..self
        }
    }

    /// Whether nothing but a stamp begins an entry.
    pub fn are_stamped(&self) -> bool {
        self.stamped
    }

    /// Whether a line begins an entry, whatever stands before it.
    pub fn begins(&self, line: &[u8]) -> bool {
        let line = trimmed(line);
        let goes_on = |line| RULES.half.is_match(line) && !RULES.whole.is_match(line);
        self.stamp.is_match(line) && !goes_on(line)
    }

    /// Whether a line begins an entry behind another line.
    pub fn is_head(&self, before: &[u8], line: &[u8]) -> bool {
        let begins = self.begins(line);
        if begins || self.stamped {
            return begins;
        }
        let logged = RULES.logged_exception.is_match(trimmed(line)) && self.begins(before);
        !logged && !goes_on(trimmed(before), trimmed(line))
    }
}

/// Lines that decide whether a file's lines are stamped.
const SAMPLED: usize = 1_000;

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a line without a stamp goes on the line before it.
fn goes_on(before: &[u8], line: &[u8]) -> bool {
    let rules = &*RULES;
    if rules.goes_on.is_match(line) {
        return true;
    }
    if before.is_empty() {
        return false;
    }
    let indented = before.first().is_some_and(u8::is_ascii_whitespace);
    let python = indented
        && rules.frame_of_python.is_match(before)
        && !rules.frame_of_others.is_match(before)
        && rules.exception.is_match(line);
    let body = |line: &[u8]| matches!(line.first(), Some(b'{' | b'[' | b'<'));
    let xml = line.first() == Some(&b'<') && before.first() == Some(&b'<');
    let tries = rules.a_try.is_match(line) && rules.a_try.is_match(before);
    python
        || xml
        || tries
        || rules.opens.is_match(before)
        || (body(line) && !body(before) && !indented)
        || (rules.code.is_match(line) && rules.announces.is_match(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loose() -> Entries {
        let stamps = Entries::stamps([r"\d{4}-\d\d-\d\d"]).expect("a pattern");
        Entries::of(b"", &stamps)
    }

    /// The lines that begin an entry.
    fn heads(text: &str) -> Vec<&str> {
        let entries = loose();
        let lines: Vec<&str> = text.lines().collect();
        let mut heads = vec![lines[0]];
        let pairs = lines.windows(2);
        let found = pairs.filter(|pair| entries.is_head(pair[0].as_bytes(), pair[1].as_bytes()));
        heads.extend(found.map(|pair| pair[1]));
        heads
    }

    #[test]
    fn one_failure_without_stamps_is_one_entry() {
        for text in [
            "Traceback (most recent call last):\n  File \"job.py\", line 3, in run\n    login()\nlib.errors.LoginFailed: INVALID_LOGIN: no",
            "invalid_grant: authentication failure\n    at Client.post (/app/oauth2.js:2:19)\n    at next (node:internal:1)",
            "java.net.ConnectException: no login\n\tat com.example.Login.run(Login.java:1)\nCaused by: example.HttpError: 400 Bad Request\n{\"error\":\"invalid_grant\"}",
            "[LoginFault [ApiFault  exceptionCode='INVALID_LOGIN'\n exceptionMessage='no'\n]\n]",
            "Errors encountered:\nuser hasn't approved this consumer\nuser hasn't approved this consumer\naudience is invalid [audience=x]",
            "Attempting Salesforce connection for user: a@example.com\nINVALID_OPERATION: switched off",
            "Check failed\n'An error occurred: {\"error\":\"invalid_grant\"}'",
            "<?xml version=\"1.0\"?>\n<soapenv:Envelope>\n <x/>\n</soapenv:Envelope>",
            "the answer was {\n  \"error\": \"invalid_grant\"\n}",
        ] {
            assert_eq!(heads(text).len(), 1, "{text}\n{:?}", heads(text));
        }
    }

    #[test]
    fn two_failures_without_stamps_are_two_entries() {
        for text in [
            "invalid_grant: a\n    at x.y (/app/z.js:1:1)\ninvalid_grant: b",
            "{\"error\":\"invalid_grant\"}\n{\"error\":\"invalid_client\"}",
            "job one: invalid_grant\njob two: invalid_grant",
            "Traceback (most recent call last):\n  File \"a\", line 1\nlib.A: x\nTraceback (most recent call last):\n  File \"a\", line 1\nlib.A: x",
        ] {
            assert_eq!(heads(text).len(), 2, "{text}\n{:?}", heads(text));
        }
    }

    #[test]
    fn a_stamp_decides_where_most_lines_have_one() {
        let stamps = Entries::stamps([r"\d{4}-\d\d-\d\d"]).expect("a pattern");
        let log = b"2026-03-02 a\nno stamp\n2026-03-02 b\n";
        let entries = Entries::of(log, &stamps);
        assert!(entries.are_stamped());
        assert!(!entries.is_head(b"x\n", b"no stamp\n"));
        assert!(entries.is_head(b"x:\n", b"\x1b[31m2026-03-02 c\r\n"));
        let half = b"2026-03-02 [INFO] error_description: authentication failure\n";
        assert!(!entries.is_head(b"2026-03-02 [INFO] error: invalid_grant\n", half));
    }
}
