//! Packages are installed once for each list of them.

use std::cell::Cell;

use anyhow::bail;

use super::*;

#[test]
fn a_list_is_installed_again_only_when_it_changes_or_failed() {
    let folder = tempfile::tempdir().unwrap();
    let (home, wanted) = (folder.path().join("home"), folder.path().join("packages.txt"));
    let times = Cell::new(0);
    let install = |works: bool| {
        once(&home, &wanted, |home| {
            times.set(times.get() + 1);
            assert!(home.join("packages.txt").exists());
            if works { Ok(()) } else { bail!("no network") }
        })
    };
    fs::write(&wanted, "a==1\n").unwrap();
    assert!(install(false).is_err());
    install(true).unwrap();
    install(true).unwrap();
    assert_eq!(times.get(), 2);
    fs::write(&wanted, "a==2\n").unwrap();
    install(true).unwrap();
    assert_eq!(times.get(), 3);
}
