use super::Value;
use crate::abi::Status;

#[test]
fn a_number_is_eight_bytes() {
    for (value, wire) in [
        (Value::Int(-1), [0xff; 8]),
        (Value::Uint(1), [1, 0, 0, 0, 0, 0, 0, 0]),
        (Value::Double(1.5), [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]),
        (Value::Duration(1_000), [0xe8, 3, 0, 0, 0, 0, 0, 0]),
        (Value::Time(1), [1, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        assert_eq!(value.wire().unwrap(), wire, "{value:?}");
    }
}

#[test]
fn text_and_truth_are_raw() {
    assert_eq!(Value::text("é").wire().unwrap(), "é".as_bytes());
    assert_eq!(Value::Bytes(vec![0, 0xff]).wire().unwrap(), [0, 0xff]);
    assert_eq!(Value::Message(vec![0x0a, 0]).wire().unwrap(), [0x0a, 0]);
    assert_eq!(Value::Bool(true).wire().unwrap(), [1]);
}

/// As Envoy 1.40 writes `[1, 2]` and `{'a': 1}`.
#[test]
fn lists_and_maps_are_as_header_maps_are() {
    let list = Value::List(vec![Value::text("a"), Value::Bool(true)]);
    let lengths = [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(list.wire().unwrap(), [&lengths[..], b"a\0\0\x01\0\0"].concat());
    let map = Value::Map(vec![(Value::text("a"), Value::text("bc"))]);
    assert_eq!(map.wire().unwrap(), [&[1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0][..], b"a\0bc\0"].concat());
    assert_eq!(Value::lookup().wire().unwrap(), [0; 4]);
}

#[test]
fn what_contains_something_formless_has_no_form() {
    let formless = || Value::Formless;
    for value in [formless(), Value::List(vec![formless()]), Value::Map(vec![(Value::Int(1), formless())])] {
        assert_eq!(value.wire(), Err(Status::SerializationFailure), "{value:?}");
    }
}
