//! The only door from event text to markup.
//!
//! Usernames, app names, descriptions, paths and excerpts are written by whoever tried to log
//! in, so they are hostile until proven otherwise. Each writer passes them through the function
//! that fits its medium; none invents an escape of its own. HTML has no function here: the
//! templates escape everything, and get text that [`visible`] has been through.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows what would steer a terminal or a page, or not be seen at all: control characters,
/// changes of writing direction and characters without width become `\n`, `\u{1b}`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    // Nearly all of what is written is plain.
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unseen(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Text for a line or a table cell of Markdown: no markup, link, cell border, tag or mention
/// can begin in it.
pub fn markdown(text: &str) -> String {
    let shown = visible(text);
    let mut out = String::with_capacity(shown.len() + 16);
    let mut before: Option<char> = None;
    let mut rest = shown.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // between blanks inside a line it is a path of menus, no tag and no quotation
            '>' if before == Some(' ') && after == Some(' ') && !out.trim().is_empty() => {
                out.push(c);
            }
            '>' => out.push_str("&gt;"),
            // an entity, since not every reader of tables knows the backslash
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => push_escaped(&mut out, c),
            // an address is no mention, a name after a blank is
            '@' if !before.is_some_and(char::is_alphanumeric) => out.push_str("@<!-- -->"),
            // no issue reference; a heading needs the start of a line
            '#' if before.is_none() || after.is_some_and(|a| a.is_ascii_digit()) => {
                out.push_str("#<!-- -->");
            }
            // no bare link: a scheme, or www.
            ':' if is_digit(before) && is_digit(after) => out.push(c),
            ':' if after.is_some_and(|a| !a.is_whitespace()) => push_escaped(&mut out, c),
            '.' if ends_with_www(&out) => push_escaped(&mut out, c),
            // no list, rule or underlined heading at the start of a line
            '-' | '+' | '=' if before.is_none() => push_escaped(&mut out, c),
            '.' | ')' if is_number(&out) && after.is_none_or(char::is_whitespace) => {
                push_escaped(&mut out, c);
            }
            _ => out.push(c),
        }
        before = Some(c);
    }
    out
}

/// A name for a line of Markdown as code, which shows it letter by letter, to be copied; as text
/// where it holds what would end the code.
pub fn markdown_code(text: &str) -> String {
    let shown = visible(text);
    if shown.is_empty() || shown.contains(['`', '|']) {
        return markdown(text);
    }
    format!("`{shown}`")
}

/// A field of a CSV that no spreadsheet takes for a formula. Quoting is the CSV writer's.
pub fn csv_safe(text: &str) -> Cow<'_, str> {
    // the wide forms too: East Asian editions of a spreadsheet read them like the narrow ones
    const STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(STARTS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Text for a terminal: nothing in it moves the cursor, colours a line or starts a new one.
pub fn terminal(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// Whether a character steers or hides text instead of standing for something to see.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn push_escaped(out: &mut String, c: char) {
    // writing to a String can't fail
    let _ = write!(out, "\\{c}");
}

fn is_digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit())
}

fn ends_with_www(out: &str) -> bool {
    out.len() >= 3 && out.as_bytes()[out.len() - 3..].eq_ignore_ascii_case(b"www")
}

fn is_number(out: &str) -> bool {
    !out.is_empty() && out.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        for text in ["", "ann@example.com", "Überweisung 東京 🙂", "a\\b"] {
            assert!(matches!(visible(text), Cow::Borrowed(t) if t == text));
        }
    }

    #[test]
    fn what_steers_or_hides_is_shown() {
        assert_eq!(visible("\x1b[31mred"), "\\u{1b}[31mred");
        assert_eq!(visible("a\nb\r\tc\0"), "a\\nb\\r\\tc\\u{0}");
        assert_eq!(visible("txt.\u{202e}exe"), "txt.\\u{202e}exe");
        assert_eq!(visible("\u{9b}0m\u{feff}"), "\\u{9b}0m\\u{feff}");
        assert_eq!(
            visible("a\u{200b}\u{2066}b\u{e0041}"),
            "a\\u{200b}\\u{2066}b\\u{e0041}"
        );
        assert_eq!(visible("\u{2028}"), "\\u{2028}");
    }

    #[test]
    fn markdown_knows_no_link_and_no_tag() {
        assert_eq!(
            markdown("](javascript:alert(1))"),
            "\\](javascript\\:alert(1))"
        );
        assert_eq!(markdown("<script>&"), "&lt;script&gt;&amp;");
        assert_eq!(
            markdown("![x](http://a.example)"),
            "!\\[x\\](http\\://a.example)"
        );
        assert_eq!(markdown("see WWW.a.example"), "see WWW\\.a.example");
    }

    #[test]
    fn markdown_stays_in_its_cell_and_line() {
        assert_eq!(markdown("a|b"), "a&#124;b");
        assert_eq!(markdown("a\\|b"), "a\\\\&#124;b");
        assert_eq!(markdown("a\n# b"), "a\\\\n# b");
        assert_eq!(
            markdown("`x` *y* _z_ ~q~ $m$"),
            "\\`x\\` \\*y\\* \\_z\\_ \\~q\\~ \\$m\\$"
        );
    }

    #[test]
    fn markdown_begins_no_block() {
        assert_eq!(markdown("- a-b"), "\\- a-b");
        assert_eq!(markdown("==="), "\\===");
        assert_eq!(markdown("12. a. 3)"), "12\\. a. 3)");
        assert_eq!(markdown("# head"), "#<!-- --> head");
    }

    #[test]
    fn times_addresses_and_menus_stay_readable() {
        assert_eq!(markdown("at 03:20:05"), "at 03:20:05");
        assert_eq!(markdown("192.0.2.1 is it"), "192.0.2.1 is it");
        assert_eq!(markdown("Setup > Users"), "Setup > Users");
        assert_eq!(markdown(" > quoted"), " &gt; quoted");
        assert_eq!(markdown("a>b"), "a&gt;b");
        assert_eq!(markdown("12."), "12\\.");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(markdown_code("a_b/<c>.csv"), "`a_b/<c>.csv`");
        assert_eq!(markdown_code("a`<b>"), "a\\`&lt;b&gt;");
        assert_eq!(markdown_code("a\nb"), "`a\\nb`");
        assert_eq!(markdown_code(""), "");
    }

    #[test]
    fn markdown_calls_nobody_but_keeps_addresses() {
        assert_eq!(markdown("ann@example.com"), "ann@example.com");
        assert_eq!(markdown("@all #12"), "@<!-- -->all #<!-- -->12");
        assert_eq!(markdown("invalid_grant: no"), "invalid\\_grant: no");
    }

    #[test]
    fn no_formula_in_a_spreadsheet() {
        assert_eq!(csv_safe("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        for start in ['+', '-', '@', '\t', '\r', '\n', '＝'] {
            assert_eq!(csv_safe(&format!("{start}1")), format!("'{start}1"));
        }
        for plain in ["", "a=1", " =1", "ann@example.com"] {
            assert!(matches!(csv_safe(plain), Cow::Borrowed(t) if t == plain));
        }
    }

    #[test]
    fn a_terminal_gets_no_escape_sequence() {
        assert_eq!(terminal("\x1b]0;title\x07"), "\\u{1b}]0;title\\u{7}");
        assert!(matches!(terminal("Überprüft"), Cow::Borrowed(_)));
    }
}
