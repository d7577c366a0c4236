//! A position in a short text of digits, punctuation and words.

/// Reads a time's text from left to right.
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

/// Blanks that locales print: the no-break space, the narrow one, and the plain one.
const NO_BREAK: &[u8] = "\u{a0}".as_bytes();
const NARROW_NO_BREAK: &[u8] = "\u{202f}".as_bytes();

/// How AM and PM are written, without dots and blanks.
const MERIDIEMS: &[(&[u8], bool)] = &[(b"AM", false), (b"PM", true), (b"am", false), (b"pm", true)];
/// How others write them: with dots and blanks of any kind, or in words of Chinese, Japanese and
/// Korean (Unicode CLDR, whose formats Salesforce prints).
const FOREIGN: &[(&str, bool)] = &[
    ("a.m.", false),
    ("p.m.", true),
    ("A.M.", false),
    ("P.M.", true),
    ("a.\u{a0}m.", false),
    ("p.\u{a0}m.", true),
    ("a.\u{202f}m.", false),
    ("p.\u{202f}m.", true),
    ("a. m.", false),
    ("p. m.", true),
    ("上午", false),
    ("下午", true),
    ("午前", false),
    ("午後", true),
    ("오전", false),
    ("오후", true),
];
/// The Korean words alone.
const KOREAN: [&str; 2] = ["오전", "오후"];
/// The minus sign that several languages write in offsets.
const MINUS: &str = "\u{2212}";

/// AM or PM, as it was written.
pub(super) struct Meridiem {
    pub(super) afternoon: bool,
    /// `AM` or `PM` in two letters, which month-first locales print.
    pub(super) letters: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// The number that stands here, and how many digits it has (none: 0). Not more than 18 digits
    /// are read.
    pub(super) fn digits(&mut self) -> (u64, u32) {
        let mut value = 0;
        let mut count = 0;
        while let Some((&digit @ b'0'..=b'9', rest)) = self.rest.split_first()
            && count < 18
        {
            value = value * 10 + u64::from(digit - b'0');
            count += 1;
            self.rest = rest;
        }
        (value, count)
    }

    /// The next number of a date; behind a dot, blanks may come first: `27. 8. 2025`.
    pub(super) fn number_behind(&mut self, separator: Option<u8>) -> (u64, u32) {
        if separator == Some(b'.') {
            self.blanks();
        }
        self.digits()
    }

    /// Whether a blank stands here.
    pub(super) fn is_blank(&self) -> bool {
        let mut ahead = Cursor { rest: self.rest };
        ahead.blanks();
        ahead.rest.len() < self.rest.len()
    }

    /// `.509` or `,5` as milliseconds; 0 where no fraction stands.
    pub(super) fn fraction_millis(&mut self) -> i64 {
        let Some((b'.' | b',', rest)) = self.rest.split_first() else {
            return 0;
        };
        if !rest.first().is_some_and(u8::is_ascii_digit) {
            return 0;
        }
        self.rest = rest;
        let mut millis = 0;
        let mut worth = 100;
        while let Some((&digit @ b'0'..=b'9', rest)) = self.rest.split_first() {
            millis += i64::from(digit - b'0') * worth;
            worth /= 10;
            self.rest = rest;
        }
        millis
    }

    pub(super) fn blanks(&mut self) {
        loop {
            let rest = self.rest;
            self.rest = rest
                .strip_prefix(b" ")
                .or_else(|| rest.strip_prefix(b"\t"))
                .or_else(|| rest.strip_prefix(NO_BREAK))
                .or_else(|| rest.strip_prefix(NARROW_NO_BREAK))
                .unwrap_or(rest);
            if self.rest.len() == rest.len() {
                return;
            }
        }
    }

    /// Passes over a text if it stands here.
    pub(super) fn pass(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text.as_bytes());
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Whether a Korean word for AM or PM comes next.
    pub(super) fn then_korean(&self) -> bool {
        let mut ahead = Cursor { rest: self.rest };
        ahead.blanks();
        KOREAN.iter().any(|word| ahead.pass(word))
    }

    /// Passes over what stands between hours and minutes: a colon, a dot, or Canada's ` h `.
    pub(super) fn hour_ends(&mut self) -> bool {
        if matches!(self.peek(), Some(b':' | b'.')) {
            self.next();
            return true;
        }
        self.blanks();
        let passed = self.pass("h");
        self.blanks();
        passed
    }

    /// Passes over what stands between a date and its time: `T`, a comma, blanks, and the word for
    /// "at" of Finnish and of Danish, Norwegian and Swedish.
    pub(super) fn date_ends(&mut self) -> bool {
        let before = self.rest.len();
        if self.peek() == Some(b'T') {
            self.next();
        } else {
            if self.peek() == Some(b',') {
                self.next();
            }
            self.blanks();
            if self.pass("klo") || self.pass("kl.") {
                self.blanks();
            }
        }
        self.rest.len() < before
    }

    /// Passes over blanks; whether anything follows.
    pub(super) fn blanks_then_more(&mut self) -> bool {
        self.blanks();
        !self.is_done()
    }

    /// AM or PM, if it stands here.
    pub(super) fn meridiem(&mut self) -> Option<Meridiem> {
        for &(word, afternoon) in MERIDIEMS {
            if let Some(rest) = self.rest.strip_prefix(word)
                && !rest.first().is_some_and(u8::is_ascii_alphabetic)
            {
                self.rest = rest;
                let letters = true;
                return Some(Meridiem { afternoon, letters });
            }
        }
        if self.rest.get(1) != Some(&b'.') && self.rest.first().is_none_or(u8::is_ascii) {
            return None;
        }
        for &(word, afternoon) in FOREIGN {
            if self.pass(word) {
                let letters = false;
                return Some(Meridiem { afternoon, letters });
            }
        }
        None
    }

    /// What stands here up to the next blank.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let end = self
            .rest
            .iter()
            .position(|&byte| byte == b' ')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }
}

/// Minutes ahead of UTC of `+0200`, `-08:00`, `GMT+1`, `UTC+01:00`, `GMT+05.30`, with a hyphen or
/// a true minus sign.
pub fn numeric_offset(word: &[u8]) -> Option<i64> {
    let word = word
        .strip_prefix(b"GMT")
        .or_else(|| word.strip_prefix(b"UTC"))
        .unwrap_or(word);
    let (sign, rest) = match word.strip_prefix(MINUS.as_bytes()) {
        Some(rest) => (-1, rest),
        None => match word.split_first()? {
            (b'+', rest) => (1, rest),
            (b'-', rest) => (-1, rest),
            _ => return None,
        },
    };
    let mut cursor = Cursor::new(rest);
    let (first, count) = cursor.digits();
    let (hours, minutes) = match (count, cursor.next()) {
        (1 | 2, None) => (first, 0),
        (4, None) => (first / 100, first % 100),
        (1 | 2, Some(b':' | b'.')) => {
            let (minutes, 2) = cursor.digits() else {
                return None;
            };
            (first, minutes)
        }
        _ => return None,
    };
    let valid = cursor.is_done() && hours <= 14 && minutes < 60;
    valid.then(|| sign * i64::try_from(hours * 60 + minutes).unwrap_or(0))
}
