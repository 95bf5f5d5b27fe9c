//! `verify_signature` and `sign`: RSA (PKCS#1 v1.5) and ECDSA on P-256 and P-384.
//!
//! What Envoy's library does and this one does not: other curves, and RSA keys of more than 4,096 bits. They are
//! answered as keys that cannot be read.

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use rsa::Pkcs1v15Sign;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::abi::Status;
use crate::abi::proto::{Message, put_bool, put_bytes};

/// `VerifySignatureArguments`: 1 is the hash, 2 the public key in DER, 3 the signature, 4 the text, 5 the key in PEM.
/// `BadArgument` for no message, and for no key or two. The result says whether the signature is good, and if not why.
pub(super) fn verify(message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let message = Message::parse(message).ok_or(Status::BadArgument)?;
    let hash = message.text(1).ok_or(Status::BadArgument)?;
    let key = Encoded::one_of(message.bytes(2), message.text(5).ok_or(Status::BadArgument)?)?;
    let (signature, text) = (message.bytes(3), message.bytes(4));
    let outcome = match (Hashed::new(hash, text), PublicKey::read(key)) {
        (None, _) => Err(format!("{hash} is not supported.")),
        (_, None) => Err("Failed to initialize digest verify.".into()),
        (Some(hashed), Some(key)) => {
            let good = key.verifies(hashed, signature);
            if good { Ok(()) } else { Err("Failed to verify digest. Error code: 0".into()) }
        }
    };
    let mut result = Vec::new();
    put_bool(&mut result, 1, outcome.is_ok());
    put_bytes(&mut result, 2, outcome.err().unwrap_or_default().as_bytes());
    Ok(Some(result))
}

/// `SignArguments`: 1 is the hash, 2 the private key in DER, 3 the text, 4 the key in PEM. Answers as [`verify`]; the
/// result has the signature in 2 and the error in 3.
pub(super) fn sign(message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let message = Message::parse(message).ok_or(Status::BadArgument)?;
    let hash = message.text(1).ok_or(Status::BadArgument)?;
    let key = Encoded::one_of(message.bytes(2), message.text(4).ok_or(Status::BadArgument)?)?;
    let outcome = match (Hashed::new(hash, message.bytes(3)), PrivateKey::read(key)) {
        (None, _) => Err(format!("{hash} is not supported.")),
        (_, None) => Err("Invalid key type: private key required for signing operation.".into()),
        (Some(hashed), Some(key)) => key.sign(hashed).ok_or("Failed to create signature.".into()),
    };
    let mut result = Vec::new();
    put_bool(&mut result, 1, outcome.is_ok());
    match outcome {
        Ok(signature) => put_bytes(&mut result, 2, &signature),
        Err(error) => put_bytes(&mut result, 3, error.as_bytes()),
    }
    Ok(Some(result))
}

/// A key as the module has it.
#[derive(Clone, Copy)]
enum Encoded<'a> {
    Der(&'a [u8]),
    Pem(&'a str),
}

impl<'a> Encoded<'a> {
    fn one_of(der: &'a [u8], pem: &'a str) -> Result<Self, Status> {
        match (der.is_empty(), pem.is_empty()) {
            (false, true) => Ok(Self::Der(der)),
            (true, false) => Ok(Self::Pem(pem)),
            _ => Err(Status::BadArgument),
        }
    }
}

/// A text's hash, with RSA's padding for it.
struct Hashed {
    digest: Vec<u8>,
    padding: Pkcs1v15Sign,
}

impl Hashed {
    /// `None`: a hash that Envoy does not know. Names ignore case.
    fn new(hash: &str, text: &[u8]) -> Option<Self> {
        let (digest, padding) = match hash.to_ascii_lowercase().as_str() {
            "sha1" => (Sha1::digest(text).to_vec(), Pkcs1v15Sign::new::<Sha1>()),
            "sha224" => (Sha224::digest(text).to_vec(), Pkcs1v15Sign::new::<Sha224>()),
            "sha256" => (Sha256::digest(text).to_vec(), Pkcs1v15Sign::new::<Sha256>()),
            "sha384" => (Sha384::digest(text).to_vec(), Pkcs1v15Sign::new::<Sha384>()),
            "sha512" => (Sha512::digest(text).to_vec(), Pkcs1v15Sign::new::<Sha512>()),
            _ => return None,
        };
        Some(Self { digest, padding })
    }

    /// The digest for a curve of so many bytes: a shorter one is a smaller number.
    fn for_curve(&self, len: usize) -> Vec<u8> {
        let mut digest = vec![0; len.saturating_sub(self.digest.len())];
        digest.extend(&self.digest);
        digest
    }
}

/// Bytes of a coordinate on each curve.
const P256_BYTES: usize = 32;
const P384_BYTES: usize = 48;

enum PublicKey {
    Rsa(rsa::PublicKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

impl PublicKey {
    /// Of a `SubjectPublicKeyInfo`.
    fn read(key: Encoded<'_>) -> Option<Self> {
        fn read<K: DecodePublicKey>(key: Encoded<'_>) -> Option<K> {
            match key {
                Encoded::Der(der) => K::from_public_key_der(der).ok(),
                Encoded::Pem(pem) => K::from_public_key_pem(pem).ok(),
            }
        }
        None.or_else(|| read(key).map(Self::Rsa))
            .or_else(|| read(key).map(Self::P256))
            .or_else(|| read(key).map(Self::P384))
    }

    fn verifies(&self, hashed: Hashed, signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => key.verify(hashed.padding, &hashed.digest, signature).is_ok(),
            Self::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hashed.for_curve(P256_BYTES), &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(&hashed.for_curve(P384_BYTES), &signature).is_ok()),
        }
    }
}

enum PrivateKey {
    Rsa(Box<rsa::PrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

impl PrivateKey {
    /// Of PKCS#8; in PEM an RSA key may also be PKCS#1, an elliptic one SEC1.
    fn read(key: Encoded<'_>) -> Option<Self> {
        fn read<K: DecodePrivateKey>(key: Encoded<'_>) -> Option<K> {
            match key {
                Encoded::Der(der) => K::from_pkcs8_der(der).ok(),
                Encoded::Pem(pem) => K::from_pkcs8_pem(pem).ok(),
            }
        }
        let pem = if let Encoded::Pem(pem) = key { pem } else { "" };
        None.or_else(|| read(key).map(|key| Self::Rsa(Box::new(key))))
            .or_else(|| read(key).map(Self::P256))
            .or_else(|| read(key).map(Self::P384))
            .or_else(|| rsa::PrivateKey::from_pkcs1_pem(pem).ok().map(|key| Self::Rsa(Box::new(key))))
            .or_else(|| p256::SecretKey::from_sec1_pem(pem).ok().map(|key| Self::P256(key.into())))
            .or_else(|| p384::SecretKey::from_sec1_pem(pem).ok().map(|key| Self::P384(key.into())))
    }

    /// The same key and text always give the same signature; Envoy's ECDSA draws a random number for each.
    fn sign(&self, hashed: Hashed) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => key.sign(hashed.padding, &hashed.digest).ok(),
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&hashed.for_curve(P256_BYTES)).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash(&hashed.for_curve(P384_BYTES)).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
        }
    }
}

#[cfg(test)]
mod tests;
