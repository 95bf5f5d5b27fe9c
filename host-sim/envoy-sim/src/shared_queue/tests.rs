use super::{Owner, QUEUE_BYTES_MAX, QUEUE_POSTS_MAX, QUEUE_VALUE_OVERHEAD_BYTES, QUEUES_MAX, SharedQueues};
use crate::abi::Status;
use crate::event::VmId;

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
