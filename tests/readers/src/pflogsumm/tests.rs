use super::PflogsummReport;

fn report() -> PflogsummReport {
    PflogsummReport(
        "messages\n\n      0   received\n      3   rejected (100%)\n\nmessage reject detail\n----\n  RCPT\n    \
         Protocol error (total: 1)\n\nWarnings: none\n"
            .into(),
    )
}

#[test]
fn totals_are_found_by_name() {
    assert_eq!(report().total("rejected").unwrap(), 3);
    assert_eq!(report().total("received").unwrap(), 0);
    assert!(report().total("lost").is_err());
}

#[test]
fn a_section_ends_at_an_empty_line() {
    let section = ["RCPT", "Protocol error (total: 1)"];
    assert_eq!(report().section("message reject detail").unwrap(), section);
    assert!(report().section("Warnings").is_err());
}
