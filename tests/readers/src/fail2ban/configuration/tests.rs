use std::path::Path;

use super::{JAIL, jails, our_jail, shipped_maxretry};
use crate::acts::MAXRETRY;

#[test]
fn the_stock_jail_has_mode_extra() {
    let jails = jails(Path::new("/var/log/mail.log"), Path::new("/var/log/other.log"));
    let jail = "[postfix]\nenabled = true\nfilter = postfix[mode=extra]\nlogpath = /var/log/mail.log\n";
    assert!(jails.contains(jail), "{jails}");
}

#[test]
fn our_jail_is_the_one_that_is_shipped() {
    let ours = our_jail(Path::new("/tmp/mail.log")).unwrap();
    let new: Vec<_> = ours.lines().filter(|line| !JAIL.lines().any(|shipped| shipped == *line)).collect();
    assert_eq!(new, ["logpath = /tmp/mail.log", "ignoreip = ", "backend = polling"]);
    assert_eq!(ours.lines().count(), JAIL.lines().count() + 1);
}

#[test]
fn the_clients_come_as_often_as_the_jail_allows() {
    assert_eq!(shipped_maxretry().unwrap(), MAXRETRY);
}
