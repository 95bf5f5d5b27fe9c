//! The functions of module `env`, all that Envoy links here.

use super::AbiVersion::{V0_1_0, V0_2_0, V0_2_1};
use super::Handler::{NoResult, Proxy, Runtime};
use super::Param::{I32, I64};
use super::{AbiVersion, Handler, HostFunction, Param};
use super::{
    buffer, dns, foreign, grpc, header_map, http, metric, property, queue, runtime, shared_data, stream,
};
use super::{configuration, system};

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
    only(OLD, "proxy_get_configuration", &[I32("return_value"), I32("return_len")], Proxy(configuration::get)),
    // Streams and their bytes.
    only(OLD, "proxy_continue_request", &[], Proxy(stream::nothing_of_http)),
    only(OLD, "proxy_continue_response", &[], Proxy(stream::nothing_of_http)),
    only(OLD, "proxy_clear_route_cache", &[], Proxy(stream::nothing_of_http)),
    only(NEW, "proxy_continue_stream", &[I32("stream")], Proxy(stream::continue_stream)),
    only(NEW, "proxy_close_stream", &[I32("stream")], Proxy(stream::close_stream)),
    f("proxy_get_buffer_bytes", &[I32("buffer"), I32("start"), I32("len"), I32("return_data"), I32("return_len")],
        Proxy(buffer::get)),
    f("proxy_set_buffer_bytes", &[I32("buffer"), I32("start"), I32("len"), I32("data"), I32("data_len")],
        Proxy(buffer::set)),
    f("proxy_get_buffer_status", &[I32("buffer"), I32("return_len"), I32("return_flags")], Proxy(buffer::status)),
    f("proxy_send_local_response", &[I32("code"), I32("details"), I32("details_len"), I32("body"), I32("body_len"),
        I32("headers"), I32("headers_len"), I32("grpc_status")], Proxy(stream::send_local_response)),
    // Properties and foreign functions.
    f("proxy_get_property", &[I32("path"), I32("path_len"), I32("return_value"), I32("return_len")],
        Proxy(property::get)),
    f("proxy_set_property", &[I32("path"), I32("path_len"), I32("value"), I32("value_len")], Proxy(property::set)),
    f("proxy_call_foreign_function", &[I32("name"), I32("name_len"), I32("args"), I32("args_len"),
        I32("return_result"), I32("return_len")], Proxy(foreign::call)),
    // Data and queues that machines share.
    f("proxy_get_shared_data", &[I32("key"), I32("key_len"), I32("return_value"), I32("return_len"),
        I32("return_cas")], Proxy(shared_data::get)),
    f("proxy_set_shared_data", &[I32("key"), I32("key_len"), I32("value"), I32("value_len"), I32("cas")],
        Proxy(shared_data::set)),
    f("proxy_register_shared_queue", &[I32("name"), I32("name_len"), I32("return_queue")], Proxy(queue::register)),
    f("proxy_resolve_shared_queue", &[I32("vm_id"), I32("vm_id_len"), I32("name"), I32("name_len"),
        I32("return_queue")], Proxy(queue::resolve)),
    f("proxy_dequeue_shared_queue", &[I32("queue"), I32("return_value"), I32("return_len")], Proxy(queue::dequeue)),
    f("proxy_enqueue_shared_queue", &[I32("queue"), I32("value"), I32("value_len")], Proxy(queue::enqueue)),
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
        Proxy(http::call)),
    f("proxy_grpc_call", &[I32("service"), I32("service_len"), I32("name"), I32("name_len"), I32("method"),
        I32("method_len"), I32("metadata"), I32("metadata_len"), I32("message"), I32("message_len"),
        I32("timeout"), I32("return_token")], Proxy(grpc::call)),
    f("proxy_grpc_stream", &[I32("service"), I32("service_len"), I32("name"), I32("name_len"), I32("method"),
        I32("method_len"), I32("metadata"), I32("metadata_len"), I32("return_token")], Proxy(grpc::stream)),
    f("proxy_grpc_send", &[I32("token"), I32("message"), I32("message_len"), I32("end_stream")], Proxy(grpc::send)),
    f("proxy_grpc_cancel", &[I32("token")], Proxy(grpc::cancel)),
    f("proxy_grpc_close", &[I32("token")], Proxy(grpc::close)),
    // Metrics.
    f("proxy_define_metric", &[I32("kind"), I32("name"), I32("name_len"), I32("return_id")], Proxy(metric::define)),
    f("proxy_increment_metric", &[I32("id"), I64("offset")], Proxy(metric::increment)),
    f("proxy_record_metric", &[I32("id"), I64("value")], Proxy(metric::record)),
    f("proxy_get_metric", &[I32("id"), I32("return_value")], Proxy(metric::get)),
    // Envoy's own, and what Emscripten's C runtime asks for.
    f("envoy_resolve_dns", &[I32("name"), I32("name_len"), I32("return_token")], Proxy(dns::resolve)),
    f("emscripten_notify_memory_growth", &[I32("memory")], NoResult(runtime::notify_memory_growth)),
    f("pthread_equal", &[I32("left"), I32("right")], Runtime(runtime::pthread_equal)),
];
