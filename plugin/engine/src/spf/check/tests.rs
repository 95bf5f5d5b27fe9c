//! What records mean, over worlds that are written like zone files.

mod limits;
mod random;
mod world;

use super::*;
use SpfResult::{Fail, Neutral, None as NoResult, Pass, PermError, SoftFail, TempError};
use world::World;

const CLIENT: &str = "203.0.113.9";

fn outcome(world: &str, client: &str, domain: &str) -> Outcome {
    World::parse(world).outcome(client.parse().unwrap(), &domain.parse().unwrap())
}

/// The result and the path for [`CLIENT`] and `a.test`.
fn told(world: &str) -> (SpfResult, String) {
    let outcome = outcome(world, CLIENT, "a.test");
    (outcome.result, outcome.explanation())
}

fn result(world: &str) -> SpfResult {
    told(world).0
}

#[test]
fn the_first_mechanism_that_matches_decides() {
    for (record, expected) in [
        ("ip4:203.0.113.9", Pass),
        ("+ip4:203.0.113.9 -all", Pass),
        ("-ip4:203.0.113.9 +all", Fail),
        ("~ip4:203.0.113.0/24 all", SoftFail),
        ("?ip4:203.0.112.0/23 all", Neutral),
        ("ip4:203.0.113.8 -all", Fail),
        ("ip4:0.0.0.0/0", Pass),
        ("ip6:::/0 -all", Fail),
        ("-all ip4:203.0.113.9", Fail),
        ("", Neutral),
        ("ip4:203.0.113.8", Neutral),
        ("all redirect=b.test", Pass),
    ] {
        assert_eq!(result(&format!("a.test TXT v=spf1 {record}")), expected, "{record}");
    }
}

#[test]
fn the_path_says_where_and_why() {
    for (world, expected) in [
        ("a.test TXT v=spf1 ~all", "a.test: ~all matches"),
        ("a.test TXT v=spf1 mx", "a.test: nothing matches"),
        ("", "a.test: no SPF record"),
        ("a.test TXT v=spf1\na.test TXT v=spf1", "a.test: several SPF records"),
        ("a.test TXT v=spf1 ip4:300.0.0.1", "a.test: ip4:300.0.0.1: no IPv4 network"),
        ("a.test TXT !", "a.test: no answer for a.test TXT"),
        ("a.test TXT v=spf1 a:b.test\nb.test A !", "a.test: a:b.test: no answer for b.test A"),
        (
            "a.test TXT v=spf1 mx include:b.test -all
             b.test TXT v=spf1 redirect=%{d2}.c.test
             b.test.c.test TXT v=spf1 ?ip4:192.0.2.0/24 ip4:203.0.113.0/24",
            "a.test: include:b.test -> b.test: redirect=%{d2}.c.test -> b.test.c.test: ip4:203.0.113.0/24 matches",
        ),
        (
            "a.test TXT v=spf1 include:b.test include:c.test
             b.test TXT v=spf1 -all
             c.test TXT v=spf1 foo",
            "a.test: include:c.test -> c.test: foo: no such mechanism",
        ),
        ("a.test TXT v=spf1 include:b..test", "a.test: include:b..test: empty label"),
    ] {
        assert_eq!(told(world).1, expected);
    }
}

#[test]
fn nothing_of_the_network_lands_raw_in_the_path() {
    let mut world = World::parse("");
    world.text("a.test", b"v=spf1 \x1b]0;x\x07\n");
    let outcome = world.outcome(CLIENT.parse().unwrap(), &"a.test".parse().unwrap());
    assert_eq!(outcome.result, PermError);
    assert_eq!(outcome.explanation(), "a.test: \\033]0;x\\a\\n: not all printable ASCII");
}

#[test]
fn a_domain_without_a_record_has_no_result() {
    assert_eq!(result(""), NoResult);
    assert_eq!(result("a.test TXT -"), NoResult, "the name exists");
    assert_eq!(result("a.test TXT some text"), NoResult);
    assert_eq!(outcome("test TXT v=spf1 all", CLIENT, "test").result, NoResult, "a top-level domain");
}

#[test]
fn what_cannot_be_known_is_a_temporary_error() {
    assert_eq!(result("a.test TXT !"), TempError);
    for term in ["a:b.test", "mx:b.test", "exists:b.test", "include:b.test", "redirect=b.test"] {
        let dead = "b.test A !\nb.test MX !\nb.test TXT !";
        assert_eq!(result(&format!("a.test TXT v=spf1 {term} ip4:203.0.113.8\n{dead}")), TempError, "{term}");
        let before = format!("a.test TXT v=spf1 ip4:203.0.113.9 {term}\n{dead}");
        assert_eq!(result(&before), Pass, "decided before {term}");
    }
}

#[test]
fn include_matches_only_where_the_other_record_passes() {
    for (other, expected) in [
        ("b.test TXT v=spf1 all", SoftFail),
        ("b.test TXT v=spf1 -all", Fail),
        ("b.test TXT v=spf1 ~all", Fail),
        ("b.test TXT v=spf1 ?all", Fail),
        ("b.test TXT v=spf1", Fail),
        ("b.test TXT !", TempError),
        ("b.test TXT v=spf1 foo", PermError),
        ("b.test TXT v=spf1\nb.test TXT v=spf1", PermError),
        ("", PermError),
    ] {
        assert_eq!(result(&format!("a.test TXT v=spf1 ~include:b.test -all\n{other}")), expected, "{other}");
    }
    assert_eq!(
        result("a.test TXT v=spf1 include:%{d1r} all\ntest TXT v=spf1"),
        PermError,
        "a top-level domain"
    );
    assert_eq!(result("a.test TXT v=spf1 include:b..test all"), PermError);
}

#[test]
fn redirect_is_the_result_of_the_other_record_where_nothing_matches() {
    for (other, expected) in [
        ("b.test TXT v=spf1 all", Pass),
        ("b.test TXT v=spf1 -all", Fail),
        ("b.test TXT v=spf1", Neutral),
        ("b.test TXT !", TempError),
        ("b.test TXT v=spf1 foo", PermError),
        ("", PermError),
    ] {
        let world = format!("a.test TXT v=spf1 redirect=b.test ip4:192.0.2.1\n{other}");
        assert_eq!(result(&world), expected, "{other}");
    }
    assert_eq!(result("a.test TXT v=spf1 redirect=b..test"), PermError);
    let own = "a.test TXT v=spf1 redirect=b.test\nb.test TXT v=spf1 a\nb.test A 203.0.113.9";
    assert_eq!(result(own), Pass, "the domain of the other record");
}

#[test]
fn a_means_networks_about_addresses() {
    let world = |term: &str| {
        format!(
            "a.test TXT v=spf1 {term} -all
             a.test A 192.0.2.1 203.0.113.1
             a.test AAAA 2001:db8::1
             b.test A 203.0.113.9"
        )
    };
    for (term, expected) in [
        ("a", Fail),
        ("a:b.test", Pass),
        ("a/24", Pass),
        ("a/28", Pass),
        ("a/29", Fail),
        ("a/0", Pass),
        ("a//0", Fail),
        ("a:b.test/32", Pass),
        ("a:none.test", Fail),
        ("a:%{d}/24", Pass),
    ] {
        assert_eq!(result(&world(term)), expected, "{term}");
    }
    for (term, expected) in
        [("a", Fail), ("a//127", Fail), ("a//126", Pass), ("a/0", Fail), ("a:b.test//0", Fail)]
    {
        assert_eq!(outcome(&world(term), "2001:db8::2", "a.test").result, expected, "{term}");
    }
}

#[test]
fn mx_means_networks_about_all_mail_servers() {
    let servers = "a.test MX one.test two.test\none.test A 192.0.2.1\none.test AAAA 2001:db8::1";
    let world = |term: &str, two: &str| format!("a.test TXT v=spf1 {term} -all\n{servers}\n{two}");
    for (term, two, expected) in [
        ("mx", "two.test A 203.0.113.9", Pass),
        ("mx:a.test", "two.test A 203.0.113.9", Pass),
        ("mx/24", "two.test A 203.0.113.1", Pass),
        ("mx", "two.test A 203.0.113.1", Fail),
        ("mx", "", Fail),
        ("mx", "two.test A !", TempError),
        ("mx:b.test", "", Fail),
    ] {
        assert_eq!(result(&world(term, two)), expected, "{term} {two}");
    }
    assert_eq!(outcome(&world("mx", ""), "2001:db8::1", "a.test").result, Pass);
    for servers in ["one.test two.test", "two.test one.test"] {
        let world =
            format!("a.test TXT v=spf1 mx\na.test MX {servers}\none.test A !\ntwo.test A 203.0.113.9");
        assert_eq!(result(&world), Pass, "one that matches outweighs one that fails");
    }
    assert_eq!(result("a.test TXT v=spf1 mx -all\na.test MX ."), Fail, "a domain that takes no mail");
}

#[test]
fn ptr_means_names_of_the_client_that_lead_back_to_it() {
    let world = |term: &str, zone: &str| format!("a.test TXT v=spf1 {term} -all\n{zone}");
    let good = "9.113.0.203.in-addr.arpa PTR mail.a.test\nmail.a.test A 192.0.2.1 203.0.113.9";
    for (term, zone, expected) in [
        ("ptr", good, Pass),
        ("ptr:a.test", good, Pass),
        ("ptr:mail.a.test", good, Pass),
        ("ptr:A.TEST", good, Pass),
        ("ptr:b.test", good, Fail),
        ("ptr:test", "", PermError),
        ("ptr:l.a.test", good, Fail),
        ("ptr", "", Fail),
        ("ptr", "9.113.0.203.in-addr.arpa PTR mail.a.test", Fail),
        ("ptr", "9.113.0.203.in-addr.arpa PTR mail.a.test\nmail.a.test A 192.0.2.1", Fail),
        ("ptr", "9.113.0.203.in-addr.arpa PTR !", Fail),
        ("ptr", "9.113.0.203.in-addr.arpa PTR mail.a.test\nmail.a.test A !", Fail),
        (
            "ptr",
            "9.113.0.203.in-addr.arpa PTR x.a.test mail.a.test\nx.a.test A !\nmail.a.test A 203.0.113.9",
            Pass,
        ),
    ] {
        assert_eq!(result(&world(term, zone)), expected, "{term} {zone}");
    }
    let zone = format!("1.{}8.b.d.0.1.0.0.2.ip6.arpa PTR a.test\na.test AAAA 2001:db8::1", "0.".repeat(23));
    assert_eq!(outcome(&world("ptr", &zone), "2001:db8::1", "a.test").result, Pass);
}

#[test]
fn exists_asks_for_an_ipv4_address_whatever_the_client_is() {
    let world = "a.test TXT v=spf1 exists:%{ir}.%{v}.%{d} -all
                 9.113.0.203.in-addr.a.test A 127.0.0.2";
    assert_eq!(result(world), Pass);
    assert_eq!(outcome(world, "203.0.113.8", "a.test").result, Fail);
    let nibbles = format!("1.{}8.b.d.0.1.0.0.2.ip6.a.test", "0.".repeat(23));
    let world = format!("a.test TXT v=spf1 exists:%{{ir}}.%{{v}}.%{{d}} -all\n{nibbles} A 127.0.0.2");
    assert_eq!(outcome(&world, "2001:db8::1", "a.test").result, Pass);
}

#[test]
fn a_mapped_address_is_one_of_ipv4() {
    let world = "a.test TXT v=spf1 ip4:203.0.113.9 ip6:::/0";
    assert_eq!(
        outcome(world, "::ffff:203.0.113.9", "a.test").explanation(),
        "a.test: ip4:203.0.113.9 matches"
    );
    assert_eq!(outcome(world, "::203.0.113.9", "a.test").explanation(), "a.test: ip6:::/0 matches");
}

#[test]
fn a_domain_that_cannot_be_in_dns_matches_nothing() {
    for term in ["a:b..test", "mx:b..test", "exists:b..test", "ptr:b..test", "exists:.%{d}"] {
        assert_eq!(result(&format!("a.test TXT v=spf1 -{term} all")), Pass, "{term}");
    }
}

#[test]
fn the_sender_stays_and_the_domain_changes_on_the_way() {
    let world = "a.test TXT v=spf1 include:b.test
                 b.test TXT v=spf1 exists:%{d}.%{o}.%{h}.c.test
                 b.test.a.test.a.test.c.test A 127.0.0.1";
    assert_eq!(result(world), Pass);
}

#[test]
fn it_holds_as_long_as_the_shortest_of_its_answers() {
    let mut world =
        World::parse("a.test TXT v=spf1 a:b.test include:c.test\nb.test A 192.0.2.1\nc.test TXT v=spf1 all");
    let mut ttls = |ttls: [u32; 3]| {
        for (question, ttl) in
            [("a.test", Kind::Txt), ("b.test", Kind::A), ("c.test", Kind::Txt)].iter().zip(ttls)
        {
            world.set_ttl(&Question { name: question.0.parse().unwrap(), kind: question.1 }, ttl);
        }
        world.outcome(CLIENT.parse().unwrap(), &"a.test".parse().unwrap()).ttl
    };
    assert_eq!(ttls([300, 200, 100]), 100);
    assert_eq!(ttls([300, 100, 200]), 100, "also of what did not match");
    assert_eq!(ttls([50, 100, 200]), 50);
    assert_eq!(outcome("", CLIENT, "test").ttl, 0, "nothing was asked");
}
