use std::process::Command;

use super::{TestCounts, run_counted, *};

fn rows() -> Vec<StepRow> {
    let elapsed = Duration::from_millis(1_250);
    vec![
        StepRow {
            step: SuiteStep::Fmt,
            outcome: StepResult::Passed(TestCounts { passed: 1, failed: 0 }),
            elapsed,
        },
        StepRow {
            step: SuiteStep::Unit,
            outcome: StepResult::Failed(TestCounts { passed: 40, failed: 2 }),
            elapsed,
        },
        StepRow::not_run(SuiteStep::Envoy),
    ]
}

#[test]
fn the_table_has_a_line_for_every_step() {
    let table = table(&rows());
    let lines: Vec<String> =
        table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        ["step result tests time", "fmt passed 1 1.2 s", "unit FAILED 40 of 42 1.2 s", "envoy not run - -"]
    );
}

#[test]
fn the_closing_line_sums_up_what_ran() {
    assert_eq!(total(&rows()), "41 passed, 2 failed");
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn closing_lines_of_cargo_and_of_our_own_runners_are_read() {
    let cargo =
        "test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.09s";
    assert_eq!(TestCounts::read(cargo), Some(TestCounts { passed: 4, failed: 1 }));
    assert_eq!(TestCounts::read("40 passed, 0 failed"), Some(TestCounts { passed: 40, failed: 0 }));
    assert_eq!(
        TestCounts::read("  2 passed, 0 failed, 1 skipped"),
        Some(TestCounts { passed: 2, failed: 0 })
    );
}

#[test]
fn other_lines_are_not_counted() {
    for line in ["", "test zone::tests::a ... ok", "3 passed", "three passed, 0 failed", "test result: ok"] {
        assert_eq!(TestCounts::read(line), None, "{line}");
    }
}

#[test]
fn every_closing_line_of_a_run_counts() {
    let tally =
        run_counted(&mut shell("echo 2 passed, 0 failed; echo noise; echo 3 passed, 0 failed")).unwrap();
    assert_eq!(tally, TestCounts { passed: 5, failed: 0 });
}

#[test]
fn a_run_that_executed_nothing_has_failed() {
    let failed = run_counted(&mut shell("echo 0 passed, 0 failed")).unwrap_err();
    assert!(failed.error.to_string().starts_with("ran no test: "), "{}", failed.error);
    assert_eq!(failed.tally, TestCounts { passed: 0, failed: 1 });
}

#[test]
fn a_run_that_ends_badly_keeps_its_counts() {
    let failed = run_counted(&mut shell("echo 2 passed, 1 failed; exit 3")).unwrap_err();
    assert_eq!(failed.tally, TestCounts { passed: 2, failed: 1 });
    assert!(format!("{:#}", failed.error).ends_with("exit status: 3"), "{:#}", failed.error);
}

#[test]
fn failures_count_even_if_the_runner_ends_well() {
    assert_eq!(
        run_counted(&mut shell("echo 2 passed, 1 failed")).unwrap_err().tally,
        TestCounts { passed: 2, failed: 1 }
    );
}
