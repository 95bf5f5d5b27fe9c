use std::env;

use super::{libraries, listed};

#[test]
fn libraries_and_the_loader_are_read_from_ldd() {
    let ldd = "\tlinux-vdso.so.1 (0x00007fff)\n\
               \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f90)\n\
               \t/lib64/ld-linux-x86-64.so.2 (0x00007f91)";
    assert_eq!(listed(ldd).unwrap(), ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]);
}

#[test]
fn a_static_program_needs_none() {
    assert_eq!(listed("\tstatically linked").unwrap(), Vec::<String>::new());
}

#[test]
fn a_library_that_is_missing_is_named() {
    let error = listed("\tlibodd.so.1 => not found").unwrap_err();
    assert_eq!(error.to_string(), "the program does not run here: libodd.so.1 => not found");
}

#[test]
fn the_libraries_of_this_program_exist() {
    for library in libraries(&env::current_exe().unwrap()).unwrap() {
        assert!(std::fs::metadata(&library).unwrap().is_file(), "{library}");
    }
}
