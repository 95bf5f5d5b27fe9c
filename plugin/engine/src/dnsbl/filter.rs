//! Which answers of a list count: Postfix's DNSBL filter grammar.
//!
//! ```text
//! filter = octets "." octets "." octets "." octets | "[" filter "]"
//! octets = number | "[" member { ";" member } "]"
//! member = number | number ".." number
//! number = decimal 0..255
//! ```

use std::fmt;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A set of IPv4 addresses, one set of numbers per octet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter([Vec<RangeInclusive<u8>>; 4]);

impl Filter {
    /// Whether `address` is in the set.
    pub fn matches(&self, address: Ipv4Addr) -> bool {
        let allowed = |(ranges, octet): (&Vec<RangeInclusive<u8>>, u8)| {
            ranges.iter().any(|range| range.contains(&octet))
        };
        self.0.iter().zip(address.octets()).all(allowed)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let member = |range: &RangeInclusive<u8>| match (range.start(), range.end()) {
            (low, high) if low == high => low.to_string(),
            (low, high) => format!("{low}..{high}"),
        };
        let octet = |ranges: &Vec<RangeInclusive<u8>>| match ranges.as_slice() {
            [single] if single.start() == single.end() => member(single),
            ranges => format!("[{}]", ranges.iter().map(member).collect::<Vec<_>>().join(";")),
        };
        f.write_str(&self.0.each_ref().map(octet).join("."))
    }
}

impl FromStr for Filter {
    type Err = String;

    /// The error points at the place: `need decimal number 0..255 or "[" at "127.0.0.>256<"`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = unwrap_brackets(text)?;
        Parser { text, rest: text }.filter()
    }
}

/// The text inside one extra pair of brackets around the whole filter, if there is one. The first bracket must close in
/// any case.
fn unwrap_brackets(text: &str) -> Result<&str, String> {
    let Some(rest) = text.strip_prefix('[') else { return Ok(text) };
    let mut depth = 1_u32;
    for (index, byte) in rest.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            // Before the end it belongs to the first octet.
            let whole = index + 1 == rest.len();
            return Ok(rest.get(..index).filter(|_| whole).unwrap_or(text));
        }
    }
    Err("missing \"]\" character".to_owned())
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn filter(mut self) -> Result<Filter, String> {
        if self.rest.is_empty() {
            return Err("empty address pattern".to_owned());
        }
        let mut octets: [Vec<RangeInclusive<u8>>; 4] = Default::default();
        for (index, octet) in octets.iter_mut().enumerate() {
            if index > 0 && !self.skip(".") {
                return Err(self.error("need \".\""));
            }
            *octet = self.octet()?;
        }
        match self.rest {
            "" => Ok(Filter(octets)),
            _ => Err(self.error("garbage after pattern")),
        }
    }

    fn octet(&mut self) -> Result<Vec<RangeInclusive<u8>>, String> {
        if !self.skip("[") {
            let number = self.number("need decimal number 0..255 or \"[\"")?;
            return Ok(vec![number..=number]);
        }
        let mut members = vec![self.member()?];
        while self.skip(";") {
            members.push(self.member()?);
        }
        if self.skip("]") { Ok(members) } else { Err(self.error("need \";\" or \"]\"")) }
    }

    fn member(&mut self) -> Result<RangeInclusive<u8>, String> {
        const RANGE_ERROR: &str = "numeric range error";
        let low = self.number("need decimal number 0..255")?;
        if !self.skip(".") {
            return Ok(low..=low);
        }
        if !self.skip(".") {
            return Err(self.error(RANGE_ERROR));
        }
        let end = self.rest;
        let high = self.number(RANGE_ERROR)?;
        if low > high {
            self.rest = end;
            return Err(self.error(RANGE_ERROR));
        }
        Ok(low..=high)
    }

    fn number(&mut self, expected: &str) -> Result<u8, String> {
        let digits = self.leading(|c| c.is_ascii_digit());
        let number = digits.parse().map_err(|_| self.error(expected))?;
        self.skip(digits);
        Ok(number)
    }

    fn skip(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The longest beginning of the rest whose characters all satisfy `accept`.
    fn leading(&self, accept: impl Fn(char) -> bool) -> &'a str {
        let tail = self.rest.trim_start_matches(accept);
        self.rest.strip_suffix(tail).unwrap_or_default()
    }

    /// Postfix's error form: the token that does not fit stands between `>` and `<`.
    fn error(&self, reason: &str) -> String {
        let digits = self.leading(|c| c.is_ascii_digit());
        let next = self.rest.chars().next().map(String::from).unwrap_or_default();
        let token = if digits.is_empty() { next.as_str() } else { digits };
        let before = self.text.strip_suffix(self.rest);
        let after = self.rest.strip_prefix(token).unwrap_or_default();
        format!("{reason} at \"{}>{token}<{after}\"", before.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
