use super::*;

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
