use super::*;
use crate::context::sample;

fn read(value: &str) -> Result<(Vec<String>, usize), InvalidSetting> {
    let (setting, mut context) = sample("mynetworks", value);
    let patterns = patterns(&setting, &mut context)?;
    Ok((patterns, context.warnings.len()))
}

#[test]
fn entries_become_patterns() {
    for (value, expected, warnings) in [
        ("127.0.0.0/8 [::1]/128, [fe80::]/64", "127.0.0.0/8 ::1/128 fe80::/64", 0),
        ("!192.0.2.1, !!192.0.2.2", "!192.0.2.1/32 192.0.2.2/32", 0),
        ("static:all", "0.0.0.0/0 ::/0", 0),
        ("!cidr:{{192.0.2.0/25 x}, {192.0.2.128/25 x}}", "!192.0.2.0/25 !192.0.2.128/25", 0),
        ("mail.example.com, localhost", "", 2),
        ("hash:/missing, /missing, mysql:x", "", 3),
    ] {
        assert_eq!(read(value).unwrap(), (split(expected), warnings), "{value}");
    }
}

#[test]
fn an_address_that_is_none_is_an_error() {
    for value in ["10.0.0.1/8", "10.0.0", "192.0.2.256", "[::1", "10.0.0.0/33"] {
        assert!(read(value).is_err(), "{value}");
    }
}

#[test]
fn the_first_pattern_decides_about_an_address() {
    let shown = |list: &str| {
        let named = addresses(list.split(' ')).networks();
        named.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(shown("!10.0.0.0/9 10.0.0.0/8"), ["10.128.0.0/9"]);
    assert_eq!(shown("10.0.0.0/8 !10.0.0.0/9"), ["10.0.0.0/8"]);
}

fn split(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}
