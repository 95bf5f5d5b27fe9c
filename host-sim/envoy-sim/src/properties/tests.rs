use super::CelValue;
use crate::abi::Status;

#[test]
fn a_number_is_eight_bytes() {
    for (value, wire) in [
        (CelValue::Int(-1), [0xff; 8]),
        (CelValue::Uint(1), [1, 0, 0, 0, 0, 0, 0, 0]),
        (CelValue::Double(1.5), [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]),
        (CelValue::Duration(1_000), [0xe8, 3, 0, 0, 0, 0, 0, 0]),
        (CelValue::Time(1), [1, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        assert_eq!(value.wire().unwrap(), wire, "{value:?}");
    }
}

#[test]
fn text_and_truth_are_raw() {
    assert_eq!(CelValue::text("é").wire().unwrap(), "é".as_bytes());
    assert_eq!(CelValue::Bytes(vec![0, 0xff]).wire().unwrap(), [0, 0xff]);
    assert_eq!(CelValue::Message(vec![0x0a, 0]).wire().unwrap(), [0x0a, 0]);
    assert_eq!(CelValue::Bool(true).wire().unwrap(), [1]);
}

/// As Envoy 1.40 writes `[1, 2]` and `{'a': 1}`.
#[test]
fn lists_and_maps_are_as_header_maps_are() {
    let list = CelValue::List(vec![CelValue::text("a"), CelValue::Bool(true)]);
    let lengths = [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(list.wire().unwrap(), [&lengths[..], b"a\0\0\x01\0\0"].concat());
    let map = CelValue::Map(vec![(CelValue::text("a"), CelValue::text("bc"))]);
    assert_eq!(map.wire().unwrap(), [&[1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0][..], b"a\0bc\0"].concat());
    assert_eq!(CelValue::lookup().wire().unwrap(), [0; 4]);
}

#[test]
fn what_contains_something_formless_has_no_form() {
    let formless = || CelValue::Formless;
    for value in
        [formless(), CelValue::List(vec![formless()]), CelValue::Map(vec![(CelValue::Int(1), formless())])]
    {
        assert_eq!(value.wire(), Err(Status::SerializationFailure), "{value:?}");
    }
}
