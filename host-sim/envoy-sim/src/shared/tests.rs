use super::{
    Owner, QUEUE_BYTES_MAX, QUEUE_POSTS_MAX, QUEUE_VALUE_OVERHEAD_BYTES, QUEUES_MAX, SHARED_DATA_BYTES_MAX,
    SHARED_DATA_KEY_OVERHEAD_BYTES, SharedData, SharedQueues,
};
use crate::abi::Status;
use crate::event::VmId;

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

const FIRST: Owner = (VmId::Worker(0), 1);
const SECOND: Owner = (VmId::Worker(1), 1);

fn registered() -> (SharedQueues, u32) {
    let mut queues = SharedQueues::default();
    let token = queues.register("vm", b"jobs".to_vec(), FIRST).unwrap();
    (queues, token)
}

#[test]
fn registering_again_keeps_number_and_values_and_changes_who_is_told() {
    let (mut queues, token) = registered();
    queues.enqueue(token, b"one".to_vec()).unwrap();
    assert_eq!(queues.register("vm", b"jobs".to_vec(), SECOND), Ok(token));
    queues.enqueue(token, b"two".to_vec()).unwrap();
    assert_eq!(queues.take_posted(), Some((FIRST, token)));
    assert_eq!(queues.take_posted(), Some((SECOND, token)));
    assert_eq!(queues.take_posted(), None);
    assert_eq!(queues.dequeue(token), Ok(b"one".to_vec()));
    assert_eq!(queues.dequeue(token), Ok(b"two".to_vec()));
    assert_eq!(queues.dequeue(token), Err(Status::Empty));
}

#[test]
fn names_belong_to_a_machine_id() {
    let (mut queues, token) = registered();
    assert_eq!(queues.resolve("vm", b"jobs"), Some(token));
    assert_eq!(queues.resolve("other", b"jobs"), None);
    assert_eq!(queues.register("other", b"jobs".to_vec(), FIRST), Ok(token + 1));
}

#[test]
fn an_unknown_number_is_not_found() {
    let (mut queues, token) = registered();
    for unknown in [0, token + 1] {
        assert_eq!(queues.enqueue(unknown, Vec::new()), Err(Status::NotFound));
        assert_eq!(queues.dequeue(unknown), Err(Status::NotFound));
    }
}

#[test]
fn the_canarys_queues_are_the_main_threads() {
    let mut queues = SharedQueues::default();
    let token = queues.register("vm", b"jobs".to_vec(), (VmId::Canary, 1)).unwrap();
    queues.enqueue(token, Vec::new()).unwrap();
    assert_eq!(queues.take_posted(), Some(((VmId::Main, 1), token)));
}

#[test]
fn there_is_room_for_so_many_queues() {
    let mut queues = SharedQueues::default();
    for number in 1..=QUEUES_MAX {
        queues.register("vm", number.to_string().into_bytes(), FIRST).unwrap();
    }
    assert_eq!(queues.register("vm", b"more".to_vec(), FIRST), Err(Status::InternalFailure));
    assert_eq!(queues.register("vm", b"1".to_vec(), FIRST), Ok(1), "one that is there already");
}

#[test]
fn there_is_room_for_so_many_bytes() {
    for (len, expected) in [(99, Ok(())), (100, Ok(())), (101, Err(Status::InternalFailure))] {
        let (mut queues, token) = registered();
        queues.bytes = QUEUE_BYTES_MAX - QUEUE_VALUE_OVERHEAD_BYTES - 100;
        assert_eq!(queues.enqueue(token, vec![0; len]), expected, "{len}");
    }
    let (mut queues, token) = registered();
    queues.bytes = QUEUE_BYTES_MAX - QUEUE_VALUE_OVERHEAD_BYTES;
    queues.enqueue(token, Vec::new()).unwrap();
    queues.dequeue(token).unwrap();
    queues.enqueue(token, Vec::new()).unwrap();
    assert_eq!(queues.enqueue(token, Vec::new()), Err(Status::InternalFailure));
}

#[test]
fn so_many_posts_can_wait() {
    let (mut queues, token) = registered();
    for _ in 1..QUEUE_POSTS_MAX {
        queues.posted.push_back((FIRST, token));
    }
    assert_eq!(queues.enqueue(token, Vec::new()), Ok(()));
    assert_eq!(queues.enqueue(token, Vec::new()), Err(Status::InternalFailure));
    queues.take_posted();
    assert_eq!(queues.enqueue(token, Vec::new()), Ok(()));
}
