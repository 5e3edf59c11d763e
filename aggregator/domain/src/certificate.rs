//! The expiry of a TLS certificate. Whether it is trusted is up to the clients that connect.

use jiff::Timestamp;
use x509_parser::pem::Pem;

/// When the first certificate of a PEM file expires; the server's own comes first.
///
/// # Errors
/// There is none, or it cannot be parsed; with the reason.
pub fn good_until(pem: &[u8]) -> Result<Timestamp, String> {
    let first = Pem::iter_from_buffer(pem)
        .next()
        .ok_or_else(|| "there is no certificate in it".to_owned())?;
    let first = first.map_err(|error| error.to_string())?;
    let certificate = first.parse_x509().map_err(|error| error.to_string())?;
    let until = certificate.validity().not_after.timestamp();
    Timestamp::from_second(until).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_says_so() {
        for wrong in [
            "",
            "hubward",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n!\n",
        ] {
            assert!(
                !good_until(wrong.as_bytes()).unwrap_err().is_empty(),
                "{wrong}"
            );
        }
    }
}
