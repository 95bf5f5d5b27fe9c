use super::quoted_after;

#[test]
fn a_quoted_word_of_a_page_is_found() {
    assert_eq!(quoted_after("x\n  sed -nu 's/a/b/' >> log\n", "sed -nu ").unwrap(), "s/a/b/");
    assert!(quoted_after("sed -n 's/a/b/'", "sed -nu ").is_err());
}
