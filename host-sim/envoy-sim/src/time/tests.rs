use std::time::Duration;

use super::{Timer, Timers};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn fire_in_order_of_time_and_not_before() {
    let mut timers = Timers::default();
    timers.set(Timer::Idle(2), s(3));
    timers.set(Timer::Tick(1), s(1));
    assert_eq!(timers.next(), Some(s(1)));
    assert_eq!(timers.expired(Duration::from_nanos(999_999_999)), None);
    assert_eq!(timers.expired(s(3)), Some(Timer::Tick(1)));
    assert_eq!(timers.expired(s(3)), Some(Timer::Idle(2)));
    assert_eq!(timers.expired(s(3)), None);
}

#[test]
fn setting_again_moves_and_stopping_removes() {
    let mut timers = Timers::default();
    timers.set(Timer::Connect(2), s(1));
    timers.set(Timer::Connect(2), s(5));
    assert_eq!(timers.next(), Some(s(5)));
    timers.stop(Timer::Connect(2));
    timers.stop(Timer::Connect(2));
    assert_eq!(timers.next(), None);
}
