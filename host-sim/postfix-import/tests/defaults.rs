//! All defaults of a Postfix, written out: the output of `postconf -d` on Debian 12, with names and networks of nobody.
//! No default is told as something that does not carry over.

use std::path::Path;

use postfix_import::{Source, import};

#[test]
fn no_default_has_a_warning() {
    let main_cf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/defaults/debian-12-postfix-3.7.11.cf");
    let imported = import(&Source { main_cf, master_cf: None, root: None });
    let warnings: Vec<_> = imported.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, Vec::<String>::new());
    let json = imported.json.unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(json.contains("\"respectful_logging\": false"), "{json}");
}
