use super::*;

#[test]
fn the_seed_is_read_as_parity_suite_reads_it() {
    for (arguments, expected) in [
        ("--random 5", "1"),
        ("--random 5 --seed 7", "7"),
        ("--seed=8 --random=5", "8"),
        ("--random 5 --seed", "1"),
    ] {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        assert_eq!(seed(&arguments), expected, "{arguments:?}");
    }
}
