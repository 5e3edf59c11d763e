//! Values that the server gives to clients and verifies when they come back, without storing them:
//! signed with HMAC-SHA256. The values are not encrypted; clients can read them, but cannot make
//! them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The server's signing key.
#[derive(Clone)]
pub struct Signer([u8; 32]);

/// What a value is for, so that a challenge cannot be used as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A challenge, to be answered with a proof.
    Challenge,
    /// An OpenID Connect login in progress.
    Login,
    /// The link to a report.
    Report,
    /// A bearer token.
    Token,
}

/// The length of the HMAC in bytes.
const MAC: usize = 32;

impl Signer {
    /// A signer with this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A signer with a hexadecimal key; `None` if it is not 32 bytes.
    pub fn of_hex(key: &str) -> Option<Self> {
        let key = hex::decode(key).ok()?;
        Some(Self(key.try_into().ok()?))
    }

    /// Signs a value; the result is hexadecimal and contains the value.
    pub fn sign(&self, purpose: Purpose, value: &[u8]) -> String {
        let mut signed = value.to_vec();
        signed.extend_from_slice(&self.mac(purpose, value).finalize().into_bytes());
        hex::encode(signed)
    }

    /// The value, if it was signed with this key for this purpose. Compared in constant time.
    pub fn verify(&self, purpose: Purpose, signed: &str) -> Option<Vec<u8>> {
        // Only one spelling is accepted: a challenge is marked as spent by its text, and must not
        // be valid again in capital letters.
        if signed.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let mut value = hex::decode(signed).ok()?;
        let mac = value.split_off(value.len().checked_sub(MAC)?);
        self.mac(purpose, &value).verify_slice(&mac).ok()?;
        Some(value)
    }

    fn mac(&self, purpose: Purpose, value: &[u8]) -> Hmac<Sha256> {
        // HMAC pads a shorter key to a block with zeros (RFC 2104), so this is the same key.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(match purpose {
            Purpose::Challenge => b"hubward challenge v1\0",
            Purpose::Login => b"hubward login v1\0",
            Purpose::Report => b"hubward report v1\0",
            Purpose::Token => b"hubward token v1\0",
        });
        mac.update(value);
        mac
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_this_key_signed_for_this_purpose_verifies() {
        let signer = Signer::new([7; 32]);
        let signed = signer.sign(Purpose::Challenge, b"value");
        assert_eq!(
            signer.verify(Purpose::Challenge, &signed).as_deref(),
            Some(&b"value"[..])
        );
        assert_eq!(signer.verify(Purpose::Token, &signed), None);
        assert_eq!(
            Signer::new([8; 32]).verify(Purpose::Challenge, &signed),
            None
        );
        for position in 0..signed.len() {
            let mut tampered = signed.clone().into_bytes();
            tampered[position] = if tampered[position] == b'0' {
                b'1'
            } else {
                b'0'
            };
            let tampered = String::from_utf8(tampered).unwrap();
            assert_eq!(
                signer.verify(Purpose::Challenge, &tampered),
                None,
                "{position}"
            );
        }
        assert_eq!(
            signer.verify(Purpose::Challenge, &signed.to_uppercase()),
            None
        );
        for rubbish in ["", "00", "zz", "日本", &"0".repeat(63), &signed[2..]] {
            assert_eq!(
                signer.verify(Purpose::Challenge, rubbish),
                None,
                "{rubbish}"
            );
        }
    }
}
