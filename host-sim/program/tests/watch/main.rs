//! `host-sim run --trace`, `run --timeline` and `report` as a person types them, with a filter of a few lines.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A filter that lets everybody through.
const OPEN_DOOR: &str = r#"(module (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_new_connection") (param i32) (result i32) (i32.const 0)))"#;

const STORY: &str = r#"
about: Somebody says hello.
clients:
  somebody: { from: 203.0.113.9, script: [{ expect: "220 mx.test ESMTP\r\n" }, { send: "<b>\r\n" }] }
"#;

/// A folder with a filter and a story in it.
struct Folder(TempDir);

impl Folder {
    fn new(story: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("door.wat"), OPEN_DOOR).unwrap();
        fs::write(folder.path().join("story.yaml"), story).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
        command.current_dir(self.0.path()).args(words.split(' ')).args([
            "--module",
            "door.wat",
            "story.yaml",
        ]);
        command
    }

    fn run(&self, words: &str) -> Output {
        self.command(words).output().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_trace_comes_before_how_the_story_went() {
    let output = Folder::new(STORY).run("run --trace");
    let lines = text(&output.stdout);
    let call = "   0.000 worker 0    context 2  proxy_on_new_connection(context: 2) = Continue\nok ";
    assert!(output.status.success() && lines.contains(call), "{lines}");
}

#[test]
fn a_trace_of_another_abi_is_refused() {
    let output = Folder::new(STORY).run("run --trace --abi native");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("expected --abi proxy-wasm, got native"), "{output:?}");
}

#[test]
fn a_timeline_has_the_words_of_the_story() {
    let output = Folder::new(STORY).run("run --timeline");
    let lines = text(&output.stdout);
    assert!(lines.contains("◀  somebody ← server \"220 mx.test ESMTP\\r\\n\"\n"), "{lines}");
    assert!(lines.contains("▶  somebody says \"<b>\\r\\n\" → server\n"), "{lines}");
}

#[test]
fn a_reader_who_leaves_early_does_not_disturb() {
    let folder = Folder::new(STORY);
    let mut child = folder.command("run --trace --timeline").stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_report_is_written_where_it_should_be() {
    let folder = Folder::new(STORY);
    let output = folder.run("report --output page.html");
    assert_eq!(text(&output.stdout), "wrote page.html\n1 passed, 0 failed\n");
    assert!(output.status.success());
    let page = fs::read_to_string(folder.path("page.html")).unwrap();
    assert!(page.contains("Somebody says hello.") && page.contains("&lt;b&gt;\\r\\n"), "{page}");
}

#[test]
fn a_story_that_goes_another_way_is_reported_and_fails() {
    let folder = Folder::new(&STORY.replace("ESMTP", "SMTP"));
    let output = folder.run("report -o page.html");
    assert_eq!(output.status.code(), Some(1));
    let page = fs::read_to_string(folder.path("page.html")).unwrap();
    assert!(page.contains("<del>- &quot;220 mx.test SMTP\\r\\n&quot;</del>"), "{page}");
}

#[test]
fn a_page_that_cannot_be_written_is_named() {
    let output = Folder::new(STORY).run("report -o none/page.html");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write none/page.html"), "{output:?}");
}
