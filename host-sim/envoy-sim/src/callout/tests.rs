use super::{
    CALLOUT_BYTES_MAX, CALLOUTS_PENDING_MAX, Callouts, Cancelled, GrpcKind, HttpFailure, Profile, Response,
};

const ROOT: u32 = 1;

#[test]
fn tokens_of_all_kinds_are_those_of_envoy() {
    let mut callouts = Callouts::default();
    assert_eq!([(); 3].map(|()| callouts.next_token()), [4, 8, 12]);
    assert_eq!([(); 3].map(|()| callouts.grpc.next_token(GrpcKind::Call)), [5, 9, 13]);
    assert_eq!([(); 3].map(|()| callouts.grpc.next_token(GrpcKind::Stream)), [6, 10, 14]);
    assert_eq!([(); 3].map(|()| callouts.dns.next_token()), [2, 3, 4]);
}

#[test]
fn a_call_is_answered_once() {
    let mut callouts = Callouts::default();
    callouts.start(4, ROOT);
    assert_eq!(callouts.answer(8, Response::timeout()), None);
    assert_eq!(callouts.answer(4, Response::timeout()), Some(ROOT));
    assert_eq!(callouts.answer(4, Response::timeout()), None);
}

#[test]
fn a_reset_leaves_its_number_and_takes_its_text_away() {
    let mut callouts = Callouts::default();
    callouts.start(4, ROOT);
    callouts.answer(4, Response { reset: true, ..Response::default() });
    assert_eq!((callouts.status(), callouts.current.is_none()), ((11, "reset"), true));
    callouts.callback_is_over();
    assert_eq!(callouts.status(), (11, ""));
}

#[test]
fn so_many_can_wait() {
    let mut callouts = Callouts::default();
    callouts.grpc.start(5, ROOT);
    callouts.dns.start(2, ROOT);
    let max = u32::try_from(CALLOUTS_PENDING_MAX).unwrap();
    for number in 3..max {
        callouts.start(number * 4, ROOT);
    }
    assert!(callouts.take_room(0), "one below");
    callouts.start(4, ROOT);
    assert!(!callouts.take_room(0));
    callouts.answer(4, Response::timeout());
    assert!(callouts.take_room(0));
}

#[test]
fn the_calls_of_a_root_end_with_it() {
    let mut callouts = Callouts::default();
    for root in [1, 7] {
        callouts.start(4 * root, root);
        callouts.grpc.start(4 * root + 1, root);
        callouts.dns.start(root, root);
    }
    assert_eq!(callouts.take_pending(Some(7)), [(28, Cancelled::Http), (29, Cancelled::Grpc)]);
    assert_eq!(callouts.dns.answer(7, None), None);
    assert_eq!(callouts.take_pending(None), [(4, Cancelled::Http), (5, Cancelled::Grpc)]);
    assert_eq!(callouts.take_pending(None), []);
}

#[test]
fn one_call_of_the_module_can_send_so_many_bytes() {
    let mut callouts = Callouts::default();
    assert!(callouts.take_bytes(1));
    assert!(!callouts.take_bytes(CALLOUT_BYTES_MAX), "one above");
    assert!(callouts.take_room(CALLOUT_BYTES_MAX - 1));
    assert!(callouts.take_bytes(0) && !callouts.take_bytes(1) && !callouts.take_room(1));
    callouts.begin_call();
    assert!(callouts.take_bytes(CALLOUT_BYTES_MAX));
}

#[test]
fn until_1_37_the_answer_for_a_server_that_is_not_there_told_the_sockets_error() {
    for profile in Profile::ALL {
        let Response { headers, body, .. } = Response::from_failure(HttpFailure::Unreachable, profile);
        let told = str::from_utf8(&body).unwrap().ends_with("delayed connect error: Connection refused");
        assert_eq!(told, profile == Profile::Envoy1_37, "{profile}");
        let length = headers.iter().find(|(name, _)| name == b"content-length").unwrap();
        assert_eq!(length.1, body.len().to_string().into_bytes());
    }
}
