use std::time::Duration;

use anyhow::bail;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

use super::{SuiteTest, TestResults, run};

fn tests() -> Vec<SuiteTest> {
    vec![
        SuiteTest::new("passes", async |_| Ok("well".to_owned())),
        SuiteTest::new("fails", async |_| bail!("on purpose")),
        SuiteTest::new("panics", async |_| panic!("on purpose")),
        SuiteTest::new("passes too", async |_| Ok(String::new())),
    ]
}

#[tokio::test(flavor = "current_thread")]
async fn every_test_runs_and_failures_are_counted() {
    for at_once in [1, 3] {
        let tally = LocalSet::new().run_until(run(tests(), at_once)).await;
        assert_eq!(tally, TestResults { passed: 2, failed: vec!["fails".to_owned(), "panics".to_owned()] });
    }
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn no_more_tests_run_at_once_than_asked_for() {
    let sleeper = || {
        SuiteTest::new("sleeps", async |_| {
            sleep(Duration::from_secs(1)).await;
            Ok(String::new())
        })
    };
    let began = Instant::now();
    LocalSet::new().run_until(run(vec![sleeper(), sleeper(), sleeper(), sleeper()], 2)).await;
    assert_eq!(began.elapsed().as_secs(), 2);
}
