use super::{UNCOMPRESSED_BYTES_MAX, compress, uncompress};
use crate::abi::Status;

#[test]
fn what_was_compressed_can_be_uncompressed() {
    let long = "x".repeat(100_000).into_bytes();
    for text in [&b""[..], b"x", &long] {
        let small = compress(text).unwrap().unwrap();
        assert_eq!(uncompress(&small), Ok(Some(text.to_vec())));
    }
    assert!(compress(&long).unwrap().unwrap().len() < 1000);
}

#[test]
fn what_zlib_wrote_can_be_uncompressed_and_bytes_behind_it_are_ignored() {
    // zlib 1.3 at level 6.
    let hello = b"\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15";
    assert_eq!(uncompress(hello), Ok(Some(b"hello".to_vec())));
    assert_eq!(uncompress(&[&hello[..], b"more"].concat()), Ok(Some(b"hello".to_vec())));
}

#[test]
fn what_breaks_off_or_is_nothing_of_zlibs_fails() {
    let small = compress(b"a text of some length").unwrap().unwrap();
    for bad in [&small[..small.len() - 1], &small[..3], b"", b"nonsense"] {
        assert_eq!(uncompress(bad), Err(Status::SerializationFailure), "{bad:?}");
    }
}

#[test]
fn a_bomb_fails() {
    let max = UNCOMPRESSED_BYTES_MAX;
    for (len, good) in [(max - 1, true), (max, true), (max + 1, false)] {
        let bomb = compress(&vec![0; len]).unwrap().unwrap();
        assert_eq!(uncompress(&bomb).is_ok(), good, "{len}");
    }
}
