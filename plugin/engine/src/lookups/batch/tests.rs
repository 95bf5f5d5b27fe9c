use super::*;

fn policy(sites: &str, threshold: i32) -> Policy {
    let json =
        format!(r#"{{"dnsbl_frugal_enable": true, "dnsbl_sites": {sites}, "dnsbl_threshold": {threshold}}}"#);
    Policy::parse(json.as_bytes()).unwrap()
}

/// The batches, if each list says that it does not have the client.
fn batches(policy: &Policy) -> Vec<Vec<usize>> {
    let mut rest = first_lists(policy, |_| true);
    let mut batches = Vec::new();
    while !rest.is_empty() {
        batches.push(take(&mut rest, policy, 0));
    }
    batches
}

#[test]
fn allowlists_and_the_fewest_of_the_heaviest_come_first() {
    let sites = r#"["a.test", "zen.test*3", "b.test*2", "wl.test*-4", "c.test", "d.test"]"#;
    assert_eq!(batches(&policy(sites, 3)), [vec![1, 3], vec![2, 0], vec![4, 5]]);
    assert_eq!(batches(&policy(sites, 1)), [vec![1, 3], vec![2], vec![0], vec![4], vec![5]]);
    assert_eq!(batches(&policy(sites, 100)), [vec![1, 2, 0, 4, 5, 3]], "together they do not reach it");
}

#[test]
fn what_is_known_against_a_client_makes_the_batch_smaller() {
    let policy = policy(r#"["a.test", "b.test", "c.test"]"#, 3);
    for (total, size) in [(0, 3), (1, 2), (2, 1), (-4, 3)] {
        let mut rest = first_lists(&policy, |_| true);
        assert_eq!(take(&mut rest, &policy, total).len(), size, "at {total}");
    }
}

#[test]
fn a_list_that_does_not_count_is_not_asked() {
    let policy = policy(r#"["a.test", "b.test*2", "c.test"]"#, 2);
    assert_eq!(first_lists(&policy, |list| list != 1), [0, 2]);
}

#[test]
fn the_order_of_the_configuration_holds_where_all_are_asked() {
    let policy = Policy::parse(br#"{"dnsbl_sites": ["a.test", "b.test*2"]}"#).unwrap();
    assert_eq!(first_lists(&policy, |_| true), [0, 1]);
}

#[test]
fn the_heaviest_weights_there_are_do_not_overflow() {
    let sites = r#"["a.test*2147483647", "a.test*2147483647", "b.test*-2147483648", "b.test*-2147483648"]"#;
    assert_eq!(batches(&policy(sites, i32::MAX)), [vec![0, 1]]);
}
