use std::sync::Arc;

use super::*;
use crate::files::ConfigFile;

fn definitions(text: &str) -> Definitions {
    let file = ConfigFile { name: "main.cf".into(), text: text.into(), rank: 0 };
    Definitions::parse(&Arc::new(file), |mistake| panic!("{:?}", mistake.report()))
}

fn value(text: &str, name: &str) -> Result<String, String> {
    Expansion::new(&definitions(text), &[], "").value(name)
}

#[test]
fn every_form_of_postconf_is_understood() {
    let base = "a = 1\nempty =\n";
    for (text, expected) in [
        ("$a", "1"),
        ("${a}", "1"),
        ("$(a)", "1"),
        ("x$a-y", "x1-y"),
        ("$$a", "$a"),
        ("${a?yes}", "yes"),
        ("${a:no}", ""),
        ("${empty?yes}", ""),
        ("${empty:no}", "no"),
        ("${undefined:no}", "no"),
        ("${a?{yes}:{no}}", "yes"),
        ("${empty?{yes}:{no}}", "no"),
        ("${ a ? {yes} : {no} }", "yes"),
        ("${a?{<$a>}}", "<1>"),
        ("${{$a} == {1} ? {yes} : {no}}", "yes"),
        ("${{$a} > {1} ? {yes} : {no}}", "no"),
        ("${{9} < {10}?{number}:{text}}", "number"),
        ("${{3.10} <level {3.6} ? {old} : {new}}", "new"),
        ("${{3} >=level {3.0} ? {yes} : {no}}", "yes"),
        ("${{b} != {c}?{yes}}", "yes"),
    ] {
        assert_eq!(value(&format!("{base}x = {text}"), "x").as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_name_is_an_error() {
    for text in ["$", "${", "${}", "$(a", "${a!b}", "${{1} ~ {2} ? {a}}", "${{1}}", "$-"] {
        assert!(value(&format!("x = {text}"), "x").is_err(), "{text}");
    }
}

#[test]
fn a_value_that_contains_itself_ends() {
    assert_eq!(value("x = $y\ny = $x", "x").unwrap_err(), "a value that contains itself");
    let chain = |length: usize| {
        let links = (1..length).fold(String::new(), |text, n| text + &format!("x{n} = $x{}\n", n + 1));
        value(&format!("{links}x{length} = end"), "x1").is_ok()
    };
    assert!(chain(DEPTH_MAX - 1) && chain(DEPTH_MAX) && !chain(DEPTH_MAX + 1));
}

#[test]
fn a_value_that_grows_ends() {
    let doubled = (1..25).fold(String::new(), |text, n| text + &format!("x{n} = $x{0}$x{0}\n", n + 1));
    let error = value(&format!("{doubled}x25 = {}", "x".repeat(100)), "x1").unwrap_err();
    assert!(error.contains("bytes"), "{error}");
    let long = |length: usize| value(&format!("y =\nx = {}$y", "x".repeat(length)), "x").is_ok();
    assert!(long(VALUE_MAX - 1) && long(VALUE_MAX) && !long(VALUE_MAX + 1));
}

#[test]
fn defaults_lead_to_what_they_inherit() {
    let definitions = definitions("smtpd_helo_required = yes");
    let mut expansion = Expansion::new(&definitions, &[], "");
    assert_eq!(expansion.value("postscreen_helo_required").as_deref(), Ok("yes"));
    assert_eq!(expansion.origin.unwrap().name, "smtpd_helo_required");
    let mut untouched = Expansion::new(&definitions, &[], "");
    assert_eq!(untouched.value("postscreen_greet_wait").as_deref(), Ok("6s"));
    assert!(untouched.origin.is_none());
    assert_eq!(Expansion::new(&definitions, &[], "yes").value("postscreen_greet_wait").as_deref(), Ok("2s"));
}

#[test]
fn the_old_ttl_keeps_its_unit() {
    assert_eq!(value("postscreen_dnsbl_ttl = 5m", "postscreen_dnsbl_max_ttl").as_deref(), Ok("5mh"));
}

#[test]
fn names_that_the_engine_fills_in_stay() {
    let definitions =
        definitions("smtpd_banner = ${myhostname} ESMTP $mail_name $mydomain\nmyhostname = mx.a.test");
    let mut expansion = Expansion::new(&definitions, &["myhostname"], "");
    assert_eq!(expansion.value("smtpd_banner").as_deref(), Ok("$myhostname ESMTP Postfix a.test"));
}

#[test]
fn an_undefined_name_is_empty_and_known() {
    let definitions = definitions("x = a${nothing}b");
    let mut expansion = Expansion::new(&definitions, &[], "");
    assert_eq!(expansion.value("x").as_deref(), Ok("ab"));
    assert_eq!(expansion.undefined.into_iter().collect::<Vec<_>>(), ["nothing"]);
}
