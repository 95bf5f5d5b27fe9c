use super::*;

fn printed(json: &str) -> String {
    let printed = differences(&Policy::parse(json.as_bytes()).unwrap());
    let again = Policy::parse(printed.as_bytes()).unwrap();
    assert_eq!(differences(&again), printed, "what is printed reads the same");
    printed
}

#[test]
fn defaults_are_left_out() {
    assert_eq!(printed("{}"), "{}\n");
    assert_eq!(printed(r#"{"greet_wait": "${stress?{2}:{6}}s", "dnsbl_threshold": 1}"#), "{}\n");
}

#[test]
fn the_order_is_the_policy_s_and_entries_have_lines() {
    let json = r#"{"dnsbl_threshold": 3, "mynetworks": [], "dnsbl_reply_map": {"a.test": "b, \"c\""},
        "cache": {"buckets": 7},
        "access_list": [{"action": "reject", "cidr": "192.0.2.1"}, "dunno"], "greet_action": "continue",
        "greet_wait": "6s",
        "discard_ehlo_keyword_address_maps": [{"cidr": "::/0", "keywords": ["dsn", "size"]}]}"#;
    let expected = r#"{
  "mynetworks": [],
  "access_list": [
    {"cidr": "192.0.2.1/32", "action": "reject"},
    "dunno"
  ],
  "greet_wait": "6s",
  "dnsbl_threshold": 3,
  "dnsbl_reply_map": {
    "a.test": "b, \"c\""
  },
  "discard_ehlo_keyword_address_maps": [
    {"cidr": "::/0", "keywords": ["DSN", "SIZE"]}
  ],
  "cache": {
    "buckets": 7
  }
}
"#;
    assert_eq!(printed(json), expected);
}
