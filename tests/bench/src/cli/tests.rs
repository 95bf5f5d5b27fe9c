use super::*;

#[test]
fn envoys_version_is_found_behind_any_path() {
    let said = "\n/opt/envoy/bin/envoy  version: 0a1b/1.40.0/Clean/RELEASE/BoringSSL\n";
    assert_eq!(version(said), Some("1.40.0"));
    assert_eq!(version("envoy"), None);
}

#[test]
fn cases_are_named_as_in_the_handbook() {
    let page = include_str!("../../../../docs/performance.md");
    for case in BenchCase::value_variants() {
        let name = case.to_possible_value().unwrap();
        assert!(page.contains(&format!("| `{}` |", name.get_name())), "{name:?}");
    }
}

#[test]
fn several_cases_can_be_chosen() {
    let options = Options::parse_from(["bench-suite", "--only", "early,bulk", "--rounds", "9"]);
    assert_eq!(options.only, [BenchCase::Early, BenchCase::Bulk]);
    assert_eq!(options.rounds, 9);
}
