use super::{ClientSlots, FILES_PER_CLIENT, FILES_RESERVED, clients_max, raise_files_max};

#[test]
fn there_are_files_for_every_client_that_is_accepted() {
    let files = |clients: u64| Some(FILES_RESERVED + clients * FILES_PER_CLIENT);
    for (wanted, files_max, expected) in [
        (10, files(9), 9),
        (10, files(10), 10),
        (10, files(11), 10),
        (10, files(10).map(|files| files - 1), 9),
        (10, None, 10),
        // Somebody is served even then; more would only wait.
        (10, Some(0), 1),
    ] {
        assert_eq!(
            clients_max(wanted, files_max, FILES_RESERVED, FILES_PER_CLIENT),
            expected,
            "{wanted} of {files_max:?}"
        );
    }
}

#[test]
fn the_limit_on_files_is_raised_as_far_as_it_goes() {
    let first = raise_files_max();
    assert_eq!(raise_files_max(), first);
}

#[test]
fn slots_are_given_below_and_at_the_limit_and_not_above_it() {
    let slots = ClientSlots::new(2);
    let (first, second) = (slots.take(), slots.take());
    assert!(first.is_some() && second.is_some() && slots.take().is_none());
    assert_eq!(slots.taken(), 2);
    drop(first);
    assert_eq!(slots.taken(), 1);
    assert!(slots.take().is_some());
}
