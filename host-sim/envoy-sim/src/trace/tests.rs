use crate::abi::{Handler, PROXY, Param};

#[test]
fn the_names_of_the_table_follow_the_rules_of_the_decoder() {
    for function in PROXY {
        let names: Vec<_> = function
            .params
            .iter()
            .map(|param| match param {
                Param::I32(name) | Param::I64(name) => *name,
            })
            .collect();
        for (index, name) in names.iter().enumerate() {
            let before =
                index.checked_sub(1).and_then(|before| names.get(before)).copied().unwrap_or_default();
            let Some(of) = name.strip_suffix("_len").filter(|of| !of.starts_with("return")) else { continue };
            assert_eq!(of, before, "{}: the length must stand behind its bytes", function.name);
        }
        assert!(!matches!(function.handler, Handler::Wasi(_)));
    }
}
