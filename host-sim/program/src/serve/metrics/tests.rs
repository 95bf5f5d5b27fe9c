use std::time::Duration;

use envoy_sim::{Host, Module, Now, Settings};

use super::Meters;

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
