use std::cell::Cell;

use super::{QUESTIONS_WAITING_MAX, Waiting};

#[test]
fn questions_wait_below_and_at_the_limit_and_not_above_it() {
    for (waiting, admitted) in [
        (QUESTIONS_WAITING_MAX - 1, true),
        (QUESTIONS_WAITING_MAX, false),
        (QUESTIONS_WAITING_MAX + 1, false),
    ] {
        let count = Cell::new(waiting);
        let entered = Waiting::enter(&count);
        assert_eq!(entered.is_some(), admitted, "{waiting}");
        drop(entered);
        assert_eq!(count.get(), waiting);
    }
}
