use std::collections::BTreeSet;

use super::banned;

#[test]
fn the_banned_are_read_from_the_status() {
    let status = "Status for the jail: postfix\n`- Actions\n   |- Total banned:\t2\n   `- Banned IP list:\t";
    assert_eq!(banned(status).unwrap(), BTreeSet::new());
    let two = banned(&format!("{status}127.0.0.9 2001:db8::8\n")).unwrap();
    assert_eq!(two, BTreeSet::from(["2001:db8::8".parse().unwrap(), "127.0.0.9".parse().unwrap()]));
}

#[test]
fn a_status_that_is_none_is_an_error() {
    assert!(banned("Sorry but the jail 'postfix' does not exist").is_err());
    assert!(banned("Banned IP list: nobody").is_err());
}
