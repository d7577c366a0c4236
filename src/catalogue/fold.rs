//! How texts are compared: the one place that says which spellings are the same.

/// A Login History status as it is compared: trimmed, in lower case, without one leading
/// `Failed: `, runs of blanks made one.
///
/// The same status is met with and without that prefix and in several capitalisations.
pub fn fold_status(text: &str) -> String {
    let folded = fold_key(text);
    match folded.strip_prefix("failed:") {
        Some(rest) => rest.trim_start().to_owned(),
        None => folded,
    }
}

/// Any other text as it is compared: trimmed, in lower case, runs of blanks made one.
pub fn fold_key(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Nearly all are: the description of every combination is compared.
    let is_ascii = text.is_ascii();
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        match is_ascii {
            true => folded.push_str(word),
            false => folded.extend(word.chars().flat_map(char::to_lowercase)),
        }
    }
    folded.make_ascii_lowercase();
    folded
}

/// A text as it is compared where punctuation and blanks vary from writer to writer: its letters
/// and digits alone, in lower case.
pub fn fold_letters(text: &str) -> String {
    // Nearly all are: every column of every file is compared.
    if text.is_ascii() {
        let mut folded = text.to_owned();
        folded.retain(|c| c.is_ascii_alphanumeric());
        folded.make_ascii_lowercase();
        return folded;
    }
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_prefix_and_blanks() {
        assert_eq!(fold_status(" Failed:  Invalid\tToken "), "invalid token");
        assert_eq!(
            fold_status("Invalid Password"),
            fold_status("FAILED: invalid password")
        );
        assert_eq!(fold_status("failed: failed: x"), "failed: x");
        assert_eq!(fold_key("  A  b "), "a b");
        assert_eq!(fold_key("\u{a0}\u{c4}RGER  Über\u{b}\n X"), "ärger über x");
        assert_eq!(fold_key("\u{130}"), "i\u{307}");
    }
}
