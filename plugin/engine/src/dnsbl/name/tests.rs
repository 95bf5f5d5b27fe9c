use super::*;

#[test]
fn what_is_no_host_name_is_told_apart() {
    let long = "x".repeat(LABEL_MAX + 1);
    for (text, kind, words) in [
        ("", HostnameError::Length, "expected a host name of 1 to 255 characters"),
        ("a..test", HostnameError::LabelLength, "expected a host name with labels of 1 to 63 characters"),
        (&long, HostnameError::LabelLength, "expected a host name with labels of 1 to 63 characters"),
        (
            "a.-b",
            HostnameError::Hyphen("-b".to_owned()),
            "expected a host name: label \"-b\" begins or ends with \"-\"",
        ),
        (
            "a b",
            HostnameError::Character(' '),
            "expected a host name: ' ' is not a letter, digit, \"-\", \"_\" or \".\"",
        ),
        ("1.2.3.4", HostnameError::Numeric, "expected a host name, not a number or an address"),
    ] {
        let error = check_hostname(text).unwrap_err();
        assert_eq!(error, kind, "{text}");
        assert_eq!(error.to_string(), words, "{text}");
        assert_eq!(text.parse::<DomainName>().unwrap_err(), DomainNameError::Hostname(kind), "{text}");
    }
    let text = "x.".repeat(DOMAIN_MAX / 2) + "xx";
    assert_eq!(text.parse::<DomainName>().unwrap_err(), DomainNameError::TooLong);
}
