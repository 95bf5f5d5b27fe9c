use std::cell::Cell;

use anyhow::bail;
use tokio::time::Instant;

use super::*;

const PERIOD: Duration = Duration::from_secs(5);

/// Attempts of which the first `failures` fail: how it ended, how many there were, and how long it took.
async fn attempts(failures: u32, failures_max: u32) -> (bool, u32, Duration) {
    let (began, made) = (Instant::now(), Cell::new(0));
    let attempt = async || {
        made.set(made.get() + 1);
        Ok(made.get() > failures)
    };
    let result = until_success(PERIOD, failures_max, attempt, || Ok(())).await;
    (result.is_ok(), made.get(), began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn the_first_attempt_is_made_at_once_and_the_others_a_period_apart() {
    assert_eq!(attempts(0, 3).await, (true, 1, Duration::ZERO));
    assert_eq!(attempts(2, 3).await, (true, 3, 2 * PERIOD));
}

#[tokio::test(start_paused = true)]
async fn too_many_failures_are_an_error() {
    assert_eq!(attempts(3, 3).await, (false, 3, 3 * PERIOD));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_who_has_ended() {
    let made = Cell::new(0);
    let attempt = async || {
        made.set(made.get() + 1);
        Ok(false)
    };
    let result =
        until_success(PERIOD, 9, attempt, || if made.get() < 2 { Ok(()) } else { bail!("gone") }).await;
    assert_eq!((result.unwrap_err().to_string(), made.get()), ("gone".to_owned(), 2));
}
