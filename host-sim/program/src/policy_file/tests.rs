use super::*;

fn told(text: &str) -> Vec<String> {
    Policy::parse(text.as_bytes()).map_or_else(|error| problems(text, &error.to_string()), |_| Vec::new())
}

#[test]
fn every_problem_is_told_with_its_place() {
    let text = r#"{
  "greet_wait": "6x",
  "dnsbl_sites": ["a.test=127.0.0.256", "b.test", "c.test*x"],
  "dnsbl_reply_map": {"x y": "z"},
  "greet_wiat": 1,
  "access_list": ["permit_mynetworks", {"cidr": "10.0.0.1/8", "action": "permit"}, {"cidr": "::1"}]
}"#;
    let told = told(text);
    for (problem, begin, end) in [
        (0, r#"greet_wait: "6x": expected"#, "(line 2, column 20)"),
        (1, r#"dnsbl_sites[0]: "a.test=127.0.0.256": bad DNSBL filter"#, "(line 3, column 38)"),
        (2, r#"dnsbl_sites[2]: "c.test*x": bad DNSBL weight"#, "(line 3, column 60)"),
        (3, r#"dnsbl_reply_map.x y: "x y": expected a host name"#, "(line 4, column 27)"),
        (4, "greet_wiat: unknown field `greet_wiat`", "(line 5, column 14)"),
        (5, r#"access_list[1].cidr: "10.0.0.1/8": expected no host bits"#, "(line 6, column 60)"),
        (6, "access_list[2]: missing field `action`", "(line 6, column 98)"),
    ] {
        let told = told.get(problem).unwrap_or_else(|| panic!("{told:#?}"));
        assert!(told.starts_with(begin) && told.ends_with(end), "{told}");
    }
    assert_eq!(told.len(), 7, "{told:#?}");
}

#[test]
fn a_problem_of_no_field_is_told_as_well() {
    let long =
        format!(r#"{{"myhostname": "{}", "smtpd_banner": "{}"}}"#, "a".repeat(60), "$myhostname".repeat(9));
    for (text, expected) in [
        ("{", vec!["EOF while parsing"]),
        ("[]", vec!["invalid type: sequence"]),
        ("{} {}", vec!["trailing characters"]),
        (r#"{"greet_wait": "6s", "greet_wait": "6s"}"#, vec!["duplicate field `greet_wait`"]),
        (
            r#"{"greet_wait": "6s", "greet_wait": "6x"}"#,
            vec!["duplicate field `greet_wait`", r#"greet_wait: "6x""#],
        ),
        (&long, vec!["smtpd_banner: 540 bytes with the names filled in"]),
        (r#"{"dnsbl_sites": [1, 2]}"#, vec!["dnsbl_sites[0]: invalid type", "dnsbl_sites[1]: invalid type"]),
        (r#"{"resolver": ["x"]}"#, vec!["resolver: invalid type: sequence"]),
    ] {
        let told = told(text);
        assert_eq!(told.len(), expected.len(), "{text}: {told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{text}: {told}");
        }
    }
}

#[test]
fn problems_have_a_limit() {
    for (wrong, expected) in
        [(PROBLEMS_MAX - 1, PROBLEMS_MAX - 1), (PROBLEMS_MAX, PROBLEMS_MAX), (PROBLEMS_MAX + 1, PROBLEMS_MAX)]
    {
        let rules = vec![r#""allow""#; wrong].join(", ");
        assert_eq!(told(&format!(r#"{{"access_list": ["dunno", {rules}]}}"#)).len(), expected, "{wrong}");
    }
}
