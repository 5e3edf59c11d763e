//! Packs this program as a Lambda function: a zip file whose executable `bootstrap` is the very program. The same
//! program makes the same bytes, so that AWS's own hash of the code tells whether it is this one.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::change::StayFunction;

/// The name of the certificates in the zip file. Lambda unpacks it to `/var/task`.
const CERTIFICATES: &str = "ca.pem";

/// The path of the certificates in the function.
pub(crate) const CERTIFICATES_PATH: &str = "/var/task/ca.pem";

/// The function of this program, with the certificates to trust for the server, if there are any.
pub(crate) fn pack(
    program: &[u8],
    certificates: Option<&[u8]>,
    environment: BTreeMap<String, String>,
) -> ZipResult<StayFunction> {
    let code = zip(program, certificates)?;
    let code_sha256 = STANDARD.encode(Sha256::digest(&code));
    Ok(StayFunction {
        environment,
        code,
        code_sha256,
    })
}

fn zip(program: &[u8], certificates: Option<&[u8]>) -> ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", options.unix_permissions(0o755))?;
    zip.write_all(program)?;
    if let Some(certificates) = certificates {
        zip.start_file(CERTIFICATES, options.unix_permissions(0o644))?;
        zip.write_all(certificates)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use zip::ZipArchive;

    use super::*;

    #[test]
    fn the_program_is_the_executable_bootstrap() {
        let packed = pack(b"program", Some(b"pem"), BTreeMap::new()).unwrap();
        let mut archive = ZipArchive::new(Cursor::new(packed.code)).unwrap();
        let mut read = |name: &str| {
            let mut file = archive.by_name(name).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            (content, file.unix_mode().unwrap() & 0o777)
        };
        assert_eq!(read("bootstrap"), ("program".to_owned(), 0o755));
        assert_eq!(read("ca.pem"), ("pem".to_owned(), 0o644));
    }

    #[test]
    fn the_same_program_makes_the_same_bytes() {
        let hash = |program: &[u8]| pack(program, None, BTreeMap::new()).unwrap().code_sha256;
        assert_eq!(hash(b"program"), hash(b"program"));
        assert_ne!(hash(b"program"), hash(b"another"));
    }
}
