//! Lists as Postfix writes them.

/// The entries of a list: separated by commas and blanks, except inside braces.
pub fn entries(list: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    let mut start = None;
    let mut depth = 0_usize;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let between = depth == 0 && (c.is_whitespace() || c == ',');
        match start {
            None if !between => start = Some(at),
            Some(begin) if between => {
                entries.push(&list[begin..at]);
                start = None;
            }
            _ => {}
        }
    }
    entries.extend(start.map(|begin| &list[begin..]));
    entries
}

/// The text inside the braces that `text` begins with, and what follows them.
pub fn braced(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{')?;
    let mut depth = 1_usize;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inside[..at], &inside[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_blanks_separate_but_not_inside_braces() {
        assert_eq!(
            entries(" a, b\tc,,regexp:{{/^[^A-Z]/ Bogus}} d"),
            ["a", "b", "c", "regexp:{{/^[^A-Z]/ Bogus}}", "d"]
        );
        assert!(entries(" , ").is_empty());
    }

    #[test]
    fn braces_are_balanced() {
        assert_eq!(braced("{a{b}c}:d"), Some(("a{b}c", ":d")));
        assert_eq!(braced("{a{b}"), None);
        assert_eq!(braced("a"), None);
    }
}
