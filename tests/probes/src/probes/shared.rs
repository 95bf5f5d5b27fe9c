//! Shared data and queues.

use crate::call::{
    dequeue_shared_queue, enqueue_shared_queue, get_shared_data, register_shared_queue, resolve_shared_queue,
    say, set_shared_data, set_tick_period,
};
use crate::probe::{Action, Probe};

/// Values and the numbers that guard them.
pub(crate) struct Data;

impl Probe for Data {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        get_shared_data("configured");
        set_shared_data("configured", b"yes", 0, "0");
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        get_shared_data("absent");
        get_shared_data("configured");
        set_shared_data("absent", b"made with a wrong number", 4711, "4711");
        let first = get_shared_data("absent");
        set_shared_data("absent", b"second", first, "its number");
        set_shared_data("absent", b"third", first, "its old number");
        let second = get_shared_data("absent");
        say!("the number has {}", if first == second { "stayed" } else { "changed" });
        set_shared_data("absent", b"fourth", 0, "0");
        get_shared_data("absent");
        set_shared_data("empty", b"", 0, "0");
        let empty = get_shared_data("empty");
        say!("an empty value has {}", if empty == 0 { "no number" } else { "a number" });
        set_shared_data("empty", b"", empty, "its number");
        set_shared_data("", b"under no name", 0, "0");
        get_shared_data("");
        set_shared_data("binary\0key", b"\0\xff", 0, "0");
        get_shared_data("binary\0key");
        get_shared_data("binary");
        set_shared_data("long", &vec![b'x'; 100_000], 0, "0");
        Action::Continue
    }
}

/// Registered, found, filled and emptied; and who is told of it.
#[derive(Default)]
pub(crate) struct Queues {
    queue: u32,
}

impl Probe for Queues {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        resolve_shared_queue("", "never");
        resolve_shared_queue("vm", "never");
        true
    }
    fn queue_ready(&mut self, _: u32, queue: u32) {
        dequeue_shared_queue(queue);
    }
    fn new_connection(&mut self, _: u32) -> Action {
        self.queue = register_shared_queue("queue");
        register_shared_queue("queue");
        let other = register_shared_queue("other");
        register_shared_queue("");
        resolve_shared_queue("", "queue");
        resolve_shared_queue("vm", "queue");
        resolve_shared_queue("elsewhere", "queue");
        resolve_shared_queue("vm", "other");
        dequeue_shared_queue(self.queue);
        dequeue_shared_queue(0);
        dequeue_shared_queue(4711);
        enqueue_shared_queue(4711, b"nowhere");
        enqueue_shared_queue(self.queue, b"first");
        enqueue_shared_queue(self.queue, b"second");
        enqueue_shared_queue(other, b"");
        enqueue_shared_queue(other, b"x");
        dequeue_shared_queue(other);
        set_tick_period(50);
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        dequeue_shared_queue(self.queue);
        enqueue_shared_queue(self.queue, b"from the tick");
    }
}
