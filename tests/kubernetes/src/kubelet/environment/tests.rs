use super::{Variables, expand};

fn variables() -> Variables {
    let pairs = [("HOST", "mail"), ("PORT", "2525"), ("ODD", "$(HOST)")];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[test]
fn variables_are_replaced_wherever_they_stand() {
    assert_eq!(expand("--to=$(HOST):$(PORT)", &variables()), "--to=mail:2525");
    assert_eq!(expand("$(HOST)$(HOST)", &variables()), "mailmail");
}

#[test]
fn what_is_no_variable_stays() {
    for text in ["", "plain", "$(NOBODY)", "$HOST", "5 $", "$(HOST", "${HOST}", "$()"] {
        assert_eq!(expand(text, &variables()), text);
    }
}

#[test]
fn a_doubled_dollar_is_one_and_protects_what_follows() {
    assert_eq!(expand("$$(HOST) $$ $$$(PORT)", &variables()), "$(HOST) $ $2525");
}

#[test]
fn values_are_not_expanded_again() {
    assert_eq!(expand("$(ODD)", &variables()), "$(HOST)");
}
