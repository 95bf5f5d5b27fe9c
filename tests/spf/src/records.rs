//! Random records: most of them as people write them, some at the edges of the grammar, some beyond.

use fastrand::Rng;

use crate::answers::DOMAINS;

/// Domains with macros, where what they come to is asked for like any other name.
const MACROS: [&str; 24] = [
    "%{d}",
    "%{o}",
    "%{h}",
    "%{ir}.%{v}.d1.test",
    "%{i}.%{d}",
    "%{i2}.x%{v}",
    "%{l}.%{o}",
    "%{s}",
    "%{S}",
    "%{d2}",
    "%{d1r}.test",
    "%{dr}.test",
    "%{o-}",
    "%{o2-.}",
    "%{or-}.test",
    "%{ir-+,/_=}.d2.test",
    "%{p}.d6.test",
    "%{D}.%{V}.test",
    "%{L1}.d1.test",
    "x%%y.test",
    "x%-y.test",
    "x%_y.test",
    "%{d99}",
    "%{i}",
];

/// Domains that are odd, or none.
const ODD: [&str; 14] = [
    "D1.TEST",
    "d1.test.",
    "d1..test",
    ".d1.test",
    "test",
    "d1.123",
    "d1.x-y",
    "d1.x_y",
    "x/y:z.d1.test",
    "%{d}.",
    "%{d}x",
    "d1.test,",
    "",
    "203.0.113.9",
];

/// Terms that are none, and some that just are.
const BROKEN: [&str; 36] = [
    "foo",
    "foo:d1.test",
    "-",
    "--all",
    "*all",
    "all:",
    "all/8",
    "include",
    "include:",
    "exists",
    "a/",
    "a/33",
    "a/08",
    "a//129",
    "a///64",
    "mx:/24",
    "ptr/24",
    "ip4",
    "ip4:203.0.113",
    "ip4:203.0.113.09",
    "ip4:203.0.113.0/33",
    "ip4:203.0.113.0/24/24",
    "ip4:2001:db8::/32",
    "ip6:203.0.113.9",
    "ip6:2001:db8::/129",
    "ip6:2001:db8",
    "exists:%(i).d1.test",
    "exists:%{i.d1.test",
    "exists:%{q}.d1.test",
    "exists:%{d0}.d1.test",
    "exists:%{c}.d1.test",
    "redirect=",
    "a\tmx",
    "a:x\ty.test",
    "x=\u{7f}",
    "a:\u{e4}.test",
];

/// A text that is meant as a record of the domain `own`.
pub fn record(random: &mut Rng, own: &str) -> String {
    let mut terms = vec![pick(random, &["v=spf1", "v=spf1", "v=spf1", "V=SPF1"]).to_owned()];
    if random.u8(..20) == 0 {
        // About as many as may be.
        let term = pick(random, &["a", "mx", "ptr", "a:d1.test", "exists:%{l}.d1.test"]);
        let count = random.usize(8..12);
        terms.extend(std::iter::repeat_n(format!("-{term}"), count));
    }
    let count = random.usize(..6);
    terms.extend((0..count).map(|_| term(random, own)));
    if random.bool() {
        terms.push(format!("{}all", pick(random, &["", "-", "~", "?"])));
    }
    let blank = pick(random, &[" ", " ", " ", "  "]);
    terms.join(blank) + pick(random, &["", "", "", " "])
}

fn term(random: &mut Rng, own: &str) -> String {
    let sign = pick(random, &["", "", "", "", "+", "-", "~", "?"]);
    match random.u8(..100) {
        0..25 => format!("{sign}include:{}", other_domain(random, own)),
        25..35 => format!("{sign}{}{}", optional(random, &["a", "A"]), lengths(random)),
        35..45 => format!("{sign}{}{}", optional(random, &["mx", "Mx"]), lengths(random)),
        45..50 => format!("{sign}{}", optional(random, &["ptr"])),
        50..60 => format!("{sign}exists:{}", domain(random)),
        60..72 => {
            let network = pick(random, &["203.0.113.0", "203.0.113.8", "203.0.113.3", "192.0.2.0"]);
            format!("{sign}ip4:{network}{}", pick(random, &["", "/24", "/29", "/31", "/32", "/0"]))
        }
        72..82 => {
            let network =
                pick(random, &["2001:db8::", "2001:DB8::3", "::ffff:203.0.113.3", "::", "2001:db8:1::"]);
            format!("{sign}ip6:{network}{}", pick(random, &["", "/32", "/64", "/126", "/128", "/0"]))
        }
        82..90 => format!("redirect={}", domain(random)),
        90..92 => format!("exp={}", domain(random)),
        92..95 => {
            pick(random, &["x=y", "x.y-z_1=%{d}", "unknown=", "Redirect=d1.test", "EXP=d1.test"]).to_owned()
        }
        95..97 => format!("{sign}all"),
        _ => pick(random, &BROKEN).to_owned(),
    }
}

/// A mechanism that needs no domain, with or without one.
fn optional(random: &mut Rng, spellings: &[&str]) -> String {
    let mechanism = pick(random, spellings);
    if random.bool() { mechanism.to_owned() } else { format!("{mechanism}:{}", domain(random)) }
}

fn lengths(random: &mut Rng) -> &'static str {
    pick(random, &["", "", "", "", "/24", "/29", "/32", "//64", "//126", "/28//64", "/0", "//0"])
}

/// Seldom the own one: pyspf takes that for a mistake before it looks at the rest.
fn other_domain(random: &mut Rng, own: &str) -> String {
    let target = domain(random);
    if [own, "%{d}", "%{d99}"].contains(&target.as_str()) { domain(random) } else { target }
}

fn domain(random: &mut Rng) -> String {
    match random.u8(..100) {
        0..70 => pick(random, &DOMAINS).to_owned(),
        70..94 => pick(random, &MACROS).to_owned(),
        94..97 => pick(random, &ODD).to_owned(),
        97 => format!("{}.d1.test", "x".repeat(random.usize(62..66))),
        // About as long as a name may be, or twice that.
        98 => format!("{}d2.test", "abcdefgh.".repeat(random.usize(25..30))),
        _ => format!("{}%{{d}}", "%{d}.".repeat(random.usize(20..60))),
    }
}

fn pick<'a>(random: &mut Rng, choice: &[&'a str]) -> &'a str {
    choice[random.usize(..choice.len())]
}
