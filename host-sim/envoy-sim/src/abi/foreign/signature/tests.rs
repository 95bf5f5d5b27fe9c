use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};

use super::{sign, verify};
use crate::abi::Status;
use crate::abi::proto::{Message, put_bytes};

const TEXT: &[u8] = b"an SMTP session";

/// Made with OpenSSL, one in a line: key, hash, signature of [`TEXT`] in hexadecimal digits.
const SIGNATURES: &str = include_str!("signatures.txt");

fn public(key: &str) -> &'static str {
    match key {
        "rsa" => include_str!("rsa.pub.pem"),
        "p256" => include_str!("p256.pub.pem"),
        _ => include_str!("p384.pub.pem"),
    }
}

fn private(key: &str) -> &'static str {
    match key {
        "rsa" => include_str!("rsa.pem"),
        "rsa in PKCS#1" => include_str!("rsa.pkcs1.pem"),
        "p256" => include_str!("p256.pem"),
        "p256 in SEC1" => include_str!("p256.sec1.pem"),
        _ => include_str!("p384.pem"),
    }
}

fn message(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut wire = Vec::new();
    for (number, bytes) in fields {
        put_bytes(&mut wire, *number, bytes);
    }
    wire
}

/// Good, or why not.
fn verified(key: &str, hash: &str, signature: &[u8], text: &[u8]) -> Result<(), String> {
    let fields = [(1, hash.as_bytes()), (3, signature), (4, text), (5, key.as_bytes())];
    let result = verify(&message(&fields)).unwrap().unwrap();
    let result = Message::parse(&result).unwrap();
    if result.number(1) == 1 { Ok(()) } else { Err(result.text(2).unwrap().to_owned()) }
}

/// The signature, or why there is none.
fn signed(key: &str, hash: &str) -> Result<Vec<u8>, String> {
    let result = sign(&message(&[(1, hash.as_bytes()), (3, TEXT), (4, key.as_bytes())])).unwrap().unwrap();
    let result = Message::parse(&result).unwrap();
    if result.number(1) == 1 { Ok(result.bytes(2).to_vec()) } else { Err(result.text(3).unwrap().to_owned()) }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn signatures_of_openssl_are_good_and_with_another_text_or_hash_are_not() {
    let bad = Err("Failed to verify digest. Error code: 0".to_owned());
    let mut seen = 0;
    for line in SIGNATURES.lines() {
        let [key, hash, hex] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let signature = bytes(hex);
        let verify = |hash: &str, text: &[u8]| verified(public(key), hash, &signature, text);
        assert_eq!(verify(hash, TEXT), Ok(()), "{line}");
        assert_eq!(verify(&hash.to_ascii_uppercase(), TEXT), Ok(()), "{line}");
        assert_eq!(verify(hash, b"another"), bad, "{line}");
        assert_eq!(verify("sha224", TEXT).is_ok(), hash == "sha224", "{line}");
        seen += 1;
    }
    assert_eq!(seen, 11);
}

#[test]
fn what_was_signed_can_be_verified() {
    for (key, encoded) in [
        ("rsa", "rsa"),
        ("rsa", "rsa in PKCS#1"),
        ("p256", "p256"),
        ("p256", "p256 in SEC1"),
        ("p384", "p384"),
    ] {
        for hash in ["sha1", "sha224", "sha256", "sha384", "sha512"] {
            let signature = signed(private(encoded), hash).unwrap();
            assert_eq!(verified(public(key), hash, &signature, TEXT), Ok(()), "{encoded} {hash}");
        }
    }
}

#[test]
fn keys_may_also_be_in_der() {
    let private = rsa::PrivateKey::from_pkcs8_pem(private("rsa")).unwrap().to_pkcs8_der().unwrap();
    let public = rsa::PublicKey::from_public_key_pem(public("rsa")).unwrap().to_public_key_der().unwrap();
    let result = sign(&message(&[(1, b"sha256"), (2, private.as_bytes()), (3, TEXT)])).unwrap().unwrap();
    let signature = Message::parse(&result).unwrap().bytes(2).to_vec();
    let fields = [(1, &b"sha256"[..]), (2, public.as_bytes()), (3, &signature), (4, TEXT)];
    assert_eq!(verify(&message(&fields)).unwrap().unwrap(), b"\x08\x01");
}

#[test]
fn an_unknown_hash_and_a_key_that_is_none_are_said_in_the_result() {
    assert_eq!(verified(public("rsa"), "md5", b"", TEXT), Err("md5 is not supported.".into()));
    assert_eq!(verified("nonsense", "sha1", b"", TEXT), Err("Failed to initialize digest verify.".into()));
    assert_eq!(signed(private("rsa"), "md5"), Err("md5 is not supported.".into()));
    assert_eq!(
        signed(public("rsa"), "sha1"),
        Err("Invalid key type: private key required for signing operation.".into())
    );
}

#[test]
fn no_key_two_keys_and_no_message_are_bad_arguments() {
    for function in [verify, sign] {
        let bad =
            [&b"\x0a"[..], b"", &message(&[(1, b"sha256")]), &message(&[(2, b"a"), (4, b"b"), (5, b"b")])];
        for message in bad {
            assert_eq!(function(message), Err(Status::BadArgument));
        }
    }
}
