use std::time::Duration;

use envoy_sim::{Host, MetricKind, Module, Now, Settings};
use prometheus::TextEncoder;

use super::{METRICS_MAX, Meters, family, module_families, prometheus_name};

#[test]
fn everything_is_there_from_the_start_and_counts() {
    let module = r#"(module (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
      (func (export "malloc") (param i32) (result i32) (i32.const 1024)))"#;
    let module = Module::from_bytes("metrics.wat", module.as_bytes()).unwrap();
    let now = Now { monotonic: Duration::ZERO, wall: Duration::ZERO };
    let host = Host::start(&module, Settings::postscreen("{}"), now).unwrap();
    let meters = Meters::new().unwrap();
    meters.answered(Duration::from_millis(3));
    meters.refused_by_limit.inc();
    let text = meters.text(&host, 7).unwrap();
    for line in [
        "host_sim_connections_open 7",
        "host_sim_connections_refused_total{reason=\"limit\"} 1",
        "host_sim_connections_refused_total{reason=\"proxy_header\"} 0",
        "host_sim_resolver_answer_seconds_bucket{le=\"0.0025\"} 0",
        "host_sim_resolver_answer_seconds_bucket{le=\"0.005\"} 1",
        "host_sim_resolver_answer_seconds_bucket{le=\"+Inf\"} 1",
        "host_sim_resolver_answer_seconds_sum 0.003",
        "host_sim_workers_failed 0",
        "# TYPE host_sim_reloads_total counter",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line} in\n{text}");
    }
}

#[test]
fn names_are_made_fit_as_envoy_does() {
    for (name, expected) in [
        ("postscreen_connect", Some("postscreen_connect")),
        ("a.b-c/d:e", Some("a_b_c_d:e")),
        ("9lives", None),
        ("", None),
        ("é\n", Some("__")),
    ] {
        assert_eq!(prometheus_name(name).as_deref(), expected, "{name:?}");
    }
}

#[test]
fn metrics_are_shown_below_and_at_the_limit_and_not_above_it() {
    for (count, shown) in
        [(METRICS_MAX - 1, METRICS_MAX - 1), (METRICS_MAX, METRICS_MAX), (METRICS_MAX + 1, METRICS_MAX)]
    {
        let metrics = (0..count).map(|number| ((MetricKind::Gauge, format!("m{number}")), 1)).collect();
        assert_eq!(module_families(&metrics).len(), shown);
    }
}

#[test]
fn each_kind_is_declared_as_what_it_is() {
    let text = |kind, name| TextEncoder::new().encode_to_string(&[family(kind, name, 7).unwrap()]).unwrap();
    assert_eq!(
        text(MetricKind::Counter, "postscreen_connect"),
        "# HELP postscreen_connect Clients that connected.\n# TYPE postscreen_connect counter\npostscreen_connect 7\n"
    );
    assert_eq!(
        text(MetricKind::Gauge, "x.y"),
        "# HELP x_y A metric of the module.\n# TYPE x_y gauge\nx_y 7\n"
    );
    assert_eq!(
        text(MetricKind::Histogram, "h"),
        "# HELP h_count A metric of the module.\n# TYPE h_count counter\nh_count 7\n"
    );
}
