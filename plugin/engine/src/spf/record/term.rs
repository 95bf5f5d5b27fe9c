//! One term of a record: a directive or a modifier (RFC 7208, section 12).

use super::{Lengths, Mechanism, Qualifier, RecordErrorKind};
use crate::spf::macros::{DomainSpec, check_macro_string};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{Ipv4Addr, Ipv6Addr};

/// What a term is.
pub(super) enum Term {
    Directive(Qualifier, Mechanism),
    /// `redirect=`.
    Redirect(DomainSpec),
    /// `exp=`: where to find a text for those who are refused. Nobody is refused here.
    Explanation,
    /// One that RFC 7208 does not know; it means nothing (section 6).
    OtherModifier,
}

/// Reads a term, which is not empty and has no blank.
pub(super) fn read(term: &[u8]) -> Result<Term, RecordErrorKind> {
    let term = str::from_utf8(term).ok().filter(|term| term.bytes().all(|byte| byte.is_ascii_graphic()));
    let term = term.ok_or(RecordErrorKind::Unprintable)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let (name, rest) = term.split_at(term.find(|c| !is_name(c)).unwrap_or(term.len()));
    match rest.strip_prefix('=') {
        Some(value) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => modifier(name, value),
        _ => directive(term),
    }
}

fn modifier(name: &str, value: &str) -> Result<Term, RecordErrorKind> {
    if name.eq_ignore_ascii_case("redirect") {
        return domain(value).map(Term::Redirect);
    }
    if name.eq_ignore_ascii_case("exp") {
        return domain(value).map(|_| Term::Explanation);
    }
    check_macro_string(value).map_err(RecordErrorKind::Domain)?;
    Ok(Term::OtherModifier)
}

fn directive(term: &str) -> Result<Term, RecordErrorKind> {
    let signs = [
        ('+', Qualifier::Pass),
        ('-', Qualifier::Fail),
        ('~', Qualifier::SoftFail),
        ('?', Qualifier::Neutral),
    ];
    let signed = signs.into_iter().find_map(|(sign, meaning)| Some((meaning, term.strip_prefix(sign)?)));
    let (qualifier, term) = signed.unwrap_or((Qualifier::Pass, term));
    mechanism(term).map(|mechanism| Term::Directive(qualifier, mechanism))
}

fn mechanism(term: &str) -> Result<Mechanism, RecordErrorKind> {
    let (name, argument) = term.split_at(term.find([':', '/']).unwrap_or(term.len()));
    match name.to_ascii_lowercase().as_str() {
        "all" if argument.is_empty() => Ok(Mechanism::All),
        "all" => Err(RecordErrorKind::Argument),
        "include" => domain(after_colon(argument)?).map(Mechanism::Include),
        "exists" => domain(after_colon(argument)?).map(Mechanism::Exists),
        "ip4" => network4(after_colon(argument)?),
        "ip6" => network6(after_colon(argument)?),
        "a" => domain_and_lengths(argument).map(|(domain, lengths)| Mechanism::A(domain, lengths)),
        "mx" => domain_and_lengths(argument).map(|(domain, lengths)| Mechanism::Mx(domain, lengths)),
        "ptr" if argument.is_empty() => Ok(Mechanism::Ptr(None)),
        "ptr" => domain(after_colon(argument)?).map(|domain| Mechanism::Ptr(Some(domain))),
        _ => Err(RecordErrorKind::UnknownMechanism),
    }
}

fn after_colon(argument: &str) -> Result<&str, RecordErrorKind> {
    argument.strip_prefix(':').filter(|after| !after.is_empty()).ok_or(RecordErrorKind::NoArgument)
}

fn domain(text: &str) -> Result<DomainSpec, RecordErrorKind> {
    DomainSpec::parse(text).map_err(RecordErrorKind::Domain)
}

/// `[":" domain] ["/" bits] ["//" bits]`. A domain may have a `/` as well, but not in its last label.
fn domain_and_lengths(argument: &str) -> Result<(Option<DomainSpec>, Lengths), RecordErrorKind> {
    let (rest, v6) = split_length(argument, "//");
    let (rest, v4) = split_length(rest, "/");
    let lengths = Lengths { v4: length(v4, 32)?, v6: length(v6, 128)? };
    let domain = if rest.is_empty() { None } else { Some(domain(after_colon(rest)?)?) };
    Ok((domain, lengths))
}

/// Splits off the digits at the end, if this is what stands before them.
fn split_length<'a>(text: &'a str, sign: &str) -> (&'a str, Option<&'a str>) {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    match before.strip_suffix(sign) {
        Some(rest) if before.len() < text.len() => (rest, text.strip_prefix(before)),
        _ => (text, None),
    }
}

/// A number of bits without leading zeros; all of them where none is given.
fn length(digits: Option<&str>, max: u8) -> Result<u8, RecordErrorKind> {
    let Some(digits) = digits else { return Ok(max) };
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    let bits = digits.parse().ok().filter(|&bits| bits <= max && !leading_zero);
    // Unlike a number, a sign is no digit.
    bits.filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit())).ok_or(RecordErrorKind::Length)
}

fn network4(text: &str) -> Result<Mechanism, RecordErrorKind> {
    let (address, digits) = split_network(text);
    let address: Ipv4Addr = address.parse().map_err(|_| RecordErrorKind::Network4)?;
    let network = Ipv4Net::new(address, length(digits, 32)?).map_err(|_| RecordErrorKind::Length)?;
    Ok(Mechanism::Network(IpNet::V4(network)))
}

fn network6(text: &str) -> Result<Mechanism, RecordErrorKind> {
    let (address, digits) = split_network(text);
    let address: Ipv6Addr = address.parse().map_err(|_| RecordErrorKind::Network6)?;
    let network = Ipv6Net::new(address, length(digits, 128)?).map_err(|_| RecordErrorKind::Length)?;
    Ok(Mechanism::Network(IpNet::V6(network)))
}

fn split_network(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(address, digits)| (address, Some(digits)))
}
