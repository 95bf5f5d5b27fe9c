//! Cache, limits, logging.

use super::{Kind, Parameter, field, inherited, none, noted};

pub const PARAMETERS: [Parameter; 15] = [
    none(
        "postscreen_cache_map",
        "btree:$data_directory/postscreen_cache",
        "Passes live in memory that Envoy's workers share, not in a file.",
        "set the size of that memory with cache.buckets",
    ),
    field("postscreen_cache_retention_time", "7d", "cache_retention_time", Kind::Time('d')),
    none(
        "postscreen_cache_cleanup_interval",
        "12h",
        "The table has a fixed size, and old passes make room for new ones.",
        "leave it out",
    ),
    field(
        "postscreen_client_connection_count_limit",
        "$smtpd_client_connection_count_limit",
        "client_connection_count_limit",
        Kind::Number,
    ),
    inherited("smtpd_client_connection_count_limit", "50", "postscreen_client_connection_count_limit"),
    noted(
        "postscreen_pre_queue_limit",
        "$default_process_limit",
        "pre_queue_limit",
        Kind::Number,
        "Our default is 10000: Envoy needs no process for each client.",
    ),
    noted(
        "postscreen_post_queue_limit",
        "$default_process_limit",
        "post_queue_limit",
        Kind::Number,
        "Our default is 10000: Envoy needs no process for each client.",
    ),
    inherited("default_process_limit", "100", "postscreen_pre_queue_limit, postscreen_post_queue_limit"),
    field("postscreen_upstream_proxy_protocol", "", "upstream_proxy_protocol", Kind::Text(&[])),
    field("postscreen_upstream_proxy_timeout", "5s", "upstream_proxy_timeout", Kind::Time('s')),
    noted(
        "respectful_logging",
        "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
        "respectful_logging",
        Kind::Flag,
        "Without it and without `compatibility_level` the default is ours, `true`.",
    ),
    inherited("compatibility_level", "0", "respectful_logging, smtputf8_enable"),
    none(
        "delay_logging_resolution_limit",
        "2",
        "Elapsed times are logged with Postfix's default of two decimals.",
        "leave it out",
    ),
    none(
        "postscreen_watchdog_timeout",
        "10s",
        "There is no process of its own that could get stuck: the module runs in Envoy's workers.",
        "use Envoy's own watchdog",
    ),
    none("max_idle", "100s", "There is no process that ends when it is idle.", "leave it out"),
];
