use std::fs;

use super::*;

/// The parameters that a policy adds, the folder of the tables replaced by `FOLDER`, and the tables.
fn translated(policy: &str) -> Result<(BTreeMap<String, String>, BTreeMap<String, String>)> {
    let folder = tempfile::tempdir()?;
    let place = StoryPlace::new(0)?;
    let path = folder.path().display().to_string();
    let Value::Object(policy) = serde_json::from_str(policy)? else { bail!("no object") };
    let mut parameters =
        parameters(&policy, &place, &TableFolder::new(folder.path().to_owned(), place.clone()))?;
    for name in ["dnsblog_service_name", "postscreen_cache_map", "smtpd_service_name", "syslog_name"] {
        assert!(parameters.remove(name).is_some_and(|value| value.ends_with('1')), "{name}");
    }
    for value in parameters.values_mut() {
        *value = value.replace(&path, "FOLDER");
    }
    let mut tables = BTreeMap::new();
    for file in fs::read_dir(folder.path())? {
        let file = file?;
        tables.insert(file.file_name().into_string().unwrap(), fs::read_to_string(file.path())?);
    }
    Ok((parameters, tables))
}

fn value(policy: &str, name: &str) -> String {
    translated(policy).unwrap().0.remove(name).unwrap_or_else(|| panic!("no {name}"))
}

fn error(policy: &str) -> String {
    format!("{:#}", translated(policy).unwrap_err())
}

#[test]
fn fields_are_called_like_parameters() {
    for (policy, name, expected) in [
        (r#"{"greet_wait": "${stress?{1}:{2}}s"}"#, "postscreen_greet_wait", "${stress?{1}:{2}}s"),
        (r#"{"greet_banner": ""}"#, "postscreen_greet_banner", ""),
        (r#"{"dnsbl_threshold": 3}"#, "postscreen_dnsbl_threshold", "3"),
        (r#"{"pipelining_enable": true}"#, "postscreen_pipelining_enable", "yes"),
        (r#"{"smtputf8_enable": false}"#, "smtputf8_enable", "no"),
        (r#"{"forbidden_commands": ["CONNECT", "GET"]}"#, "postscreen_forbidden_commands", "CONNECT GET"),
    ] {
        assert_eq!(value(policy, name), expected, "{policy}");
    }
}

#[test]
fn an_unknown_field_and_a_value_that_does_not_fit_are_errors() {
    assert!(error(r#"{"greet_wit": "1s"}"#).contains("`greet_wit`"));
    assert!(error(r#"{"greet_wait": null}"#).contains("the field `greet_wait`: expected a text"));
    assert!(error(r#"{"greet_banner": "a } b {"}"#).contains("postscreen_greet_banner"));
    assert!(error(r#"{"greet_banner": "a {"}"#).contains("postscreen_greet_banner"));
    assert!(error(r#"{"greet_banner": "a\nb"}"#).contains("postscreen_greet_banner"));
    assert!(error(r#"{"access_list": [{"cidr": "192.0.2.1", "acton": "permit"}]}"#).contains("`action`"));
}

#[test]
fn our_own_groups_mean_nothing_to_postfix() {
    assert!(translated(r#"{"cache": {"buckets": 1}, "lane": {}, "resolver": {}}"#).unwrap().0.is_empty());
}

#[test]
fn rules_that_follow_each_other_share_a_table() {
    let (mut parameters, tables) = translated(
        r#"{"access_list": ["permit_mynetworks", {"cidr": "192.0.2.0/24", "action": "permit"},
            {"cidr": "!2001:db8::/32", "action": "dunno"}, "dunno", {"cidr": "192.0.2.1", "action": "reject"}]}"#,
    )
    .unwrap();
    assert_eq!(
        parameters.remove("postscreen_access_list").unwrap(),
        "permit_mynetworks cidr:FOLDER/access1-1 dunno cidr:FOLDER/access3-1"
    );
    assert_eq!(tables["access1-1"], "192.0.2.0/24 permit\n!2001:db8::/32 dunno\n");
    assert_eq!(tables["access3-1"], "192.0.2.1 reject\n");
}

#[test]
fn ipv6_networks_stand_in_brackets() {
    let networks = r#"{"mynetworks": ["!10.0.0.1", "10.0.0.0/8", "!fd00::1", "fd00::/8", "[::1]/128"]}"#;
    assert_eq!(value(networks, "mynetworks"), "!10.0.0.1 10.0.0.0/8 ![fd00::1]/128 [fd00::]/8 [::1]/128");
}

#[test]
fn the_servers_own_addresses_are_those_of_the_place() {
    assert_eq!(
        value(
            r#"{"allowlist_interfaces": ["!198.51.100.25", "2001:db8::25", "static:all"]}"#,
            "postscreen_allowlist_interfaces"
        ),
        "!198.18.0.1 [2001:2::1] static:all"
    );
}

#[test]
fn lists_live_below_the_storys_domain_and_are_shown_without_it() {
    let (mut parameters, tables) = translated(
        r#"{"dnsbl_sites": ["bl.test=127.0.0.[2..4]*3", "key.bl.test", "1.2.3.4*2"],
            "dnsbl_reply_map": {"key.bl.test": "bl.example"}}"#,
    )
    .unwrap();
    assert_eq!(
        parameters.remove("postscreen_dnsbl_sites").unwrap(),
        "bl.test.l1.scenario=127.0.0.[2..4]*3 key.bl.test.l1.scenario 1.2.3.4*2"
    );
    assert_eq!(parameters.remove("postscreen_dnsbl_reply_map").unwrap(), "texthash:FOLDER/shown1");
    assert_eq!(tables["shown1"], "bl.test.l1.scenario bl.test\nkey.bl.test.l1.scenario bl.example\n");
}

#[test]
fn keywords_for_addresses_become_a_table() {
    let rule = r#"{"cidr": "192.0.2.0/24", "keywords": ["dsn", "silent-discard"]}"#;
    let policy = format!(r#"{{"discard_ehlo_keyword_address_maps": [{rule}]}}"#);
    let (parameters, tables) = translated(&policy).unwrap();
    assert_eq!(parameters["postscreen_discard_ehlo_keyword_address_maps"], "cidr:FOLDER/ehlo1");
    assert_eq!(tables["ehlo1"], "192.0.2.0/24 dsn silent-discard\n");
}
