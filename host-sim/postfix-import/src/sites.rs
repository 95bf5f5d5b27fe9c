//! Where in an entry of `postscreen_dnsbl_sites` the mistake is.

use std::ops::Range;

/// The part of `entry` that `reason`, the engine's words about it, speaks of.
pub fn wrong_part(entry: &str, reason: &str) -> Range<usize> {
    let weight = entry.find('*').unwrap_or(entry.len());
    let domain = entry[..weight].find('=').unwrap_or(weight);
    if reason.starts_with("bad DNSBL weight") {
        return weight + 1..entry.len();
    }
    if !reason.starts_with("bad DNSBL filter") {
        return 0..domain;
    }
    let filter = domain + 1;
    // The wrong token of the filter stands between ">" and "<".
    let token = || {
        let (_, shown) = reason.rsplit_once(" at \"")?;
        let shown = shown.trim_end_matches('"');
        let before = shown.find('>')?;
        let length = shown[before + 1..].find('<')?;
        // What is shown lacks the brackets around a whole filter.
        let plain = format!("{}{}", &shown[..before], &shown[before + 1..]).replacen('<', "", 1);
        let start = filter + entry.get(filter..weight)?.find(&plain)? + before;
        Some(start..start + length)
    };
    token().filter(|part| part.end <= weight && entry.is_char_boundary(part.start)).unwrap_or(filter..weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use postscreen_engine::dnsbl::Site;

    #[test]
    fn the_wrong_part_is_found() {
        for (entry, start, part) in [
            ("b.test=127.0.0.256*2", 15, "256"),
            ("b.test=127.0.0", 14, ""),
            ("b.test=127.0.0.[2..1]", 19, "1"),
            ("b.test=[127.0.0.256]", 16, "256"),
            ("b.test=[127.0.0.2", 7, "[127.0.0.2"),
            ("b.test=127.0.0.[2:3]", 17, ":"),
            ("b.test=127.0.0.[2;4", 19, ""),
            ("b.test=*1", 7, ""),
            ("b.test=127.0.0.2*x", 17, "x"),
            ("b.test*1.5", 7, "1.5"),
            ("b.test*2=127.0.0.1", 7, "2=127.0.0.1"),
            ("1.2.3.4=127.0.0.1*2", 0, "1.2.3.4"),
            ("-b.test", 0, "-b.test"),
        ] {
            let reason = entry.parse::<Site>().unwrap_err();
            let found = wrong_part(entry, &reason);
            assert_eq!((found.start, &entry[found]), (start, part), "{entry}: {reason}");
        }
    }
}
