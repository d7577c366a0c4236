//! The content security policy: nothing is loaded, and only our own style and script run.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The policy of a page with these texts between its `<style>` and `<script>` tags and these
/// drawings, whose own styles are allowed too.
pub(super) fn policy<'a>(
    style: &'a str,
    script: &str,
    drawings: impl Iterator<Item = &'a str>,
) -> String {
    let mut allowed = vec![style];
    for body in drawings.flat_map(styles) {
        if !allowed.contains(&body) {
            allowed.push(body);
        }
    }
    let hashes: Vec<String> = allowed.into_iter().map(hash).collect();
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hashes.join(" "),
        hash(script)
    )
}

/// The source expression that allows exactly this text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// What stands between the tags of each `<style>` of a drawing.
fn styles(svg: &str) -> impl Iterator<Item = &str> {
    svg.split("<style").skip(1).filter_map(|rest| {
        let (_, body) = rest.split_once('>')?;
        let (body, _) = body.split_once("</style>")?;
        Some(body)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_bytes() {
        assert_eq!(
            hash("abc"),
            "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='"
        );
    }

    #[test]
    fn styles_of_drawings_are_found_once() {
        let svg = "<svg><style>a{}</style><g/><style type=\"text/css\">b{}</style></svg>";
        assert_eq!(styles(svg).collect::<Vec<_>>(), ["a{}", "b{}"]);
        assert_eq!(styles("<svg><style>open").count(), 0);
        assert_eq!(styles("<svg><text>&lt;style></text></svg>").count(), 0);
        let policy = policy("p{}", "s()", [svg, svg].into_iter());
        assert_eq!(policy.matches("'sha256-").count(), 4);
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    }
}
