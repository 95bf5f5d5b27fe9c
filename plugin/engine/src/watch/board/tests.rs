use super::*;
use proptest::prelude::*;

const NOON: u64 = 1_795_003_200;
const LIST: u64 = 7;

fn findings(v4: Finding, v6: Finding) -> [(Family, Option<Finding>); 2] {
    [(Family::V4, Some(v4)), (Family::V6, Some(v6))]
}

/// A board on which this was found at noon.
fn found(v4: Finding, v6: Finding) -> Board {
    let mut board = Board::default();
    board.claim(LIST, NOON, 60);
    board.conclude(LIST, &findings(v4, v6), NOON);
    board
}

#[test]
fn the_format_is_as_described() {
    let mut board = Board::default();
    board.claim(0x0102_0304_0506_0708, 0x0a0b_0c0d, 60);
    board.conclude(0x0102_0304_0506_0708, &findings(Finding::World, Finding::Silence), 0x0a0b_0c0d);
    let mut expected = vec![1, 1, 2, 3, 4, 5, 6, 7, 8, 0x0a, 0x0b, 0x0c, 0x0d];
    expected.extend(0x0a0b_0c49_u32.to_be_bytes());
    expected.extend([0, 2, 1, 4, 1]);
    assert_eq!(board.encode(), expected, "another format takes another version");
    assert_eq!(Board::decode(&expected), board);
}

#[test]
fn foreign_bytes_read_as_an_empty_board() {
    for bytes in [&b""[..], &[1], &[2, 1, 2, 3], &[1, 1, 2, 3], b"rubbish"] {
        assert_eq!(Board::decode(bytes), Board::default(), "{bytes:?}");
    }
    let many = [&[1][..], &[0; ENTRY_LEN * 2]].concat();
    assert!(Board::decode(&many).is_quiet());
}

#[test]
fn a_list_is_muted_for_the_clients_whom_it_gets_wrong() {
    let board = found(Finding::World, Finding::Well);
    assert!(board.is_muted(LIST, Family::V4) && !board.is_muted(LIST, Family::V6) && !board.is_quiet());
    let board = found(Finding::Well, Finding::World);
    assert!(!board.is_muted(LIST, Family::V4) && board.is_muted(LIST, Family::V6));
    assert!(found(Finding::Blank, Finding::Silence).is_quiet());
    assert!(!board.is_muted(8, Family::V6), "another list");
}

#[test]
fn a_check_is_under_way_until_it_is_over() {
    let mut board = Board::default();
    assert!(!board.is_under_way(LIST), "nobody has looked");
    board.claim(LIST, NOON, 60);
    assert!(Board::decode(&board.encode()).is_under_way(LIST));
    assert!(!found(Finding::World, Finding::Well).is_under_way(LIST), "it is over");
}

#[test]
fn who_claims_a_check_has_it_for_a_while() {
    let mut board = Board::default();
    assert!(board.is_due(LIST, NOON) && board.is_older(LIST, 60, NOON), "nobody has looked");
    board.claim(LIST, NOON, 60);
    for (unix, due) in [(NOON, false), (NOON + 59, false), (NOON + 60, true)] {
        assert_eq!(board.is_due(LIST, unix), due, "claimed, at {unix}");
        assert_eq!(board.is_older(LIST, 60, unix), due, "suspect, at {unix}");
    }
}

#[test]
fn the_next_check_is_due_when_the_family_that_is_ill_wants_it() {
    for (v4, v6, pause) in [
        (Finding::Well, Finding::Well, 600),
        (Finding::World, Finding::Well, 60),
        (Finding::Well, Finding::Errors, 60),
    ] {
        let board = found(v4, v6);
        for (after, due) in [(pause - 1, false), (pause, true)] {
            assert_eq!(board.is_due(LIST, NOON + after), due, "{v4:?} and {v6:?}, after {after} s");
        }
    }
    let mut board = found(Finding::World, Finding::Well);
    board.conclude(LIST, &findings(Finding::World, Finding::Well), NOON);
    assert!(!board.is_due(LIST, NOON + 119) && board.is_due(LIST, NOON + 120), "and the pause grows");
    let changes = board.conclude(LIST, &[(Family::V4, None), (Family::V6, Some(Finding::Well))], NOON);
    assert!(board.is_muted(LIST, Family::V4), "what was not found out stays");
    assert_eq!(changes[0].before, changes[0].after);
    assert!(board.is_due(LIST, NOON + 60), "and is looked at soon");
}

#[test]
fn a_clock_that_was_set_back_puts_nothing_off() {
    let board = found(Finding::Well, Finding::Well);
    assert!(board.is_due(LIST, NOON - 10 * WORLD_PAUSE_MAX_S));
    assert!(board.is_older(LIST, 60, NOON - 3_600));
}

#[test]
fn so_many_lists_have_a_place() {
    for (lists, first_is_there) in [(ENTRIES_MAX - 1, true), (ENTRIES_MAX, true), (ENTRIES_MAX + 1, false)] {
        let mut board = Board::default();
        for list in 0..lists {
            board.claim(list as u64, NOON + list as u64, 60);
        }
        assert_eq!(board.is_due(0, NOON), !first_is_there, "{lists} lists");
        let bytes = board.encode();
        assert_eq!(bytes.len(), 1 + lists.min(ENTRIES_MAX) * ENTRY_LEN);
        assert!(bytes.len() <= BOARD_LEN_MAX);
        assert_eq!(Board::decode(&bytes), board);
    }
}

proptest! {
    #[test]
    fn any_bytes_make_a_board(bytes in proptest::collection::vec(any::<u8>(), 0..4_000)) {
        let board = Board::decode(&[&[1][..], &bytes].concat());
        prop_assert!(board.encode().len() <= BOARD_LEN_MAX);
        prop_assert_eq!(Board::decode(&board.encode()), board);
    }
}
