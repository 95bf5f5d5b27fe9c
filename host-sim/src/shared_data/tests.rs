use super::SharedData;

fn set(store: &mut SharedData, value: &str, cas: u32) -> bool {
    store.set(b"key".to_vec(), value.into(), cas)
}

#[test]
fn zero_overwrites_whatever_is_there() {
    let mut store = SharedData::default();
    assert!(set(&mut store, "one", 0));
    assert!(set(&mut store, "two", 0));
    assert_eq!(store.get(b"key"), Some((&b"two"[..], 2)));
}

#[test]
fn a_stale_number_is_refused_and_changes_nothing() {
    let mut store = SharedData::default();
    set(&mut store, "one", 0);
    set(&mut store, "two", 1);
    assert!(!set(&mut store, "three", 1));
    assert_eq!(store.get(b"key"), Some((&b"two"[..], 2)));
}

#[test]
fn an_absent_key_is_created_whatever_the_number() {
    let mut store = SharedData::default();
    assert!(set(&mut store, "one", 77));
    assert_eq!(store.get(b"key"), Some((&b"one"[..], 1)));
}

#[test]
fn numbers_are_counted_over_all_keys_and_never_zero() {
    let mut store = SharedData { last_cas: u32::MAX - 1, ..SharedData::default() };
    set(&mut store, "one", 0);
    store.set(b"other".to_vec(), Vec::new(), 0);
    assert_eq!(store.get(b"other"), Some((&b""[..], 1)));
}
