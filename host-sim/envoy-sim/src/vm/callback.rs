//! The functions that the host calls in a module.

/// A callback of the ABI. All are optional for a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Callback {
    ContextCreate,
    VmStart,
    Configure,
    Tick,
    NewConnection,
    DownstreamData,
    UpstreamData,
    DownstreamConnectionClose,
    UpstreamConnectionClose,
    HttpCallResponse,
    GrpcReceiveInitialMetadata,
    GrpcReceive,
    GrpcReceiveTrailingMetadata,
    GrpcClose,
    ResolveDns,
    QueueReady,
    Done,
    Log,
    Delete,
}

/// Name, number of `i32` parameters, and whether there is an `i32` result.
pub(crate) type Signature = (&'static str, usize, bool);

impl Callback {
    pub const ALL: [Self; 19] = [
        Self::ContextCreate,
        Self::VmStart,
        Self::Configure,
        Self::Tick,
        Self::NewConnection,
        Self::DownstreamData,
        Self::UpstreamData,
        Self::DownstreamConnectionClose,
        Self::UpstreamConnectionClose,
        Self::HttpCallResponse,
        Self::GrpcReceiveInitialMetadata,
        Self::GrpcReceive,
        Self::GrpcReceiveTrailingMetadata,
        Self::GrpcClose,
        Self::ResolveDns,
        Self::QueueReady,
        Self::Done,
        Self::Log,
        Self::Delete,
    ];

    pub fn signature(self) -> Signature {
        match self {
            Self::ContextCreate => ("proxy_on_context_create", 2, false),
            Self::VmStart => ("proxy_on_vm_start", 2, true),
            Self::Configure => ("proxy_on_configure", 2, true),
            Self::Tick => ("proxy_on_tick", 1, false),
            Self::NewConnection => ("proxy_on_new_connection", 1, true),
            Self::DownstreamData => ("proxy_on_downstream_data", 3, true),
            Self::UpstreamData => ("proxy_on_upstream_data", 3, true),
            Self::DownstreamConnectionClose => ("proxy_on_downstream_connection_close", 2, false),
            Self::UpstreamConnectionClose => ("proxy_on_upstream_connection_close", 2, false),
            Self::HttpCallResponse => ("proxy_on_http_call_response", 5, false),
            Self::GrpcReceiveInitialMetadata => ("proxy_on_grpc_receive_initial_metadata", 3, false),
            Self::GrpcReceive => ("proxy_on_grpc_receive", 3, false),
            Self::GrpcReceiveTrailingMetadata => ("proxy_on_grpc_receive_trailing_metadata", 3, false),
            Self::GrpcClose => ("proxy_on_grpc_close", 3, false),
            Self::ResolveDns => ("envoy_on_resolve_dns", 3, false),
            Self::QueueReady => ("proxy_on_queue_ready", 2, false),
            Self::Done => ("proxy_on_done", 1, true),
            Self::Log => ("proxy_on_log", 1, false),
            Self::Delete => ("proxy_on_delete", 1, false),
        }
    }

    pub fn name(self) -> &'static str {
        self.signature().0
    }
}
