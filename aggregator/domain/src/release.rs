//! A release of the agent: its version and file name, the key that signs it, and which release may
//! be added to the existing ones. Archives are read by `document::release_archive`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use semver::Version;
use serde::{Deserialize, Serialize};
use zipsign_api::{PUBLIC_KEY_LENGTH, VerifyingKey};

/// The program in the archive, and the beginning of the archive's name.
pub const PROGRAM: &str = "hubward-agent";
/// The build target: static, so that it runs in any CloudShell.
pub const TARGET: &str = "x86_64-unknown-linux-musl";
/// The largest accepted archive, in bytes; a release build has a few MiB.
pub const LARGEST_ARCHIVE: usize = 32 << 20;
/// The largest accepted program after unpacking, in bytes.
pub const LARGEST_PROGRAM: u64 = 128 << 20;

/// A release of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its version: three plain numbers, no pre-release.
    pub version: Version,
    /// SHA-256 of the archive, in hex.
    pub sha256: String,
    /// The archive's size in bytes.
    pub size: u64,
    /// When it was added.
    pub added_at: Timestamp,
    pub added_by: String,
}

/// Why a file name is not that of a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARelease {
    /// It is not `hubward-agent-VERSION-TARGET.tar.gz`.
    #[error("not of the form {PROGRAM}-VERSION-{TARGET}.tar.gz")]
    Form,
    /// The version is not three plain numbers.
    #[error("{0} is not a version such as 1.2.3")]
    Version(String),
}

/// Why a genuine release is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseRefusal {
    /// The version exists with another content: members may already have it.
    #[error("{version} is there with SHA-256 {sha256}")]
    OtherContent {
        version: Version,
        /// The existing archive's SHA-256.
        sha256: String,
    },
    /// It is older than the newest release, so no member would get it.
    #[error("older than {newest}")]
    Older {
        /// The newest release.
        newest: Version,
    },
}

/// What to do with a genuine release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseDecision {
    Add,
    /// It already exists, byte for byte.
    Already,
}

impl Release {
    /// The archive's file name.
    pub fn file(&self) -> String {
        file_name(&self.version)
    }
}

fn file_name(version: &Version) -> String {
    format!("{PROGRAM}-{version}-{TARGET}.tar.gz")
}

/// The version in a file name.
///
/// # Errors
/// It is not the name of a release for [`TARGET`].
pub fn version_of(name: &str) -> Result<Version, NotARelease> {
    let word = name
        .strip_prefix(PROGRAM)
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| rest.strip_suffix(".tar.gz"))
        .and_then(|rest| rest.strip_suffix(TARGET))
        .and_then(|rest| rest.strip_suffix('-'))
        .ok_or(NotARelease::Form)?;
    // A pre-release would reach all members, because `newest` does not distinguish it.
    Version::parse(word)
        .ok()
        .filter(|version| version.pre.is_empty() && version.build.is_empty())
        .ok_or_else(|| NotARelease::Version(word.to_owned()))
}

/// The release that members get.
pub fn newest(releases: &[Release]) -> Option<&Release> {
    releases.iter().max_by(|a, b| a.version.cmp(&b.version))
}

/// Whether a genuine release may be added to the existing ones. `force` lifts only
/// [`ReleaseRefusal::Older`]: the content of a version that members may have never changes.
///
/// # Errors
/// See [`ReleaseRefusal`].
pub fn decide(
    known: &[Release],
    version: &Version,
    sha256: &str,
    force: bool,
) -> Result<ReleaseDecision, ReleaseRefusal> {
    if let Some(same) = known.iter().find(|release| release.version == *version) {
        if same.sha256 == sha256 {
            return Ok(ReleaseDecision::Already);
        }
        return Err(ReleaseRefusal::OtherContent {
            version: version.clone(),
            sha256: same.sha256.clone(),
        });
    }
    match newest(known) {
        Some(newest) if newest.version > *version && !force => Err(ReleaseRefusal::Older {
            newest: newest.version.clone(),
        }),
        _ => Ok(ReleaseDecision::Add),
    }
}

/// `/releases/manifest.json`, in the schema that `self_update::backends::manifest` reads (1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Manifest {
    /// The version of the schema: 1.
    schema: u8,
    /// Newest first.
    releases: Vec<ManifestRelease>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
struct ManifestRelease {
    /// The version.
    #[schema(value_type = String)]
    version: Version,
    /// When it was added.
    date: Timestamp,
    /// Its one archive.
    #[schema(value_type = Vec<ManifestAsset>)]
    assets: [ManifestAsset; 1],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
struct ManifestAsset {
    /// The archive's name.
    name: String,
    /// Relative to the manifest.
    url: String,
    /// `sha256:` and 64 hex digits.
    digest: String,
}

/// The manifest of the releases, newest first.
pub fn manifest(releases: &[Release]) -> Manifest {
    let mut releases: Vec<&Release> = releases.iter().collect();
    releases.sort_by(|a, b| b.version.cmp(&a.version));
    Manifest {
        schema: 1,
        releases: releases
            .into_iter()
            .map(|release| ManifestRelease {
                version: release.version.clone(),
                date: release.added_at,
                assets: [ManifestAsset {
                    name: release.file(),
                    url: release.file(),
                    digest: format!("sha256:{}", release.sha256),
                }],
            })
            .collect(),
    }
}

/// The public key of the releases' signatures: Ed25519, written as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ReleaseKey(VerifyingKey);

/// The text is not a usable public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a public key of 64 hex digits, as `packaging/release keygen` prints it")]
pub struct InvalidReleaseKey;

impl ReleaseKey {
    /// The key in the type of the signature library.
    pub fn verifying(&self) -> VerifyingKey {
        self.0
    }
}

impl FromStr for ReleaseKey {
    type Err = InvalidReleaseKey;

    fn from_str(text: &str) -> Result<Self, InvalidReleaseKey> {
        let mut bytes = [0; PUBLIC_KEY_LENGTH];
        hex::decode_to_slice(text.trim(), &mut bytes)
            .ok()
            .ok_or(InvalidReleaseKey)?;
        VerifyingKey::from_bytes(&bytes)
            .ok()
            .filter(|key| !key.is_weak())
            .map(Self)
            .ok_or(InvalidReleaseKey)
    }
}

impl TryFrom<String> for ReleaseKey {
    type Error = InvalidReleaseKey;

    fn try_from(text: String) -> Result<Self, InvalidReleaseKey> {
        text.parse()
    }
}

impl fmt::Display for ReleaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for ReleaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(version: &str, sha256: &str) -> Release {
        Release {
            version: version.parse().unwrap(),
            sha256: sha256.to_owned(),
            size: 1,
            added_at: Timestamp::UNIX_EPOCH,
            added_by: "operator:mika".to_owned(),
        }
    }

    #[test]
    fn a_name_says_its_version_and_nothing_else_passes_for_one() {
        let name =
            |version: &str| format!("hubward-agent-{version}-x86_64-unknown-linux-musl.tar.gz");
        assert_eq!(version_of(&name("1.20.3")).unwrap(), Version::new(1, 20, 3));
        assert_eq!(release("1.20.3", "").file(), name("1.20.3"));
        for version in [
            "",
            "1.2",
            "01.2.3",
            "1.2.3-rc.1",
            "1.2.3+linux",
            "v1.2.3",
            "../1.2.3",
            "1.2.3 ",
        ] {
            assert_eq!(
                version_of(&name(version)),
                Err(NotARelease::Version(version.to_owned())),
                "{version}"
            );
        }
        for other in [
            "hubward-agent-1.2.3-aarch64-unknown-linux-musl.tar.gz",
            "hubward-agent-1.2.3-x86_64-unknown-linux-musl.zip",
            "hubward-1.2.3-x86_64-unknown-linux-musl.tar.gz",
            "hubward-agent-x86_64-unknown-linux-musl.tar.gz",
            "",
        ] {
            assert_eq!(version_of(other), Err(NotARelease::Form), "{other}");
        }
    }

    #[test]
    fn a_version_never_changes_and_the_newest_only_grows() {
        let known = [release("1.9.0", "a"), release("1.10.0", "b")];
        let decide = |version: &str, sha256, force| {
            super::decide(&known, &version.parse().unwrap(), sha256, force)
        };
        assert_eq!(newest(&known).unwrap().version, Version::new(1, 10, 0));
        assert_eq!(decide("1.11.0", "c", false), Ok(ReleaseDecision::Add));
        assert_eq!(decide("1.9.0", "a", false), Ok(ReleaseDecision::Already));
        assert!(matches!(
            decide("1.9.0", "c", true),
            Err(ReleaseRefusal::OtherContent { .. })
        ));
        assert!(matches!(
            decide("1.9.1", "c", false),
            Err(ReleaseRefusal::Older { .. })
        ));
        assert_eq!(decide("1.9.1", "c", true), Ok(ReleaseDecision::Add));
        assert_eq!(
            super::decide(&[], &Version::new(0, 1, 0), "c", false),
            Ok(ReleaseDecision::Add)
        );
    }

    #[test]
    fn the_manifest_is_what_self_update_reads() {
        let manifest = manifest(&[release("1.9.0", "aa"), release("1.10.0", "bb")]);
        assert_eq!(
            serde_json::to_value(manifest).unwrap(),
            serde_json::json!({"schema": 1, "releases": [
                {"version": "1.10.0", "date": "1970-01-01T00:00:00Z", "assets": [{
                    "name": "hubward-agent-1.10.0-x86_64-unknown-linux-musl.tar.gz",
                    "url": "hubward-agent-1.10.0-x86_64-unknown-linux-musl.tar.gz",
                    "digest": "sha256:bb"}]},
                {"version": "1.9.0", "date": "1970-01-01T00:00:00Z", "assets": [{
                    "name": "hubward-agent-1.9.0-x86_64-unknown-linux-musl.tar.gz",
                    "url": "hubward-agent-1.9.0-x86_64-unknown-linux-musl.tar.gz",
                    "digest": "sha256:aa"}]},
            ]})
        );
    }

    #[test]
    fn a_key_is_64_hex_digits_of_a_point_that_proves_something() {
        // RFC 8032, 7.1, test 1.
        let hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(hex.parse::<ReleaseKey>().unwrap().to_string(), hex);
        let identity = format!("01{}", "0".repeat(62));
        for wrong in ["", "d75a", &"z".repeat(64), &identity, &"f".repeat(66)] {
            assert_eq!(
                wrong.parse::<ReleaseKey>(),
                Err(InvalidReleaseKey),
                "{wrong}"
            );
        }
    }
}
