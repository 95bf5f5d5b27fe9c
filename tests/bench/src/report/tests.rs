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

#[test]
fn the_median_is_the_middle_one_in_any_order() {
    let summary = samples(&[5.0, 1.0, 9.0, 2.0, 3.0]).summary().unwrap();
    assert_eq!(summary, Summary { median: 3.0, min: 1.0, max: 9.0 });
}

#[test]
fn of_an_even_number_it_is_between_the_two_in_the_middle() {
    let summary = samples(&[4.0, 1.0, 2.0, 8.0]).summary().unwrap();
    assert_eq!(summary, Summary { median: 3.0, min: 1.0, max: 8.0 });
    assert_eq!(samples(&[7.0]).summary().unwrap(), Summary { median: 7.0, min: 7.0, max: 7.0 });
}

#[test]
fn nothing_is_no_summary_and_neither_is_a_division_by_nothing() {
    assert_eq!(Samples::default().summary(), None);
    assert_eq!(samples(&[1.0]).over(&samples(&[0.0])).summary(), None);
}

#[test]
fn ratios_are_taken_round_by_round_and_not_of_the_medians() {
    // The second round was disturbed, both figures alike.
    let ratios = samples(&[10.0, 40.0, 12.0]).over(&samples(&[5.0, 20.0, 8.0]));
    assert_eq!(ratios, samples(&[2.0, 2.0, 1.5]));
    assert_eq!(ratios.summary().unwrap(), Summary { median: 2.0, min: 1.5, max: 2.0 });
}

#[test]
fn a_round_that_only_one_side_has_is_left_out() {
    assert_eq!(samples(&[6.0, 7.0]).over(&samples(&[3.0])), samples(&[2.0]));
}

#[test]
fn what_stands_between_the_comments_is_replaced_and_nothing_else() {
    let page = "# Title\n\n<!-- bench -->\nold\nolder\n<!-- end of bench -->\n\nMore.\n";
    let once = with_table(page, "| new |\n").unwrap();
    assert_eq!(once, "# Title\n\n<!-- bench -->\n| new |\n<!-- end of bench -->\n\nMore.\n");
    assert_eq!(with_table(&once, "| new |\n").unwrap(), once);
}

#[test]
fn a_page_without_the_comments_is_left_alone() {
    assert!(with_table("# Title\n", "| new |\n").unwrap_err().to_string().contains("<!-- bench -->"));
    assert!(with_table("<!-- bench -->\n", "").unwrap_err().to_string().contains("<!-- end of bench -->"));
}
