use postscreen_engine::Policy;

use super::*;

#[test]
fn advice_says_where_what_why_and_what_to_do() {
    let text = "{\n  \"dnsbl_sites\": [\n    \"zen.spamhaus.org\",\n    \"dnsbl.sorbs.net\"\n  ]\n}\n";
    let advice = advice(&Policy::parse(text.as_bytes()).unwrap());
    assert_eq!(
        shown(&advice, "policy.json", text),
        "advice: policy.json:4: dnsbl_sites[1] = \"dnsbl.sorbs.net\"\n    \
         why: This list closed in 2024 (spamtacular.com/2024/06/05/sorbs-closing-has-been-announced): it knows nobody, \
         or makes clients wait, or lists everybody.\n    \
         do: leave it out\n"
    );
}
