//! References as people read and type them.

use postscreen_engine::client_record::REFERENCE_LEN;

/// The number that a reference stands for. Lower case is as good as upper case, O is read as 0, and I and L as 1, as
/// Crockford's base 32 has it; spaces around it and hyphens in it do not count.
pub fn number(text: &str) -> Option<u64> {
    let digits = text.trim().chars().filter(|c| *c != '-');
    let mut number = 0_u64;
    let mut length = 0;
    for c in digits {
        let digit = digit(c.to_ascii_uppercase())?;
        number = if length < REFERENCE_LEN { number << 5 | digit } else { return None };
        length += 1;
    }
    (length == REFERENCE_LEN).then_some(number)
}

fn digit(c: char) -> Option<u64> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let plain = match c {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET.chars().position(|known| known == plain).and_then(|place| u64::try_from(place).ok())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_reference_is_read_as_it_is_typed() {
        let right = number("0123456789").unwrap();
        for (typed, same) in [
            ("O123456789", true),
            ("o123456789", true),
            ("0I23456789", true),
            ("0l23456789", true),
            (" 01234-56789\n", true),
            ("1123456789", false),
        ] {
            assert_eq!(number(typed).unwrap() == right, same, "{typed}");
        }
        assert_eq!(number("abcdefghjk"), number("ABCDEFGHJK"));
        assert_ne!(number("ABCDEFGHJK"), number("ABCDEFGHJM"));
    }

    #[test]
    fn what_is_no_reference_has_no_number() {
        for text in ["", "012345678", "01234567890", "U123456789", "0123 56789", "012345678é", "-"] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }
}
