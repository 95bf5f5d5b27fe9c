//! What each command gets, in each state in which it matters.

use super::Dialogue;

const MAIL: &str = "MAIL FROM:<a@b>";
const AGAIN: &str = "450 4.3.2 Service currently unavailable";
const UNKNOWN: &str = "502 5.5.2 Error: command not recognized";
const NOT_IMPLEMENTED: &str = "502 5.5.1 Error: command not implemented";
const HELO_FIRST: &str = "503 5.5.1 Error: send HELO/EHLO first";
/// What the EHLO reply offers.
const ALL: &str = "250-localhost | 250-SIZE 10240000 | 250-VRFY | 250-ETRN | 250-ENHANCEDSTATUSCODES | \
                   250-8BITMIME | 250-DSN | 250-SMTPUTF8 | 250 CHUNKING";

#[test]
fn every_command_has_its_replies() {
    let plain = "{}";
    let helo_required = r#"{"helo_required": true}"#;
    let no_vrfy = r#"{"disable_vrfy_command": true}"#;
    for (policy, lines, expected) in [
        (plain, &["HELO x"][..], "250 localhost"),
        (plain, &["hElO  x y"], "250 localhost"),
        (plain, &["HELO"], "501 Syntax: HELO hostname"),
        (plain, &["HELO  "], "501 Syntax: HELO hostname"),
        (plain, &["HELO\tx"], UNKNOWN),
        (plain, &["EHLO"], "501 Syntax: EHLO hostname"),
        (plain, &[MAIL], "250 2.1.0 Ok"),
        (plain, &["mail from:"], "250 2.1.0 Ok"),
        (plain, &["MAIL"], "501 5.5.4 Syntax: MAIL FROM:<address>"),
        (plain, &["MAIL FROM a@b"], "501 5.5.4 Syntax: MAIL FROM:<address>"),
        (plain, &[MAIL, MAIL], "503 5.5.1 Error: nested MAIL command"),
        (plain, &[MAIL, "RSET", MAIL], "250 2.1.0 Ok"),
        (plain, &[MAIL, "HELO x", MAIL], "250 2.1.0 Ok"),
        (plain, &[MAIL, "EHLO x", MAIL], "250 2.1.0 Ok"),
        (helo_required, &[MAIL], HELO_FIRST),
        (helo_required, &["HELO", MAIL], HELO_FIRST),
        (helo_required, &["HELO x", MAIL], "250 2.1.0 Ok"),
        (plain, &["RCPT TO:<c@d>"], "503 5.5.1 Error: need MAIL command"),
        (plain, &[MAIL, "RCPT"], "501 5.5.4 Syntax: RCPT TO:<address>"),
        (plain, &[MAIL, "RCPT TO:<c@d>"], AGAIN),
        (plain, &["RSET x"], "250 2.0.0 Ok"),
        (plain, &["NOOP x"], "250 2.0.0 Ok"),
        (plain, &["VRFY"], "501 5.5.4 Syntax: VRFY address"),
        (plain, &["VRFY x"], AGAIN),
        (no_vrfy, &["VRFY"], "501 5.5.4 Syntax: VRFY address"),
        (no_vrfy, &["VRFY x"], "502 5.5.1 VRFY command is disabled"),
        (helo_required, &["ETRN x"], HELO_FIRST),
        (plain, &["ETRN"], "500 Syntax: ETRN domain"),
        (plain, &["ETRN x"], "458 Unable to queue messages"),
        (plain, &["AUTH PLAIN x"], UNKNOWN),
        (plain, &["XCLIENT x"], UNKNOWN),
        (plain, &["XFORWARD x"], UNKNOWN),
        (plain, &["EXPN x"], UNKNOWN),
        (plain, &[""], UNKNOWN),
        (plain, &["   "], UNKNOWN),
        (plain, &["  NOOP"], "250 2.0.0 Ok"),
        (plain, &["NOOP\0x"], "250 2.0.0 Ok"),
        (plain, &["NO\0OP"], UNKNOWN),
        (plain, &["\0NOOP"], UNKNOWN),
        (plain, &["HELO\0 x"], "501 Syntax: HELO hostname"),
        (plain, &["MAIL FROM\0:<a@b>"], "501 5.5.4 Syntax: MAIL FROM:<address>"),
    ] {
        let replies = Dialogue::new(policy).replies(lines);
        assert_eq!(replies.len(), lines.len(), "{lines:?}");
        assert_eq!(replies.last().unwrap(), expected, "{policy} {lines:?}");
    }
}

#[test]
fn data_bdat_and_quit_end_the_dialogue() {
    let plain = "{}";
    let no_chunking = r#"{"discard_ehlo_keywords": ["chunking"]}"#;
    let (data, bdat) = (
        "DATA without valid RCPT from [192.0.2.10]:48543",
        "BDAT without valid RCPT from [192.0.2.10]:48543",
    );
    for (policy, before, line, log, reply) in [
        (plain, &[][..], "DATA", data, "503 5.5.1 Error: need RCPT command"),
        (plain, &[MAIL], "DATA", data, "554 5.5.1 Error: no valid recipients"),
        (plain, &[MAIL], "DATA x", data, "501 5.5.4 Syntax: DATA"),
        (plain, &[], "BDAT 7 LAST", bdat, "554 5.5.1 Error: need MAIL command"),
        (plain, &[MAIL], "BDAT 7 LAST", bdat, "554 5.5.1 Error: no valid recipients"),
        (plain, &[MAIL], "BDAT", bdat, "501 5.5.4 Syntax: BDAT count [LAST]"),
        (no_chunking, &["EHLO x", MAIL], "BDAT 7", bdat, NOT_IMPLEMENTED),
        (no_chunking, &["HELO x", MAIL], "BDAT 7", bdat, "554 5.5.1 Error: no valid recipients"),
    ] {
        let mut client = Dialogue::new(policy);
        client.replies(before);
        let expected = [format!("log {log}"), format!("say {reply}"), "end NoRecipient".to_owned()];
        assert_eq!(client.hears(format!("{line}\r\nNOOP\r\n")), expected, "{before:?} {line}");
    }
    assert_eq!(Dialogue::new(plain).hears("quit now\r\nNOOP\r\n"), ["say 221 2.0.0 Bye", "end Quit"]);
}

#[test]
fn helo_after_ehlo_is_still_esmtp_and_a_later_name_counts() {
    let mut client = Dialogue::new("{}");
    client.replies(&["EHLO one two", "HELO t\u{e9}o", MAIL]);
    let log = &client.hears("RCPT TO:<c@d>\r\n")[1];
    assert!(log.ends_with("from=<a@b>, to=<c@d>, proto=ESMTP, helo=<t??o>"), "{log}");
}

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
