use super::*;

fn begins(pattern: &str, bytes: &str) -> bool {
    Pattern::of(pattern.as_bytes()).begins(bytes.as_bytes())
}

#[test]
fn a_reference_is_any_ten_of_its_letters() {
    let refusal = "521 5.5.1 Protocol error (ref *)\r\n";
    assert_eq!(Pattern::of(refusal.as_bytes()).len(), "521 5.5.1 Protocol error (ref 7Q4K2M9XZ1)\r\n".len());
    for (seen, fits) in [
        ("", true),
        ("521 5.5.1 Protocol error (ref 7Q4", true),
        ("521 5.5.1 Protocol error (ref 7Q4K2M9XZ1)\r\n", true),
        ("521 5.5.1 Protocol error (ref 7Q4K2M9XZ1)\r\nmore", true),
        ("521 5.5.1 Protocol error (ref 7Q4K2M9XZ)\r\n", false),
        ("521 5.5.1 Protocol error (ref 7Q4K2M9XZ12)\r\n", false),
        ("521 5.5.1 Protocol error (ref 7q4k2m9xz1)\r\n", false),
        ("521 5.5.1 Protocol error (ref OILU000000)\r\n", false),
        ("521 5.5.1 Protocol error\r\n", false),
    ] {
        assert_eq!(begins(refusal, seen), fits, "{seen:?}");
    }
}

#[test]
fn every_other_text_is_what_it_is() {
    for text in ["250 *\r\n", "(ref *)", " (ref )", " (ref **)"] {
        assert!(begins(text, text), "{text:?}");
        assert_eq!(Pattern::of(text.as_bytes()).len(), text.len());
    }
    assert_eq!(Pattern::of(b" (ref *) (ref *)").len(), 2 * " (ref 7Q4K2M9XZ1)".len());
}
