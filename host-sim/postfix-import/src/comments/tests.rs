use super::*;
use crate::context::sample;

/// The definition's value without comments, the comments of warnings, and those of mistakes.
fn without(text: &str) -> (String, Vec<String>, usize) {
    let (_, mut context) = sample("soft_bounce", "no");
    let file = context.files.add("main.cf".to_owned(), text.to_owned());
    let definitions = Definitions::parse(&file, |mistake| panic!("{mistake:?}"));
    let without = without_comments(&definitions, &mut context);
    let value = without.iter().next().map(|definition| definition.value.clone()).unwrap_or_default();
    let warned =
        context.warnings.iter().map(|warning| warning.subject.split_once(" = ").unwrap().1.to_owned());
    (value, warned.collect(), context.mistakes.len())
}

#[test]
fn what_postfix_makes_of_a_comment_depends_on_the_parameter() {
    for (text, value, warned, mistakes) in [
        (
            "postscreen_access_list = permit_mynetworks #, cidr:x\n",
            "permit_mynetworks",
            &["#, cidr:x"][..],
            0,
        ),
        (
            "postscreen_access_list = permit_mynetworks, # own\n  reject\n",
            "permit_mynetworks,",
            &["# own"],
            0,
        ),
        ("mynetworks = 10.0.0.0/8 # ours\n  192.0.2.0/24\n", "10.0.0.0/8", &["# ours"], 0),
        ("postscreen_forbidden_commands = GET # web\n", "GET", &["# web"], 0),
        ("postscreen_greet_action = drop   # drop them\n", "drop", &[], 1),
        ("postscreen_dnsbl_threshold = 3#three\n", "3", &[], 1),
        ("soft_bounce = yes # x\n", "yes", &[], 1),
        (
            "postscreen_dnsbl_sites =\n  a.test*3, # one\n  b.test #two\n  # a line\n  c.test\n",
            "a.test*3, b.test c.test",
            &[],
            2,
        ),
        ("postscreen_dnsbl_sites = a.test,#one\n", "a.test,", &[], 1),
        ("postscreen_dnsbl_reply_map = texthash:/x # names\n", "texthash:/x", &[], 1),
        ("postscreen_greet_wait = 6s # six\n", "6s # six", &["# six"], 0),
        ("postscreen_greet_wait = 6 # six\n", "6", &[], 1),
        ("smtpd_banner = $myhostname ESMTP # hello\n", "$myhostname ESMTP # hello", &["# hello"], 0),
        ("postscreen_discard_ehlo_keywords = dsn # etrn\n", "dsn # etrn", &["# etrn"], 0),
        ("smtpd_helo_required = yes # x\n", "yes", &[], 1),
        ("postscreen_blacklist_action = drop # x\n", "drop", &[], 1),
        ("myhostname = mx.test # x\n", "mx.test", &[], 1),
        // No comments.
        ("smtpd_banner = $myhostname #1\n", "$myhostname #1", &[], 0),
        ("postscreen_dnsbl_sites = a#b.test\n", "a#b.test", &[], 0),
        ("postscreen_dnsbl_sites = a.test\n# b.test\n  # c.test\n  d.test\n", "a.test  d.test", &[], 0),
        ("postscreen_access_list = cidr:{{192.0.2.1 permit # x}}\n", "cidr:{{192.0.2.1 permit # x}}", &[], 0),
        ("other = a # b\n", "a # b", &[], 0),
        ("max_idle = 5s # b\n", "5s # b", &[], 0),
    ] {
        let expected = (value.to_owned(), warned.iter().map(ToString::to_string).collect(), mistakes);
        assert_eq!(without(text), expected, "{text}");
    }
}
