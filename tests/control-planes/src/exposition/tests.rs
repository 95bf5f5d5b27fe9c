use super::*;

const TEXT: &str = r#"# TYPE postscreen_verdicts_total counter
postscreen_verdicts_total{verdict="pass_new"} 2
postscreen_verdicts_total{verdict="pregreet"} 1
postscreen_list_answers_total{zone="a.test",answer="listed"} 3
postscreen_connections_total{} 7
"#;

#[test]
fn a_sample_is_found_by_name_and_labels() {
    let found = |name, labels| sample(TEXT, name, labels);
    assert_eq!(found("postscreen_verdicts_total", &[("verdict", "pregreet")]).unwrap(), "1");
    assert_eq!(found("postscreen_verdicts_total", &[("verdict", "dnsbl")]), None);
    assert_eq!(found("postscreen_list_answers_total", &[("answer", "listed")]).unwrap(), "3");
    assert_eq!(found("postscreen_connections_total", &[]).unwrap(), "7");
}
