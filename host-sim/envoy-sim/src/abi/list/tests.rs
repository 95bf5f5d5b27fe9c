use std::collections::BTreeMap;

use super::{AbiType, AbiVersion, abi_functions};

/// Envoy's functions, from the host that it is built with: name, types of the parameters (`i` and `l` for 32 and 64
/// bits), whether there is a result.
const ENVOY: &str = include_str!("envoy.txt");

#[test]
fn names_and_types_are_those_of_envoy() {
    let ours: BTreeMap<_, _> = abi_functions()
        .into_iter()
        .map(|function| {
            let letter = |ty| if ty == AbiType::I32 { 'i' } else { 'l' };
            let types: String = function.params.iter().map(|param| letter(param.ty)).collect();
            (function.name, format!("({types}){}", if function.result.is_some() { "i" } else { "" }))
        })
        .collect();
    let theirs: BTreeMap<_, _> = ENVOY
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, ty)| (name, ty.to_owned()))
        .collect();
    assert_eq!(ours, theirs);
}

#[test]
fn outputs_are_named_so_and_no_name_stands_twice() {
    for function in abi_functions() {
        let names: Vec<_> = function.params.iter().map(|param| param.name).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name), "{} {name}", function.name);
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{} {name}", function.name);
        }
    }
}

#[test]
fn each_version_of_the_abi_has_what_the_others_do_not() {
    let only = |version: AbiVersion| {
        let functions = abi_functions().into_iter();
        let of_version = functions.filter(|function| function.versions.contains(&version));
        of_version.filter(|f| f.versions != AbiVersion::ALL).map(|f| f.name).collect::<Vec<_>>()
    };
    assert_eq!(
        only(AbiVersion::V0_1_0),
        [
            "proxy_get_configuration",
            "proxy_continue_request",
            "proxy_continue_response",
            "proxy_clear_route_cache"
        ]
    );
    assert_eq!(only(AbiVersion::V0_2_0), ["proxy_continue_stream", "proxy_close_stream"]);
    let newest = ["proxy_get_log_level", "proxy_continue_stream", "proxy_close_stream"];
    assert_eq!(only(AbiVersion::V0_2_1), newest);
}

#[test]
fn wasi_has_18_functions_and_since_1_39_more() {
    let wasi: Vec<_> = abi_functions().into_iter().filter(|f| f.modules.len() == 2).collect();
    let old = wasi.iter().filter(|function| function.since_envoy.is_none()).count();
    assert_eq!((old, wasi.len()), (18, 45));
    assert!(wasi.iter().all(|function| function.since_envoy.is_none_or(|since| since == 39)));
}
