//! The host functions as they are imported. Addresses are plain numbers: a probe may pass any.

#![expect(unsafe_code, reason = "imports; every pointer is a number that the host must check")]

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    pub(crate) safe fn proxy_log(level: u32, text: usize, text_len: usize) -> u32;
    pub(crate) safe fn proxy_get_log_level(return_level: usize) -> u32;
    pub(crate) safe fn proxy_get_current_time_nanoseconds(return_time: usize) -> u32;
    pub(crate) safe fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    pub(crate) safe fn proxy_get_status(return_code: usize, return_text: usize, return_len: usize) -> u32;
    pub(crate) safe fn proxy_set_effective_context(context: u32) -> u32;
    pub(crate) safe fn proxy_done() -> u32;

    pub(crate) safe fn proxy_continue_stream(stream: u32) -> u32;
    pub(crate) safe fn proxy_close_stream(stream: u32) -> u32;
    pub(crate) safe fn proxy_get_buffer_bytes(
        buffer: u32,
        start: u32,
        len: u32,
        return_data: usize,
        return_len: usize,
    ) -> u32;
    pub(crate) safe fn proxy_set_buffer_bytes(
        buffer: u32,
        start: u32,
        len: u32,
        data: usize,
        data_len: usize,
    ) -> u32;
    pub(crate) safe fn proxy_get_buffer_status(buffer: u32, return_len: usize, return_flags: usize) -> u32;
    pub(crate) safe fn proxy_send_local_response(
        code: u32,
        details: usize,
        details_len: usize,
        body: usize,
        body_len: usize,
        headers: usize,
        headers_len: usize,
        grpc_status: u32,
    ) -> u32;

    pub(crate) safe fn proxy_get_property(
        path: usize,
        path_len: usize,
        return_value: usize,
        return_len: usize,
    ) -> u32;
    pub(crate) safe fn proxy_set_property(
        path: usize,
        path_len: usize,
        value: usize,
        value_len: usize,
    ) -> u32;
    pub(crate) safe fn proxy_call_foreign_function(
        name: usize,
        name_len: usize,
        args: usize,
        args_len: usize,
        return_result: usize,
        return_len: usize,
    ) -> u32;

    pub(crate) safe fn proxy_get_shared_data(
        key: usize,
        key_len: usize,
        return_value: usize,
        return_len: usize,
        return_cas: usize,
    ) -> u32;
    pub(crate) safe fn proxy_set_shared_data(
        key: usize,
        key_len: usize,
        value: usize,
        value_len: usize,
        cas: u32,
    ) -> u32;
    pub(crate) safe fn proxy_register_shared_queue(name: usize, name_len: usize, return_queue: usize) -> u32;
    pub(crate) safe fn proxy_resolve_shared_queue(
        vm_id: usize,
        vm_id_len: usize,
        name: usize,
        name_len: usize,
        return_queue: usize,
    ) -> u32;
    pub(crate) safe fn proxy_dequeue_shared_queue(queue: u32, return_value: usize, return_len: usize) -> u32;
    pub(crate) safe fn proxy_enqueue_shared_queue(queue: u32, value: usize, value_len: usize) -> u32;

    pub(crate) safe fn proxy_get_header_map_value(
        map: u32,
        key: usize,
        key_len: usize,
        return_value: usize,
        return_len: usize,
    ) -> u32;
    pub(crate) safe fn proxy_get_header_map_pairs(map: u32, return_pairs: usize, return_len: usize) -> u32;
    pub(crate) safe fn proxy_get_header_map_size(map: u32, return_size: usize) -> u32;
    pub(crate) safe fn proxy_add_header_map_value(
        map: u32,
        key: usize,
        key_len: usize,
        value: usize,
        value_len: usize,
    ) -> u32;
    pub(crate) safe fn proxy_replace_header_map_value(
        map: u32,
        key: usize,
        key_len: usize,
        value: usize,
        value_len: usize,
    ) -> u32;
    pub(crate) safe fn proxy_remove_header_map_value(map: u32, key: usize, key_len: usize) -> u32;
    pub(crate) safe fn proxy_set_header_map_pairs(map: u32, pairs: usize, pairs_len: usize) -> u32;

    pub(crate) safe fn proxy_http_call(
        cluster: usize,
        cluster_len: usize,
        headers: usize,
        headers_len: usize,
        body: usize,
        body_len: usize,
        trailers: usize,
        trailers_len: usize,
        timeout: u32,
        return_token: usize,
    ) -> u32;
    pub(crate) safe fn proxy_grpc_call(
        service: usize,
        service_len: usize,
        name: usize,
        name_len: usize,
        method: usize,
        method_len: usize,
        metadata: usize,
        metadata_len: usize,
        message: usize,
        message_len: usize,
        timeout: u32,
        return_token: usize,
    ) -> u32;
    pub(crate) safe fn proxy_grpc_stream(
        service: usize,
        service_len: usize,
        name: usize,
        name_len: usize,
        method: usize,
        method_len: usize,
        metadata: usize,
        metadata_len: usize,
        return_token: usize,
    ) -> u32;
    pub(crate) safe fn proxy_grpc_send(
        token: u32,
        message: usize,
        message_len: usize,
        end_stream: u32,
    ) -> u32;
    pub(crate) safe fn proxy_grpc_cancel(token: u32) -> u32;
    pub(crate) safe fn proxy_grpc_close(token: u32) -> u32;

    pub(crate) safe fn proxy_define_metric(kind: u32, name: usize, name_len: usize, return_id: usize) -> u32;
    pub(crate) safe fn proxy_increment_metric(id: u32, offset: i64) -> u32;
    pub(crate) safe fn proxy_record_metric(id: u32, value: u64) -> u32;
    pub(crate) safe fn proxy_get_metric(id: u32, return_value: usize) -> u32;
}

// WASI preview 1: the functions that every Envoy has.
#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    pub(crate) safe fn args_get(argv: usize, buffer: usize) -> u32;
    pub(crate) safe fn args_sizes_get(return_count: usize, return_size: usize) -> u32;
    pub(crate) safe fn clock_time_get(clock: u32, precision: u64, return_time: usize) -> u32;
    pub(crate) safe fn environ_get(environ: usize, buffer: usize) -> u32;
    pub(crate) safe fn environ_sizes_get(return_count: usize, return_size: usize) -> u32;
    pub(crate) safe fn fd_close(fd: u32) -> u32;
    pub(crate) safe fn fd_fdstat_get(fd: u32, return_stat: usize) -> u32;
    pub(crate) safe fn fd_fdstat_set_flags(fd: u32, flags: u32) -> u32;
    pub(crate) safe fn fd_prestat_dir_name(fd: u32, path: usize, path_len: usize) -> u32;
    pub(crate) safe fn fd_prestat_get(fd: u32, return_prestat: usize) -> u32;
    pub(crate) safe fn fd_read(fd: u32, iovs: usize, iovs_len: usize, return_len: usize) -> u32;
    pub(crate) safe fn fd_seek(fd: u32, offset: i64, whence: u32, return_offset: usize) -> u32;
    pub(crate) safe fn fd_write(fd: u32, iovs: usize, iovs_len: usize, return_len: usize) -> u32;
    pub(crate) safe fn path_open(
        fd: u32,
        dirflags: u32,
        path: usize,
        path_len: usize,
        oflags: u32,
        rights: u64,
        inheriting: u64,
        fdflags: u32,
        return_fd: usize,
    ) -> u32;
    pub(crate) safe fn poll_oneoff(r#in: usize, out: usize, subscriptions: u32, return_events: usize) -> u32;
    pub(crate) safe fn proc_exit(code: u32);
    pub(crate) safe fn random_get(buffer: usize, len: usize) -> u32;
    pub(crate) safe fn sched_yield() -> u32;
}
