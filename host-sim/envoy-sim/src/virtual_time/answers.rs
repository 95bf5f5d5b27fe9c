//! Answers on their way to a host.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{CallId, Input};

/// By arrival, and those of one moment in their [`Order`].
#[derive(Debug, Default)]
pub struct Answers {
    under_way: BTreeMap<(Duration, i64), (CallId, Input)>,
    order: Order,
    sent: i64,
}

/// In which order answers come that arrive at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were sent.
    #[default]
    FirstFirst,
    /// The other way round.
    LastFirst,
}

impl Answers {
    /// None yet.
    pub fn in_order(order: Order) -> Self {
        Self { order, ..Self::default() }
    }

    /// The answer to `call` sets out, and arrives at `arrival`.
    pub fn send(&mut self, call: CallId, answer: Input, arrival: Duration) {
        self.sent += 1;
        let turn = if self.order == Order::FirstFirst { self.sent } else { -self.sent };
        self.under_way.insert((arrival, turn), (call, answer));
    }

    /// Nobody wants the answer any more.
    pub fn cancel(&mut self, call: CallId) {
        self.under_way.retain(|_, (asked, _)| *asked != call);
    }

    /// When the next one arrives.
    pub fn next(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((arrival, _), _)| *arrival)
    }

    /// Takes the first that has arrived by `now`.
    pub fn arrived(&mut self, now: Duration) -> Option<Input> {
        let entry = self.under_way.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(entry.remove().1)
    }
}
