use prometheus::TextEncoder;

use super::*;

fn text(metrics: &[(MetricKind, &str, i64)]) -> String {
    let metrics = metrics.iter().map(|(kind, name, value)| ((*kind, (*name).to_owned()), *value)).collect();
    let mut samples = Distribution::default();
    (samples.count, samples.sum) = (2, 700.0);
    for (count, bound) in samples.at_most.iter_mut().zip(BUCKET_BOUNDS) {
        *count = if bound < 350.0 { 0 } else { 2 };
    }
    let distributions = BTreeMap::from([("zone=.=bl.test;.;time".to_owned(), samples)]);
    TextEncoder::new().encode_to_string(&families(&metrics, &distributions)).unwrap()
}

#[test]
fn names_are_made_fit_as_envoy_does() {
    for (name, expected) in [
        ("postscreen_connections_total", Some("postscreen_connections_total")),
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
        assert_eq!(families(&metrics, &BTreeMap::new()).len(), shown);
    }
}

#[test]
fn each_kind_is_declared_as_what_it_is() {
    assert_eq!(
        text(&[(MetricKind::Counter, "postscreen_connections_total", 7)]),
        "# HELP postscreen_connections_total Clients that connected.\n\
         # TYPE postscreen_connections_total counter\n\
         postscreen_connections_total 7\n"
    );
    assert_eq!(
        text(&[(MetricKind::Gauge, "x.y", 7)]),
        "# HELP x_y A metric of the module.\n# TYPE x_y gauge\nx_y 7\n"
    );
    let histogram = text(&[(MetricKind::Histogram, "zone=.=bl.test;.;time", 2)]);
    for line in [
        "# TYPE time histogram",
        r#"time_bucket{zone="bl.test",le="250"} 0"#,
        r#"time_bucket{zone="bl.test",le="500"} 2"#,
        r#"time_bucket{zone="bl.test",le="+Inf"} 2"#,
        r#"time_sum{zone="bl.test"} 700"#,
        r#"time_count{zone="bl.test"} 2"#,
    ] {
        assert!(histogram.lines().any(|found| found == line), "no {line} in\n{histogram}");
    }
}

#[test]
fn labels_come_out_of_the_name_and_one_family_has_all_their_values() {
    let answers = |answer| format!("zone=.=bl.test;.;answer=.={answer};.;postscreen_list_answers_total");
    let (listed, error) = (answers("listed"), answers("error"));
    let shown = text(&[(MetricKind::Counter, &listed, 3), (MetricKind::Counter, &error, 1)]);
    assert_eq!(
        shown.lines().skip(1).collect::<Vec<_>>(),
        [
            "# TYPE postscreen_list_answers_total counter",
            r#"postscreen_list_answers_total{zone="bl.test",answer="error"} 1"#,
            r#"postscreen_list_answers_total{zone="bl.test",answer="listed"} 3"#,
        ]
    );
}

#[test]
fn what_is_no_label_stays_in_the_name() {
    for (stat, expected) in [
        ("a=.=b", "a___b 1"),
        ("a;.;b", "a___b 1"),
        ("1=.=x;.;b", "1"),
        ("a b=.=x;.;c", "a_b___x___c 1"),
        ("a=.=x;.;;.;c", r#"___c{a="x"} 1"#),
    ] {
        let shown = text(&[(MetricKind::Gauge, stat, 1)]);
        let found = shown.lines().last().unwrap_or("1");
        assert_eq!(found, expected, "{stat}");
    }
}

#[test]
fn of_two_kinds_with_one_name_the_first_is_shown() {
    let shown = text(&[(MetricKind::Counter, "x", 1), (MetricKind::Gauge, "x", 2)]);
    assert_eq!(shown.lines().last(), Some("x 1"));
}
