use super::*;

fn found(expr: &str) -> Vec<(String, Vec<String>)> {
    selectors(expr).into_iter().map(|selector| (selector.name, selector.labels)).collect()
}

fn metric(name: &str, labels: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), labels.iter().map(|&label| label.to_owned()).collect())
}

#[test]
fn metrics_are_told_from_functions_and_words() {
    let expr =
        "sum by (job) (increase(a_total[6h])) == 0 and on (job) count by (job) (b_total offset 6h) > 1e3";
    assert_eq!(found(expr), [metric("a_total", &[]), metric("b_total", &[])]);
}

#[test]
fn labels_are_those_in_braces() {
    let expr = r#"60 * sum without(x) (rate(a{job=~".*", zone!="b{c=\"d"}[5m])) or zone:a:ratio > 0.5"#;
    assert_eq!(found(expr), [metric("a", &["job", "zone"]), metric("zone:a:ratio", &[])]);
}

#[test]
fn an_expression_without_metrics_has_none() {
    assert_eq!(found("vector(0.9 * 10000)"), []);
}
