use super::*;

#[test]
fn a_name_or_label_that_there_is_not_is_an_error() {
    let known = KnownMetrics::of_the_engine();
    for expr in [
        r#"rate(postscreen_list_answers_total{job=~".*",zone="a.test",answer="listed"}[5m])"#,
        r#"histogram_quantile(0.5, sum by (le) (postscreen_verdict_milliseconds_bucket{le="+Inf"}))"#,
        "postscreen_cache_clients / postscreen_cache_places",
    ] {
        known.check(expr).unwrap();
    }
    for (expr, why) in [
        ("postscreen_verdict_total", "nothing is called postscreen_verdict_total"),
        (r#"postscreen_verdicts_total{test="dnsbl"}"#, "postscreen_verdicts_total has no label test"),
        ("postscreen_verdict_milliseconds", "nothing is called postscreen_verdict_milliseconds"),
    ] {
        assert_eq!(known.check(expr).unwrap_err().to_string(), why);
    }
}
