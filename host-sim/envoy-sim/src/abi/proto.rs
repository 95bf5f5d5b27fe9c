//! Protobuf, as far as the messages of the foreign functions and of gRPC need it.

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldValue<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// A fixed32 or fixed64, which no message here has.
    Fixed,
}

/// The fields of one message, in order.
#[derive(Debug)]
pub(super) struct Message<'a>(Vec<(u64, FieldValue<'a>)>);

impl<'a> Message<'a> {
    /// `None`: not a message.
    pub fn parse(mut wire: &'a [u8]) -> Option<Self> {
        let mut fields = Vec::new();
        while !wire.is_empty() {
            let key = varint(&mut wire)?;
            let value = match key & 7 {
                0 => FieldValue::Varint(varint(&mut wire)?),
                1 => take(&mut wire, 8).map(|_| FieldValue::Fixed)?,
                2 => {
                    let len = usize::try_from(varint(&mut wire)?).ok()?;
                    FieldValue::Bytes(take(&mut wire, len)?)
                }
                5 => take(&mut wire, 4).map(|_| FieldValue::Fixed)?,
                _ => return None,
            };
            // Field numbers count from 1, and have 29 bits.
            fields.push((Some(key >> 3).filter(|number| (1..1 << 29).contains(number))?, value));
        }
        Some(Self(fields))
    }

    /// The last bytes of a field; of an absent one none.
    pub fn bytes(&self, number: u64) -> &'a [u8] {
        let last = self.0.iter().rev().find_map(|(field, value)| match value {
            FieldValue::Bytes(bytes) if *field == number => Some(*bytes),
            _ => None,
        });
        last.unwrap_or_default()
    }

    /// As [`Message::bytes`], of a `string` field; `None`: not UTF-8, so not the message it should be.
    pub fn text(&self, number: u64) -> Option<&'a str> {
        str::from_utf8(self.bytes(number)).ok()
    }

    /// The last number of a field; of an absent one 0.
    pub fn number(&self, number: u64) -> u64 {
        let last = self.0.iter().rev().find_map(|(field, value)| match value {
            FieldValue::Varint(found) if *field == number => Some(*found),
            _ => None,
        });
        last.unwrap_or_default()
    }

    /// A field that is a message; `None`: absent. What it contains is not checked.
    pub fn has(&self, number: u64) -> bool {
        self.0.iter().any(|(field, value)| *field == number && matches!(value, FieldValue::Bytes(_)))
    }
}

/// Appends a field of bytes or text, unless it is empty.
pub(crate) fn put_bytes(wire: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    if !bytes.is_empty() {
        wire.push(number << 3 | 2);
        put_varint(wire, bytes.len() as u64);
        wire.extend(bytes);
    }
}

/// Appends a `bool` field, unless it is false.
#[cfg(any(test, feature = "signatures"))]
pub(super) fn put_bool(wire: &mut Vec<u8>, number: u8, value: bool) {
    if value {
        wire.extend([number << 3, 1]);
    }
}

fn put_varint(wire: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        wire.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    wire.push(number.to_le_bytes()[0]);
}

fn take<'a>(wire: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, rest) = wire.split_at_checked(len)?;
    *wire = rest;
    Some(taken)
}

/// At most ten bytes, as protobuf has it.
fn varint(wire: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = wire.split_first()?;
        *wire = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests;
