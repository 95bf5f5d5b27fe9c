//! The tables of host functions: what an entry is, and those of module `env`, all that Envoy links there.

use wasmtime::{Engine, FuncType, ValType};

use super::AbiVersion::{V0_1_0, V0_2_0, V0_2_1};
use super::Handler::{NoResult, Proxy, Runtime};
use super::Param::{I32, I64};
use super::{AbiVersion, Args, Guest, HostCallError, callout, foreign, header_map, store, stream, system};

/// One host function.
pub(crate) struct HostFunction {
    /// The name it is imported by.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// What answers it.
    pub handler: Handler,
    /// The versions of the ABI that have it.
    pub versions: &'static [AbiVersion],
    /// The first Envoy that has it, N of 1.N; `None`: every Envoy that this host can be.
    pub since_envoy: Option<u32>,
}

/// One parameter: its type and its name. All addresses and lengths are `i32`.
#[derive(Clone, Copy)]
pub(crate) enum Param {
    I32(&'static str),
    I64(&'static str),
}

/// What answers a host function.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// A function of the Proxy-Wasm ABI; `Ok` is status 0.
    Proxy(fn(&mut Guest<'_>, &Args<'_>) -> Result<(), HostCallError>),
    /// A function of WASI; the number is its `errno`.
    Wasi(fn(&mut Guest<'_>, &Args<'_>) -> Result<u32, HostCallError>),
    /// A function of a C runtime: what it gives is its result.
    Runtime(fn(&Args<'_>) -> u32),
    /// A function without a result; as in Envoy, `proc_exit` only logs, and the module traps by itself right after.
    NoResult(fn(&mut Guest<'_>, &Args<'_>)),
}

impl HostFunction {
    /// `(level: i32, text: i32, text_len: i32) -> i32`
    pub fn signature(&self) -> String {
        let params = self.params.iter().map(|param| match param {
            I32(name) => format!("{name}: i32"),
            I64(name) => format!("{name}: i64"),
        });
        let result = if self.has_result() { "i32" } else { "nothing" };
        format!("({}) -> {result}", params.collect::<Vec<_>>().join(", "))
    }

    /// Whether it gives an `i32`.
    pub fn has_result(&self) -> bool {
        !matches!(self.handler, NoResult(_))
    }

    /// Its type, as wasmtime compares it with a module's import.
    pub fn wasm_type(&self, engine: &Engine) -> FuncType {
        let params = self.params.iter().map(|param| match param {
            I32(_) => ValType::I32,
            I64(_) => ValType::I64,
        });
        FuncType::new(engine, params, self.has_result().then_some(ValType::I32))
    }
}

/// In all versions of the ABI.
const fn f(name: &'static str, params: &'static [Param], handler: Handler) -> HostFunction {
    only(&AbiVersion::ALL, name, params, handler)
}

/// In these versions of the ABI only.
const fn only(
    versions: &'static [AbiVersion],
    name: &'static str,
    params: &'static [Param],
    handler: Handler,
) -> HostFunction {
    HostFunction { name, params, handler, versions, since_envoy: None }
}

const OLD: &[AbiVersion] = &[V0_1_0];
const NEW: &[AbiVersion] = &[V0_2_0, V0_2_1];
const NEWEST: &[AbiVersion] = &[V0_2_1];

/// The ABI as Envoy links it. Where the specification names an output `return_x`, the parameter is its address.
#[rustfmt::skip]
pub(crate) static PROXY: &[HostFunction] = &[
    // Log, time, status.
    f("proxy_log", &[I32("level"), I32("text"), I32("text_len")], Proxy(system::log)),
    only(NEWEST, "proxy_get_log_level", &[I32("return_level")], Proxy(system::get_log_level)),
    f("proxy_get_current_time_nanoseconds", &[I32("return_time")], Proxy(system::get_current_time)),
    f("proxy_set_tick_period_milliseconds", &[I32("period")], Proxy(system::set_tick_period)),
    f("proxy_get_status", &[I32("return_code"), I32("return_text"), I32("return_len")], Proxy(system::get_status)),
    f("proxy_set_effective_context", &[I32("context")], Proxy(system::set_effective_context)),
    f("proxy_done", &[], Proxy(system::done)),
    // Configuration: a buffer since 0.2.0.
    only(OLD, "proxy_get_configuration", &[I32("return_value"), I32("return_len")], Proxy(store::get_configuration)),
    // Streams and their bytes.
    only(OLD, "proxy_continue_request", &[], Proxy(stream::nothing_of_http)),
    only(OLD, "proxy_continue_response", &[], Proxy(stream::nothing_of_http)),
    only(OLD, "proxy_clear_route_cache", &[], Proxy(stream::nothing_of_http)),
    only(NEW, "proxy_continue_stream", &[I32("stream")], Proxy(stream::continue_stream)),
    only(NEW, "proxy_close_stream", &[I32("stream")], Proxy(stream::close_stream)),
    f("proxy_get_buffer_bytes", &[I32("buffer"), I32("start"), I32("len"), I32("return_data"), I32("return_len")],
        Proxy(stream::get_buffer_bytes)),
    f("proxy_set_buffer_bytes", &[I32("buffer"), I32("start"), I32("len"), I32("data"), I32("data_len")],
        Proxy(stream::set_buffer_bytes)),
    f("proxy_get_buffer_status", &[I32("buffer"), I32("return_len"), I32("return_flags")],
        Proxy(stream::get_buffer_status)),
    f("proxy_send_local_response", &[I32("code"), I32("details"), I32("details_len"), I32("body"), I32("body_len"),
        I32("headers"), I32("headers_len"), I32("grpc_status")], Proxy(stream::send_local_response)),
    // Properties and foreign functions.
    f("proxy_get_property", &[I32("path"), I32("path_len"), I32("return_value"), I32("return_len")],
        Proxy(store::get_property)),
    f("proxy_set_property", &[I32("path"), I32("path_len"), I32("value"), I32("value_len")],
        Proxy(store::set_property)),
    f("proxy_call_foreign_function", &[I32("name"), I32("name_len"), I32("args"), I32("args_len"),
        I32("return_result"), I32("return_len")], Proxy(foreign::call)),
    // Data and queues that machines share.
    f("proxy_get_shared_data", &[I32("key"), I32("key_len"), I32("return_value"), I32("return_len"),
        I32("return_cas")], Proxy(store::get_shared_data)),
    f("proxy_set_shared_data", &[I32("key"), I32("key_len"), I32("value"), I32("value_len"), I32("cas")],
        Proxy(store::set_shared_data)),
    f("proxy_register_shared_queue", &[I32("name"), I32("name_len"), I32("return_queue")],
        Proxy(store::register_queue)),
    f("proxy_resolve_shared_queue", &[I32("vm_id"), I32("vm_id_len"), I32("name"), I32("name_len"),
        I32("return_queue")], Proxy(store::resolve_queue)),
    f("proxy_dequeue_shared_queue", &[I32("queue"), I32("return_value"), I32("return_len")], Proxy(store::dequeue)),
    f("proxy_enqueue_shared_queue", &[I32("queue"), I32("value"), I32("value_len")], Proxy(store::enqueue)),
    // Header maps.
    f("proxy_get_header_map_value", &[I32("map"), I32("key"), I32("key_len"), I32("return_value"),
        I32("return_len")], Proxy(header_map::get)),
    f("proxy_get_header_map_pairs", &[I32("map"), I32("return_pairs"), I32("return_len")],
        Proxy(header_map::pairs)),
    f("proxy_get_header_map_size", &[I32("map"), I32("return_size")], Proxy(header_map::size)),
    f("proxy_add_header_map_value", &[I32("map"), I32("key"), I32("key_len"), I32("value"), I32("value_len")],
        Proxy(header_map::change_value)),
    f("proxy_replace_header_map_value", &[I32("map"), I32("key"), I32("key_len"), I32("value"), I32("value_len")],
        Proxy(header_map::change_value)),
    f("proxy_remove_header_map_value", &[I32("map"), I32("key"), I32("key_len")], Proxy(header_map::change)),
    f("proxy_set_header_map_pairs", &[I32("map"), I32("pairs"), I32("pairs_len")], Proxy(header_map::change)),
    // Call-outs.
    f("proxy_http_call", &[I32("cluster"), I32("cluster_len"), I32("headers"), I32("headers_len"), I32("body"),
        I32("body_len"), I32("trailers"), I32("trailers_len"), I32("timeout"), I32("return_token")],
        Proxy(callout::http_call)),
    f("proxy_grpc_call", &[I32("service"), I32("service_len"), I32("name"), I32("name_len"), I32("method"),
        I32("method_len"), I32("metadata"), I32("metadata_len"), I32("message"), I32("message_len"),
        I32("timeout"), I32("return_token")], Proxy(callout::grpc_call)),
    f("proxy_grpc_stream", &[I32("service"), I32("service_len"), I32("name"), I32("name_len"), I32("method"),
        I32("method_len"), I32("metadata"), I32("metadata_len"), I32("return_token")], Proxy(callout::grpc_stream)),
    f("proxy_grpc_send", &[I32("token"), I32("message"), I32("message_len"), I32("end_stream")],
        Proxy(callout::grpc_send)),
    f("proxy_grpc_cancel", &[I32("token")], Proxy(callout::grpc_cancel)),
    f("proxy_grpc_close", &[I32("token")], Proxy(callout::grpc_close)),
    // Metrics.
    f("proxy_define_metric", &[I32("kind"), I32("name"), I32("name_len"), I32("return_id")],
        Proxy(store::define_metric)),
    f("proxy_increment_metric", &[I32("id"), I64("offset")], Proxy(store::increment_metric)),
    f("proxy_record_metric", &[I32("id"), I64("value")], Proxy(store::record_metric)),
    f("proxy_get_metric", &[I32("id"), I32("return_value")], Proxy(store::get_metric)),
    // Envoy's own, and what Emscripten's C runtime asks for.
    f("envoy_resolve_dns", &[I32("name"), I32("name_len"), I32("return_token")], Proxy(callout::resolve_dns)),
    f("emscripten_notify_memory_growth", &[I32("memory")], NoResult(system::notify_memory_growth)),
    f("pthread_equal", &[I32("left"), I32("right")], Runtime(system::pthread_equal)),
];
