use super::*;
use crate::context::sample;

/// What is overridden, and where and why there are warnings.
fn overridden(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (_, mut context) = sample("soft_bounce", "no");
    let file = context.files.add("master.cf".to_owned(), text.to_owned());
    let mut definitions = Definitions::default();
    read(&file, &mut definitions, &mut context);
    let pairs = definitions.iter().map(|definition| (definition.name.clone(), definition.value.clone()));
    let warned = context.warnings.iter().map(|warning| {
        let line = warning.place.as_ref().map_or(0, ConfigPlace::line);
        format!("{line} {}: {}", warning.subject, warning.why)
    });
    (pairs.collect(), warned.collect())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn options_of_the_first_postscreen_service_on_port_25_count() {
    let text = "smtpd pass - - n - - smtpd -o a=0\n\
                2525 inet n - n - 1 postscreen -o b=5\n\
                smtp inet n - n - 1 postscreen\n  -o b=1 -oc=2\n  -o { d = 3, 4 }\n";
    let (found, warned) = overridden(text);
    assert_eq!(found, pairs(&[("b", "1"), ("c", "2"), ("d", "3, 4")]));
    assert_eq!(warned.len(), 1);
    assert!(warned[0].starts_with("2 2525: Only one postscreen service"), "{warned:?}");
}

#[test]
fn who_has_port_25_today_is_told() {
    const SMTPD: &str = "smtp inet n - y - - smtpd\n";
    const SCREEN: &str = "smtp inet n - y - 1 postscreen\n";
    for (text, line, expected) in [
        (
            SMTPD.to_owned(),
            1,
            "None of the postscreen settings is in force today: master.cf runs smtpd on this port",
        ),
        (format!("# head\n{SMTPD}#{SCREEN}"), 2, "not postscreen. Its line is commented out (line 3)."),
        (format!("# smtp inet n - y - 1 postscreen\n{SMTPD}"), 2, "commented out (line 1)."),
        ("192.0.2.1:25 inet n - y - - smtpd\n".to_owned(), 1, "runs smtpd on this port"),
        (
            "submission inet n - y - - smtpd\n".to_owned(),
            0,
            "No service runs postscreen, and none has port 25.",
        ),
        (String::new(), 0, "No service runs postscreen"),
        (
            "2525 inet n - y - 1 postscreen\n".to_owned(),
            1,
            "on another port than 25, and nothing runs on port 25.",
        ),
        (format!("{SMTPD}2525 inet n - y - 1 postscreen\n"), 2, "another port than 25, and smtpd on port 25"),
        (
            "127.0.0.1:smtp inet n - y - - smtpd\n192.0.2.1:smtp inet n - y - 1 postscreen\n".to_owned(),
            1,
            "On this address smtpd answers on port 25, not postscreen",
        ),
        ("smtp unix - - y - - smtp\n".to_owned(), 0, "none has port 25."),
    ] {
        let (_, warned) = overridden(&text);
        assert_eq!(warned.len(), 1, "{text}: {warned:?}");
        assert!(
            warned[0].starts_with(&line.to_string()) && warned[0].contains(expected),
            "{text}: {warned:?}"
        );
    }
    let rest = "smtpd pass - - y - - smtpd\nsubmission inet n - y - - smtpd\nsmtp unix - - y - - smtp\n";
    assert_eq!(overridden(&format!("{SCREEN}{rest}")).1, Vec::<String>::new());
}
