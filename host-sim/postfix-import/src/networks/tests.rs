use super::*;
use crate::context::sample;

/// The patterns, and the numbers of warnings and of mistakes.
fn read(value: &str) -> (Vec<String>, usize, usize) {
    let (setting, mut context) = sample("mynetworks", value);
    let patterns = patterns(&setting, &mut context);
    (patterns, context.warnings.len(), context.mistakes.len())
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
        ("fd00::/8", "fd00::/8", 1),
        ("10.0.0.0/8 # 192.0.2.0/24", "10.0.0.0/8", 0),
    ] {
        assert_eq!(read(value), (split(expected), warnings, 0), "{value}");
    }
}

#[test]
fn an_address_that_is_none_is_an_error() {
    for value in ["10.0.0.1/8", "10.0.0", "192.0.2.256", "[::1", "10.0.0.0/33", "f d00::/8", "10.0.0.0 /8"] {
        assert_eq!(read(value), (vec![], 0, 1), "{value}");
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

#[test]
fn all_mistakes_are_told_and_the_rest_goes_on() {
    assert_eq!(read("10.0.0.1/8 192.0.2.0/24 fd::/8 f e80::/10"), (split("192.0.2.0/24"), 0, 3));
}

#[test]
fn files_name_files_up_to_a_limit() {
    let directory = tempfile::tempdir().unwrap();
    let path = |number: usize| directory.path().join(number.to_string()).display().to_string();
    for number in 0..=FILES_DEPTH_MAX {
        let text = format!("192.0.2.{number} # one, of many\r\n{}\n", path(number + 1));
        std::fs::write(path(number), text).unwrap();
    }
    let (patterns, warnings, _) = read(&path(0));
    assert_eq!((patterns.len(), warnings), (FILES_DEPTH_MAX, 1));
    // A file that names itself.
    std::fs::write(path(0), format!("192.0.2.0 10.0.0.1/8\n{}\n", path(0))).unwrap();
    let (patterns, warnings, mistakes) = read(&path(0));
    assert_eq!((patterns.len(), warnings, mistakes), (FILES_DEPTH_MAX, 1, FILES_DEPTH_MAX));
    std::fs::write(path(0), "\n# nothing\n").unwrap();
    assert_eq!(read(&path(0)), (vec![], 1, 0));
}
