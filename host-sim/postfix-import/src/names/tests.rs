use super::*;
use crate::context::sample;

/// What is said of each name, with what to do.
fn told(text: &str) -> Vec<String> {
    let (_, mut context) = sample("soft_bounce", "no");
    let file =
        context.files.add("main.cf".to_owned(), format!("myhostname = a\ncompatibility_level = 3.6\n{text}"));
    let definitions = Definitions::parse(&file, |mistake| panic!("{mistake:?}"));
    left_over(&definitions, &mut context);
    context.warnings.iter().map(|warning| format!("{}: {}", warning.subject, warning.instead)).collect()
}

#[test]
fn a_misspelt_name_is_guessed() {
    for (text, expected) in [
        ("postscreen_greet_wiat = 6s", Some("did you mean postscreen_greet_wait?")),
        ("postscreen_forbidden_command = CONNECT", Some("did you mean postscreen_forbidden_commands?")),
        ("postscreen_dnsbl_threshhold = 3", Some("did you mean postscreen_dnsbl_threshold?")),
        ("postscreen_hangup_action = drop", Some("leave it out")),
        ("postscreen_reject_frequency = 3", Some("leave it out")),
        ("postscreen_blacklist_networks = 192.0.2.0/24", Some("write them into postscreen_access_list")),
        ("postscreen_whitelist_networks = 192.0.2.0/24", Some("write them into postscreen_access_list")),
        ("mynetwork = 192.0.2.0/24", Some("did you mean mynetworks?")),
        ("myhostnaem = mx.test", None),
        // It is set as well, or somebody refers to the name.
        ("mynetwork = 192.0.2.0/24\nmynetworks = 192.0.2.0/24", None),
        ("mynetwork = 192.0.2.0/24\nx = $mynetwork", None),
        ("postscreen_my_lists = a.test\npostscreen_dnsbl_sites = $postscreen_my_lists", None),
        ("smtp_use_tls = yes", None),
        ("own_name = 1", None),
        ("postscreen_blacklist_action = drop", None),
        ("default_cache_db_type = lmdb", None),
    ] {
        let told = told(text);
        assert_eq!(told.len(), usize::from(expected.is_some()), "{text}: {told:?}");
        assert!(told.iter().all(|told| told.contains(expected.unwrap_or_default())), "{text}: {told:?}");
    }
}

#[test]
fn a_default_that_is_written_out_is_not_told() {
    for (text, told_of) in [
        ("postscreen_tls_cert_file = $smtpd_tls_cert_file", false),
        ("postscreen_tls_cert_file = /a.pem", true),
        ("smtpd_tls_cert_file = /a.pem\npostscreen_tls_cert_file = /a.pem", false),
        ("postscreen_starttls_timeout = $smtpd_starttls_timeout", false),
        ("postscreen_starttls_timeout = 9s", true),
        ("postscreen_cache_map = btree:$data_directory/postscreen_cache", false),
        ("postscreen_cache_map = $default_cache_db_type:$data_directory/postscreen_cache", false),
        ("postscreen_cache_map = btree:/var/lib/postfix/postscreen_cache", false),
        ("postscreen_cache_map = memcache:/x", true),
        ("postscreen_reject_footer_maps = $smtpd_reject_footer_maps", false),
        ("postscreen_command_filter =", false),
    ] {
        assert_eq!(!told(text).is_empty(), told_of, "{text}");
    }
}
