use super::*;
use crate::policy::Policy;
use std::collections::BTreeSet;

fn names(policy: &str) -> Vec<String> {
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    policy.catalogue().series().iter().map(|series| series.name.to_string()).collect()
}

#[test]
fn labels_stand_before_the_name_in_the_shape_that_istio_extracts() {
    let names = names(r#"{"dnsbl_sites": ["bl.test*2", "bl.test=127.0.0.3", "wl.test*-1"]}"#);
    let labelled: Vec<_> = names.iter().filter(|name| name.contains("zone=")).collect();
    assert_eq!(
        labelled,
        [
            "zone=.=bl.test;.;answer=.=listed;.;postscreen_list_answers_total",
            "zone=.=bl.test;.;answer=.=unlisted;.;postscreen_list_answers_total",
            "zone=.=bl.test;.;answer=.=error;.;postscreen_list_answers_total",
            "zone=.=bl.test;.;answer=.=timeout;.;postscreen_list_answers_total",
            "zone=.=bl.test;.;postscreen_list_unique_hits_total",
            "zone=.=bl.test;.;postscreen_list_answer_milliseconds",
            "zone=.=bl.test;.;postscreen_list_muted",
            "zone=.=wl.test;.;answer=.=listed;.;postscreen_list_answers_total",
            "zone=.=wl.test;.;answer=.=unlisted;.;postscreen_list_answers_total",
            "zone=.=wl.test;.;answer=.=error;.;postscreen_list_answers_total",
            "zone=.=wl.test;.;answer=.=timeout;.;postscreen_list_answers_total",
            "zone=.=wl.test;.;postscreen_list_unique_hits_total",
            "zone=.=wl.test;.;postscreen_list_answer_milliseconds",
            "zone=.=wl.test;.;postscreen_list_muted",
        ]
    );
    assert!(names.contains(&"verdict=.=pass_new;.;postscreen_verdicts_total".to_owned()));
    assert!(names.contains(&"test=.=bare_newline;.;postscreen_failed_tests_total".to_owned()));
    assert!(names.contains(&"postscreen_verdict_milliseconds".to_owned()));
}

#[test]
fn every_measurement_has_the_series_that_is_called_so() {
    let policy = Policy::parse(br#"{"dnsbl_sites": ["a.test", "b.test"]}"#).unwrap();
    let name = |measure: Measure| {
        let name = policy.catalogue().name(measure).unwrap().to_string();
        assert_eq!(can_wait(&name), measure.can_wait(), "{name}");
        name
    };
    for &counter in Counter::ALL {
        assert_eq!(name(Measure::Counter(counter)), counter.name());
    }
    for &gauge in Gauge::ALL {
        assert_eq!(name(Measure::Gauge(gauge)), gauge.name());
    }
    for verdict in Verdict::ALL {
        assert_eq!(
            name(Measure::Verdict(verdict)),
            format!("verdict=.={};.;postscreen_verdicts_total", verdict.label())
        );
    }
    for test in Test::ALL {
        assert_eq!(
            name(Measure::FailedTest(test)),
            format!("test=.={};.;postscreen_failed_tests_total", test.as_str())
        );
    }
    for test in Test::ALL {
        assert_eq!(
            name(Measure::TrialFailedTest(test)),
            format!("test=.={};.;postscreen_trial_failed_tests_total", test.as_str())
        );
    }
    assert_eq!(name(Measure::VerdictTime), "postscreen_verdict_milliseconds");
    for (list, zone) in ["a.test", "b.test"].into_iter().enumerate() {
        for measure in ListMeasure::ALL {
            assert_eq!(name(Measure::List(list, measure)), measure.series(zone).name.as_str());
        }
    }
    assert_eq!(policy.catalogue().name(Measure::List(2, ListMeasure::Listed)), None);
}

#[test]
fn a_secret_key_and_what_could_end_a_label_stay_out() {
    let policy = r#"{
        "dnsbl_sites": ["s3cr3t.zen.test"],
        "dnsbl_reply_map": {"s3cr3t.zen.test": "the list; \"zen\" ;.;x=.=y"}
    }"#;
    let names = names(policy);
    assert!(names.iter().all(|name| !name.contains("s3cr3t")));
    let unique = names.iter().find(|name| name.contains("unique")).unwrap();
    assert_eq!(unique, "zone=.=the_list___zen___._x_._y;.;postscreen_list_unique_hits_total");
}

#[test]
fn every_series_has_a_name_of_its_own_a_family_and_a_meaning() {
    let policy = Policy::parse(br#"{"dnsbl_sites": ["bl.test"]}"#).unwrap();
    let series: Vec<_> = policy.catalogue().series().iter().collect();
    let names: BTreeSet<_> = series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names.len(), series.len());
    for series in series {
        let family = series.name.as_str().rsplit(";.;").next().unwrap();
        assert_eq!(super::super::help(family), Some(series.help), "{family}");
        assert_eq!(family.ends_with("_total"), series.kind == MetricKind::Counter, "{family}");
        assert_eq!(family.ends_with("_milliseconds"), series.kind == MetricKind::Histogram, "{family}");
        assert!(series.help.ends_with('.'), "{family}");
    }
}
