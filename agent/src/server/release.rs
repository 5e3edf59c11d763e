//! Updates this program from the releases that the server offers. The server is not trusted: a release must
//! be signed with the built-in key, whose private half no server has, and match the SHA-256 of the manifest.
//!
//! The signature covers the file's name. The name contains version and platform, so that an old release
//! cannot be offered as a new one.

use std::io::Read;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use self_update::backends::manifest::Update;
use self_update::http_client::{HeaderMap, HttpClient, HttpResponse, ReqwestClient};
use self_update::{Error, ReleaseAsset, UpdateStrategy, VerifyingKey};
use semver::Version;

use super::Transport;
use crate::observed::sanitize;

/// The program's name in an archive, and the prefix of the archive's name.
const PROGRAM: &str = "hubward-agent";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A release has about ten megabytes.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(5 * 60);
/// In bytes.
const LARGEST_DOWNLOAD: u64 = 256 * 1024 * 1024;

/// The public key that verifies releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReleaseKey(VerifyingKey);

/// The releases that a server offers.
#[derive(Clone, Debug)]
pub(crate) struct Releases {
    transport: Transport,
    key: ReleaseKey,
    current: Version,
}

/// The result of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UpdateOutcome {
    /// There is no newer release.
    Latest,
    /// The server's latest release is older, so nothing was changed.
    OnlyOlder(Version),
    /// A newer release is available, and was not installed.
    Offered(Version),
    /// A newer release replaced this program.
    Installed(Version),
}

/// Why an update failed. This program was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UpdateError {
    /// The manifest or the file could not be downloaded; the reason.
    Unavailable(String),
    /// The release has no file with this name and a SHA-256.
    NoFile(String),
    /// The file does not match the manifest's SHA-256.
    WrongHash,
    /// The file is not signed, or not with the built-in key.
    WrongSignature,
    /// The program's file could not be replaced; the reason.
    NotReplaced(String),
}

impl FromStr for ReleaseKey {
    type Err = ();

    /// Reads 32 bytes, in hexadecimal digits or base64.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = hex::decode(text)
            .or_else(|_| STANDARD.decode(text))
            .ok()
            .ok_or(())?;
        bytes.try_into().map(Self).ok().ok_or(())
    }
}

impl Releases {
    pub(crate) fn new(transport: Transport, key: ReleaseKey, current: Version) -> Self {
        Self {
            transport,
            key,
            current,
        }
    }

    /// Installs a newer release, or with `check_only` just looks for one.
    pub(crate) async fn update(self, check_only: bool) -> Result<UpdateOutcome, UpdateError> {
        tokio::task::spawn_blocking(move || self.update_blocking(check_only))
            .await
            .unwrap_or_else(|error| Err(UpdateError::NotReplaced(error.to_string())))
    }

    fn update_blocking(&self, check_only: bool) -> Result<UpdateOutcome, UpdateError> {
        let client = self.client()?;
        let offered = self.updater(&client, None)?.get_latest_release();
        let offered = match offered.map_err(|error| update_error(&error))?.latest() {
            Some(release) => Version::parse(release.version())
                .map_err(|error| UpdateError::Unavailable(format!("no version: {error}")))?,
            None => return Ok(UpdateOutcome::Latest),
        };
        if offered < self.current {
            return Ok(UpdateOutcome::OnlyOlder(offered));
        }
        if offered == self.current {
            return Ok(UpdateOutcome::Latest);
        }
        if check_only {
            return Ok(UpdateOutcome::Offered(offered));
        }
        self.updater(&client, Some(&offered))?
            .update()
            .map_err(|error| match error {
                Error::NoReleaseFound { .. } => UpdateError::NoFile(file_name(&offered)),
                error => update_error(&error),
            })?;
        Ok(UpdateOutcome::Installed(offered))
    }

    fn updater(
        &self,
        client: &Arc<dyn HttpClient>,
        wanted: Option<&Version>,
    ) -> Result<Update, UpdateError> {
        let mut update = Update::configure();
        update
            .manifest_url(self.transport.address().route("releases/manifest.json"))
            .http_client(Arc::clone(client))
            .bin_name(PROGRAM)
            .current_version(self.current.to_string())
            .update_strategy(UpdateStrategy::Latest)
            .verifying_keys([self.key.0])
            .verify_release_digest(true)
            .timeout(DOWNLOAD_TIMEOUT)
            .show_output(false)
            .no_confirm(true);
        if let Some(version) = wanted {
            let name = file_name(version);
            update
                .release_tag(version.to_string())
                .asset_matcher(move |assets| chosen(assets, &name));
        }
        update.build().map_err(|error| update_error(&error))
    }

    fn client(&self) -> Result<Arc<dyn HttpClient>, UpdateError> {
        let client = Client::builder()
            .user_agent(concat!("hubward-agent/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .tls_certs_merge(self.transport.certificates().to_vec())
            .build()
            .map_err(|error| UpdateError::Unavailable(sanitize(&error.to_string())))?;
        Ok(Arc::new(SameServerClient {
            prefix: self.transport.address().route("releases/"),
            client: ReqwestClient::from(client),
        }))
    }
}

/// The name of a release's file, which its signature covers. Releases are linked with musl, even if this
/// build is not.
fn file_name(version: &Version) -> String {
    let machine = std::env::consts::ARCH;
    format!("{PROGRAM}-{version}-{machine}-unknown-linux-musl.tar.gz")
}

/// The file with this name, if the manifest has its SHA-256. `self_update` verifies a digest that is there,
/// but does not require one.
fn chosen(assets: &[ReleaseAsset], name: &str) -> Option<ReleaseAsset> {
    let has_hash = |asset: &&ReleaseAsset| {
        asset
            .digest()
            .and_then(|digest| digest.strip_prefix("sha256:"))
            .is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    assets
        .iter()
        .filter(|asset| asset.name() == name)
        .find(has_hash)
        .cloned()
}

/// An HTTP client for URLs below one prefix, with a limited response size.
struct SameServerClient {
    prefix: String,
    client: ReqwestClient,
}

impl HttpClient for SameServerClient {
    fn get(
        &self,
        url: &str,
        headers: &HeaderMap,
        timeout: Option<Duration>,
    ) -> self_update::Result<Box<dyn HttpResponse>> {
        if !url.starts_with(&self.prefix) {
            return Err(Error::verification_rejected(
                "the manifest names a file of another server",
            ));
        }
        let response = self.client.get(url, headers, timeout)?;
        Ok(Box::new(Bounded(response)))
    }
}

struct Bounded(Box<dyn HttpResponse>);

impl HttpResponse for Bounded {
    fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    fn body(self: Box<Self>) -> Box<dyn Read> {
        Box::new(self.0.body().take(LARGEST_DOWNLOAD))
    }
}

fn update_error(error: &Error) -> UpdateError {
    let message = sanitize(&error.to_string());
    match error {
        Error::ChecksumMismatch { .. } => UpdateError::WrongHash,
        Error::Signature(_) | Error::NoSignatures(_) => UpdateError::WrongSignature,
        Error::InstallPathNotWritable { .. } | Error::Io(_) | Error::Internal { .. } => {
            UpdateError::NotReplaced(message)
        }
        _ => UpdateError::Unavailable(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes() {
        let hex = "00".repeat(32);
        assert_eq!(hex.parse(), Ok(ReleaseKey([0; 32])));
        assert_eq!(STANDARD.encode([7; 32]).parse(), Ok(ReleaseKey([7; 32])));
        for wrong in ["", "00", &"00".repeat(31), "no key"] {
            assert!(wrong.parse::<ReleaseKey>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_file_of_the_version_is_chosen_and_only_with_its_hash() {
        let version = Version::new(9, 9, 9);
        let name = file_name(&version);
        let asset = |name: &str, digest: Option<&str>| {
            let asset = ReleaseAsset::new(name, "https://soc.example.com/releases/x");
            match digest {
                Some(digest) => asset.with_digest(digest),
                None => asset,
            }
        };
        let hash = format!("sha256:{}", "0".repeat(64));
        let older = file_name(&Version::new(0, 0, 1));
        assert!(chosen(&[asset(&older, Some(&hash))], &name).is_none());
        assert!(chosen(&[asset(&name, None)], &name).is_none());
        assert!(chosen(&[asset(&name, Some("md5:00"))], &name).is_none());
        assert!(chosen(&[asset(&name, Some("sha256:"))], &name).is_none());
        assert!(chosen(&[asset(&name, Some(&hash))], &name).is_some());
    }
}
