use super::Dialogue;

const ALL: &str = "250-localhost | 250-SIZE 10240000 | 250-VRFY | 250-ETRN | 250-ENHANCEDSTATUSCODES | \
                   250-8BITMIME | 250-DSN | 250-SMTPUTF8 | 250 CHUNKING";

fn offer(policy: &str) -> Vec<String> {
    Dialogue::new(policy).hears("EHLO x\r\n")
}

#[test]
fn everything_is_offered_but_what_postscreen_never_does() {
    assert_eq!(offer("{}"), [format!("say {ALL}")]);
}

#[test]
fn parameters_hide_what_they_are_about() {
    for (policy, full, expected) in [
        (r#"{"message_size_limit": 0}"#, "SIZE 10240000", "SIZE"),
        (r#"{"disable_vrfy_command": true}"#, "250-VRFY | ", ""),
        (r#"{"smtputf8_enable": false}"#, "250-SMTPUTF8 | ", ""),
        (r#"{"discard_ehlo_keywords": ["Starttls", "auth", "pipelining", "silent-discard"]}"#, "", ""),
        (r#"{"discard_ehlo_keywords": ["size"]}"#, "250-SIZE 10240000 | ", ""),
        (r#"{"discard_ehlo_keywords": ["VRFY"]}"#, "250-VRFY | ", ""),
        (r#"{"discard_ehlo_keywords": ["etrn"]}"#, "250-ETRN | ", ""),
        (r#"{"discard_ehlo_keywords": ["enhancedstatuscodes"]}"#, "250-ENHANCEDSTATUSCODES | ", ""),
        (r#"{"discard_ehlo_keywords": ["8bitmime"]}"#, "250-8BITMIME | ", ""),
        (r#"{"discard_ehlo_keywords": ["dsn"]}"#, "250-DSN | ", ""),
        (r#"{"discard_ehlo_keywords": ["smtputf8"]}"#, "250-SMTPUTF8 | ", ""),
        (r#"{"discard_ehlo_keywords": ["chunking"]}"#, "250-SMTPUTF8 | 250 CHUNKING", "250 SMTPUTF8"),
    ] {
        assert_eq!(offer(policy), [format!("say {}", ALL.replacen(full, expected, 1))], "{policy}");
    }
    let nothing = r#"{"discard_ehlo_keywords":
        ["size", "vrfy", "etrn", "enhancedstatuscodes", "8bitmime", "dsn", "smtputf8", "chunking"]}"#;
    assert_eq!(offer(nothing), ["say 250 localhost"]);
}

#[test]
fn the_first_rule_for_a_network_replaces_the_general_list_and_is_logged() {
    let policy = r#"{"discard_ehlo_keywords": ["dsn"], "discard_ehlo_keyword_address_maps": [
        {"cidr": "192.0.2.1", "keywords": ["chunking", "size", "8bitmime"]},
        {"cidr": "192.0.2.2", "keywords": ["silent-discard", "chunking"]},
        {"cidr": "192.0.2.3", "keywords": []},
        {"cidr": "192.0.2.4", "keywords": ["dsn"]},
        {"cidr": "192.0.2.0/24", "keywords": ["etrn"]}]}"#;
    for (client, hidden, log) in [
        (
            "192.0.2.1:7",
            &["SIZE", "8BITMIME", "CHUNKING"][..],
            Some("log [192.0.2.1]7: discarding EHLO keywords: 8BITMIME SIZE CHUNKING"),
        ),
        ("192.0.2.2:7", &["CHUNKING"], None),
        ("192.0.2.3:7", &[], None),
        ("192.0.2.4:7", &["DSN"], None),
        ("192.0.2.5:7", &["ETRN"], Some("log [192.0.2.5]7: discarding EHLO keywords: ETRN")),
        ("[2001:db8::1]:7", &["DSN"], None),
    ] {
        let heard = Dialogue::from(client, policy, &[]).hears("EHLO x\r\n");
        let (reply, logs) = heard.split_last().unwrap();
        assert_eq!(logs.first().map(String::as_str), log, "{client}");
        for keyword in ["SIZE", "VRFY", "ETRN", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING"] {
            assert_eq!(!reply.contains(keyword), hidden.contains(&keyword), "{client} {keyword}: {reply}");
        }
    }
}
