use cel::parser::Parser;

use super::{check_functions, depth};
use crate::abi::Status;

fn depth_of(source: &str) -> usize {
    depth(&Parser::new().parse(source).unwrap())
}

#[test]
fn each_level_of_the_source_counts() {
    for (source, levels) in [
        ("1", 1),
        ("((1))", 1),
        ("[1]", 2),
        ("[]", 1),
        ("1 + 1 + 1", 3),
        ("1 + (1 + 1)", 3),
        ("a.b.c", 3),
        ("a[0][0]", 3),
        ("{1: [2]}", 3),
        ("f(f(1))", 3),
        ("a ? b : c", 2),
        ("-1 + -a", 3),
    ] {
        assert_eq!(depth_of(source), levels, "{source}");
    }
}

#[test]
fn a_chain_of_conditions_is_one_level() {
    assert_eq!(depth_of("a || b || c || d || e"), 2);
    assert_eq!(depth_of("a && b && c && d && e"), 2);
    assert_eq!(depth_of("a && b || c && d"), 3);
}

#[test]
fn a_macro_is_one_level() {
    for source in ["a.all(x, x)", "a.exists(x, x)", "a.exists_one(x, x)", "a.filter(x, x)", "a.map(x, x)"] {
        assert_eq!(depth_of(source), 2, "{source}");
        assert_eq!(depth_of(&source.replace(", x)", ", [x].all(y, y))")), 4, "{source}");
    }
    assert_eq!(depth_of("a.map(x, x, x)"), 2);
    assert_eq!(depth_of("a.map(x, x.b, x)"), 3);
    assert_eq!(depth_of("a.b.c.all(x, x)"), 4);
}

#[test]
fn a_function_has_so_many_arguments() {
    let checked = |source: &str| check_functions(&Parser::new().parse(source).unwrap());
    for source in [
        "size(a)",
        "a.size()",
        "contains(a, b)",
        "a.contains(b)",
        "a.getHours()",
        "a.getHours('UTC')",
        "[1].all(x, x in [1] && !x && -x[0] == {'a': size(x)}.a)",
    ] {
        assert_eq!(checked(source), Ok(()), "{source}");
    }
    for source in [
        "size()",
        "size(a, b)",
        "a.size(b)",
        "getHours(a)",
        "a.getHours(b, c)",
        "unheard_of(a)",
        "a.unheard_of()",
        "a.all(x)",
        "_(a)",
        "[1].all(x, unheard_of(x))",
        "[unheard_of(1)]",
        "{'a': unheard_of(1)}",
        "unheard_of(1).b",
        "a.b{c: 1}",
    ] {
        assert_eq!(checked(source), Err(Status::BadArgument), "{source}");
    }
}
