use super::*;
use crate::context::sample;

fn overridden(text: &str) -> (Vec<(String, String)>, usize) {
    let (_, mut context) = sample("soft_bounce", "no");
    let file = context.files.add("master.cf".to_owned(), text.to_owned());
    let mut definitions = Definitions::default();
    override_with(&file, &mut definitions, &mut context).unwrap();
    let pairs = definitions.iter().map(|definition| (definition.name.clone(), definition.value.clone()));
    (pairs.collect(), context.warnings.len())
}

#[test]
fn options_of_the_first_postscreen_service_count() {
    let text = "smtpd pass - - n - - smtpd -o a=0\n\
                smtp inet n - n - 1 postscreen\n  -o b=1 -oc=2\n  -o { d = 3, 4 }\n\
                2525 inet n - n - 1 postscreen -o b=5\n";
    let expected = [("b", "1"), ("c", "2"), ("d", "3, 4")].map(|(name, value)| (name.into(), value.into()));
    assert_eq!(overridden(text), (expected.to_vec(), 1));
}

#[test]
fn a_file_without_postscreen_is_remarkable() {
    assert_eq!(overridden("smtp inet n - n - - smtpd -o soft_bounce=yes\n"), (vec![], 1));
}
