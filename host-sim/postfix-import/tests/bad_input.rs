//! Files that nobody wrote for Postfix: each is named, with a place, and what is said stays short.

use std::fs;
use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme};
use postfix_import::{Source, import};

/// What is said of a main.cf with this content; the directory has other files.
fn said(directory: &Path, main: impl AsRef<[u8]>) -> String {
    let main_cf = directory.join("main.cf");
    fs::write(&main_cf, main).unwrap();
    let imported = import(&Source { main_cf, master_cf: None, root: Some(directory.to_owned()) });
    let mut said: String = imported.warnings.iter().map(|warning| warning.to_string() + "\n").collect();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(10_000);
    for problem in imported.json.err().unwrap_or_default() {
        handler.render_report(&mut said, problem.as_ref()).unwrap();
    }
    said
}

#[test]
fn gigantic_lines_are_named_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let line = |name: &str, length: usize| format!("\n{name} = {}\n", "x ".repeat(length / 2));
    for (main, expected) in [
        (line("postscreen_dnsbl_sites", 3 << 20), "main.cf:2:1: postscreen_dnsbl_sites = x x"),
        (line("postscreen_greet_action", 1 << 19), "main.cf:2:27: postscreen_greet_action = x x"),
        (line("postscreen_unknown", 1 << 19), "main.cf:2:1: postscreen_unknown = x x"),
        (line("postscreen_access_list", 1 << 19), "main.cf:2:26: postscreen_access_list = x"),
        ("y".repeat(1 << 20), "main.cf:1:1: yyy"),
    ] {
        let said = said(directory.path(), &main);
        assert!(said.contains(expected), "{expected}");
        assert!(said.len() < 4_000, "{expected}: {} bytes", said.len());
    }
}

#[test]
fn problems_have_a_limit() {
    let directory = tempfile::tempdir().unwrap();
    let told = |mistakes: usize, warnings: usize| {
        let lists: String =
            (0..mistakes).map(|number| " ".to_owned() + &number.to_string() + ".\n").collect();
        let names: String =
            (0..warnings).map(|number| "postscreen_".to_owned() + &number.to_string() + " = x\n").collect();
        let main =
            format!("myhostname = mx\ncompatibility_level = 3\n{names}postscreen_dnsbl_sites =\n{lists}");
        let said = said(directory.path(), main);
        let more = said.split_once("more that are not told").map_or(0, |(before, _)| {
            before.split_whitespace().next_back().unwrap().parse::<usize>().unwrap()
        });
        (said.matches("is not valid").count(), said.matches("no such parameter").count(), more)
    };
    assert_eq!(told(99, 999), (99, 999, 0));
    assert_eq!(told(100, 1_000), (100, 1_000, 0));
    assert_eq!(told(101, 1_001), (100, 1_000, 2));
}

#[test]
fn what_is_no_text_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let said = |main: &[u8]| said(directory.path(), main);
    assert!(
        said(b"a = 1\nb\0").contains("main.cf cannot be read: no text, but a NUL byte, in line 2, column 2")
    );
    let escape = said(b"postscreen_greet_action = \x1b[31mdrop\r\n");
    assert!(escape.contains("main.cf:1:27: postscreen_greet_action") && !escape.contains('\x1b'), "{escape}");
    fs::write(directory.path().join("a.cidr"), b"\x7fELF\0").unwrap();
    let table = said(b"postscreen_access_list = cidr:a.cidr");
    assert!(table.contains("a.cidr cannot be read: no text, but a NUL byte, in line 1, column 5"), "{table}");
}

#[test]
fn lines_of_another_system_are_read() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.cidr"), "192.0.2.1 reject\r\n\r\n").unwrap();
    let main = "\u{feff}myhostname = mx.test\r\ncompatibility_level = 3.6\r\nmynetworks = 127.0.0.0/8,\r\n  \
                192.0.2.0/24\r\npostscreen_access_list = cidr:a.cidr\r\n";
    assert_eq!(said(directory.path(), main), "");
}

#[test]
fn what_is_not_there_or_contains_itself_is_named() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("loop"), "192.0.2.1\n/loop\n").unwrap();
    fs::create_dir(directory.path().join("directory")).unwrap();
    let deep = "proxy:".repeat(100_000);
    for (value, expected) in [
        ("mynetworks = /loop", "More than 10 files name each other."),
        ("mynetworks = /missing", "/missing cannot be read: No such file"),
        ("mynetworks = /directory", "/directory cannot be read: it is no regular file."),
        ("postscreen_dnsbl_reply_map = texthash:/missing", "/missing cannot be read: No such file"),
        ("postscreen_access_list = cidr:/missing, permit", "these clients are tested: permit."),
        (
            &format!("postscreen_access_list = {deep}static:permit"),
            "More than 10 tables stand within each other.",
        ),
        ("mynetworks = $mynetworks", "a value that contains itself"),
        ("postscreen_dnsbl_sites = $a\na = $postscreen_dnsbl_sites", "a value that contains itself"),
    ] {
        let said = said(directory.path(), format!("myhostname = mx.test\n{value}\n"));
        assert!(said.contains(expected) && said.contains("main.cf:2:") || said.contains("loop:2:"), "{said}");
    }
    let missing = Source { main_cf: "missing.cf".into(), master_cf: None, root: None };
    let problems = import(&missing).json.unwrap_err();
    assert!(problems[0].to_string().starts_with("missing.cf cannot be read: No such file"), "{problems:?}");
}
