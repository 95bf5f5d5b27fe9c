use std::collections::BTreeSet;
use std::path::Path;

use super::{banned, jails};

#[test]
fn the_banned_are_read_from_the_status() {
    let status = "Status for the jail: postfix\n`- Actions\n   |- Total banned:\t2\n   `- Banned IP list:\t";
    assert_eq!(banned(status).unwrap(), BTreeSet::new());
    let two = banned(&format!("{status}127.0.0.9 127.0.0.8\n")).unwrap();
    assert_eq!(two, BTreeSet::from(["127.0.0.8".parse().unwrap(), "127.0.0.9".parse().unwrap()]));
}

#[test]
fn a_status_that_is_none_is_an_error() {
    assert!(banned("Sorry but the jail 'postfix' does not exist").is_err());
    assert!(banned("Banned IP list: nobody").is_err());
}

#[test]
fn the_stock_jail_has_mode_extra() {
    let jails = jails(Path::new("/var/log/mail.log"));
    let jail = "[postfix]\nenabled = true\nfilter = postfix[mode=extra]\nlogpath = /var/log/mail.log\n";
    assert!(jails.contains(jail), "{jails}");
}
