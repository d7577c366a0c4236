//! Times as counts since 1970, as streams and programs write them.

use super::TimeFault;
use super::cursor::Cursor;
use crate::event::Instant;

/// Digits of a count of seconds, milliseconds, microseconds between 2001 and 2286.
const SECONDS: u32 = 10;
const MILLIS: u32 = 13;
/// Times that are believed, as for dates: from 1999 to the end of 2099.
const FIRST: i64 = 915_148_800_000;
const LAST: i64 = 4_102_444_800_000;

/// A count of so many digits; the cursor stands behind them.
pub(super) fn counted(
    count: u64,
    digits: u32,
    mut cursor: Cursor<'_>,
) -> Result<Instant, TimeFault> {
    let fraction = cursor.fraction_millis();
    cursor.blanks();
    let count = i64::try_from(count).map_err(|_| TimeFault::NotATime)?;
    let millis = match digits {
        SECONDS => count * 1000 + fraction,
        MILLIS => count,
        _ => count / 1000,
    };
    if !cursor.is_done() || !(FIRST..LAST).contains(&millis) {
        return Err(TimeFault::NotATime);
    }
    Ok(Instant::from_millis(millis))
}

/// A number with an exponent, as a whole one.
pub(super) fn scientific(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if !text.bytes().all(is_part) || !text.contains(['e', 'E']) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    // Beyond this no count of a time that is believed; and every whole number below is exact.
    (1e9..1e15).contains(&number).then(|| number.round() as u64)
}
