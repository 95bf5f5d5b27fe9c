//! Log, clock, status, addresses outside the memory, and a configuration that is refused.

use crate::call::{self, NOWHERE, done, get_log_level, get_status, log, log_at, now, say, set_tick_period};
use crate::probe::{Action, Probe};
use crate::{abi, words};

/// Which levels there are, and which are dropped.
pub(crate) struct Log;

impl Probe for Log {
    fn new_connection(&mut self, _: u32) -> Action {
        get_log_level();
        for level in 0..8 {
            log(level, &format!("level {level}"));
        }
        log(u32::MAX, "level -1");
        log(2, "");
        log_at(2, "not UTF-8", b"\xff\xfe".as_ptr() as usize, 2);
        log(2, "a line\nand another");
        log(2, "a NUL \0 inside");
        log(2, &format!("long: {}", "0123456789".repeat(1000)));
        Action::Continue
    }
}

/// What is true of clock, status and tick at any time.
pub(crate) struct System;

impl System {
    fn ask() {
        const YEAR_2020: u64 = 1_577_836_800_000_000_000;
        let ((first_status, first), (second_status, second)) = (now(), now());
        say!(
            "proxy_get_current_time_nanoseconds() = {} then {}, {}, {}",
            words::status(first_status),
            words::status(second_status),
            if first > YEAR_2020 { "after 2020" } else { "before 2020" },
            if second >= first { "in order" } else { "backwards" }
        );
        get_status();
        get_log_level();
        done();
    }
}

impl Probe for System {
    fn context_create(&mut self, _: u32, _: u32) {
        Self::ask();
    }
    fn vm_start(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        true
    }
    fn configure(&mut self, _: u32, _: u32) -> bool {
        Self::ask();
        set_tick_period(0);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        Self::ask();
        Action::Continue
    }
    fn log(&mut self, _: u32) {
        Self::ask();
    }
}

/// Addresses that are not inside the memory.
pub(crate) struct Pointers;

impl Probe for Pointers {
    fn new_connection(&mut self, _: u32) -> Action {
        const CLUSTER: &str = "http";
        let mut number = 0_u64;
        let good = (&raw mut number) as usize;
        let text = CLUSTER.as_ptr() as usize;
        let headers = call::request("/200");
        let (pairs, pairs_len) = (headers.as_ptr() as usize, headers.len());
        let tell = |what: &str, status: u32| say!("{what} = {}", words::status(status));

        tell("proxy_log(2, nowhere)", abi::proxy_log(2, NOWHERE, 4));
        tell("proxy_log(2, too long)", abi::proxy_log(2, text, usize::MAX));
        tell("proxy_log(9, nowhere)", abi::proxy_log(9, NOWHERE, 4));
        tell("proxy_log(2, nowhere, no bytes)", abi::proxy_log(2, NOWHERE, 0));
        tell("proxy_get_log_level(nowhere)", abi::proxy_get_log_level(NOWHERE));
        let status = abi::proxy_get_current_time_nanoseconds(NOWHERE);
        tell("proxy_get_current_time_nanoseconds(nowhere)", status);
        tell("proxy_get_status(nowhere)", abi::proxy_get_status(NOWHERE, good, good));
        tell("proxy_get_status(.., nowhere)", abi::proxy_get_status(good, NOWHERE, good));
        let status = abi::proxy_get_buffer_bytes(6, 0, 9, NOWHERE, good);
        tell("proxy_get_buffer_bytes(nowhere)", status);
        let status = abi::proxy_get_buffer_bytes(6, 0, 9, good, NOWHERE);
        tell("proxy_get_buffer_bytes(.., nowhere)", status);
        let status = abi::proxy_get_buffer_bytes(9, 0, 9, NOWHERE, NOWHERE);
        tell("proxy_get_buffer_bytes(#9, nowhere)", status);
        let status = abi::proxy_set_buffer_bytes(2, 0, 0, NOWHERE, 3);
        tell("proxy_set_buffer_bytes(nowhere)", status);
        let status = abi::proxy_set_buffer_bytes(9, 0, 0, NOWHERE, 3);
        tell("proxy_set_buffer_bytes(#9, nowhere)", status);
        tell("proxy_get_buffer_status(nowhere)", abi::proxy_get_buffer_status(6, NOWHERE, good));
        tell("proxy_get_buffer_status(.., nowhere)", abi::proxy_get_buffer_status(6, good, NOWHERE));
        let status = abi::proxy_send_local_response(200, NOWHERE, 1, text, 1, 0, 0, 0);
        tell("proxy_send_local_response(nowhere)", status);
        tell("proxy_get_property(nowhere)", abi::proxy_get_property(NOWHERE, 4, good, good));
        let status = abi::proxy_get_property("plugin_name".as_ptr() as usize, 11, NOWHERE, good);
        tell("proxy_get_property(.., nowhere)", status);
        tell("proxy_set_property(nowhere)", abi::proxy_set_property(NOWHERE, 4, text, 1));
        tell("proxy_set_property(.., nowhere)", abi::proxy_set_property(text, 4, NOWHERE, 1));
        let status = abi::proxy_call_foreign_function(NOWHERE, 4, text, 1, good, good);
        tell("proxy_call_foreign_function(nowhere)", status);
        let name = "compress".as_ptr() as usize;
        let status = abi::proxy_call_foreign_function(name, 8, NOWHERE, 1, good, good);
        tell("proxy_call_foreign_function(.., nowhere)", status);
        tell("proxy_get_shared_data(nowhere)", abi::proxy_get_shared_data(NOWHERE, 4, good, good, good));
        tell("proxy_set_shared_data(nowhere)", abi::proxy_set_shared_data(NOWHERE, 4, text, 1, 0));
        tell("proxy_set_shared_data(.., nowhere)", abi::proxy_set_shared_data(text, 4, NOWHERE, 1, 0));
        tell("proxy_register_shared_queue(nowhere)", abi::proxy_register_shared_queue(NOWHERE, 4, good));
        let status = abi::proxy_resolve_shared_queue(NOWHERE, 4, text, 1, good);
        tell("proxy_resolve_shared_queue(nowhere)", status);
        tell("proxy_enqueue_shared_queue(nowhere)", abi::proxy_enqueue_shared_queue(1, NOWHERE, 4));
        tell("proxy_dequeue_shared_queue(1)", abi::proxy_dequeue_shared_queue(1, good, NOWHERE));
        let status = abi::proxy_get_header_map_value(6, NOWHERE, 4, good, good);
        tell("proxy_get_header_map_value(nowhere)", status);
        tell("proxy_get_header_map_pairs(nowhere)", abi::proxy_get_header_map_pairs(6, NOWHERE, good));
        tell("proxy_get_header_map_size(nowhere)", abi::proxy_get_header_map_size(6, NOWHERE));
        let status = abi::proxy_add_header_map_value(6, NOWHERE, 4, text, 1);
        tell("proxy_add_header_map_value(nowhere)", status);
        let status = abi::proxy_replace_header_map_value(6, text, 4, NOWHERE, 1);
        tell("proxy_replace_header_map_value(nowhere)", status);
        tell("proxy_remove_header_map_value(nowhere)", abi::proxy_remove_header_map_value(6, NOWHERE, 4));
        tell("proxy_set_header_map_pairs(nowhere)", abi::proxy_set_header_map_pairs(6, NOWHERE, 4));
        let status = abi::proxy_http_call(NOWHERE, 4, pairs, pairs_len, 0, 0, 0, 0, 100, good);
        tell("proxy_http_call(nowhere)", status);
        let status = abi::proxy_http_call(text, 4, NOWHERE, 8, 0, 0, 0, 0, 100, good);
        tell("proxy_http_call(.., nowhere)", status);
        let status = abi::proxy_http_call(text, 4, pairs, pairs_len, NOWHERE, 1, 0, 0, 100, good);
        tell("proxy_http_call(.., .., nowhere)", status);
        let status = abi::proxy_grpc_call(NOWHERE, 4, text, 1, text, 1, 0, 0, text, 1, 100, good);
        tell("proxy_grpc_call(nowhere)", status);
        let status = abi::proxy_grpc_stream(NOWHERE, 4, text, 1, text, 1, 0, 0, good);
        tell("proxy_grpc_stream(nowhere)", status);
        tell("proxy_grpc_send(nowhere)", abi::proxy_grpc_send(6, NOWHERE, 1, 0));
        tell("proxy_define_metric(nowhere)", abi::proxy_define_metric(0, NOWHERE, 4, good));
        tell("proxy_define_metric(9, nowhere)", abi::proxy_define_metric(9, NOWHERE, 4, good));
        let status = abi::proxy_define_metric(0, text, 4, NOWHERE);
        tell("proxy_define_metric(.., nowhere)", status);
        tell("proxy_get_metric(nowhere)", abi::proxy_get_metric(4, NOWHERE));
        Action::Continue
    }
}

/// Says no.
pub(crate) struct Refuse {
    /// To `vm_start`; else to `configure`.
    pub(crate) at_start: bool,
}

impl Probe for Refuse {
    fn vm_start(&mut self, _: u32, _: u32) -> bool {
        !self.at_start
    }
    fn configure(&mut self, _: u32, _: u32) -> bool {
        self.at_start
    }
}
