use super::candidate;

#[test]
fn apt_says_which_version_it_would_install() {
    let policy =
        "exim4-daemon-light:\n  Installed: (none)\n  Candidate: 4.96-15+deb12u11\n  Version table:\n";
    assert_eq!(candidate(policy), Some("4.96-15+deb12u11"));
}

#[test]
fn an_unknown_package_has_none() {
    assert_eq!(candidate(""), None);
    assert_eq!(candidate("exim4:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n"), None);
}
