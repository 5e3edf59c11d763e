//! The releases that the server offers, and the way of one into the place of this program. The server
//! is not trusted with it: a release counts only with a signature by the key that was built in, whose
//! private half no server has, and with the SHA-256 of the manifest.
//!
//! A signature covers the file's name. The name must hold the version and the platform, so that an
//! old release cannot be offered as a new one.

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
use crate::observed::plain;

/// The program's name in an archive, and the start of an archive's.
const PROGRAM: &str = "hubward-agent";
const CONNECT: Duration = Duration::from_secs(5);
/// A release has some ten megabytes.
const DOWNLOAD: Duration = Duration::from_secs(5 * 60);
const LONGEST: u64 = 256 * 1024 * 1024;

/// The public half of the key that signs releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReleaseKey(VerifyingKey);

/// The releases of a server.
#[derive(Clone, Debug)]
pub(crate) struct Releases {
    transport: Transport,
    key: ReleaseKey,
    current: Version,
}

/// What a server has for this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Updated {
    /// Nothing newer.
    Latest,
    /// Only older releases: this one stays.
    OnlyOlder(Version),
    /// A newer release, not installed.
    Offered(Version),
    /// A newer release took this one's place.
    Installed(Version),
}

/// Why this program was left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotUpdated {
    /// The manifest or the file could not be had.
    Unavailable(String),
    /// The release has no file of this name with a SHA-256.
    NoFile(String),
    /// The file is not the one that the manifest names.
    WrongHash,
    /// The file is not signed, or not with the key that was built in.
    WrongSignature,
    /// This program's file cannot be replaced.
    NotReplaced(String),
}

impl FromStr for ReleaseKey {
    type Err = ();

    /// 32 bytes, as hexadecimal digits or in base64.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = hex::decode(text)
            .or_else(|_| STANDARD.decode(text))
            .ok()
            .ok_or(())?;
        bytes.try_into().map(Self).ok().ok_or(())
    }
}

impl Releases {
    /// The releases of a server, judged by a key.
    pub(crate) fn new(transport: Transport, key: ReleaseKey, current: Version) -> Self {
        Self {
            transport,
            key,
            current,
        }
    }

    /// Looks for a newer release, and installs it unless it is only to be looked for.
    pub(crate) async fn update(self, only_look: bool) -> Result<Updated, NotUpdated> {
        tokio::task::spawn_blocking(move || self.update_blocking(only_look))
            .await
            .unwrap_or_else(|error| Err(NotUpdated::NotReplaced(error.to_string())))
    }

    fn update_blocking(&self, only_look: bool) -> Result<Updated, NotUpdated> {
        let client = self.client()?;
        let offered = self.updater(&client, None)?.get_latest_release();
        let offered = match offered.map_err(|error| not_updated(&error))?.latest() {
            Some(release) => Version::parse(release.version())
                .map_err(|error| NotUpdated::Unavailable(format!("no version: {error}")))?,
            None => return Ok(Updated::Latest),
        };
        if offered < self.current {
            return Ok(Updated::OnlyOlder(offered));
        }
        if offered == self.current {
            return Ok(Updated::Latest);
        }
        if only_look {
            return Ok(Updated::Offered(offered));
        }
        self.updater(&client, Some(&offered))?
            .update()
            .map_err(|error| match error {
                Error::NoReleaseFound { .. } => NotUpdated::NoFile(file_name(&offered)),
                error => not_updated(&error),
            })?;
        Ok(Updated::Installed(offered))
    }

    fn updater(
        &self,
        client: &Arc<dyn HttpClient>,
        wanted: Option<&Version>,
    ) -> Result<Update, NotUpdated> {
        let mut update = Update::configure();
        update
            .manifest_url(self.transport.address().route("releases/manifest.json"))
            .http_client(Arc::clone(client))
            .bin_name(PROGRAM)
            .current_version(self.current.to_string())
            .update_strategy(UpdateStrategy::Latest)
            .verifying_keys([self.key.0])
            .verify_release_digest(true)
            .timeout(DOWNLOAD)
            .show_output(false)
            .no_confirm(true);
        if let Some(version) = wanted {
            let name = file_name(version);
            update
                .release_tag(version.to_string())
                .asset_matcher(move |assets| chosen(assets, &name));
        }
        update.build().map_err(|error| not_updated(&error))
    }

    fn client(&self) -> Result<Arc<dyn HttpClient>, NotUpdated> {
        let client = Client::builder()
            .user_agent(concat!("hubward-agent/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .tls_certs_merge(self.transport.certificates().to_vec())
            .build()
            .map_err(|error| NotUpdated::Unavailable(plain(&error.to_string())))?;
        Ok(Arc::new(OneServer {
            below: self.transport.address().route("releases/"),
            client: ReqwestClient::from(client),
        }))
    }
}

/// The name of a release's file: what its signature covers. Releases are static, whatever this build is.
fn file_name(version: &Version) -> String {
    let machine = std::env::consts::ARCH;
    format!("{PROGRAM}-{version}-{machine}-unknown-linux-musl.tar.gz")
}

/// The file of that very name, if the manifest has its SHA-256: the crate checks one that is there,
/// and would not miss one that is not.
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

/// A client that fetches from one server only, and never without end.
struct OneServer {
    below: String,
    client: ReqwestClient,
}

impl HttpClient for OneServer {
    fn get(
        &self,
        url: &str,
        headers: &HeaderMap,
        timeout: Option<Duration>,
    ) -> self_update::Result<Box<dyn HttpResponse>> {
        if !url.starts_with(&self.below) {
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
        Box::new(self.0.body().take(LONGEST))
    }
}

fn not_updated(error: &Error) -> NotUpdated {
    let said = plain(&error.to_string());
    match error {
        Error::ChecksumMismatch { .. } => NotUpdated::WrongHash,
        Error::Signature(_) | Error::NoSignatures(_) => NotUpdated::WrongSignature,
        Error::InstallPathNotWritable { .. } | Error::Io(_) | Error::Internal { .. } => {
            NotUpdated::NotReplaced(said)
        }
        _ => NotUpdated::Unavailable(said),
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
    fn only_the_very_file_of_the_version_is_taken_and_only_with_its_hash() {
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
