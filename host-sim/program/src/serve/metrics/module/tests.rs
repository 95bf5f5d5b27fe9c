use envoy_sim::MetricKind;
use prometheus::TextEncoder;

use super::{METRICS_MAX, families, family, prometheus_name};

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
        assert_eq!(families(&metrics).len(), shown);
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
