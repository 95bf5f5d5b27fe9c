//! Where a filter failed: function, file and line when it was built with debug information.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

const SOURCE: &str = include_str!("faults.c");

/// Without a library; `-O1` inlines, and the linker is called by itself because clang would hand the module on to
/// `wasm-opt` where there is one, which drops the names.
const COMPILE: [&str; 7] =
    ["--target=wasm32", "-g", "-O1", "-ffreestanding", "-fdebug-compilation-dir=.", "-Wall", "-Werror"];

/// A folder with the filter in it.
struct Filter(TempDir);

impl Filter {
    fn build(link: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("faults.c"), SOURCE).unwrap();
        let run = |program: &str, words: &[&str], files: [&str; 3]| {
            let mut command = Command::new(program);
            let status = command.current_dir(folder.path()).args(words).args(files).status();
            let status = status.unwrap_or_else(|error| {
                panic!("cannot start {program} ({error}): `apt-get install clang lld` brings it")
            });
            assert!(status.success(), "{program}: {status}");
        };
        run("clang", &COMPILE, ["-c", "-ofaults.o", "faults.c"]);
        run("wasm-ld", link, ["--no-entry", "-ofaults.wasm", "faults.o"]);
        Self(folder)
    }

    /// What is shown when a client sends `word`.
    fn shown(&self, word: &str, options: &[&str]) -> String {
        let clients =
            format!("clients: {{ a: {{ from: 203.0.113.9, script: [{{ send: {word} }}, closed] }} }}");
        fs::write(self.0.path().join("story.yaml"), format!("about: A fault.\n{clients}\n")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_host-sim"));
        command.current_dir(self.0.path()).args(["run", "--module", "faults.wasm", "story.yaml"]);
        let output = command.args(options).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "the story says nothing of a fault");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// `function (./faults.c:12:`, where line 12 is the one with this text.
fn place(function: &str, text: &str) -> String {
    let with_text: Vec<_> = SOURCE.lines().enumerate().filter(|(_, line)| line.contains(text)).collect();
    let [(index, _)] = with_text.as_slice() else { panic!("{text:?} is on {} lines", with_text.len()) };
    format!("{function} (./faults.c:{}:", index + 1)
}

/// Lines with these parts follow each other.
fn assert_lines(shown: &str, parts: &[String]) {
    let lines: Vec<_> = shown.lines().collect();
    let fits = |lines: &[&str]| lines.iter().zip(parts).all(|(line, part)| line.contains(part.as_str()));
    assert!(lines.windows(parts.len()).any(fits), "no {parts:#?} in\n{shown}");
}

#[test]
fn a_trap_is_told_with_the_line_of_each_call_even_of_inlined_ones() {
    let shown = Filter::build(&[]).shown("abort", &[]);
    let innermost = place("give_up", "__builtin_trap(); /* here");
    let reason = "wasm `unreachable` instruction executed";
    assert_lines(
        &shown,
        &[
            format!("proxy_on_downstream_data failed: wasm trap: {reason}, in {innermost}"),
            "It panicked or aborted: what it logged before may say why. Calls in faults.wasm that led there"
                .into(),
            format!("0: {innermost}"),
            format!("1: {}", place("parse", "give_up();")),
            format!("2: {}", place("proxy_on_downstream_data", "parse(data);")),
        ],
    );
}

#[test]
fn an_access_outside_the_memory_is_told_with_its_line() {
    let shown = Filter::build(&[]).shown("stray", &[]);
    let innermost = place("stray", "0xfffffff0");
    let fault = "memory fault at wasm address 0xfffffff0 in linear memory of size 0x20000";
    assert_lines(
        &shown,
        &[
            format!("failed: wasm trap: out of bounds memory access ({fault}), in {innermost}"),
            "Its code did what WebAssembly forbids.".into(),
            format!("0: {innermost}"),
            format!("1: {}", place("proxy_on_downstream_data", "stray();")),
        ],
    );
}

#[test]
fn an_endless_loop_is_told_with_the_function_that_loops() {
    let shown = Filter::build(&[]).shown("loop", &["--fuel", "5M"]);
    assert_lines(
        &shown,
        &[
            "failed: it used up its fuel of 5000000 for one call, in spin (./faults.c:".into(),
            "It loops for ever, or needs more: --fuel.".into(),
            "0: spin (./faults.c:".into(),
            format!("1: {}", place("proxy_on_downstream_data", "spin();")),
        ],
    );
    assert!(!shown.contains(":0)"), "a column that the compiler does not know:\n{shown}");
}

#[test]
fn an_endless_recursion_is_told_with_the_function_that_calls_itself() {
    let shown = Filter::build(&[]).shown("recurse", &[]);
    assert_lines(
        &shown,
        &[
            "failed: wasm trap: call stack exhausted, in dive".into(),
            "It calls itself without an end, or needs a smaller stack.".into(),
            "0: dive".into(),
            format!("1: {}", place("dive", "dive() +")),
            "…".into(),
        ],
    );
}

#[test]
fn the_want_of_memory_is_told_with_the_function_that_gave_up_and_the_limit() {
    let shown = Filter::build(&[]).shown("memory", &["--memory", "1MiB"]);
    let innermost = place("hoard", "__builtin_trap(); /* no more");
    let headline = shown.lines().find(|line| line.contains("failed: ")).unwrap();
    assert!(headline.contains(&format!("in {innermost}")), "{headline}");
    assert!(
        headline.ends_with("before that it wanted 1114112 bytes of memory, and the limit is 1048576"),
        "{headline}"
    );
    assert_lines(
        &shown,
        &[
            "It ran out of memory: --memory.".into(),
            format!("0: {innermost}"),
            format!("1: {}", place("proxy_on_downstream_data", "hoard();")),
        ],
    );
}

#[test]
fn without_debug_information_there_are_names_and_without_these_numbers() {
    for (strip, innermost) in [("--strip-debug", "0: parse, at 0x"), ("--strip-all", "0: function 4, at 0x")]
    {
        let shown = Filter::build(&[strip]).shown("abort", &[]);
        let outermost = "1: proxy_on_downstream_data, at 0x";
        assert_lines(&shown, &["It panicked or aborted".into(), innermost.into(), outermost.into()]);
        assert_eq!(shown.contains("names are missing: was it built with strip?"), strip == "--strip-all");
    }
}
