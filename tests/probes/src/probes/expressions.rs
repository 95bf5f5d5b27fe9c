//! Expressions of the Common Expression Language, behind foreign functions.

use crate::call::{Show, call_foreign_function, set_effective_context, set_property, set_tick_period};
use crate::probe::{Action, Probe};

const CREATE: &str = "expr_create";
const EVALUATE: &str = "expr_evaluate";
const DELETE: &str = "expr_delete";

/// What does not depend on the connection, one expression a line.
const LANGUAGE: &str = include_str!("expressions/language.txt");
/// What depends on the connection, or on there being one.
const ATTRIBUTES: &str = include_str!("expressions/attributes.txt");

/// Creates, evaluates and deletes one.
fn ask(text: &str) {
    let token = call_foreign_function(CREATE, text.as_bytes(), Show::Bytes);
    if token.len() == 4 {
        call_foreign_function(EVALUATE, &token, Show::Bytes);
        call_foreign_function(DELETE, &token, Show::Bytes);
    }
}

/// The language: literals, operators, functions, macros, and mistakes.
pub(crate) struct Language;

impl Probe for Language {
    fn new_connection(&mut self, _: u32) -> Action {
        ask("");
        LANGUAGE.lines().for_each(ask);
        Action::Continue
    }
}

/// The attributes, in every kind of callback.
pub(crate) struct Attributes;

fn ask_attributes() {
    ATTRIBUTES.lines().for_each(ask);
}

impl Probe for Attributes {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        ask_attributes();
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        set_property("mine", b"one");
        ask_attributes();
        Action::Continue
    }
    fn upstream_data(&mut self, _: u32, _: u32, _: bool) -> Action {
        ask_attributes();
        set_tick_period(20);
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        set_effective_context(2);
        ask_attributes();
    }
    fn log(&mut self, _: u32) {
        ask_attributes();
    }
}

/// Which functions there are: each name is called with none to four arguments, on a value and without.
pub(crate) struct Functions;

const NAMES: &str = "\
    size contains startsWith endsWith matches int uint double string bytes bool dyn type duration timestamp null list \
    getFullYear getMonth getDayOfYear getDayOfMonth getDate getDayOfWeek getHours getMinutes getSeconds \
    getMilliseconds has all exists exists_one map filter flatten sort lowerAscii upperAscii substring replace split \
    join format trim indexOf lastIndexOf charAt reverse quote bind hasValue value or orValue of none slice distinct \
    range transformList transformMap isNaN abs ceil in";

impl Probe for Functions {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        for name in NAMES.split_ascii_whitespace() {
            for args in ["", "x", "x, x", "x, x, x", "x, x, x, x"] {
                for text in [format!("{name}({args})"), format!("x.{name}({args})")] {
                    let token = call_foreign_function(CREATE, text.as_bytes(), Show::Bytes);
                    call_foreign_function(DELETE, &token, Show::Bytes);
                }
            }
        }
        true
    }
}

/// How deep an expression may nest.
pub(crate) struct Depth;

impl Probe for Depth {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        for depth in [1, 2, 30, 31, 32, 33, 34, 50] {
            let around = |before: &str, inner: &str, after: &str| {
                ask(&[&before.repeat(depth), inner, &after.repeat(depth)].concat());
            };
            around("(", "1", ")");
            around("[", "", "]");
            around("", "1", "+1");
            around("1+(", "1", ")");
            around("", "[]", ".a");
            around("", "[]", "[0]");
            around("", "1", ".size()");
            around("size(", "1", ")");
            around("{1:", "1", "}");
            around("!", "true", "");
            around("true?1:", "1", "");
            around("", "true", "||true");
            around("", "true", "&&true||true");
            around("[1].all(x,", "true", ")");
            around("[1].exists(x,", "true", ")");
            around("[1].exists_one(x,", "true", ")");
            around("[1].filter(x,", "true", ")");
            around("[1].map(x,true,", "true", ")");
        }
        true
    }
}

/// Tokens: who has which, and what is none.
pub(crate) struct Tokens;

impl Probe for Tokens {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        for source in [&b"source.address"[..], b"1 +", b"undeclared(1)", b"plugin_name", b"\xff", b"'\xff'"] {
            call_foreign_function(CREATE, source, Show::Bytes);
        }
        call_foreign_function(EVALUATE, &0_u32.to_le_bytes(), Show::Bytes);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        for token in 0_u32..5 {
            call_foreign_function(EVALUATE, &token.to_le_bytes(), Show::Bytes);
        }
        for wrong in [&b""[..], b"\0", b"\0\0\0", b"\0\0\0\0\0", b"\xff\xff\xff\xff"] {
            call_foreign_function(EVALUATE, wrong, Show::Bytes);
            call_foreign_function(DELETE, wrong, Show::Bytes);
        }
        call_foreign_function(DELETE, &0_u32.to_le_bytes(), Show::Bytes);
        call_foreign_function(EVALUATE, &0_u32.to_le_bytes(), Show::Bytes);
        call_foreign_function(DELETE, &0_u32.to_le_bytes(), Show::Bytes);
        call_foreign_function(CREATE, b"destination.port", Show::Bytes);
        set_tick_period(20);
        Action::Continue
    }
    fn tick(&mut self, _: u32) {
        set_tick_period(0);
        call_foreign_function(EVALUATE, &2_u32.to_le_bytes(), Show::Bytes);
        call_foreign_function(EVALUATE, &3_u32.to_le_bytes(), Show::Bytes);
        call_foreign_function(CREATE, b"1", Show::Bytes);
    }
}
