use super::*;
use proptest::prelude::*;

#[test]
fn what_is_no_domain_of_a_term_is_told_from_one() {
    use MacroError::{BadMacro, NoTopLevel, OfExplanation, Percent};
    let bad = |inside: &str| BadMacro(inside.to_owned());
    for (text, expected) in [
        ("", NoTopLevel),
        (".", NoTopLevel),
        ("test", NoTopLevel),
        ("test.", NoTopLevel),
        ("a.", NoTopLevel),
        ("a..", NoTopLevel),
        ("a.123", NoTopLevel),
        ("192.0.2.1", NoTopLevel),
        ("a.-b", NoTopLevel),
        ("a.b-", NoTopLevel),
        ("a.b_c", NoTopLevel),
        ("%{d}a", NoTopLevel),
        ("a.test:25", NoTopLevel),
        ("%", Percent),
        ("a.test%", Percent),
        ("%a.test", Percent),
        ("%(d)", Percent),
        ("%{d", Percent),
        ("%{d.test", Percent),
        ("%{}", bad("")),
        ("%{x}", bad("x")),
        ("%{ d}", bad(" d")),
        ("%{d0}", bad("d0")),
        ("%{dr2}", bad("dr2")),
        ("%{drr}", bad("drr")),
        ("%{d*}", bad("d*")),
        ("%{d-2}", bad("d-2")),
        ("%{dd}", bad("dd")),
        ("%{c}", OfExplanation),
        ("%{R}", OfExplanation),
        ("%{t}.a.test", OfExplanation),
    ] {
        assert_eq!(DomainSpec::parse(text), Err(expected), "{text}");
    }
    for text in
        ["a.b-c", "a.1b", "a.b1", "a.1-1", "a.xn--x", "a/b:c.test", "%{d}", "x%%", "x%_", "x%-", "%{d}."]
    {
        if text == "%{d}." {
            assert_eq!(
                DomainSpec::parse(text),
                Err(NoTopLevel),
                "the dot is no macro, and no top-level domain"
            );
        } else {
            assert!(DomainSpec::parse(text).is_ok(), "{text}");
        }
    }
}

#[test]
fn the_value_of_an_unknown_modifier_may_be_any_macro_string() {
    for text in ["", "x", "%{c}", "%{r2r-}.%%%_%-", "x=y:z/", "."] {
        assert_eq!(check_macro_string(text), Ok(()), "{text}");
    }
    for text in ["%", "%x", "%{", "%{y}", "a%{d}%"] {
        assert!(check_macro_string(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_domain_or_none(text in "[ -~]{0,80}") {
        _ = DomainSpec::parse(&text);
        _ = check_macro_string(&text);
    }
}
