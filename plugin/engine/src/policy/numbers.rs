//! Numbers and objects of the configuration, and what they may be.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Unexpected, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

/// The most buckets of the table: 8 million clients.
pub const BUCKETS_MAX: u32 = 1 << 20;

/// Deserialises a struct from a JSON object only. (A derived `Deserialize` also takes an array, in the order of fields,
/// which no operator means.)
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// `dnsbl_threshold`: Postfix refuses values below 1 since 3.7.4.
pub fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    in_range(deserializer, 1..=i32::MAX, "a whole number, 1 or more")
}

/// `dnsbl_allowlist_threshold`: Postfix ignores positive values; here they are an error, because nobody means them.
pub fn at_most_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    in_range(deserializer, i32::MIN..=0, "a negative whole number, or 0 for off")
}

/// `cache.buckets`.
pub fn buckets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
    let expected = "a whole number from 1 to 1048576";
    let number = u64::deserialize(deserializer)?;
    u32::try_from(number)
        .ok()
        .filter(|&number| number <= BUCKETS_MAX)
        .and_then(NonZeroU32::new)
        .ok_or_else(|| D::Error::invalid_value(Unexpected::Unsigned(number), &expected))
}

/// `client_ipv4_prefix_length`: 0 would make one client of everybody.
pub fn ipv4_prefix_length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    in_range(deserializer, 1..=32, "a whole number from 1 to 32")
}

/// `client_ipv6_prefix_length`: the same.
pub fn ipv6_prefix_length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    in_range(deserializer, 1..=128, "a whole number from 1 to 128")
}

/// `command_count_limit`.
pub fn command_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    in_range(deserializer, 1..=u32::MAX, "a whole number, 1 or more")
}

/// `line_length_limit`: Postfix's minimum, and a maximum because a line is held in memory.
pub fn line_length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    in_range(deserializer, 512..=65_536, "a whole number from 512 to 65536")
}

/// `pre_queue_limit`: Postfix's minimum, or off.
pub fn pre_queue<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    off_or_at_least(deserializer, 10, "a whole number, 10 or more, or 0 for off")
}

/// `post_queue_limit`: Postfix's minimum, or off.
pub fn post_queue<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    off_or_at_least(deserializer, 5, "a whole number, 5 or more, or 0 for off")
}

fn off_or_at_least<'de, D: Deserializer<'de>>(
    deserializer: D,
    least: u32,
    expected: &'static str,
) -> Result<u32, D::Error> {
    match in_range(deserializer, 0..=u32::MAX, expected)? {
        number if number == 0 || number >= least => Ok(number),
        number => Err(D::Error::invalid_value(Unexpected::Unsigned(number.into()), &expected)),
    }
}

fn in_range<'de, T: TryFrom<i64> + PartialOrd, D: Deserializer<'de>>(
    deserializer: D,
    range: std::ops::RangeInclusive<T>,
    expected: &'static str,
) -> Result<T, D::Error> {
    let number = i64::deserialize(deserializer)?;
    T::try_from(number)
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| D::Error::invalid_value(Unexpected::Signed(number), &expected))
}
