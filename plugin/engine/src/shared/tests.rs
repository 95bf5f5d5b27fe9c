use super::rivals::{Broken, Rivals};
use super::*;

fn fetch(memory: &Memory) -> Option<(Vec<u8>, u32)> {
    memory.fetch("key").unwrap()
}

/// Appends a letter.
fn append(shared: &impl SharedData, letter: u8) -> Option<usize> {
    update(shared, "key", |present| (Some([present, &[letter]].concat()), present.len()))
}

#[test]
fn versions_count_from_one_over_all_keys() {
    let memory = Memory::default();
    assert_eq!(fetch(&memory), None);
    assert!(memory.store("key", b"a", 0).unwrap());
    assert!(memory.store("other", b"b", 0).unwrap());
    assert!(memory.store("key", b"c", 1).unwrap());
    assert_eq!(fetch(&memory), Some((b"c".to_vec(), 3)));
}

#[test]
fn only_the_present_version_is_replaced() {
    let memory = Memory::default();
    assert!(memory.store("key", b"a", 77).unwrap(), "an absent key is created whatever the version");
    assert!(!memory.store("key", b"b", 77).unwrap());
    assert!(!memory.store("key", b"b", ABSENT).unwrap(), "the second creator is refused");
    assert!(memory.store("key", b"", 1).unwrap());
    assert_eq!(fetch(&memory), Some((Vec::new(), 2)), "an empty value is a value");
    assert!(memory.store("key", b"c", 0).unwrap(), "version 0 is any");
}

#[test]
fn after_the_last_version_comes_the_first() {
    let memory = Memory { last_version: Cell::new(u32::MAX - 1), ..Memory::default() };
    for version in [u32::MAX, 1, 2] {
        assert!(memory.store("key", b"", 0).unwrap());
        assert_eq!(fetch(&memory), Some((Vec::new(), version)));
    }
}

#[test]
fn a_contended_update_is_tried_again_up_to_its_limit() {
    for (lost, expected) in
        [(0, Some(0)), (1, Some(1)), (WRITE_ATTEMPTS - 1, Some(7)), (WRITE_ATTEMPTS, None)]
    {
        let rivals = Rivals::new(lost, |memory| _ = append(memory, b'o'));
        assert_eq!(append(&rivals, b'x'), expected, "{lost} lost races");
        let (value, _) = fetch(&rivals.memory).unwrap();
        let mine = if expected.is_some() { "x" } else { "" };
        assert_eq!(value, format!("{}{mine}", "o".repeat(lost as usize)).into_bytes(), "{lost} lost races");
    }
}

#[test]
fn an_update_may_leave_the_value() {
    let memory = Memory::default();
    assert_eq!(update(&memory, "key", |present| (None, present.len())), Some(0));
    assert_eq!(fetch(&memory), None);
}

#[test]
fn a_host_that_fails_ends_the_update() {
    for readable in [false, true] {
        assert_eq!(append(&Broken { readable }, b'x'), None);
    }
}
