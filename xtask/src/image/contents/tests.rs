use super::{parse_source_date, rfc_3339};

#[test]
fn times_are_those_of_source_date_epoch() {
    assert_eq!(rfc_3339(0), "1970-01-01T00:00:00Z");
    assert_eq!(rfc_3339(parse_source_date("1764460800").unwrap()), "2025-11-30T00:00:00Z");
    for text in ["", "now", "-1", "4294967296"] {
        let error = parse_source_date(text).unwrap_err().to_string();
        assert_eq!(error, format!("SOURCE_DATE_EPOCH is {text:?}: expected seconds since 1970"));
    }
}
