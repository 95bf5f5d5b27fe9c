use super::FAILURES;

const PAGE: &str = include_str!("../../../../docs/failures.md");

#[test]
fn the_pages_table_has_the_tests_by_the_same_names() {
    let (_, table) = PAGE.split_once("<!-- failures -->\n").expect("the table has a first mark");
    let (table, _) = table.split_once("<!-- end of failures -->").expect("the table has a last mark");
    let first_cell =
        |line: &str| line.trim_matches('|').split('|').next().unwrap_or_default().trim().to_owned();
    let rows: Vec<_> = table.trim().lines().skip(2).map(first_cell).collect();
    assert_eq!(rows, FAILURES.map(|(name, _)| name));
    for name in rows {
        assert!(
            PAGE.contains(&format!("\n## {name}\n")) || PAGE.contains(&format!("\n## {}\n", capital(&name))),
            "{name}"
        );
    }
}

fn capital(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}
