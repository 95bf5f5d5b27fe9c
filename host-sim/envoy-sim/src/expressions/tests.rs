use super::{EXPRESSION_BYTES_MAX, EXPRESSIONS_MAX, Expressions};
use crate::abi::Status;
use crate::profile::Profile;
use crate::properties::{CelValue, View};
use crate::settings::{Node, Settings};
use crate::time::Now;

const NEWEST: Profile = Profile::Envoy1_40;

/// The value of one expression on a root context.
fn evaluated(source: &str) -> Result<CelValue, Status> {
    evaluated_by(source, NEWEST)
}

fn evaluated_by(source: &str, profile: Profile) -> Result<CelValue, Status> {
    let mut settings = Settings::postscreen("");
    settings.node = Node { id: "mx1".into(), cluster: "mail".into() };
    let mut expressions = Expressions::default();
    let token = expressions.create(source.as_bytes(), profile)?;
    expressions.evaluate(token, View::of_root(&settings, Now::default()))
}

#[test]
fn each_type_comes_back() {
    for (source, value) in [
        ("1 == 1", CelValue::Bool(true)),
        ("b'a'", CelValue::Bytes(b"a".into())),
        ("1.5", CelValue::Double(1.5)),
        ("duration('1.5s')", CelValue::Duration(1_500_000_000)),
        ("-1", CelValue::Int(-1)),
        ("[1, 'a']", CelValue::List(vec![CelValue::Int(1), CelValue::text("a")])),
        ("'a' + 'é'", CelValue::text("aé")),
        ("timestamp('1970-01-01T00:00:01Z')", CelValue::Time(1_000_000_000)),
        ("1u", CelValue::Uint(1)),
        ("null", CelValue::Formless),
        ("type(1)", CelValue::Formless),
    ] {
        assert_eq!(evaluated(source), Ok(value), "{source}");
    }
}

#[test]
fn times_that_do_not_fit_are_the_first_or_the_last() {
    assert_eq!(evaluated("timestamp('0001-01-01T00:00:00Z')"), Ok(CelValue::Time(i64::MIN)));
    assert_eq!(evaluated("timestamp('9999-12-31T23:59:59Z')"), Ok(CelValue::Time(i64::MAX)));
}

#[test]
fn maps_are_in_the_order_of_their_keys() {
    let keys = |keys: &str| CelValue::List(keys.chars().map(|key| CelValue::Text(key.into())).collect());
    for _ in 0..10 {
        assert_eq!(evaluated("{'c': 1, 'a': 1, 'd': 1, 'b': 1}.map(k, k)"), Ok(keys("abcd")));
        assert_eq!(evaluated("[{'b': 1, 'a': 1}].map(m, m.map(k, k))[0]"), Ok(keys("ab")));
        let pairs = [2, 3, 5, 7].map(|key| (CelValue::Int(key), CelValue::Bool(true)));
        assert_eq!(evaluated("{7: true, 3: true, 2: true, 5: true}"), Ok(CelValue::Map(pairs.into())));
    }
}

#[test]
fn a_root_context_has_attributes_of_its_own() {
    assert_eq!(evaluated("plugin_name + '@' + xds.node.id"), Ok(CelValue::text("postscreen@mx1")));
    assert_eq!(evaluated(".xds.node['cluster']"), Ok(CelValue::text("mail")));
    assert_eq!(evaluated("has(xds.cluster_name)"), Ok(CelValue::Bool(false)));
    assert_eq!(evaluated("xds"), Ok(CelValue::Formless));
    assert_eq!(evaluated("xds.node.metadata"), Ok(CelValue::lookup()));
    assert_eq!(evaluated("xds.node"), Ok(CelValue::Message(b"\x0a\x03mx1\x12\x04mail\x32\x05envoy".into())));
    assert_eq!(evaluated("[xds.node.metadata]"), Ok(CelValue::List(vec![CelValue::lookup()])));
}

#[test]
fn groups_are_maps_that_list_nothing() {
    for source in [
        "size(xds) == 0",
        "xds == xds",
        "xds == {}",
        "xds != {'a': 1}",
        "xds != null",
        "'node' in xds && !('absent' in xds) && !(1 in xds)",
        "xds.all(k, false)",
        "type(xds) == map && type(xds.node) != map",
        "xds.node == xds.node && xds.node != xds.node.locality && xds.node != xds",
    ] {
        assert_eq!(evaluated(source), Ok(CelValue::Bool(true)), "{source}");
    }
    assert_eq!(evaluated("has(xds.absent) || has(xds.node.metadata.absent)"), Ok(CelValue::Bool(false)));
    for source in [
        "has(xds.node.absent)",
        "size(xds.node)",
        "'id' in xds.node",
        "xds.node.map(k, k)",
        "xds[1]",
        "xds + xds",
    ] {
        assert_eq!(evaluated(source), Err(Status::InternalFailure), "{source}");
    }
}

#[test]
fn an_error_is_an_internal_failure() {
    for source in ["absent", "source.address", "xds.absent", "1 / 0", "'a' + 1", "duration('soon')", "[1][1]"]
    {
        assert_eq!(evaluated(source), Err(Status::InternalFailure), "{source}");
    }
    assert_eq!(evaluated("absent == 1 || true"), Ok(CelValue::Bool(true)));
}

#[test]
fn envoys_functions_are_there_in_both_ways_of_calling() {
    for source in [
        "contains('abc', 'b') && 'abc'.contains('b') && !contains('abc', 'd')",
        "startsWith('abc', 'a') && 'abc'.startsWith('a') && !startsWith('abc', 'b')",
        "endsWith('abc', 'c') && 'abc'.endsWith('c') && !endsWith('abc', 'b')",
        "matches('abc', '^a.c$') && 'abc'.matches('^a.c$')",
        "size('abc') == 3 && 'abc'.size() == 3",
        "int(true) == 1 && int(false) == 0",
    ] {
        assert_eq!(evaluated(source), Ok(CelValue::Bool(true)), "{source}");
    }
}

/// As the probes show.
#[test]
fn two_kinds_of_names_came_with_1_40() {
    let [backticks, dot] = ["{'a-b': 1}.`a-b`", "[1].map(x, .plugin_name)[0]"];
    assert_eq!(evaluated(backticks), Ok(CelValue::Int(1)));
    assert_eq!(evaluated(dot), Ok(CelValue::text("postscreen")));
    assert_eq!(evaluated_by(backticks, Profile::Envoy1_39), Err(Status::BadArgument));
    assert_eq!(evaluated_by(dot, Profile::Envoy1_39), Err(Status::InternalFailure));
}

#[test]
fn what_is_no_expression_is_a_bad_argument() {
    for source in ["", "1 +", "'a", "a b", "size()", "unheard_of(1)", "Foo{a: 1}", "a.?b"] {
        assert_eq!(evaluated(source), Err(Status::BadArgument), "{source}");
    }
    assert_eq!(Expressions::default().create(b"'\xff'", NEWEST), Err(Status::BadArgument));
}

#[test]
fn a_token_is_used_once() {
    let mut expressions = Expressions::default();
    assert_eq!(expressions.create(b"1", NEWEST), Ok(0));
    assert_eq!(expressions.create(b"1 +", NEWEST), Err(Status::BadArgument));
    assert_eq!(expressions.create(b"unheard_of(1)", NEWEST), Err(Status::BadArgument));
    assert_eq!(expressions.create(b"2", NEWEST), Ok(2), "what could be parsed has used up a token");
    expressions.delete(0);
    expressions.delete(0);
    assert_eq!(expressions.create(b"3", NEWEST), Ok(3));
    let settings = Settings::postscreen("");
    let view = View::of_root(&settings, Now::default());
    assert_eq!(expressions.evaluate(0, view), Err(Status::NotFound));
    assert_eq!(expressions.evaluate(2, view), Ok(CelValue::Int(2)));
}

#[test]
fn a_token_in_use_is_passed_over() {
    let mut expressions = Expressions::default();
    assert_eq!(expressions.create(b"1", NEWEST), Ok(0));
    expressions.next_token = u32::MAX;
    assert_eq!(expressions.create(b"2", NEWEST), Ok(u32::MAX));
    assert_eq!(expressions.create(b"3", NEWEST), Ok(1));
}

#[test]
fn an_expression_has_so_many_bytes() {
    for (len, answer) in [
        (EXPRESSION_BYTES_MAX - 1, Ok(0)),
        (EXPRESSION_BYTES_MAX, Ok(0)),
        (EXPRESSION_BYTES_MAX + 1, Err(Status::BadArgument)),
    ] {
        let source = format!("{:len$}", 1);
        assert_eq!(Expressions::default().create(source.as_bytes(), NEWEST), answer, "{len}");
    }
}

#[test]
fn a_context_has_so_many_expressions() {
    let mut expressions = Expressions::default();
    for token in 0..u32::try_from(EXPRESSIONS_MAX).unwrap() {
        assert_eq!(expressions.create(b"1", NEWEST), Ok(token));
    }
    assert_eq!(expressions.create(b"1", NEWEST), Err(Status::InternalFailure));
    expressions.delete(7);
    assert!(expressions.create(b"1", NEWEST).is_ok());
}

#[test]
fn an_expression_nests_so_deep() {
    for (before, inner, after) in [("", "1", "+1"), ("[", "1", "]"), ("size(", "'a'", ")"), ("", "a", ".a")] {
        let nested = |levels: usize| [&before.repeat(levels), inner, &after.repeat(levels)].concat();
        for (levels, is_fine) in [(30, true), (31, true), (32, false)] {
            let created = Expressions::default().create(nested(levels).as_bytes(), NEWEST);
            assert_eq!(created.is_ok(), is_fine, "{}", nested(levels));
        }
    }
}

#[test]
fn the_longest_chain_does_no_harm() {
    for (first, link) in
        [("1", "+1"), ("a", ".a"), ("a", "[0]"), ("a", ".a()"), ("", "("), ("", "["), ("", "-"), ("", "!")]
    {
        let links = (EXPRESSION_BYTES_MAX - first.len()) / link.len();
        let source = format!("{first}{}", link.repeat(links));
        assert_eq!(
            Expressions::default().create(source.as_bytes(), NEWEST),
            Err(Status::BadArgument),
            "{first}{link}…"
        );
    }
}
