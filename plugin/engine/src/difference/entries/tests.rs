use super::*;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_order_of_a_sequence_matters() {
    for (old, new, added, removed, moved) in [
        ("", "", "", "", ""),
        ("a b c", "a b c", "", "", ""),
        ("a b c", "a x b c y", "x y", "", ""),
        ("a b c", "b", "", "a c", ""),
        ("a b c", "c a b", "", "", "c"),
        ("a b c d", "d c b a", "", "", "c b a"),
        ("a b a", "a a b", "", "", "a"),
        ("a a", "a", "", "a", ""),
        ("a", "a a", "a", "", ""),
        ("a b c", "x c a", "x", "b", "c"),
    ] {
        let changes = Changes::of_sequences(&words(old), &words(new));
        let expected = Changes { added: words(added), removed: words(removed), moved: words(moved) };
        // Which of two that change places moves is as good as the other.
        assert_eq!(
            (&changes.added, &changes.removed),
            (&expected.added, &expected.removed),
            "{old} -> {new}"
        );
        assert_eq!(changes.moved.len(), expected.moved.len(), "{old} -> {new}: {:?}", changes.moved);
    }
}

#[test]
fn the_order_of_a_set_does_not() {
    assert!(Changes::of_sets(words("a b b"), words("b a")).is_empty());
    let changes = Changes::of_sets(words("a b"), words("c b"));
    assert_eq!((changes.added, changes.removed), (words("c"), words("a")));
}

#[test]
fn what_stays_is_the_longest_row_in_order() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..500 {
        let mut places: Vec<usize> = (0..random.usize(..9)).collect();
        random.shuffle(&mut places);
        let row = in_order(places.iter().copied());
        let kept: Vec<_> = places.iter().filter(|place| row.contains(place)).collect();
        assert!(kept.is_sorted(), "{places:?}: {row:?}");
        // All choices there are.
        let longest = (0_u32..1 << places.len()).filter_map(|choice| {
            let chosen: Vec<_> =
                (0..places.len()).filter(|&at| choice >> at & 1 == 1).map(|at| places[at]).collect();
            chosen.is_sorted().then_some(chosen.len())
        });
        assert_eq!(Some(row.len()), longest.max(), "{places:?}: {row:?}");
    }
}

#[test]
fn so_many_are_named_and_no_more() {
    for (number, told, last) in [
        (NAMED_MAX - 1, NAMED_MAX - 1, "Added: 18."),
        (NAMED_MAX, NAMED_MAX, "Added: 19."),
        (NAMED_MAX + 1, NAMED_MAX + 1, "And 1 more."),
        (150, NAMED_MAX + 1, "And 130 more."),
    ] {
        let new: Vec<usize> = (0..number).collect();
        let sentences = Changes::of_sequences(&[], &new).sentences(ToString::to_string);
        assert_eq!(sentences.len(), told, "{number}");
        assert_eq!(sentences.last().map(String::as_str), Some(last), "{number}");
    }
}
