use super::{SHARED_DATA_BYTES_MAX, SHARED_DATA_KEY_OVERHEAD_BYTES, SharedData};
use crate::abi::Status;

fn set(store: &mut SharedData, value: &str, cas: u32) -> Result<(), Status> {
    store.set(b"key".to_vec(), value.into(), cas)
}

#[test]
fn zero_overwrites_whatever_is_there() {
    let mut store = SharedData::default();
    set(&mut store, "one", 0).unwrap();
    set(&mut store, "two", 0).unwrap();
    assert_eq!(store.get(b"key"), Some((&b"two"[..], 2)));
}

#[test]
fn a_stale_number_is_refused_and_changes_nothing() {
    let mut store = SharedData::default();
    set(&mut store, "one", 0).unwrap();
    set(&mut store, "two", 1).unwrap();
    assert_eq!(set(&mut store, "three", 1), Err(Status::CasMismatch));
    assert_eq!(store.get(b"key"), Some((&b"two"[..], 2)));
}

#[test]
fn an_absent_key_is_created_whatever_the_number() {
    let mut store = SharedData::default();
    set(&mut store, "one", 77).unwrap();
    assert_eq!(store.get(b"key"), Some((&b"one"[..], 1)));
}

#[test]
fn numbers_are_counted_over_all_keys_and_never_zero() {
    let mut store = SharedData { last_cas: u32::MAX - 1, ..SharedData::default() };
    set(&mut store, "one", 0).unwrap();
    store.set(b"other".to_vec(), Vec::new(), 0).unwrap();
    assert_eq!(store.get(b"other"), Some((&b""[..], 1)));
}

#[test]
fn bytes_are_limited_and_an_overwritten_value_gives_its_room_back() {
    let room = 100;
    let full = SHARED_DATA_BYTES_MAX - SHARED_DATA_KEY_OVERHEAD_BYTES - room;
    let mut store = SharedData { bytes: full, ..SharedData::default() };
    let mut set = |len: usize| store.set(b"key".to_vec(), vec![0; len], 0);
    for (len, expected) in [(96, Ok(())), (97, Ok(())), (98, Err(Status::InternalFailure)), (97, Ok(()))] {
        assert_eq!(set(len), expected, "{len}");
    }
}
