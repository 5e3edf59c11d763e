//! Verifies the archive of a release: that it was signed with this SOC's key under this file name,
//! and contains the agent and nothing else. It stores nothing and does not compare versions.

use std::io::{Cursor, Read};
use std::path::Path;

use sha2::{Digest, Sha256};
use zipsign_api::verify::{VerifyTarError, verify_tar};

use hubward_domain::release::{LARGEST_ARCHIVE, LARGEST_PROGRAM, PROGRAM, ReleaseKey};

/// Why an archive is not a genuine release.
#[derive(Debug, thiserror::Error)]
pub enum NotGenuine {
    /// It is larger than [`LARGEST_ARCHIVE`].
    #[error("larger than {LARGEST_ARCHIVE} bytes")]
    TooLarge,
    /// It is not signed, was signed with another key or under another name, or was changed
    /// afterwards.
    #[error("not signed for this key")]
    Signature(#[source] VerifyTarError),
    /// It cannot be unpacked.
    #[error("cannot be unpacked")]
    Broken(#[source] std::io::Error),
    /// It contains something other than the one program.
    #[error("holds {0}")]
    Content(String),
}

/// Verifies an archive's signature and content, and returns its SHA-256.
///
/// The signature is zipsign's, over the archive and its file name, as `self_update` verifies it.
///
/// # Errors
/// See [`NotGenuine`].
pub fn verify(name: &str, bytes: &[u8], key: &ReleaseKey) -> Result<String, NotGenuine> {
    if bytes.len() > LARGEST_ARCHIVE {
        return Err(NotGenuine::TooLarge);
    }
    let mut input = Cursor::new(bytes);
    verify_tar(&mut input, &[key.verifying()], Some(name.as_bytes()))
        .map_err(NotGenuine::Signature)?;
    // Only after the signature was verified, so that untrusted archives are never unpacked.
    holds_the_program_alone(bytes)?;
    Ok(hex::encode(Sha256::digest(bytes)))
}

fn holds_the_program_alone(bytes: &[u8]) -> Result<(), NotGenuine> {
    let unpacked = flate2::bufread::MultiGzDecoder::new(bytes).take(LARGEST_PROGRAM);
    let mut archive = tar::Archive::new(unpacked);
    let mut found = false;
    for entry in archive.entries().map_err(NotGenuine::Broken)? {
        let mut entry = entry.map_err(NotGenuine::Broken)?;
        let path = entry.path().map_err(NotGenuine::Broken)?.into_owned();
        let is_program = path == Path::new(PROGRAM) && entry.header().entry_type().is_file();
        if found || !is_program {
            return Err(NotGenuine::Content(path.display().to_string()));
        }
        found = true;
        std::io::copy(&mut entry, &mut std::io::sink()).map_err(NotGenuine::Broken)?;
    }
    if found {
        Ok(())
    } else {
        Err(NotGenuine::Content(String::new()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zipsign_api::SigningKey;
    use zipsign_api::sign::copy_and_sign_tar;

    use super::*;

    const NAME: &str = "hubward-agent-1.2.3-x86_64-unknown-linux-musl.tar.gz";

    /// A fixed key for tests.
    fn signing() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn public(key: &SigningKey) -> ReleaseKey {
        hex::encode(key.verifying_key().as_bytes()).parse().unwrap()
    }

    fn packed(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, kind, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.set_mode(0o755);
            // Written raw, because the library would refuse to create a hostile path.
            header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            archive.append(&header, *content).unwrap();
        }
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&archive.into_inner().unwrap()).unwrap();
        gzip.finish().unwrap()
    }

    fn signed(unsigned: &[u8], name: &str) -> Vec<u8> {
        let mut output = Cursor::new(Vec::new());
        let mut input = Cursor::new(unsigned);
        copy_and_sign_tar(&mut input, &mut output, &[signing()], Some(name.as_bytes())).unwrap();
        output.into_inner()
    }

    fn file(content: &[u8]) -> Vec<u8> {
        packed(&[(PROGRAM, tar::EntryType::Regular, content)])
    }

    #[test]
    fn a_signed_archive_of_the_agent_alone_is_genuine() {
        let archive = signed(&file(b"agent"), NAME);
        let sha256 = verify(NAME, &archive, &public(&signing())).unwrap();
        assert_eq!(sha256, hex::encode(Sha256::digest(&archive)));
    }

    #[test]
    fn a_stranger_another_name_and_any_changed_byte_show() {
        let unsigned = file(b"agent");
        let archive = signed(&unsigned, NAME);
        let key = public(&signing());
        let refused = |name: &str, bytes: &[u8], key: &ReleaseKey| {
            matches!(verify(name, bytes, key), Err(NotGenuine::Signature(_)))
        };
        let stranger = public(&SigningKey::from_bytes(&[8; 32]));
        assert!(refused(NAME, &archive, &stranger));
        assert!(refused(&NAME.replace("1.2.3", "1.2.4"), &archive, &key));
        assert!(refused(NAME, &unsigned, &key));
        assert!(refused(NAME, b"", &key));
        assert!(refused(NAME, &[archive.clone(), unsigned].concat(), &key));
        for index in 0..archive.len() {
            let mut changed = archive.clone();
            changed[index] ^= 1;
            // Base64 has a few unused bits; whatever their value, the content is signed.
            let genuine = verify(NAME, &changed, &key).is_ok();
            assert!(!genuine || index > archive.len() - 60, "byte {index}");
            assert!(refused(NAME, &archive[..index], &key), "cut at {index}");
        }
    }

    #[test]
    fn nothing_but_the_program_is_in_it() {
        use tar::EntryType;
        let program = (PROGRAM, EntryType::Regular, &b"agent"[..]);
        for wrong in [
            vec![],
            vec![program, program],
            vec![program, ("README", EntryType::Regular, b"")],
            vec![("bin/hubward-agent", EntryType::Regular, b"agent")],
            vec![("../hubward-agent", EntryType::Regular, b"agent")],
            vec![(PROGRAM, EntryType::Symlink, b"")],
            vec![(PROGRAM, EntryType::Directory, b"")],
        ] {
            let archive = signed(&packed(&wrong), NAME);
            let result = verify(NAME, &archive, &public(&signing()));
            assert!(
                matches!(result, Err(NotGenuine::Content(_))),
                "{wrong:?}: {result:?}"
            );
        }
        let broken = signed(b"no gzip at all", NAME);
        let result = verify(NAME, &broken, &public(&signing()));
        assert!(matches!(result, Err(NotGenuine::Broken(_))), "{result:?}");
    }

    #[test]
    fn sizes_are_bounded_before_anything_is_unpacked_whole() {
        let key = public(&signing());
        let large = vec![0; LARGEST_ARCHIVE + 1];
        assert!(matches!(
            verify(NAME, &large, &key),
            Err(NotGenuine::TooLarge)
        ));
        let bomb = signed(
            &file(&vec![0; usize::try_from(LARGEST_PROGRAM).unwrap() + 1]),
            NAME,
        );
        assert!(matches!(
            verify(NAME, &bomb, &key),
            Err(NotGenuine::Broken(_))
        ));
    }
}
