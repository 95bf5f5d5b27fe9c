use super::*;

fn samples(figures: &[f64]) -> Samples {
    figures.iter().copied().collect()
}

fn pair(unit: Unit) -> Pair {
    Pair {
        what: "early talker".to_owned(),
        beside: "postscreen".to_owned(),
        unit,
        ours: samples(&[110.0, 120.0, 130.0]),
        theirs: samples(&[100.0, 100.0, 100.0]),
        reach: "1.1 ×",
        notes: vec!["three lines each".to_owned()],
    }
}

fn subject() -> Subject {
    Subject {
        module: "a module of 5 bytes".to_owned(),
        envoy: "Envoy 1.40.0".to_owned(),
        machine: "2 cores".to_owned(),
        rounds: 3,
    }
}

#[test]
fn a_row_has_median_least_and_most_of_both_sides_and_of_the_ratio() {
    let text = markdown(&subject(), &[pair(Unit::Micros)]);
    let row = text.lines().find(|line| line.contains("early talker |")).unwrap();
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    assert_eq!(
        cells,
        ["early talker", "postscreen", "120 µs (110–130)", "100 µs (100–100)", "1.20 × (1.10–1.30)", "1.1 ×"]
    );
}

#[test]
fn the_subject_stands_above_the_table_and_notes_below() {
    let text = markdown(&subject(), &[pair(Unit::Micros)]);
    assert!(
        text.starts_with("Measured with a module of 5 bytes, Envoy 1.40.0, on 2 cores: the median of 3"),
        "{text}"
    );
    assert!(text.ends_with("\n- early talker: three lines each\n"), "{text}");
}

#[test]
fn what_is_no_table_has_lines_that_fit_on_a_page() {
    let long = Pair { notes: vec!["a word ".repeat(40)], ..pair(Unit::Micros) };
    let text = markdown(&Subject { machine: "a machine ".repeat(20), ..subject() }, &[long]);
    assert!(text.lines().all(|line| line.starts_with('|') || line.chars().count() <= PAGE_CHARS), "{text}");
}

#[test]
fn shares_have_no_ratio_and_a_missing_side_is_a_dash() {
    let mut pair = pair(Unit::Percent);
    assert_eq!(pair.row()[4], "–");
    pair.theirs = Samples::default();
    assert_eq!(pair.row()[3], "–");
    assert_eq!(pair.row()[2], "120.00 % (110.00–130.00)");
}

#[test]
fn json_has_every_figure_of_every_round() {
    let json = json(&subject(), &[pair(Unit::Kilobytes)]);
    let pair = &json["pairs"][0];
    assert_eq!(pair["ours"]["rounds"], json!([110.0, 120.0, 130.0]));
    assert_eq!(pair["ratio"]["summary"], json!({"median": 1.2, "min": 1.1, "max": 1.3}));
    assert_eq!(pair["unit"], "kB");
    assert_eq!(json["module"], "a module of 5 bytes");
}

#[test]
fn a_side_without_figures_is_null_in_json() {
    let pair = Pair { theirs: Samples::default(), ..pair(Unit::Micros) };
    let json = json(&subject(), &[pair]);
    assert_eq!(json["pairs"][0]["theirs"], json!({"rounds": [], "summary": null}));
    assert_eq!(json["pairs"][0]["ratio"]["summary"], Value::Null);
}
