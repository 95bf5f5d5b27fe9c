use super::*;

#[test]
fn a_period_that_is_none_is_of_the_wrong_form_or_out_of_range() {
    for (text, kind, words) in [
        ("", PeriodError::Form, "expected a whole number and a unit (s, m, h, d or w), such as \"6s\""),
        ("6", PeriodError::Form, "expected a whole number and a unit (s, m, h, d or w), such as \"6s\""),
        ("s", PeriodError::Form, "expected a whole number and a unit (s, m, h, d or w), such as \"6s\""),
        ("-6s", PeriodError::Form, "expected a whole number and a unit (s, m, h, d or w), such as \"6s\""),
        ("6é", PeriodError::Form, "expected a whole number and a unit (s, m, h, d or w), such as \"6s\""),
        ("0w", PeriodError::TooShort, "expected 1s or more"),
        ("2147483648s", PeriodError::TooLong, "expected 2147483647s or less"),
        ("99999999999999999999s", PeriodError::TooLong, "expected 2147483647s or less"),
    ] {
        let error = text.parse::<Period>().unwrap_err();
        assert_eq!((error, error.to_string().as_str()), (kind, words), "{text}");
    }
}

#[test]
fn an_expression_is_wrong_as_a_whole_or_in_one_of_its_periods() {
    use StressPeriodError::{Form, Period};
    for (text, kind) in [
        ("6", Form),
        ("${stress?{2}:{6}", Form),
        ("${stress?2:6}s", Form),
        ("0s", Period(PeriodError::TooShort)),
        ("3551w", Period(PeriodError::TooLong)),
        ("${stress?{2}:{6}}", Period(PeriodError::Form)),
        ("${stress?{0}:{6}}s", Period(PeriodError::TooShort)),
        ("${stress?{x}:{3551}}w", Period(PeriodError::TooLong)),
    ] {
        let error = text.parse::<StressPeriod>().unwrap_err();
        assert_eq!(error, kind, "{text}");
        let either = error.to_string().ends_with("or \"${stress?{2}:{6}}s\"");
        assert_eq!(either, kind == Form, "{text}: {error}");
    }
}

#[test]
fn units_are_postfix_s() {
    for (unit, seconds) in [
        ('s', Some(1)),
        ('M', Some(60)),
        ('h', Some(3_600)),
        ('D', Some(86_400)),
        ('w', Some(604_800)),
        ('y', None),
    ] {
        assert_eq!(Period::unit_seconds(unit), seconds, "{unit}");
    }
}
